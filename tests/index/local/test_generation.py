import errno
import fcntl
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from articles_qa.index import BuildSettings, Index, IndexDamagedError, IndexMismatchError, InputError, build
from articles_qa.index.backends import backend_at
from articles_qa.index.local.write_lock import writer
from articles_qa.index.search.bm25_index import write_words
from articles_qa.index.search.faiss_index import write_vectors

ROOT = Path(__file__).parents[3]
STORY = "The river rose by two metres overnight. The mayor of Oslo said that nobody was hurt."


@pytest.fixture
def copied(seeds_index: Path, tmp_path: Path) -> Path:
    """A copy of the seeds' index to be changed."""
    return shutil.copytree(seeds_index, tmp_path / "copied")


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every path below a folder, with its time of change and bytes."""
    paths = sorted(folder.rglob("*"))
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path in paths}


def files_of(directory: Path) -> list[Path]:
    return [path for path in sorted(directory.rglob("*")) if path.is_file() and path.name != "LOCK"]


def ask(directory: Path) -> list[int]:
    """Use every part of an index."""
    index = Index.open(directory)
    nearest = index.nearest_passages(index.embed("how many casualties did NIS report?").vector, sentences=20)
    assert index.passages_by_words([["casualti"], ["captur"]], top_k=5)
    return nearest


def test_opening_and_asking_never_write(copied: Path) -> None:
    before = tree(copied)
    ask(copied)
    assert tree(copied) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_index_answers(copied: Path) -> None:
    for path in (*copied.rglob("*"), copied):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert ask(copied)
    finally:
        for path in (copied, *copied.rglob("*")):
            path.chmod(0o755)


def test_an_index_holds_no_lock_file_of_tantivy_and_is_readable_by_all_who_may_list_it(seeds_index: Path) -> None:
    assert not list(seeds_index.rglob(".tantivy-*.lock"))
    modes = {path.stat().st_mode & 0o777 for path in seeds_index.glob("gen-*/**/*") if path.is_file()}
    assert len(modes) == 1


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


DAMAGES = (flip, halve, grow, Path.unlink)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_to_any_file_is_noticed_before_it_is_used(copied: Path, damage: Callable[[Path], None]) -> None:
    for path in files_of(copied):
        data = path.read_bytes()
        damage(path)
        with pytest.raises(IndexDamagedError, match="run qa index") as noticed:
            Index.open(copied)
        assert str(copied) in str(noticed.value) and "\n" not in str(noticed.value), path
        path.write_bytes(data)
    assert ask(copied)


def edit_manifest(directory: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what the manifest says, and let CURRENT agree."""
    path = next(directory.glob("gen-*")) / "manifest.json"
    manifest = json.loads(path.read_bytes())
    change(manifest)
    path.write_text(json.dumps(manifest))
    current = {"generation": 1, "manifest_sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    (directory / "CURRENT").write_text(json.dumps(current))


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.update(format=99),
        lambda manifest: manifest["model"].update(dim=768),
        lambda manifest: manifest["model"].update(files_sha256="0" * 64),  # Noticed when the question is embedded.
        lambda manifest: manifest["model"].update(precision="int4"),
        lambda manifest: manifest["model"].pop("pooling"),
        lambda manifest: manifest["model"].update(colour="blue"),
        lambda manifest: manifest.pop("files"),
        lambda manifest: manifest["files"].pop("vectors.faiss"),
        lambda manifest: manifest.update(root=None),
        lambda manifest: manifest.update(added="a.txt"),
        lambda manifest: manifest.update(excluded=None),
    ],
)
def test_an_index_of_another_kind_is_refused(copied: Path, change: Callable[[dict[str, Any]], object]) -> None:
    edit_manifest(copied, change)
    with pytest.raises(IndexMismatchError) as refused:
        ask(copied)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest["model"].update(files_sha256="../../x" * 9),  # It would name a folder.
        lambda manifest: manifest["model"].update(sha256="A" * 64),
        lambda manifest: manifest["model"].update(export_sha256="0" * 63),
        lambda manifest: manifest["files"]["order.npy"].update(sha256="g" * 64),
        lambda manifest: manifest["files"]["order.npy"].update(xxh3="0" * 31),
    ],
)
def test_a_digest_that_is_none_is_damage(copied: Path, change: Callable[[dict[str, Any]], object]) -> None:
    edit_manifest(copied, change)
    with pytest.raises(IndexDamagedError, match="that is none"):
        Index.open(copied)


def test_counts_that_differ_from_the_manifest_are_damage(copied: Path) -> None:
    edit_manifest(copied, lambda manifest: manifest["counts"].update(passages=1))
    with pytest.raises(IndexDamagedError, match="counts differ"):
        Index.open(copied)


def test_a_damaged_index_is_not_updated_but_rebuilt_on_demand(copied: Path) -> None:
    flip(next(copied.glob("gen-*")) / "articles.db")
    with pytest.raises(IndexDamagedError):
        build([], copied)
    assert len(build([], copied, BuildSettings(rebuild=True)).added) == 5
    assert ask(copied)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"generation": "x", "manifest_sha256": ""}', '{"generation": 7}'])
def test_a_current_that_names_no_generation_is_damage(copied: Path, text: str) -> None:
    (copied / "CURRENT").write_text(text)
    with pytest.raises(IndexDamagedError):
        Index.open(copied)


def test_a_current_that_is_a_pipe_or_endless_marks_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "CURRENT")
    assert backend_at(tmp_path).mark() == b""
    (tmp_path / "CURRENT").unlink()
    (tmp_path / "CURRENT").symlink_to("/dev/zero")
    assert backend_at(tmp_path).mark() == b""


def test_a_folder_that_holds_something_else_is_left_alone(seeds: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.doc").write_text("mine")
    before = tree(tmp_path)
    for place in ("file", "folder"):
        with pytest.raises(InputError, match="name another place with --index"):
            build([seeds], tmp_path / place)
        with pytest.raises(InputError, match="name another place with --index"):
            Index.open(tmp_path / place)
    assert tree(tmp_path) == before


def test_where_there_is_no_index_opening_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="run qa index FOLDER"):
        Index.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_second_writer_is_told_to_wait(seeds: Path, tmp_path: Path) -> None:
    with writer(tmp_path / "index"), pytest.raises(InputError, match=rf"process {os.getpid()}, since .*, is writing it"):
        build([seeds], tmp_path / "index")


@pytest.mark.parametrize("error", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EIO], ids=errno.errorcode.get)
def test_where_nothing_can_be_locked_nothing_is_left(error: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(descriptor: int, operation: int) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(InputError, match=r"cannot be written .*; name another place"), writer(tmp_path / "new" / "index"):
        pass
    assert not list(tmp_path.iterdir())


def test_locking_that_a_signal_interrupts_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted = iter([True, True])

    def flock(descriptor: int, operation: int) -> None:
        if next(interrupted, False):
            raise InterruptedError(errno.EINTR, os.strerror(errno.EINTR))
        real(descriptor, operation)

    real = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", flock)
    with writer(tmp_path / "index"):
        assert (tmp_path / "index" / "LOCK").read_bytes()


def test_a_killed_writer_leaves_the_index_in_force_and_its_rest_goes_with_the_next_build(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    build([tmp_path / "a.txt"], tmp_path / "index")
    program = (
        "import os, sys; from pathlib import Path; from articles_qa.index.local.write_lock import writer; "
        "from articles_qa.index.local.publish import publish\n"
        "def write(folder):\n (folder / 'articles.db').write_bytes(b'half'); os.kill(os.getpid(), 9)\n"
        f"directory = Path({str(tmp_path / 'index')!r})\nwith writer(directory): publish(directory, write)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=60).returncode == -9
    assert list((tmp_path / "index").glob("*.tmp"))
    assert Index.open(tmp_path / "index").info.generation == 1
    (tmp_path / "a.txt").write_text(STORY + " More followed.")
    build([], tmp_path / "index")
    assert not list((tmp_path / "index").glob("*.tmp"))


def test_the_generation_before_is_kept_for_those_who_read_it(tmp_path: Path) -> None:
    article = tmp_path / "a.txt"
    article.write_text(STORY)
    build([article], tmp_path / "index")
    reader = Index.open(tmp_path / "index")
    for number in (2, 4):
        # One that was never in force must not push out the one that is.
        (tmp_path / "index" / f"gen-{number:06d}").mkdir()
        article.write_text(f"{STORY} Rain number {number} followed.")
        build([article], tmp_path / "index")
        if number == 2:
            assert reader.store.article(0).text == STORY
    assert len(list((tmp_path / "index").glob("gen-*"))) == 2


@contextmanager
def files_limited(limit_bytes: int) -> Iterator[None]:
    """No file may grow beyond a size, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("limit_bytes", [100, 20_000])
def test_a_full_disk_gives_one_line_and_leaves_the_index_in_force(copied: Path, tmp_path: Path, limit_bytes: int) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    before = files_of(copied)
    with files_limited(limit_bytes), pytest.raises(InputError, match="cannot be written") as refused:
        build([tmp_path / "a.txt"], copied)
    assert "\n" not in str(refused.value)
    assert files_of(copied) == before
    assert ask(copied)


@pytest.mark.parametrize("limit_bytes", [0, 100, 5_000])
def test_vectors_and_words_on_a_full_disk_are_an_error_of_the_system(tmp_path: Path, limit_bytes: int) -> None:
    vectors = np.eye(100, 384, dtype=np.float32)
    with files_limited(limit_bytes), pytest.raises(OSError):
        write_vectors(tmp_path / "vectors", lambda: [vectors], dim=384)
    with files_limited(limit_bytes), pytest.raises(OSError):
        write_words(tmp_path / "words", (f"word{i} other{i}" for i in range(2_000)), serial=1)
