"""What became of a file is told whatever was done to it, and no name leads out of the articles' folder."""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from articles_qa.index import Article, ArticleRefused, SourceState
from articles_qa.index.articles.article import read_article
from articles_qa.index.files.source_files import Sources

TEXT = "It rained in Linz, said the mayor.\n"
OTHER = "It snowed in Linz, said the mayor\n"
assert len(TEXT) == len(OTHER) + 1


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one article, 2024/a.txt; what is beside it is none of its business."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "articles" / "2024").mkdir(parents=True)
    (tmp_path / "articles" / "2024" / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "secret.txt").write_text(TEXT, "utf-8")
    return tmp_path / "articles"


@pytest.fixture
def article(folder: Path) -> Article:
    return read_article(folder / "2024" / "a.txt", "2024/a.txt")


@pytest.fixture
def sources(folder: Path) -> Sources:
    return Sources.under(folder)


def swap_keeping_times(path: Path) -> None:
    """Another text of the same length in the same file, its times put back."""
    before = path.stat()
    path.write_text(TEXT.replace("rained", "snowed"), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def replace_keeping_times(path: Path) -> None:
    """Another file of the same length and times in its place."""
    before = path.stat()
    path.with_name("b").write_text(TEXT.replace("rained", "snowed"), "utf-8")
    os.utime(path.with_name("b"), ns=(before.st_atime_ns, before.st_mtime_ns))
    path.with_name("b").replace(path)


def put(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Something else in a file's place."""

    def act(path: Path) -> None:
        path.unlink()
        make(path)

    return act


def listen(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(path.parent)  # A socket's name may be no longer than 100 letters or so.
        listener.bind(path.name)


def link_folder(path: Path) -> None:
    """The article's folder elsewhere, and a link to it in its place: the same file under the same name."""
    path.parent.rename(path.parents[2] / "moved")
    path.parent.symlink_to(path.parents[2] / "moved")


def file_for_folder(path: Path) -> None:
    path.unlink()
    path.parent.rmdir()
    path.parent.touch()


ACTS: list[tuple[str, Callable[[Path], Any], SourceState]] = [
    ("nothing", lambda path: None, SourceState.UNCHANGED),
    ("touched", os.utime, SourceState.UNCHANGED),
    ("written again", lambda path: path.write_text(TEXT, "utf-8"), SourceState.UNCHANGED),
    ("replaced by a copy", put(lambda path: path.write_text(TEXT, "utf-8")), SourceState.UNCHANGED),
    ("dated long ago", lambda path: os.utime(path, (0, 0)), SourceState.UNCHANGED),
    ("dated in times to come", lambda path: os.utime(path, (2**33, 2**33)), SourceState.UNCHANGED),
    ("longer", lambda path: path.write_text(TEXT * 2, "utf-8"), SourceState.CHANGED),
    ("empty", lambda path: path.write_text(""), SourceState.CHANGED),
    ("same length, same times", swap_keeping_times, SourceState.CHANGED),
    ("another file of the same times", replace_keeping_times, SourceState.CHANGED),
    ("deleted", Path.unlink, SourceState.MISSING),
    ("a folder", put(Path.mkdir), SourceState.MISSING),
    ("a pipe", put(os.mkfifo), SourceState.MISSING),
    ("a socket", put(listen), SourceState.MISSING),
    ("a link to a copy", put(lambda path: path.symlink_to(path.parents[2] / "secret.txt")), SourceState.MISSING),
    ("a link to itself", put(lambda path: path.symlink_to(path)), SourceState.MISSING),
    ("a link to nothing", put(lambda path: path.symlink_to("nothing")), SourceState.MISSING),
    ("its folder a link", link_folder, SourceState.MISSING),
    ("its folder gone", lambda path: path.parent.rename(path.parents[2] / "moved"), SourceState.MISSING),
    ("its folder a file", file_for_folder, SourceState.MISSING),
]


@pytest.mark.parametrize(("act", "state"), [act[1:] for act in ACTS], ids=[act[0] for act in ACTS])
def test_what_was_done_to_a_file_is_told(
    act: Callable[[Path], Any], state: SourceState, sources: Sources, article: Article, folder: Path
) -> None:
    assert sources.state(article) is SourceState.UNCHANGED
    act(folder / "2024" / "a.txt")
    assert sources.state(article) is state
    assert sources.state(article) is state  # And again, now that it was looked at.


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A file system whose clock stands where it is put, in nanoseconds: every file is of that time."""
    at = [time.time_ns()]

    def fstat(descriptor: int) -> os.stat_result:
        found = real(descriptor)
        times = {"st_mtime_ns": at[0], "st_ctime_ns": at[0]}
        return os.stat_result(list(found), {**{name: getattr(found, name) for name in dir(found) if "_ns" in name}, **times})

    real = os.fstat
    monkeypatch.setattr(os, "fstat", fstat)
    return at


def test_an_edit_that_changes_no_time_is_told(clock: list[int], sources: Sources, article: Article, folder: Path) -> None:
    clock[0] -= 10**12
    assert sources.state(article) is SourceState.UNCHANGED
    (folder / "2024" / "a.txt").write_text(TEXT.replace("rained", "snowed"), "utf-8")
    assert sources.state(article) is SourceState.CHANGED


HOSTILE = """
/etc/passwd
../secret.txt
2024/../../secret.txt
2024/../2024/a.txt
./2024/a.txt
2024//a.txt
2024/a.txt/
2024/./a.txt
..
.
/
//
2024
2024/a.txt/b
2024/a.txt/..
nothing.txt
nothing/a.txt
""".strip().splitlines()


@pytest.mark.parametrize("source", [*HOSTILE, "", "2024/a.txt\0", "\0", "a" * 300, "a/" * 3000 + "a", "\udce9.txt", "\ud800"])
def test_a_name_leads_to_no_other_file(source: str, folder: Path) -> None:
    with pytest.raises(ArticleRefused) as refused:
        Sources.under(folder).read(source)
    assert str(refused.value).isprintable() and refused.value.reason


def test_no_link_leads_out_of_the_folder(folder: Path) -> None:
    (folder / "link.txt").symlink_to("/etc/passwd")
    (folder / "link").symlink_to("/etc")
    (folder / "near.txt").symlink_to("2024/a.txt")
    for source in ("link.txt", "link/passwd", "near.txt"):
        with pytest.raises(ArticleRefused, match="symbolic link"):
            Sources.under(folder).read(source)
    (folder.parent / "door").symlink_to(folder)  # Whoever names the folder may name it by a link.
    assert Sources.under(folder.parent / "door").read("2024/a.txt") == TEXT.encode()


def test_a_device_is_not_opened() -> None:
    for source in ("null", "zero", "tty"):
        with pytest.raises(ArticleRefused, match="not a regular file"):
            Sources.under(Path("/dev")).read(source)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file whose reading fails is not to be had elsewhere")
def test_a_file_that_cannot_be_read_is_missing(article: Article) -> None:
    with pytest.raises(ArticleRefused, match=r"cannot be read \(Input/output error\)"):
        Sources.under(Path("/proc/self")).read("mem")
    mem = Article("mem", article.sha256, 0, "utf-8", 0, TEXT, article.masthead)
    assert Sources.under(Path("/proc/self")).state(mem) is SourceState.MISSING


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_the_right_to_read_it_is_missing(sources: Sources, article: Article, folder: Path) -> None:
    (folder / "2024" / "a.txt").chmod(0)
    assert sources.state(article) is SourceState.MISSING


def test_a_folder_that_may_be_passed_but_not_listed_is_passed(folder: Path) -> None:
    (folder / "2024").chmod(0o111)
    assert Sources.under(folder).read("2024/a.txt") == TEXT.encode()
    (folder / "2024").chmod(0o755)


def test_a_file_that_is_too_large_is_not_read_into_memory(folder: Path) -> None:
    with (folder / "large.txt").open("wb") as file:
        file.truncate(1 << 40)  # A hole: it takes no room on disk.
    with pytest.raises(ArticleRefused, match="over 1 GB"):
        Sources.under(folder).read("large.txt")


def test_added_articles_lie_in_the_index_folder(tmp_path: Path) -> None:
    sources = Sources(tmp_path / "root", tmp_path / "index", frozenset({"added/a.txt"}))
    assert sources.path("added/a.txt") == tmp_path / "index" / "added" / "a.txt"
    assert sources.path("added/b.txt") == tmp_path / "root" / "added" / "b.txt"


def test_looking_opens_nothing_for_good(sources: Sources, article: Article, folder: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for _ in range(50):
        sources.state(article)
        for source in ("nothing/a.txt", "2024", "../secret.txt"):
            with pytest.raises(ArticleRefused):
                Sources.under(folder).read(source)
    after = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    assert after == before
