import errno
import hashlib
import os
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles_qa.index import (
    ArticleRefused,
    BuildReport,
    BuildSettings,
    Index,
    InputError,
    Progress,
    SourceState,
    add_file,
    build,
)
from articles_qa.index.backends import backend_at
from articles_qa.index.building import added_files
from articles_qa.index.building.added_files import sweep_uploads
from articles_qa.index.files.disk import Disk
from articles_qa.index.local.generation import CURRENT, index_exists, open_generation
from articles_qa.index.local.segment import ARTICLES

ROOT = Path(__file__).parents[3]
STORY = "The river rose by two metres overnight. The mayor of Oslo said that nobody was hurt."


def story(place: str) -> bytes:
    return STORY.replace("Oslo", place).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The user's own folder, of two articles."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "a.txt").write_bytes(story("Oslo"))
    (folder / "b.txt").write_bytes(story("Bergen"))
    return folder


@pytest.fixture
def directory(folder: Path, tmp_path: Path) -> Path:
    """An index of it."""
    build([folder], tmp_path / "index")
    return tmp_path / "index"


def tree(folder: Path, *, but: Path | None = None) -> dict[str, tuple[int, bytes]]:
    """Every path below a folder, with its time of change and bytes; but not the lock, which each writer signs."""
    paths = [path for path in sorted(folder.rglob("*")) if but is None or not path.is_relative_to(but)]
    paths = [path for path in paths if path.name != "LOCK"]
    return {str(path): (path.lstat().st_mtime_ns if path.is_file() else 0, read(path)) for path in paths}


def read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def sources(directory: Path) -> list[str]:
    """What an index holds, and that each file is where the index says."""
    index = Index.open(directory)
    files = backend_at(directory).sources(None, print)
    articles = [entry.article for entry in index.store.entries()]
    for article in articles:
        assert hashlib.sha256(files.path(article.source).read_bytes()).hexdigest() == article.sha256
        assert index.source_state(article) is SourceState.UNCHANGED
    assert index.info.added == sum(files.path(article.source).is_relative_to(directory) for article in articles)
    return [article.source for article in articles]


def take_out(directory: Path, *out: str) -> BuildReport:
    return build([], directory, BuildSettings(exclude=out))


def bring_back(directory: Path, *back: str) -> BuildReport:
    return build([], directory, BuildSettings(restore=back))


def test_an_added_file_is_an_article_of_every_later_build(directory: Path, folder: Path) -> None:
    assert add_file(directory, "Flood.txt", story("Narvik")) == "added/Flood.txt"
    assert build([], directory).added == ("added/Flood.txt",)
    assert build([folder], directory).unchanged == ("a.txt", "added/Flood.txt", "b.txt")
    build([folder / "a.txt"], directory)
    assert sources(directory) == ["a.txt", "added/Flood.txt"]
    assert Index.open(directory).info.added == 1


def test_an_index_may_consist_of_added_files_alone(tmp_path: Path, folder: Path) -> None:
    add_file(tmp_path / "new" / "index", "x.md", story("Narvik"))
    assert not index_exists(tmp_path / "new" / "index")
    build([], tmp_path / "new" / "index")
    assert build([], tmp_path / "new" / "index").generation == 1
    assert sources(tmp_path / "new" / "index") == ["added/x.md"]
    build([folder], tmp_path / "new" / "index")
    for path in folder.iterdir():
        path.unlink()
    build([], tmp_path / "new" / "index")
    assert sources(tmp_path / "new" / "index") == ["added/x.md"]


def test_an_index_that_moved_knows_its_added_files(directory: Path, tmp_path: Path) -> None:
    add_file(directory, "x.txt", story("Narvik"))
    build([], directory)
    shutil.move(directory, tmp_path / "elsewhere")
    assert sources(tmp_path / "elsewhere") == ["a.txt", "added/x.txt", "b.txt"]
    assert build([], tmp_path / "elsewhere").generation == 2
    shutil.copytree(tmp_path / "elsewhere", tmp_path / "copy")
    shutil.rmtree(tmp_path / "elsewhere")
    assert sources(tmp_path / "copy") == ["a.txt", "added/x.txt", "b.txt"]


NAMES = {
    "x.txt": "x.txt",
    "X.TXT": "X.TXT",
    "notes.md": "notes.md",
    "../x.txt": "x.txt",
    "../../../../../../tmp/x.txt": "x.txt",
    "/etc/x.txt": "x.txt",
    "//server/share/x.txt": "x.txt",
    "C:\\Users\\me\\x.txt": "x.txt",
    "..\\..\\x.txt": "x.txt",
    "a/b/../c.txt": "c.txt",
    "x.txt/": "x.txt",
    "x.txt/..": "x.txt",
    "....//x.txt": "x.txt",
    "x\0.txt": "x.txt",
    "x.txt\0.png": None,  # A name ends where it ends, not at the NUL.
    "x.png\0.txt": "x.png.txt",
    "\u202etxt.exe.txt": "txt.exe.txt",
    "in\u2066vi\u2069sible\u200b.txt": "invisible.txt",
    "\ufeffx.txt": "x.txt",
    "-rf.txt": "rf.txt",
    "--exclude=x.txt": "exclude=x.txt",
    "- -x.txt": "x.txt",
    ".hidden.txt": "hidden.txt",
    "..x.txt": "x.txt",
    ".upload-0123456789abcdef.tmp.txt": "upload-0123456789abcdef.tmp.txt",
    ".leaving/x.txt": "x.txt",
    ".txt": "article.txt",
    "-.md": "article.md",
    "": "article.txt",
    ".": "article.txt",
    "..": "article.txt",
    "......": "article.txt",
    "/": "article.txt",
    "\0": "article.txt",
    "\u202e\u200f": "article.txt",
    "   ": "article.txt",
    "two\nlines.txt": "two lines.txt",
    "tab\tand\rreturn.txt": "tab and return.txt",
    "\x1b[31mred\x1b[0m.txt": "[31mred[0m.txt",
    "\x7f\x80x.txt": "x.txt",
    "para\u2029graph\u00a0\u3000blank.txt": "para graph blank.txt",
    "x" * 300 + ".txt": "x" * 96 + ".txt",
    "ø" * 300 + ".md": "ø" * 48 + ".md",
    "🌊" * 60 + ".txt": "🌊" * 24 + ".txt",
    "🌊 flood.txt": "🌊 flood.txt",
    "👩\u200d🚒.txt": "👩🚒.txt",
    "e\u0301.txt": "é.txt",
    "e\u200d\u0301.txt": "é.txt",  # Composed once more, since what parted them is gone.
    "\u0301x.txt": "x.txt",
    "z" + "\u0301" * 500 + ".txt": "ź" + "\u0301" * 47 + ".txt",
    "ｆｕｌｌ．txt": None,  # A full-width stop is none.
    "\udcff\ud800.txt": "article.txt",
    "CON.txt": "CON.txt",
    "NUL.txt": "NUL.txt",
    'a<b>:"|?*$(id)`;&.txt': 'a<b>:"|?*$(id)`;&.txt',
    "%2e%2e%2fx.txt": "%2e%2e%2fx.txt",
    "x.txt ": "x.txt",
    "x .txt": "x.txt",
    "x": None,
    "x.pdf": None,
    "x.txt.exe": None,
    "x.txt.": None,
    "LOCK": None,
    "CURRENT": None,
    "../gen-000001/manifest.json": None,
    "../CURRENT": None,
}


@pytest.mark.parametrize(("name", "kept"), NAMES.items(), ids=range(len(NAMES)))
def test_any_name_becomes_a_safe_one_or_is_refused(tmp_path: Path, name: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(ArticleRefused, match=r"^added/[^:]*: .*; "):
            add_file(tmp_path / "index", name, story("Narvik"))
        assert not (tmp_path / "index").exists()
        return
    assert add_file(tmp_path / "index", name, story("Narvik")) == f"added/{kept}"
    assert [str(path.relative_to(tmp_path / "index")) for path in sorted((tmp_path / "index").rglob("*"))] == [
        "LOCK",
        "added",
        f"added/{kept}",
    ]
    build([], tmp_path / "index")
    assert sources(tmp_path / "index") == [f"added/{kept}"]


def test_nothing_is_written_but_in_the_folder_of_added_files(directory: Path, tmp_path: Path) -> None:
    before = tree(tmp_path, but=directory / "added")
    for number, name in enumerate(NAMES):
        for _ in range(2):
            try:
                source = add_file(directory, name, story(f"Place {number}"))
            except ArticleRefused:
                continue
            assert (directory / source).read_bytes() == story(f"Place {number}")
            assert (directory / source).parent == directory / "added"
    assert tree(tmp_path, but=directory / "added") == before
    assert len(list((directory / "added").iterdir())) == sum(kept is not None for kept in NAMES.values())


@settings(deadline=None)  # Each is written to disk.
@given(st.text(st.characters(), max_size=150), st.sampled_from(["", ".txt", ".MD", "/x.txt"]))
def test_whatever_a_file_is_called_its_name_is_short_and_printable_and_stays_in_its_folder(
    tmp_path_factory: pytest.TempPathFactory, stem: str, end: str
) -> None:
    directory = tmp_path_factory.getbasetemp() / "any-name"
    try:
        folder, name = add_file(directory, stem + end, story("Narvik")).split("/")
    except ArticleRefused as refused:
        assert str(refused).isprintable()
        return
    assert folder == "added" and (directory / folder / name).read_bytes() == story("Narvik")
    assert name.isprintable() and unicodedata.is_normalized("NFC", name)
    assert name[0] not in ".-" and "\\" not in name and len(name.encode()) <= 100
    assert name.lower().endswith((".txt", ".md"))


def test_another_content_of_a_name_gets_a_number_and_the_same_is_there_already(directory: Path) -> None:
    places = ("Narvik", "Molde", "Hamar", "Narvik", "Molde")
    got = [add_file(directory, "x.txt", story(place)) for place in places]
    assert got == ["added/x.txt", "added/x 2.txt", "added/x 3.txt", "added/x.txt", "added/x 2.txt"]
    long = [add_file(directory, "ø" * 90 + ".txt", story(place)) for place in places]
    assert long[1] == "added/" + "ø" * 47 + " 2.txt" and long[3:] == long[:2]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary or unmarked UTF-16"),
        (b"Caf\xe9.", "not UTF-8 at byte 3"),
        (b"x" * 1_100_000, "1.1 MB is over the limit of 1 MB"),
    ],
)
def test_what_a_build_would_refuse_is_not_added(directory: Path, tmp_path: Path, data: bytes, reason: str) -> None:
    before = tree(tmp_path)
    with pytest.raises(ArticleRefused, match=reason):
        add_file(directory, "x.txt", data, settings=BuildSettings(max_file_mb=1.0))
    assert tree(tmp_path) == before


def test_the_encoding_of_the_users_files_is_kept_and_is_not_that_of_added_ones(folder: Path, tmp_path: Path) -> None:
    (folder / "a.txt").write_bytes(STORY.replace("Oslo", "Tromsø").encode("cp1252"))
    build([folder], tmp_path / "index", BuildSettings(encoding="cp1252"))
    add_file(tmp_path / "index", "c.txt", story("Bodø"))
    report = build([], tmp_path / "index")
    assert (report.added, report.unchanged, report.refused) == (("added/c.txt",), ("a.txt", "b.txt"), ())
    index = Index.open(tmp_path / "index")
    read = [index.article_named(name) for name in ("a.txt", "added/c.txt")]
    assert all(article is not None and "ø" in article.text for article in read)


def test_content_that_another_article_has_is_refused_once_and_not_kept(directory: Path) -> None:
    add_file(directory, "own.txt", story("Oslo"))
    add_file(directory, "x.txt", story("Narvik"))
    add_file(directory, "y.txt", story("Narvik"))
    report = build([], directory)
    assert [str(refusal) for refusal in report.refused] == [
        "added/own.txt: already in the index as a.txt",
        "added/y.txt: already in the index as added/x.txt",
    ]
    assert sources(directory) == ["a.txt", "added/x.txt", "b.txt"]
    assert os.listdir(directory / "added") == ["x.txt"]
    again = build([], directory)
    assert (again.generation, again.refused) == (report.generation, ())


def test_an_added_article_stays_when_its_content_comes_into_the_users_folder_later(directory: Path, folder: Path) -> None:
    add_file(directory, "x.txt", story("Narvik"))
    build([], directory)
    (folder / "c.txt").write_bytes(story("Narvik"))
    assert build([], directory).refused == ()
    assert sources(directory) == ["a.txt", "added/x.txt", "b.txt", "c.txt"]


def test_a_name_that_the_users_folder_has_is_not_taken(directory: Path, folder: Path) -> None:
    (folder / "added").mkdir()
    (folder / "added" / "x.txt").write_bytes(story("Hamar"))
    before = tree(folder)
    assert add_file(directory, "x.txt", story("Narvik")) == "added/x 2.txt"
    assert add_file(directory, "x.txt", story("Narvik")) == "added/x 2.txt"
    build([], directory)
    assert sources(directory) == ["a.txt", "added/x 2.txt", "added/x.txt", "b.txt"]
    assert backend_at(directory).sources(None, print).path("added/x.txt") == folder / "added" / "x.txt"
    take_out(directory, "added/x.txt")
    assert sources(directory) == ["a.txt", "added/x 2.txt", "b.txt"]
    take_out(directory, "added/x 2.txt")
    assert tree(folder) == before


def test_an_added_file_gives_way_to_one_of_the_user_that_comes_later(directory: Path, folder: Path) -> None:
    add_file(directory, "x.txt", story("Narvik"))
    add_file(directory, "y.txt", story("Molde"))
    build([], directory)
    (folder / "added").mkdir()
    (folder / "added" / "x.txt").write_bytes(story("Hamar"))
    (folder / "added" / "y.txt").write_bytes(story("Molde"))  # The very same: one is enough.
    report = build([], directory)
    assert (report.added, report.changed) == (("added/x 2.txt",), ("added/x.txt",))
    assert sources(directory) == ["a.txt", "added/x 2.txt", "added/x.txt", "added/y.txt", "b.txt"]
    assert os.listdir(directory / "added") == ["x 2.txt"]


def test_a_file_that_moves_from_the_index_into_the_users_folder_is_found_there(directory: Path, folder: Path) -> None:
    add_file(directory, "x.txt", story("Narvik"))
    build([], directory)
    (directory / "added").rename(folder / "added")
    assert build([], directory).unchanged == ("a.txt", "added/x.txt", "b.txt")
    assert backend_at(directory).sources(None, print).path("added/x.txt") == folder / "added" / "x.txt"
    assert sources(directory) == ["a.txt", "added/x.txt", "b.txt"]


def test_taking_out_a_name_that_changed_hands_means_the_file_that_the_index_has(directory: Path, folder: Path) -> None:
    add_file(directory, "x.txt", story("Narvik"))
    build([], directory)
    (folder / "added").mkdir()
    (folder / "added" / "x.txt").write_bytes(story("Hamar"))
    assert take_out(directory, "added/x.txt").excluded == ()
    assert sources(directory) == ["a.txt", "added/x.txt", "b.txt"]
    assert os.listdir(directory / "added") == []


@pytest.mark.parametrize("place", [".", "deep/inside"])
def test_an_index_inside_the_users_folder_reads_its_added_files_once(folder: Path, place: str) -> None:
    directory = folder / place / "index"
    build([folder], directory)
    add_file(directory, "x.txt", story("Narvik"))
    build([], directory)
    assert sources(directory) == ["a.txt", "added/x.txt", "b.txt"]
    build([directory / "added", folder], directory)
    assert sources(directory) == ["a.txt", "added/x.txt", "b.txt"]


def test_what_lies_beside_the_added_files_is_not_followed(directory: Path, folder: Path, tmp_path: Path) -> None:
    add_file(directory, "x.txt", story("Narvik"))
    (directory / "added" / "link.txt").symlink_to(folder / "a.txt")
    (directory / "added" / "linked").symlink_to(folder)
    (directory / "added" / "sub").mkdir()
    (directory / "added" / "sub" / "y.txt").write_bytes(story("Molde"))
    (directory / "added" / "picture.png").touch()
    assert add_file(directory, "link.txt", story("Oslo")) == "added/link 2.txt"
    report = build([], directory)
    assert [refusal.source for refusal in report.refused] == ["added/link 2.txt", "added/link.txt", "added/linked"]
    assert report.other_files == 2
    assert sources(directory) == ["a.txt", "added/x.txt", "b.txt"]


def test_a_folder_of_added_files_that_is_a_link_is_not_used(directory: Path, folder: Path) -> None:
    (directory / "added").symlink_to(folder)
    before = tree(folder)
    with pytest.raises(InputError, match="not a folder, or a link to one"):
        add_file(directory, "x.txt", story("Narvik"))
    report = build([], directory)
    assert [refusal.source for refusal in report.refused] == ["added"]
    assert sources(directory) == ["a.txt", "b.txt"]
    sweep_uploads(directory, older_than_s=-1)
    assert tree(folder) == before


@pytest.mark.parametrize("there", [["added/x.txt"], ["LOCK", "x.txt"], ["LOCK", "added/x.txt", "mine.doc"], ["added"]])
def test_a_folder_that_holds_something_else_is_left_alone(folder: Path, tmp_path: Path, there: list[str]) -> None:
    for name in there:
        (tmp_path / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / name).write_bytes(story("Narvik"))
    before = tree(tmp_path)
    for act in (lambda: add_file(tmp_path / "mine", "y.txt", story("Molde")), lambda: build([folder], tmp_path / "mine")):
        with pytest.raises(InputError, match="holds something else"):
            act()
    assert tree(tmp_path) == before


def test_the_folder_of_added_files_has_a_limit(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(added_files, "MAX_FILES", 2)
    monkeypatch.setattr(added_files, "MAX_BYTES", 1000)
    add_file(directory, "x.txt", story("Narvik"))
    with pytest.raises(InputError, match=r"0 of 0 MB are taken, this does not fit; put these into a folder"):
        add_file(directory, "y.txt", b"x" * 950)
    add_file(directory, "y.txt", story("Molde"))
    with pytest.raises(InputError, match="holds 2 files, no more fit"):
        add_file(directory, "z.txt", story("Hamar"))
    assert sorted(os.listdir(directory / "added")) == ["x.txt", "y.txt"]


ADDING = """
import sys
from pathlib import Path
from articles_qa.index import add_file
directory, who = Path(sys.argv[1]), sys.argv[2]
for number in range(25):
    add_file(directory, "x.txt", f"Place {number} of {who} rose.".encode())
    add_file(directory, "same.txt", b"The same for all.")
"""


def test_processes_that_add_one_name_at_once_each_keep_their_file(tmp_path: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", ADDING, str(tmp_path / "index"), who], cwd=ROOT) for who in ("A", "B", "C")
    ]
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0]
    files = list((tmp_path / "index" / "added").iterdir())
    assert {path.name for path in files} == {"x.txt", "same.txt", *(f"x {number}.txt" for number in range(2, 76))}
    assert len({path.read_bytes() for path in files}) == 76


def test_a_file_may_be_added_while_a_build_runs(directory: Path, folder: Path) -> None:
    (folder / "c.txt").write_bytes(story("Hamar"))
    build([], directory, progress=Progress(embedding=lambda total: late(directory)))
    assert sources(directory) == ["a.txt", "b.txt", "c.txt"]
    build([], directory)
    assert sources(directory) == ["a.txt", "added/late.txt", "b.txt", "c.txt"]


def late(directory: Path) -> None:
    add_file(directory, "late.txt", story("Narvik"))


def test_half_written_uploads_are_swept_when_they_are_old(directory: Path) -> None:
    add_file(directory, "x.txt", story("Narvik"))
    for name, age_s in ((".upload-old.tmp", 4000), (".upload-new.tmp", 60), (".mine", 4000), ("x.txt", 4000)):
        path = directory / "added" / name
        path.write_bytes(path.read_bytes() if path.exists() else b"half")
        os.utime(path, (time.time() - age_s,) * 2)
    build([], directory)
    assert sorted(os.listdir(directory / "added")) == [".mine", ".upload-new.tmp", "x.txt"]
    sweep_uploads(directory, older_than_s=10)
    assert sorted(os.listdir(directory / "added")) == [".mine", "x.txt"]


def test_an_article_taken_out_stays_out_until_it_is_brought_back(directory: Path, folder: Path) -> None:
    before = tree(folder)
    report = take_out(directory, "a.txt")
    assert (report.removed, report.excluded, report.generation) == (("a.txt",), ("a.txt",), 2)
    for again in (BuildSettings(), BuildSettings(exclude=("a.txt",)), BuildSettings(rebuild=True)):
        report = build([folder], directory, again)
        assert (report.removed, report.excluded, report.unchanged) == ((), ("a.txt",), ("b.txt",))
        assert Index.open(directory).info.excluded == ("a.txt",)
    assert sources(directory) == ["b.txt"]
    report = bring_back(directory, "a.txt")
    assert (report.added, report.excluded) == (("a.txt",), ())
    assert bring_back(directory, "a.txt").generation == report.generation  # It is in: nothing to do.
    assert sources(directory) == ["a.txt", "b.txt"]
    assert tree(folder) == before


def test_all_are_brought_back_at_once(directory: Path, folder: Path) -> None:
    (folder / "c.txt").write_bytes(story("Hamar"))
    take_out(directory, "b.txt", "c.txt")
    report = build([], directory, BuildSettings(restore_all=True, exclude=("a.txt",)))
    assert (report.added, report.excluded) == (("b.txt", "c.txt"), ("a.txt",))


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        (lambda: BuildSettings(exclude=("nowhere.txt",)), "nowhere.txt: no such article, in the index or out of it"),
        (lambda: BuildSettings(restore=("two\nlines.txt",)), r"two\\nlines.txt: no such article"),
        (lambda: BuildSettings(exclude=("../own/a.txt",)), "no such article"),
        (lambda: BuildSettings(exclude=("a.txt", "b.txt")), "a.txt: the last article cannot be taken out"),
        (lambda: BuildSettings(exclude=("a.txt",), restore=("a.txt",)), "a.txt: cannot be taken out and brought back at once"),
    ],
)
def test_what_cannot_be_taken_out_or_brought_back_changes_nothing(
    directory: Path, tmp_path: Path, chosen: Callable[[], BuildSettings], reason: str
) -> None:
    before = tree(tmp_path)
    with pytest.raises(InputError, match=reason) as refused:
        build([], directory, chosen())
    assert "\n" not in str(refused.value)
    assert tree(tmp_path) == before


def test_an_added_article_that_is_the_last_is_not_taken_out(tmp_path: Path) -> None:
    add_file(tmp_path / "index", "x.txt", story("Narvik"))
    build([], tmp_path / "index")
    with pytest.raises(InputError, match="the last article"):
        take_out(tmp_path / "index", "added/x.txt")
    assert sources(tmp_path / "index") == ["added/x.txt"]


def test_where_all_that_is_left_was_taken_out_the_error_says_so(directory: Path, folder: Path) -> None:
    take_out(directory, "a.txt")
    (folder / "b.txt").unlink()
    with pytest.raises(InputError, match=r"no article to index.*; 1 taken out may be brought back"):
        build([], directory)


def test_an_added_article_taken_out_is_deleted_and_may_be_added_again(directory: Path) -> None:
    add_file(directory, "x.txt", story("Narvik"))
    build([], directory)
    report = take_out(directory, "added/x.txt")
    assert (report.removed, report.excluded) == (("added/x.txt",), ())
    assert os.listdir(directory / "added") == []
    assert build([], directory).generation == report.generation
    assert add_file(directory, "x.txt", story("Narvik")) == "added/x.txt"
    assert build([], directory).added == ("added/x.txt",)


def test_taking_out_an_article_whose_file_is_gone_is_no_error(directory: Path, folder: Path) -> None:
    (folder / "a.txt").unlink()
    report = take_out(directory, "a.txt")
    assert (report.removed, report.excluded) == (("a.txt",), ())


def test_what_is_kept_out_is_forgotten_with_its_file(directory: Path, folder: Path) -> None:
    take_out(directory, "a.txt")
    (folder / "a.txt").unlink()
    assert build([], directory).excluded == Index.open(directory).info.excluded == ()
    (folder / "a.txt").write_bytes(story("Hamar"))
    build([], directory)
    assert sources(directory) == ["a.txt", "b.txt"]


def test_a_file_that_cannot_be_seen_just_now_is_not_forgotten(directory: Path, folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "c.txt").write_bytes(story("Hamar"))
    build([], directory)
    take_out(directory, "sub/c.txt")
    (folder / "sub").rename(folder / "away")
    (folder / "sub").symlink_to(folder / "away")  # Refused, as one that may not be listed is.
    assert build([], directory).excluded == ("sub/c.txt",)


def test_another_root_forgets_what_was_taken_out_and_says_so(directory: Path, folder: Path, tmp_path: Path) -> None:
    take_out(directory, "a.txt")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_bytes(story("Hamar"))
    notes: list[str] = []
    assert build([tmp_path / "other"], directory, progress=Progress(note=notes.append)).excluded == ()
    assert "1 taken out below" in notes[0] and "another root" in notes[0]
    assert build([folder], directory).unchanged == ()
    assert sources(directory) == ["a.txt", "b.txt"]


def test_a_rebuild_of_a_damaged_index_keeps_what_was_taken_out_and_added(directory: Path) -> None:
    add_file(directory, "x.txt", story("Narvik"))
    build([], directory)
    take_out(directory, "a.txt")
    (open_generation(directory).folder / ARTICLES).write_bytes(b"damaged")
    report = build([], directory, BuildSettings(rebuild=True))
    assert (report.added, report.excluded) == (("added/x.txt", "b.txt"), ("a.txt",))
    (directory / CURRENT).unlink()
    assert build([], directory, BuildSettings(rebuild=True)).excluded == ("a.txt",)
    assert sources(directory) == ["added/x.txt", "b.txt"]


KILLED = """
import os, sys
from pathlib import Path
from articles_qa.index.building.added_files import find_added, set_aside
from articles_qa.index.local.write_lock import writer
directory = Path(sys.argv[1])
with writer(directory), set_aside(directory, find_added(directory).files):
    os.kill(os.getpid(), 9)
"""


def test_a_build_killed_before_it_published_gives_back_what_it_was_taking_out(directory: Path) -> None:
    add_file(directory, "x.txt", story("Narvik"))
    build([], directory)
    program = [sys.executable, "-c", KILLED, str(directory)]
    assert subprocess.run(program, cwd=ROOT, check=False, timeout=60).returncode == -9
    assert os.listdir(directory / "added") == [".leaving"]
    assert build([], directory).unchanged == ("a.txt", "added/x.txt", "b.txt")
    assert os.listdir(directory / "added") == ["x.txt"]


def test_a_build_killed_after_it_published_does_not_bring_back_what_it_took_out(directory: Path) -> None:
    add_file(directory, "x.txt", story("Narvik"))
    build([], directory)
    take_out(directory, "added/x.txt")
    (directory / "added" / ".leaving").mkdir()
    (directory / "added" / ".leaving" / "x.txt").write_bytes(story("Narvik"))
    add_file(directory, "x.txt", story("Molde"))  # Of the same name, and not to be confused with it.
    assert build([], directory).added == ("added/x.txt",)
    assert os.listdir(directory / "added") == ["x.txt"]
    assert (directory / "added" / "x.txt").read_bytes() == story("Molde")


def test_a_build_that_fails_gives_back_what_it_was_taking_out(directory: Path) -> None:
    add_file(directory, "x.txt", story("Narvik"))
    build([], directory)

    class Full(Disk):
        def make_folder(self, path: Path) -> None:
            if path.suffix == ".tmp":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            super().make_folder(path)

    with pytest.raises(InputError, match="cannot be written"):
        build([], directory, BuildSettings(exclude=("added/x.txt",)), disk=Full())
    assert sources(directory) == ["a.txt", "added/x.txt", "b.txt"]
