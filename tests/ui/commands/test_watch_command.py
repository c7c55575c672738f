"""`qa index --watch` as a person runs it: a process of its own, and files that come, change and go."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from articles_qa.index import BuildSettings, InputError
from articles_qa.index.building.watch import Watcher
from articles_qa.index.local.generation import CURRENT
from articles_qa.index.opened import paths_seal
from articles_qa.index.opened.index import Index
from articles_qa.ui.commands.watch_command import follow

ROOT = Path(__file__).parents[3]
PATIENCE_S = 60.0
STORY = "The ferry Amalia carried {} people to Linz, the police said."


class Watched:
    """A folder that a process follows."""

    def __init__(self, folder: Path) -> None:
        self.articles, self.index, self._output = folder / "articles", folder / "index", folder / "output"
        self.articles.mkdir()
        self._seen = 0

    def start(self, *arguments: str) -> None:
        """Begin to follow, with looks that come soon after each other."""
        hurried = "import articles_qa.index.building.watch as watch; watch.LOOK_EVERY_S = 0.1; "
        hurried += "from articles_qa.ui.cli import main; raise SystemExit(main())"
        command = [sys.executable, "-c", hurried, "index", *arguments, "--index", str(self.index), "--watch"]
        self._seen = 0
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.articles.parent,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )

    def says(self, what: str) -> str:
        """What it said since the last time, once this stands in it."""
        end = time.monotonic() + PATIENCE_S
        while what not in (said := self._output.read_text("utf-8")[self._seen :]):
            assert time.monotonic() < end and self.process.poll() is None, said
            time.sleep(0.02)
        time.sleep(0.05)
        said = self._output.read_text("utf-8")[self._seen :]
        self._seen += len(said)
        return said

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def write(self, name: str, people: int) -> None:
        (self.articles / name).write_text(STORY.format(people), "utf-8")

    def sources(self) -> list[str]:
        return [article.source for article in Index.open(self.index).articles().articles]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def test_what_is_added_changed_renamed_and_removed_is_indexed(watched: Watched, seeds: Path) -> None:
    watched.write("one.txt", 1)
    watched.start("articles")
    assert watched.says("Ctrl-C ends").startswith("1 added, 0 changed, 0 removed, 0 unchanged, 0 refused\ngeneration 1: ")
    added = watched.index / "added" / "three.txt"
    added.parent.mkdir()
    steps: list[tuple[Callable[[], object], str]] = [
        (lambda: watched.write("two.txt", 2), "1 added, 0 changed, 0 removed, 1 unchanged, 0 refused\ngeneration 2: "),
        (lambda: watched.write("two.txt", 22), "0 added, 1 changed, 0 removed, 1 unchanged, 0 refused\ngeneration 3: "),
        (lambda: (watched.articles / "two.txt").rename(watched.articles / "2.txt"), "0 added, 0 changed, 0 removed"),
        ((watched.articles / "2.txt").unlink, "0 added, 0 changed, 1 removed, 1 unchanged"),
        (lambda: watched.articles.rename(watched.articles.with_name("away")), "qa: articles: cannot be found"),
        (lambda: shutil.copytree(seeds, watched.articles), "5 added, 0 changed, 1 removed, 0 unchanged"),
        (lambda: added.write_text(STORY.format(3)), "1 added, 0 changed"),
    ]
    for act, said in steps:
        act()
        assert said in watched.says(said)
    assert len(watched.sources()) == 6
    assert watched.end(signal.SIGTERM) == 0
    assert sorted(path.name for path in watched.index.iterdir() if not path.name.startswith("gen-")) == [
        "CURRENT",
        "LOCK",
        "added",
    ]


def test_a_named_file_is_followed_and_a_first_article_waited_for(watched: Watched) -> None:
    watched.start("articles", "single.md", "--no-speakers")
    assert "cannot be found" in _ended(watched, 2)
    single = watched.articles.with_name("single.md")
    watched.start("articles", "--no-speakers")
    watched.says("waiting for one")
    watched.write("one.txt", 1)
    assert "1 added" in watched.says("Ctrl-C ends")
    assert watched.end(signal.SIGINT) == 130
    single.write_text(STORY.format(5), "utf-8")
    watched.start("single.md", "--no-speakers")
    watched.says("Ctrl-C ends")
    beside = single.with_name("beside.md~")
    beside.write_text(STORY.format(6), "utf-8")
    beside.replace(single)
    assert "0 added, 1 changed" in watched.says("generation")
    assert watched.sources() == ["single.md"]
    assert watched.end(signal.SIGINT) == 130


def _ended(watched: Watched, status: int) -> str:
    assert watched.process.wait(PATIENCE_S) == status
    return watched._output.read_text("utf-8")


def test_a_problem_is_said_once_and_the_index_followed_on(watched: Watched) -> None:
    watched.write("one.txt", 1)
    watched.start("articles", "--no-speakers")
    watched.says("Ctrl-C ends")
    current = (watched.index / CURRENT).read_bytes()
    (watched.index / CURRENT).write_bytes(b"{}")
    watched.write("two.txt", 2)
    assert "run qa index --rebuild" in watched.says("\n")
    (watched.index / CURRENT).write_bytes(current)
    watched.write("three.txt", 3)
    assert "2 added" in watched.says("generation 2")
    assert watched.end(signal.SIGTERM) == 0


def test_the_folders_of_a_strangers_index_are_not_looked_at(
    seeds_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths_seal, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(Watcher, "look", lambda *_: pytest.fail("looked"))
    with pytest.raises(InputError, match="not known to be built by you"):
        follow([], seeds_index, BuildSettings(), build=lambda _: pytest.fail("built"), show=print)
