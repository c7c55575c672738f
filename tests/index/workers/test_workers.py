"""Several processes that embed: the same index as one makes, whatever becomes of them."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from articles_qa.index import BuildSettings, InputError, Progress, build
from articles_qa.index.articles.article import Article, decode_article
from articles_qa.index.building.fill_entries import prefetch
from articles_qa.index.entries.entry import Entry
from articles_qa.index.local.generation import open_generation
from articles_qa.index.local.segment import ARTICLES, VECTORS
from articles_qa.index.workers.worker import MAX_TRIES, Batch, BatchDone, work_through

ROOT = Path(__file__).parents[3]
PATIENCE_S = 30.0
INDEX = "import sys; from articles_qa.ui.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles_qa.index.building.fill_entries.BATCH_BYTES", 300)
    monkeypatch.setattr("articles_qa.index.building.prepare.BATCH_BYTES", 300)
    monkeypatch.setattr("articles_qa.index.building.fill_entries.BATCH_PASSAGES", 8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Articles of two passages each, all different."""
    folder = tmp_path_factory.mktemp("articles")
    for number in range(40):
        lines = [f"Ferry number {number} sank at noon.", f"The mayor of town {number} said that all were safe."]
        (folder / f"{number:06d}.txt").write_text("\n\n".join([" ".join(lines * 4)] * 2) + f"\n\nIt was the {number}th.\n")
    return folder


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Path:
    """Their index, made by one process."""
    directory = tmp_path_factory.mktemp("alone") / "index"
    build([folder], directory)
    return directory


def held(directory: Path) -> tuple[bytes, bytes]:
    """The bytes of an index's articles and vectors."""
    folder = open_generation(directory).folder
    return (folder / ARTICLES).read_bytes(), (folder / VECTORS).read_bytes()


@pytest.mark.tier("check")  # Of two workers, one of whom is killed, the same is asked in `make test`.
@pytest.mark.usefixtures("small_batches")
def test_two_workers_make_the_index_that_one_process_makes(tmp_path: Path, folder: Path, alone: Path) -> None:
    totals: list[int] = []
    done: list[int] = []
    report = build([folder], tmp_path, BuildSettings(workers=2), progress=Progress(totals.append, done.append))
    assert held(tmp_path) == held(alone)
    assert totals[-1] == sum(done) == report.passages
    assert not multiprocessing.active_children()


@pytest.mark.tier("check")
@pytest.mark.usefixtures("small_batches")
def test_a_worker_that_is_killed_costs_its_batch_only(tmp_path: Path, folder: Path, alone: Path) -> None:
    killed: list[int | None] = []
    done: list[int] = []

    def kill(passages: int) -> None:
        done.append(passages)
        if len(done) in (3, 9):
            victim = multiprocessing.active_children()[0]
            killed.append(victim.pid)
            victim.kill()

    report = build([folder], tmp_path, BuildSettings(workers=2), progress=Progress(done=kill))
    assert held(tmp_path) == held(alone)
    assert len(killed) == 2 and sum(done) == report.passages


class Deadly:
    """Workers of whom each dies of one article."""

    room = 2

    def __init__(self) -> None:
        self.given: list[tuple[int, tuple[Article, ...]]] = []

    def give(self, number: int, articles: tuple[Article, ...]) -> None:
        self.given.append((number, articles))
        assert len(self.given) <= self.room

    def take(self) -> BatchDone:
        number, articles = self.given.pop()
        entries: tuple[Entry, ...] = ()
        return BatchDone(number, None if articles[0].source == "deadly.txt" else entries)


def batches(*sources: str) -> Iterator[Batch]:
    for source in sources:
        yield Batch((decode_article(b"The river rose.", source),), 15)


def test_articles_that_kill_every_worker_are_named_and_end_the_build() -> None:
    with pytest.raises(InputError, match=rf"^deadly\.txt .*{MAX_TRIES} workers died"):
        list(work_through(Deadly(), batches("a.txt", "deadly.txt", "b.txt")))
    assert len(list(work_through(Deadly(), batches("a.txt", "b.txt", "c.txt")))) == 3


@pytest.mark.parametrize("workers", [0, -1, 100_000])
def test_a_number_of_workers_that_cannot_be_is_refused(workers: int) -> None:
    with pytest.raises(InputError, match="--workers"):
        BuildSettings(workers=workers)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are found by /proc")
@pytest.mark.parametrize(
    "how",
    [
        pytest.param(signal.SIGINT, id="SIGINT"),
        pytest.param(signal.SIGTERM, id="SIGTERM", marks=pytest.mark.tier("check")),
        pytest.param(signal.SIGKILL, id="SIGKILL", marks=pytest.mark.tier("check")),
    ],
)
def test_no_process_outlives_a_build_that_is_stopped(tmp_path: Path, how: signal.Signals) -> None:
    (tmp_path / "articles").mkdir()
    for number in range(200):
        text = "\n\n".join(f"Ferry {number} called at pier {pier}. " * 20 for pier in range(10))
        (tmp_path / "articles" / f"{number}.txt").write_text(text)
    command = [sys.executable, "-c", INDEX, "index", "--workers", "2", "--index", str(tmp_path / "index")]
    process = subprocess.Popen(
        [*command, str(tmp_path / "articles")], cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    began = time.monotonic()
    while len(own := children(process.pid)) < 3 and time.monotonic() - began < PATIENCE_S:  # Two, and Python's tracker.
        time.sleep(0.05)
    assert len(own) == 3
    time.sleep(1.0)
    # Ctrl-C goes to all processes of a terminal's foreground.
    os.killpg(process.pid, how) if how is signal.SIGINT else process.send_signal(how)
    said = process.communicate(timeout=PATIENCE_S)[1]
    assert said == ("qa: stopped\n" if how is signal.SIGINT else "")
    while any(map(running, own)) and time.monotonic() - began < 2 * PATIENCE_S:
        time.sleep(0.05)
    assert not any(map(running, own))


def test_what_is_made_ahead_comes_in_order_one_ahead_and_its_error_where_it_is_due() -> None:
    made: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            yield number
        raise InputError("no more")

    got: list[int] = []
    with pytest.raises(InputError, match="no more"):
        for number in prefetch(numbers()):
            assert len(made) <= number + 2
            got.append(number)
    assert got == made == [0, 1, 2, 3, 4]
