"""Generations that follow each other under those who ask: nothing mixed, nothing left behind, and no pause.

This file is a program, too: as one it asks an index on and on, or publishes generation after generation.
"""

import gc
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

import articles_qa.index.local.segment
from articles_qa.index import build
from articles_qa.index.local.generation import CURRENT
from articles_qa.ui.page.live_index import LiveIndex

ROOT = Path(__file__).parents[2]
QUESTION = "How many people did the ferry carry?"
ARTICLES = 4
PATIENCE_S = 120.0
QUICK = 8  # Generations, where a campaign is short.
LOOKED_FOR_EVERY_S = 0.05
NEAR_S = 0.35  # After a generation is published it is looked for, opened and taken up.


def write_generation(folder: Path, number: int) -> None:
    """Articles that say in every sentence of which generation they are."""
    folder.mkdir(exist_ok=True)
    for name in range(ARTICLES):
        lines = (f"In year {number} the ferry {name} carried {people} people to Linz." for people in range(20, 24))
        (folder / f"{name}.txt").write_text("\n\n".join(lines), "utf-8")


@pytest.fixture
def place(tmp_path: Path, seeds_index: Path) -> Path:
    """A folder with the first generation of articles, and its index. (The model's export is there, which none is to make.)"""
    write_generation(tmp_path / "articles", 1)
    assert build([tmp_path / "articles"], tmp_path / "index").generation == 1
    return tmp_path


# --- What runs in the program.


def ask_on(directory: Path, answers: Path) -> None:
    """Ask until standard input ends; a line an answer: when, how long, of which generation, and what its quotes say."""
    live = LiveIndex(directory)
    live.watch(threading.Event(), every_s=LOOKED_FOR_EVERY_S)
    ended = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=listen, daemon=True).start()
    print("ready", flush=True)
    with answers.open("w") as file:
        while not ended.wait(0.01):
            began = time.monotonic()
            record = live.call(lambda opened: opened.retriever.ask(QUESTION).to_dict())
            took_s = time.monotonic() - began
            texts = [quote["text"] for quote in record["quotes"] + record["closest"]]
            years = sorted({int(year) for text in texts for year in re.findall(r"In year (\d+)", text)})
            file.write(json.dumps([began, took_s, record["index"]["generation"], years]) + "\n")


def publish_on(folder: Path, asked: Path, other: Path, count: int, pause_s: float) -> None:
    """Publish so many generations to each of two indexes by turns; a line each: when they were in force."""
    for number in range(2, count + 2):
        write_generation(folder, number)
        times = []
        for directory in (asked, other):
            assert build([folder], directory).generation == number
            times.append((directory / CURRENT).stat().st_mtime + time.monotonic() - time.time())
            time.sleep(pause_s)
        print(*times, flush=True)


# --- What the tests do with it.


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of one reader."""

    began: float
    took_s: float
    generation: int
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What the readers got; when the writer published to their index, and when to another, which costs the machine as much."""

    asked: tuple[tuple[Asked, ...], ...]
    published: tuple[float, ...]
    elsewhere: tuple[float, ...]

    def slowest_ms(self, times: Sequence[float]) -> list[float]:
        """For each reader and each of these times, how much longer than usual the slowest question near it took; sorted."""
        found = []
        for reader in self.asked:
            usual_s = statistics.median(each.took_s for each in reader)
            for at in times:
                near = [each.took_s for each in reader if at - each.took_s <= each.began <= at + NEAR_S]
                found += [1e3 * (max(near) - usual_s)] if near else []
        return sorted(found)

    def said(self) -> str:
        """Its figures."""
        every = sorted(1e3 * each.took_s for reader in self.asked for each in reader)
        lines = [f"{len(every):,} answers by {len(self.asked)} readers, median {every[len(every) // 2]:.0f} ms"]
        for what, times in (("their index", self.published), ("another index", self.elsewhere)):
            slowest = self.slowest_ms(times)
            half, most = slowest[len(slowest) // 2], slowest[len(slowest) * 19 // 20]
            figures = f"half under {half:.0f} ms, 19 in 20 under {most:.0f} ms, all under {slowest[-1]:.0f} ms"
            lines.append(f"slowest near each of {len(times)} publishes to {what}, beyond the median: {figures}")
        return "\n".join(lines)


def program(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, __file__, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def run(place: Path, *, readers: int, generations: int) -> Run:
    """Readers ask one index while a writer publishes to it and to another one by turns."""
    pause_s = 0.5 if generations > QUICK else 0.1  # So that most questions have no generation near them.
    answers = [place / f"answers-{number}" for number in range(readers)]
    asking = [program("ask", place / "index", path) for path in answers]
    assert [process.stdout.readline() for process in asking if process.stdout] == ["ready\n"] * readers
    publishing = program("publish", place / "articles", place / "index", place / "other", generations, pause_s)
    out, err = publishing.communicate(timeout=generations * PATIENCE_S)
    assert publishing.returncode == 0, err
    time.sleep(2 * NEAR_S)
    ends = [process.communicate(timeout=PATIENCE_S) for process in asking]
    assert [(process.returncode, err) for process, (_, err) in zip(asking, ends, strict=True)] == [(0, "")] * readers
    asked = (tuple(_asked(line) for line in path.read_text().splitlines()) for path in answers)
    times = [float(time) for time in out.split()]
    return Run(tuple(asked), tuple(times[::2]), tuple(times[1::2]))


def _asked(line: str) -> Asked:
    began, took_s, generation, years = json.loads(line)
    return Asked(began, took_s, generation, tuple(years))


def faults(answers: Sequence[Asked], last: int) -> list[Asked]:
    """The answers that are not wholly of their generation, or of an older one than the answer before."""
    wrong = [each for each in answers if each.years != (each.generation,)]
    wrong += [later for each, later in pairwise(answers) if later.generation < each.generation]
    return wrong + [each for each in answers[-1:] if each.generation != last]


@pytest.mark.campaign
def test_readers_take_up_generation_after_generation_without_an_error_or_a_mixed_answer(
    place: Path, campaign: Callable[[int, int, int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Printed: how long questions took around publishes to their index, and to another one, which no reader takes up."""
    readers, generations = campaign(1, 2, 4), campaign(4, QUICK, 200)
    build([place / "articles"], place / "other")
    swaps = run(place, readers=readers, generations=generations)
    assert [faults(reader, generations + 1) for reader in swaps.asked] == [[]] * readers
    assert all(len({each.generation for each in reader}) > generations // 2 for reader in swaps.asked)
    with capsys.disabled():
        print(f"\n{swaps.said()}")


def test_a_mixed_answer_and_an_older_one_are_faults() -> None:
    fine = [Asked(0, 0, 1, (1,)), Asked(1, 0, 2, (2,))]
    assert faults(fine, 2) == [] and faults(fine, 3) and faults(fine[::-1], 1)
    assert faults([Asked(0, 0, 1, (1, 2))], 1) and faults([Asked(0, 0, 2, (1,))], 2) and faults([Asked(0, 0, 1, ())], 1)


@pytest.fixture
def live(place: Path) -> Iterator[LiveIndex]:
    yield LiveIndex(place / "index")


def publish(place: Path, number: int) -> None:
    write_generation(place / "articles", number)
    assert build([place / "articles"], place / "index").generation == number


def test_a_newer_generation_goes_on_with_the_loaded_model(place: Path, live: LiveIndex) -> None:
    before = live.now().index
    publish(place, 2)
    assert live.refresh() and live.now().index is not before
    assert live.now().index._embedder is before._embedder


def test_what_a_question_needs_is_loaded_before_a_generation_is_in_force(
    place: Path, live: LiveIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(place, 2)
    assert live.refresh()
    read: list[str] = []
    monkeypatch.setattr(type(live.now().index.store), "abbreviations", lambda store: read.append("abbreviations"))
    monkeypatch.setattr(articles_qa.index.local.segment, "VectorIndex", lambda path: read.append("vectors"))
    assert live.now().retriever.ask(QUESTION).quotes and live.now().index.outlets() == ()
    assert read == []


def in_use(index: Path) -> tuple[list[str], int]:
    """The files of generations that this process has open or mapped; how many files are open and threads run in all."""
    opened = [_target(path) for path in Path("/proc/self/fd").iterdir()]
    mapped = {line.split(maxsplit=5)[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "/gen-" in line}
    below = f"{index}/gen-"  # Other tests of this process may have held on to theirs.
    return [name for name in (*opened, *mapped) if name.startswith(below)], len(opened) + threading.active_count()


def _target(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""  # The listing's own.


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def publish_copy(index: Path, number: int) -> None:
    """Put a copy of the first generation in force, and remove the one before the last. Building has a memory of its own."""
    current = json.loads((index / CURRENT).read_bytes())
    shutil.copytree(index / "gen-000001", index / f"gen-{number:06d}")
    (index / f"{CURRENT}.new").write_text(json.dumps({**current, "generation": number}), "utf-8")
    (index / f"{CURRENT}.new").replace(index / CURRENT)
    if number > 3:
        shutil.rmtree(index / f"gen-{number - 2:06d}")


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Python does not look for cycles, in which a generation would keep its memory until it does."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.campaign
@pytest.mark.usefixtures("uncollected")
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="asks /proc")
def test_what_a_generation_held_is_given_back_after_the_next(
    place: Path, live: LiveIndex, campaign: Callable[[int, int, int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Files, maps and threads; and memory, which at full length may not grow by more than a few pages a generation."""
    swaps, counts, memory_mb = campaign(4, 8, 200), list[int](), list[float]()
    with ThreadPoolExecutor(3) as askers:  # Each has a connection of its own to each generation's database.
        for number in range(2, swaps + 2):
            publish_copy(place / "index", number)
            assert live.refresh()
            list(askers.map(lambda _: live.call(lambda opened: opened.retriever.ask(QUESTION)), range(6)))
            files, count = in_use(place / "index")
            assert files and all(f"/gen-{number:06d}/" in name for name in files), files
            counts.append(count)
            memory_mb.append(resident_mb())
    assert max(counts[1:]) - min(counts[1:]) <= len(files)  # Which of the threads asked varies.
    if swaps > 100:
        with capsys.disabled():
            print(f"\nMB after 20, 100 and {swaps} swaps: {memory_mb[20]:.1f}, {memory_mb[100]:.1f}, {memory_mb[-1]:.1f}")
        assert memory_mb[-1] - memory_mb[100] < 5.0


if __name__ == "__main__":
    if sys.argv[1] == "ask":
        ask_on(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        articles, asked, other, count, pause_s = sys.argv[2:]
        publish_on(Path(articles), Path(asked), Path(other), int(count), float(pause_s))
