"""Campaigns with real processes: builds killed at any moment, and many writers at once.

This file is a program, too. As one it has only imported what a build needs, and forks a child for each build, so that
the moment of a kill falls into the work of the build and not into a second of imports.
"""

import contextlib
import fcntl
import importlib
import io
import json
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import articles_qa.ui.cli
import articles_qa.ui.commands.index_command
from articles_qa.index import BuildSettings, Index, Progress, QaError, add_file, build
from articles_qa.index.files.checksums import Check
from articles_qa.index.files.disk import Disk
from articles_qa.index.models.onnx_session import silent_onnxruntime
from articles_qa.qa import Retriever

ROOT = Path(__file__).parents[2]
WRITERS = 8
PATIENCE_S = 60.0
QUESTION = "How many people did the ferry carry?"
BUSY = re.compile(r"qa: \S+: .*process.* is writing it; wait until that is done[^\n]*\n")

Contents = Mapping[str, bytes]
"""Articles' bytes by source."""


# --- What runs in the program: one child a build.


def serve_builds() -> None:
    """Fork a child for each line of standard input; answer with what became of it."""
    silent_onnxruntime()
    for name in ("faiss", "filelock", "langchain_text_splitters", "nupunkt", "tantivy", "tokenizers"):
        importlib.import_module(name)
    # A thread does not outlive a fork, while what it holds stays held.
    assert len(list(Path("/proc/self/task").iterdir())) == 1
    for line in sys.stdin:
        order = json.loads(line)
        reply = _run_race(**order) if order.pop("act") == "race" else _run_one(**order)
        print(json.dumps(reply), flush=True)


def _run_one(do: str, arguments: list[str], kill_after_s: float | None) -> dict[str, Any]:
    """One build or one added file, killed after so long."""
    began = time.perf_counter()
    child = os.fork()
    if not child:
        _end(_build if do == "build" else _add, *arguments)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return {"status": os.waitstatus_to_exitcode(status), "took_s": time.perf_counter() - began}


def _end(act: Callable[..., int], *arguments: Any) -> None:
    """Do it and end, without what pytest or the parent would do at an exit."""
    status = 99
    try:
        status = act(*arguments)
    finally:
        os._exit(status)


def _build(folder: str, directory: str, *exclude: str) -> int:
    build([folder], directory, BuildSettings(exclude=exclude))
    return 0


def _add(directory: str, name: str, text: str) -> int:
    add_file(directory, name, text.encode())
    return 0


def _run_race(folder: str, directory: str, wait: bool, locked: bool) -> list[dict[str, Any]]:
    """The command in several processes at once. Without `wait`, who holds the lock holds it until the others are refused."""
    start, refused, results = os.pipe(), os.pipe(), [os.pipe() for _ in range(WRITERS)]
    children = []
    for mine in results:
        child = os.fork()
        if not child:
            os.close(start[1])
            os.read(start[0], 1)  # Until the parent closes its end, for all at once.
            _end(lambda said=mine[1]: _compete(folder, directory, wait=wait, locked=locked, refused=refused, result=said))
        children.append(child)
        os.close(mine[1])
    os.close(start[0])
    os.close(start[1])
    found = []
    for child, mine in zip(children, results, strict=True):
        with os.fdopen(mine[0]) as said:
            found.append(json.loads(said.read() or "{}"))
        os.waitpid(child, 0)
    for end in refused:
        os.close(end)
    return found


def _compete(folder: str, directory: str, *, wait: bool, locked: bool, refused: tuple[int, int], result: int) -> int:
    if not locked:
        Disk.lock = lambda self, path, *, wait, taken: lambda: None  # type: ignore[method-assign]
    hold = Progress() if wait else Progress(embedding=lambda total: _until_all_are_refused(refused[0], 20.0 if locked else 1.0))
    articles_qa.ui.commands.index_command.build_progress = lambda: hold  # type: ignore[attr-defined]
    began = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        status = articles_qa.ui.cli.main(["index", folder, "--index", directory, "--rebuild", *(["--wait"] if wait else [])])
    if status:
        os.write(refused[1], b".")
    said = {"status": status, "out": out.getvalue(), "err": err.getvalue(), "took_s": time.perf_counter() - began}
    os.write(result, json.dumps(said).encode())
    return 0


def _until_all_are_refused(refused: int, at_most_s: float) -> None:
    """Wait until all others have been refused; not for ever, since without a lock nobody is."""
    for _ in range(WRITERS - 1):
        if not select.select([refused], [], [], at_most_s)[0]:
            return
        os.read(refused, 1)


# --- What the tests do with it.


class Builder:
    """The program that forks."""

    def __init__(self, scratch: Path) -> None:
        (scratch / "tmp").mkdir()
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch / "tmp"), "OPENBLAS_NUM_THREADS": "1"},
        )

    def ask(self, act: str, **order: Any) -> Any:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"act": act, **order}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory, seeds_index: Path) -> Iterator[Builder]:
    """Begun once the model's export is there, which no build is to make again."""
    made = Builder(tmp_path_factory.mktemp("builder"))
    yield made
    made.close()


class Shelf:
    """A folder that somebody works on, and its index; changes are drawn from one generator."""

    def __init__(self, place: Path, draw: random.Random) -> None:
        self.folder, self.index, self.draw = place / "articles", place / "index", draw
        self.folder.mkdir()
        self._drawn = 0
        for _ in range(5):
            self.change()

    def change(self) -> None:
        """Add, change, rename or remove a file."""
        files = sorted(self.folder.rglob("*.txt"))
        what = self.draw.choice(["add", "change", "rename", "remove"]) if len(files) > 3 else "add"
        path = self.draw.choice(files) if files else self.folder
        if what == "remove":
            path.unlink()
        elif what == "rename":
            path.rename(self._new_path())
        else:
            (path if what == "change" else self._new_path()).write_text(self.text(), "utf-8")

    def text(self) -> str:
        """An article that there has not been before."""
        self._drawn += 1
        lines = self.draw.randint(1, 4)
        return "\n\n".join(f"The ferry {self._drawn} carried {self.draw.randint(2, 999)} people to Linz." for _ in range(lines))

    def _new_path(self) -> Path:
        self._drawn += 1
        below = self.folder / self.draw.choice(["", "deep", "deep/er"])
        below.mkdir(parents=True, exist_ok=True)
        return below / f"{self._drawn}.txt"

    def own(self) -> dict[str, bytes]:
        """What lies in the folder now."""
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in self.folder.rglob("*.txt")}

    def added(self, indexed: Contents) -> dict[str, bytes]:
        """What was added by hand; what is put aside counts where the index has it, since its removal came to nothing."""
        added = {f"added/{path.name}": path.read_bytes() for path in (self.index / "added").glob("*.txt")}
        aside = {f"added/{path.name}": path.read_bytes() for path in (self.index / "added" / ".leaving").glob("*.txt")}
        return {source: data for source, data in aside.items() if source in indexed} | added


def contents(index: Index) -> dict[str, bytes]:
    """The articles of an index, by source."""
    found = [index.article_named(summary.source) for summary in index.articles(limit=200).articles]
    return {article.source: article.text.encode() for article in found if article}


def is_locked(directory: Path) -> bool:
    """Whether a process holds the index folder's lock."""
    if not (directory / "LOCK").exists():
        return False
    with (directory / "LOCK").open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def strangers(directory: Path) -> list[str]:
    """What lies in an index folder but is not documented."""
    words = r"words(/meta\.json|/\.managed\.json|/[0-9a-f]{32}\.\w+)?"
    part = rf"articles\.db|vectors\.faiss|vectors\.f16|passages\.npy|sentences\.npy|{words}"
    generation = rf"gen-\d{{6}}(/(manifest\.json|order\.npy|looks\.npy|gone\.json|{part}|seg-\d{{6}}(/({part}))?))?"
    known = re.compile(rf"LOCK|CURRENT|added(/[^./][^/]*)?|{generation}")
    return [
        name for path in sorted(directory.rglob("*")) if not known.fullmatch(name := path.relative_to(directory).as_posix())
    ]


class Killed:
    """A campaign of kills: what the index holds, and what went wrong."""

    def __init__(self, shelf: Shelf, builder: Builder) -> None:
        self.shelf, self._builder = shelf, builder
        self.holds: dict[str, bytes] = {}
        self.kills = self.late = self.unfinished = 0
        self._usual_s = {"build": 0.0, "add": 0.0}
        self._like: Index | None = None

    def first_build(self) -> None:
        """An index to begin with, and how long a build and an addition take."""
        for _ in range(2):
            for do in ("add", "build"):
                self._usual_s[do] = self._run(do, (), kill=False)["took_s"]
        self.check(self.shelf.own() | self.shelf.added({}))

    def kill(self) -> None:
        """Change something and kill what indexes it at any moment; the index is the one before or the new one."""
        for _ in range(self.shelf.draw.choice([1, 1, 2])):  # Two in a row: the second finds what the first has left.
            for _ in range(self.shelf.draw.randint(1, 3)):
                self.shelf.change()
            do = self.shelf.draw.choice(["build", "build", "build", "add"])
            out = self._out() if do == "build" else ()
            new = self._expected(out) if do == "build" else self.holds
            ended = self._run(do, out, kill=True)["status"]
            assert ended in (0, -signal.SIGKILL), (do, ended)
            assert not is_locked(self.shelf.index)
            killed, before = ended != 0, self.holds
            # However busy the machine is: one in four comes to its end, so that the others are killed all along the way.
            self._usual_s[do] *= 1.04 if killed else 0.9
            self.kills += killed
            self.unfinished += any(path.name.endswith(".tmp") for path in self.shelf.index.iterdir())
            self.check(before, new)
            self.late += killed and self.holds != before

    def finish(self) -> None:
        """Let a build come to its end: the new index and nothing else."""
        for path in (self.shelf.index / "added").glob(".upload-*"):
            os.utime(path, (1.0, 1.0))  # A younger one may be an upload under way.
        new = self._expected(())
        assert self._run("build", (), kill=False)["status"] == 0
        self.check(new)
        assert strangers(self.shelf.index) == []
        assert len(list(self.shelf.index.glob("gen-*"))) <= 2

    def check(self, *allowed: Contents) -> None:
        """The index opens with every check, holds one of these, and answers of it."""
        index = Index.open(self.shelf.index, check=Check.SHA256, like=self._like)
        found = contents(index)
        assert found in allowed, (sorted(found), [sorted(each) for each in allowed])
        self.holds, self._like = found, index
        answer = Retriever(index).ask(QUESTION)
        quotes = answer.quotes + answer.closest
        assert quotes and all(quote.text.encode() in found[quote.source] for quote in quotes)

    def _expected(self, out: Sequence[str]) -> dict[str, bytes]:
        every = self.shelf.own() | self.shelf.added(self.holds)
        return {source: data for source, data in every.items() if source not in out}

    def _out(self) -> tuple[str, ...]:
        """Sometimes an added article to take out."""
        added = sorted(source for source in self.holds if source.startswith("added/"))
        return (added[0],) if len(added) > 3 and self.shelf.draw.random() < 0.5 else ()

    def _run(self, do: str, out: Sequence[str], *, kill: bool) -> dict[str, Any]:
        folder, directory = str(self.shelf.folder), str(self.shelf.index)
        arguments = [folder, directory, *out]
        if do == "add":
            arguments = [directory, f"hand {self.shelf.draw.randint(0, 10**6)}.txt", self.shelf.text()]
        after_s = self.shelf.draw.uniform(0.0, 1.05 * self._usual_s[do]) if kill else None
        found: dict[str, Any] = self._builder.ask("one", do=do, arguments=arguments, kill_after_s=after_s)
        return found


@pytest.mark.campaign
def test_an_index_whose_build_is_killed_at_any_moment_is_the_one_before_or_the_new_one(
    tmp_path: Path, builder: Builder, campaign: Callable[[int, int, int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    kills, cycle = campaign(2, 6, 500), 0
    killed = Killed(Shelf(tmp_path, random.Random(20)), builder)
    killed.first_build()
    while killed.kills < kills:
        killed.kill()
        cycle += 1
        if cycle % 10 == 5:
            killed.finish()
    killed.finish()
    with capsys.disabled():
        print(f"\n{killed.kills} kills: {killed.unfinished} left something, {killed.late} came with the new index in force")


def race(builder: Builder, place: Path, *, wait: bool = False, locked: bool = True) -> list[str]:
    """What went wrong where several writers begin at once."""
    index = place / "index"
    said = builder.ask("race", folder=str(place / "articles"), directory=str(index), wait=wait, locked=locked)
    won = [each["out"] for each in said if each.get("status") == 0]
    numbers = re.findall(r"generation (\d+)", "".join(won))
    wrong = [f"published {numbers}"] if len({*numbers}) != (WRITERS if wait else 1) or len(numbers) != len({*numbers}) else []
    lost = [each for each in said if each.get("status") != 0]
    wrong += [str(each) for each in lost if wait or each.get("status") != 2 or not BUSY.fullmatch(each["err"])]
    try:
        opened = Index.open(index, check=Check.SHA256)
        if str(opened.info.generation) != max(numbers, key=int, default=""):
            wrong.append(f"in force {opened.info.generation}, published {numbers}")
        if len(contents(opened)) != opened.info.articles:
            wrong.append("articles are missing")
    except QaError as error:
        wrong.append(str(error))
    return wrong + strangers(index)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with articles, and an index of it."""
    Shelf(tmp_path, random.Random(21))
    build([tmp_path / "articles"], tmp_path / "index")
    return tmp_path


@pytest.mark.campaign
def test_of_many_writers_at_once_one_publishes_and_the_others_are_told_so(
    place: Path, builder: Builder, campaign: Callable[[int, int, int], int]
) -> None:
    for _ in range(campaign(1, 3, 50)):
        assert race(builder, place) == []


@pytest.mark.tier("check")
@pytest.mark.campaign
def test_many_writers_that_wait_publish_one_after_the_other(
    place: Path, builder: Builder, campaign: Callable[[int, int, int], int]
) -> None:
    for _ in range(campaign(1, 1, 10)):
        assert race(builder, place, wait=True) == []


@pytest.mark.tier("check")
def test_without_the_lock_writers_at_once_are_found_out(place: Path, builder: Builder) -> None:
    assert race(builder, place, locked=False)


def test_whoever_is_killed_while_it_holds_the_lock_keeps_nobody_out(place: Path, builder: Builder) -> None:
    arguments = [str(place / "articles"), str(place / "index")]
    (place / "articles" / "new.txt").write_text("The ferry carried nobody to Linz.")
    for after_s in (0.05, 0.1, 0.15):
        builder.ask("one", do="build", arguments=arguments, kill_after_s=after_s)
        began = time.perf_counter()
        build([place / "articles"], place / "index")
        assert time.perf_counter() - began < PATIENCE_S / 4
        shutil.copy(place / "articles" / "new.txt", place / "articles" / f"new {after_s}.txt")


@pytest.mark.campaign
def test_a_sound_index_is_never_called_damaged(seeds_index: Path, campaign: Callable[[int, int, int], int]) -> None:
    for number in range(campaign(6, 20, 1000)):
        index = Index.open(seeds_index, check=(Check.SHA256, Check.XXH3, None)[number % 3])
        if index.verification is not None:
            assert index.verification.wait(PATIENCE_S)
            index.verification.check()
        assert index.passages_by_words([["casualti"]], top_k=1)


if __name__ == "__main__":
    serve_builds()
