"""Noticing that articles changed: what counts, what does not, and that nothing is lost on the way."""

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import articles_qa.index.building.watch
from articles_qa.index.backends import backend_at
from articles_qa.index.building.watch import FolderState, Watcher

PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks come one soon after another."""
    monkeypatch.setattr(articles_qa.index.building.watch, "SETTLED_S", 0.02)
    monkeypatch.setattr(articles_qa.index.building.watch, "LOOK_EVERY_S", 0.01)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with articles, one of them in a folder in it, and others beside it."""
    (tmp_path / "articles" / "deep").mkdir(parents=True)
    (tmp_path / "articles" / "a.txt").write_text("The ferry left.")
    (tmp_path / "articles" / "deep" / "b.md").write_text("The ferry came.")
    (tmp_path / "single.txt").write_text("The ferry stayed.")
    return tmp_path


def while_waiting(watcher: Watcher, paths: list[Path], change: Callable[[], Any], *, at_most_s: float = PATIENCE_S) -> bool:
    """Whether a change, made while the watcher waits, ends the waiting."""
    since = watcher.look(paths)
    timer = threading.Timer(0.05, change)
    timer.start()
    try:
        return watcher.wait(paths, since, at_most_s=at_most_s) != since
    finally:
        timer.join()


def replace(path: Path, text: str) -> None:
    """Save as editors do: another file takes the name."""
    beside = path.with_name(f".{path.name}.swp")
    beside.write_text(text)
    beside.replace(path)


def write(path: Path) -> None:
    """A file in a new folder."""
    path.parent.mkdir()
    path.write_text("x")


def same_size_and_time(path: Path) -> None:
    status = path.stat()
    path.write_text(path.read_text().swapcase())
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


NOTICED: dict[str, Callable[[Path], Any]] = {
    "a file added": lambda at: (at / "articles" / "new.txt").write_text("x"),
    "a file changed": lambda at: (at / "articles" / "a.txt").write_text("y"),
    "a file saved by an editor": lambda at: replace(at / "articles" / "deep" / "b.md", "z"),
    "a file as long and as old as before": lambda at: same_size_and_time(at / "articles" / "a.txt"),
    "a file that may not be read any more": lambda at: (at / "articles" / "a.txt").chmod(0o200),
    "a file renamed": lambda at: (at / "articles" / "new.txt").rename(at / "articles" / "NEWER.TXT"),
    "a file removed": lambda at: (at / "articles" / "NEWER.TXT").unlink(),
    "a folder with a file moved in": lambda at: shutil.copytree(at / "articles" / "deep", at / "articles" / "deep.2"),
    "a file in a new folder": lambda at: (at / "articles" / "deep.2" / "c.txt").write_text("w"),
    "a folder moved out": lambda at: (at / "articles" / "deep.2").rename(at / "out"),
    "a named file replaced": lambda at: replace(at / "single.txt", "v"),
    "a named file removed": lambda at: (at / "single.txt").unlink(),
    "a named file made again": lambda at: (at / "single.txt").write_text("u"),
    "the folder removed": lambda at: shutil.rmtree(at / "articles"),
    "the folder made again": lambda at: shutil.copytree(at / "out", at / "articles"),
    "a file in the folder made again": lambda at: (at / "articles" / "d.txt").write_text("t"),
    "the folder replaced": lambda at: ((at / "articles").rename(at / "old"), (at / "out").rename(at / "articles")),
    "a file in the folder that replaced it": lambda at: (at / "articles" / "e.txt").write_text("s"),
    "a folder above it renamed": lambda at: (at / "articles").rename(at / "elsewhere"),
    "and named as before": lambda at: (at / "elsewhere").rename(at / "articles"),
    "a first file added by hand": lambda at: write(at / "index" / "added" / "h.txt"),
    "a file added by hand": lambda at: (at / "index" / "added" / "i.txt").write_text("r"),
}


def test_each_change_is_noticed_one_after_the_other(folder: Path) -> None:
    (folder / "index").mkdir()
    watcher, paths = Watcher(folder / "index"), [folder / "articles", folder / "single.txt"]
    late = [name for name, change in NOTICED.items() if not while_waiting(watcher, paths, lambda act=change: act(folder))]  # type: ignore[misc]
    assert late == []


UNNOTICED: dict[str, Callable[[Path], Any]] = {
    "reading": lambda at: (at / "articles" / "a.txt").read_text(),
    "a file of another kind": lambda at: (at / "articles" / "picture.png").write_text("x"),
    "a hidden file": lambda at: (at / "articles" / ".a.txt.swp").write_text("x"),
    "a hidden text": lambda at: (at / "articles" / ".hidden.txt").write_text("x"),
    "a text in a hidden folder": lambda at: write(at / "articles" / ".git" / "t.txt"),
    "an empty folder": lambda at: (at / "articles" / "empty").mkdir(),
    "what a build writes": lambda at: (at / "articles" / "index" / "gen-000002.tmp").mkdir(),
    "an upload on its way": lambda at: (at / "articles" / "index" / "added" / ".upload-1.tmp").touch(),
    "a file beside a named one": lambda at: (at / "beside.txt").write_text("x"),
}


def test_what_makes_no_other_index_is_not_noticed(folder: Path) -> None:
    """The index lies in the watched folder, which is the case where a build might set off the next one."""
    (folder / "articles" / "index" / "added").mkdir(parents=True)
    watcher, paths = Watcher(folder / "articles" / "index"), [folder / "articles", folder / "single.txt"]
    for change in UNNOTICED.values():
        assert not while_waiting(watcher, paths, lambda act=change: act(folder), at_most_s=0.3)  # type: ignore[misc]
    assert while_waiting(watcher, paths, (folder / "articles" / "index" / "added" / "h.txt").touch)


def test_a_change_between_two_waits_is_noticed(folder: Path) -> None:
    watcher, paths = Watcher(folder / "index"), [folder / "articles"]
    since = watcher.look(paths)
    (folder / "articles" / "new.txt").write_text("x")
    assert watcher.wait(paths, since).files == since.files + 1


def test_a_file_being_written_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles_qa.index.building.watch, "SETTLED_S", 0.3)
    watcher, paths, path = Watcher(folder / "index"), [folder / "articles"], folder / "articles" / "slow.txt"

    def write() -> None:
        with path.open("w") as file:
            for _ in range(8):
                file.write("The ferry left. ")
                file.flush()
                time.sleep(0.1)

    thread = threading.Thread(target=write)
    since = watcher.look(paths)
    thread.start()
    seen = watcher.wait(paths, since)
    thread.join()
    assert seen == watcher.look(paths)


def test_a_file_that_never_settles_is_read_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles_qa.index.building.watch, "UNSETTLED_S", 0.3)
    watcher, paths, stopped = Watcher(folder / "index"), [folder / "articles"], threading.Event()

    def write() -> None:
        while not stopped.wait(0.005):
            with (folder / "articles" / "log.txt").open("a") as file:
                file.write("x")

    thread = threading.Thread(target=write)
    since = watcher.look(paths)
    thread.start()
    try:
        assert watcher.wait(paths, since) != since
    finally:
        stopped.set()
        thread.join()


def test_a_thousand_files_copied_in_are_few_changes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles_qa.index.building.watch, "SETTLED_S", 0.2)
    watcher, paths = Watcher(folder / "index"), [folder / "articles"]
    look = watcher.look(paths)
    watcher.wait(paths, look, at_most_s=0.01)
    text = "The ferry left. " * 100

    def copy() -> None:
        for number in range(1000):
            (folder / "articles" / f"{number}.txt").write_text(text)

    thread, changes = threading.Thread(target=copy), 0
    thread.start()
    while look.files < 1002:
        look, changes = watcher.wait(paths, look, at_most_s=PATIENCE_S), changes + 1
    thread.join()
    assert changes <= 3


def test_a_long_look_is_followed_by_as_long_a_pause(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, pauses = [0.0], list[float]()

    def passes(seconds: float) -> float:
        now[0] += seconds
        return now[0]

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        passes(seconds)

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "perf_counter", lambda: passes(3))  # Of a look's beginning, and of its end.
    watcher, paths = Watcher(folder / "index"), [folder / "articles"]
    watcher.wait(paths, watcher.look(paths), at_most_s=20)
    assert len(pauses) == 2 and pauses[0] == 3


def test_how_files_look_does_not_depend_on_when_and_by_which_name_they_are_looked_at(folder: Path) -> None:
    watcher = Watcher(folder / "index")
    assert watcher.look([folder / "articles"]) == Watcher(folder / "index").look([folder / "articles" / "deep" / ".."])
    looks: set[FolderState] = {watcher.look([folder / name]) for name in ("articles", "single.txt", "nowhere")}
    assert len(looks) == 3 and {bool(look.missing) for look in looks} == {False, True}


def test_a_folder_of_which_no_build_is_known_names_no_paths(folder: Path, seeds_index: Path, seeds: Path) -> None:
    assert backend_at(folder / "index").paths_before() == [] and backend_at(seeds_index).paths_before() == [seeds.resolve()]
