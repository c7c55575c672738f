import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from articles_qa.index import BuildReport, BuildSettings, Index, InputError, ModelSettings, Progress, Renamed, build
from articles_qa.index.articles.sentences import sentences
from articles_qa.index.backends import backend_at
from articles_qa.index.building import collection, prepare
from articles_qa.index.entries.entry import Entry
from articles_qa.index.opened import paths_seal

STORY = "The river rose by two metres overnight. The mayor of Oslo said that nobody was hurt."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, place in (("a", "Oslo"), ("b", "Bergen"), ("c", "Tromsø")):
        write(folder / f"{name}.txt", place)
    return folder


def write(path: Path, place: str) -> None:
    path.write_bytes(STORY.replace("Oslo", place).encode())


def counted(paths: list[Path], directory: Path, settings: BuildSettings | None = None) -> tuple[BuildReport, int]:
    """A build's report, and how many passages it embedded."""
    embedded: list[int] = []
    return build(paths, directory, settings, progress=Progress(embedding=embedded.append)), sum(embedded)


def entries(directory: Path) -> dict[str, Entry]:
    """All that an index holds, by source."""
    return {entry.article.source: entry for entry in Index.open(directory).store.entries()}


def assert_same(one: Path, other: Path) -> None:
    """Two indexes hold the same articles, spans and vectors."""
    left, right = entries(one), entries(other)
    assert list(left) == list(right)
    for source, entry in left.items():
        assert (entry.article, entry.passages, entry.sentences) == (
            right[source].article,
            right[source].passages,
            right[source].sentences,
        )
        assert np.array_equal(entry.vectors, right[source].vectors)


def test_a_second_build_embeds_nothing_and_publishes_nothing(folder: Path, tmp_path: Path) -> None:
    first, _ = counted([folder], tmp_path / "index")
    second, embedded = counted([folder], tmp_path / "index")
    assert first.added == ("a.txt", "b.txt", "c.txt")
    assert (embedded, second.generation, second.unchanged) == (0, 1, first.added)
    assert not (second.added or second.changed or second.removed)


def test_only_what_is_new_or_changed_is_embedded(folder: Path, tmp_path: Path) -> None:
    build([folder], tmp_path / "index")
    (folder / "a.txt").unlink()
    write(folder / "b.txt", "Stavanger")
    write(folder / "d.txt", "Narvik")
    report, embedded = counted([folder], tmp_path / "index")
    assert (report.added, report.changed, report.removed, report.unchanged) == (("d.txt",), ("b.txt",), ("a.txt",), ("c.txt",))
    assert (report.generation, embedded) == (2, 2)
    build([folder], tmp_path / "fresh")
    assert_same(tmp_path / "index", tmp_path / "fresh")


@pytest.mark.parametrize("rebuild", [True, False])
def test_what_is_embedded_anew_is_still_told_by_its_content(
    folder: Path, tmp_path: Path, exact: ModelSettings, rebuild: bool
) -> None:
    settings = BuildSettings(rebuild=True) if rebuild else BuildSettings(exact)
    build([folder], tmp_path / "index")
    (folder / "a.txt").unlink()
    write(folder / "b.txt", "Stavanger")
    write(folder / "d.txt", "Narvik")
    report, embedded = counted([folder], tmp_path / "index", settings)
    assert (report.added, report.changed, report.removed, report.unchanged) == (("d.txt",), ("b.txt",), ("a.txt",), ("c.txt",))
    assert (report.generation, embedded) == (2, 3)


def test_a_renamed_file_is_not_embedded_again(folder: Path, tmp_path: Path) -> None:
    build([folder], tmp_path / "index")
    (folder / "a.txt").rename(folder / "z.txt")
    report, embedded = counted([folder], tmp_path / "index")
    assert (report.added, report.removed, embedded) == ((), (), 0)
    assert report.renamed == (Renamed("a.txt", "z.txt"),)
    build([folder], tmp_path / "fresh")
    assert_same(tmp_path / "index", tmp_path / "fresh")


def test_one_content_in_two_files_is_two_articles_embedded_once(folder: Path, tmp_path: Path) -> None:
    write(folder / "again.txt", "Oslo")
    report, embedded = counted([folder], tmp_path / "index")
    assert (report.passages, embedded) == (4, 3)
    assert Index.open(tmp_path / "index").info.articles == 4


def test_without_paths_those_of_the_last_build_are_read(folder: Path, tmp_path: Path) -> None:
    build([folder], tmp_path / "index")
    write(folder / "d.txt", "Narvik")
    assert build([], tmp_path / "index").added == ("d.txt",)


def test_without_paths_a_strangers_index_is_not_followed(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths_seal, "cache_folder", lambda: tmp_path / "hers")
    build([folder], tmp_path / "index")
    build([], tmp_path / "index")
    assert (tmp_path / "hers" / paths_seal.KEY).stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(paths_seal, "cache_folder", lambda: tmp_path / "yours")
    for settings in (BuildSettings(), BuildSettings(rebuild=True)):
        with pytest.raises(InputError, match=f"not known to be built by you.*: qa index {folder} --index"):
            build([], tmp_path / "index", settings)
    with pytest.raises(InputError, match="not known to be built by you"):
        backend_at(tmp_path / "index").paths_before()
    assert build([folder], tmp_path / "index").generation == 2
    assert build([], tmp_path / "index").generation == 2


def test_another_encoding_is_another_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Tromsø rose by two metres. Nobody was hurt.".encode("cp1252"))
    build([path], tmp_path / "index", BuildSettings(encoding="koi8-r"))
    report = build([path], tmp_path / "index", BuildSettings(encoding="cp1252"))
    assert report.changed == ("a.txt",)
    assert "Tromsø" in entries(tmp_path / "index")["a.txt"].article.text


def test_a_single_file_is_named_by_its_name_and_two_folders_by_both(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    write(tmp_path / "more" / "m.md", "Molde")
    assert build([folder / "a.txt"], tmp_path / "one").added == ("a.txt",)
    assert build([folder, tmp_path / "more"], tmp_path / "two").added == (
        "articles/a.txt",
        "articles/b.txt",
        "articles/c.txt",
        "more/m.md",
    )


def refuse(paths: list[Path], directory: Path) -> str:
    """The one line that refuses a build."""
    with pytest.raises(InputError) as refused:
        build(paths, directory)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_what_holds_no_article_leaves_the_index_as_it_is(folder: Path, tmp_path: Path) -> None:
    build([folder], tmp_path / "index")
    (tmp_path / "empty").mkdir()
    assert "no article to index" in refuse([tmp_path / "empty"], tmp_path / "index")
    assert "cannot be found (No such file or directory)" in refuse([tmp_path / "nowhere"], tmp_path / "index")
    assert "cannot be found (File name too long)" in refuse([tmp_path / ("x" * 300)], tmp_path / "index")
    assert "cannot be found" in refuse([tmp_path / "a\0b"], tmp_path / "index")
    assert Index.open(tmp_path / "index").info.generation == 1


@pytest.mark.parametrize("place", ["index", "new/deep/index", "there/index", "there"])
def test_a_first_build_that_fails_leaves_nothing_that_it_made(tmp_path: Path, place: str) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "empty").mkdir()
    before = sorted(tmp_path.rglob("*"))
    for paths in ([tmp_path / "nowhere"], [tmp_path / "empty"], []):
        refuse(paths, tmp_path / place)
        assert sorted(tmp_path.rglob("*")) == before


def test_without_an_index_and_paths_a_build_asks_for_the_folder(tmp_path: Path) -> None:
    assert "qa index FOLDER" in refuse([], tmp_path / "index")


NAMES = (
    "with blanks.txt",
    'it\'s "quoted".txt',
    "🌊.txt",
    "two\nlines.txt",
    "-rf.txt",
    "\u202egnp.txt",
    "UPPER.TXT",
    "x" * 251 + ".txt",
)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_that_is_utf8_is_a_source(folder: Path, tmp_path: Path, name: str) -> None:
    write(folder / name, "Narvik")
    build([folder], tmp_path / "index")
    assert name in entries(tmp_path / "index")


def test_what_cannot_be_an_article_is_listed_and_the_others_are_indexed(folder: Path, tmp_path: Path) -> None:
    (folder / "binary.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (folder / "nul.txt").write_bytes(b"text\0text")
    (folder / "latin.txt").write_bytes(b"Caf\xe9.")
    (folder / "empty.txt").touch()
    (folder / "line.txt").write_bytes(b"x" * 20_000_000)
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.txt").symlink_to(folder / "nowhere")
    (folder / "out.txt").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "pipe")  # Neither an article nor named like one.
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_bytes(STORY.encode())
    (folder / ".hidden.txt").write_bytes(STORY.encode())
    (folder / "picture.png").touch()
    report = build([folder], tmp_path / "index")
    assert report.added == ("a.txt", "b.txt", "c.txt")
    assert {refusal.source: refusal.reason.split(";")[0] for refusal in report.refused} == {
        "\\udcff.txt": "its name is not valid UTF-8",
        "binary.txt": "binary or unmarked UTF-16 (NUL at byte 8)",
        "dangling.txt": "a symbolic link, not followed",
        "empty.txt": "empty",
        "latin.txt": "not UTF-8 at byte 3",
        "line.txt": "20.0 MB is over the limit of 16 MB",
        "loop": "a symbolic link, not followed",
        "nul.txt": "binary or unmarked UTF-16 (NUL at byte 4)",
        "out.txt": "a symbolic link, not followed",
        "pipe.txt": "not a regular file",
    }
    assert report.other_files == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_or_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "a.txt").chmod(0)
    (folder / "closed").mkdir(mode=0)
    report = build([folder], tmp_path / "index")
    assert [refusal.source for refusal in report.refused] == ["a.txt", "closed"]


def link(path: Path, secret: Path) -> None:
    path.unlink()
    path.symlink_to(secret)


def link_folder(path: Path, secret: Path) -> None:
    path.unlink()
    path.parent.rmdir()
    path.parent.symlink_to(secret.parent)


def pipe(path: Path, secret: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def grow(path: Path, secret: Path) -> None:
    os.truncate(path, 1 << 40)  # A hole: it takes no room on disk.


SWAPS = (link, link_folder, pipe, grow)


@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: swap.__name__)
@pytest.mark.parametrize(("module", "step"), [(collection, "find_files"), (prepare, "collect")], ids=["found", "collected"])
def test_what_takes_a_files_place_during_a_build_is_not_read(
    swap: Callable[[Path, Path], None], module: ModuleType, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, secret = tmp_path / "articles" / "2024" / "b.txt", tmp_path / "elsewhere" / "b.txt"
    for file, place in ((path.parents[1] / "a.txt", "Oslo"), (path, "Bergen"), (secret, "Tromsø")):
        file.parent.mkdir(parents=True, exist_ok=True)
        write(file, place)

    def and_swap(*found: Any, **options: Any) -> object:
        made = real(*found, **options)
        swap(path, secret)
        return made

    real = getattr(module, step)
    monkeypatch.setattr(module, step, and_swap)
    report = build([path.parents[1]], tmp_path / "index")
    assert (report.added, [refusal.source for refusal in report.refused]) == (("a.txt",), ["2024/b.txt"])


def test_an_index_of_a_folder_whose_name_is_not_utf8_is_built_and_opened(tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    odd.mkdir()
    write(odd / "a.txt", "Oslo")
    assert build([odd], tmp_path / "index").added == ("a.txt",)
    assert Index.open(tmp_path / "index").info.root == odd
    assert "not valid UTF-8" in refuse([odd], odd / "index")


@pytest.mark.parametrize("max_file_mb", [0.0, -1.0, float("nan")])
def test_a_size_limit_that_admits_nothing_is_refused(max_file_mb: float) -> None:
    with pytest.raises(InputError, match="--max-file-mb"):
        BuildSettings(max_file_mb=max_file_mb)


def test_what_is_stored_is_what_the_seeds_hold(seeds: Path, seeds_index: Path) -> None:
    for source, entry in entries(seeds_index).items():
        text = (seeds / source).read_bytes().decode()
        assert entry.article.text == text
        assert [sentence.span for sentence in entry.sentences] == [sentence.span for sentence in sentences(text)]
        assert np.allclose(np.linalg.norm(entry.vectors, axis=1), 1, atol=1e-3)
