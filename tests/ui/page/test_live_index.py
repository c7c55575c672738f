"""The index that is served: another generation is taken up whole, and what cannot be opened changes nothing."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from articles_qa.index import Index, IndexDamagedError, IndexUnusableError, InputError, build
from articles_qa.index.local.generation import CURRENT, MANIFEST
from articles_qa.index.local.manifest import Manifest
from articles_qa.index.local.publish import publish
from articles_qa.index.local.write_lock import writer
from articles_qa.ui.page.live_index import SLOWER_AFTER_A_PROBLEM, LiveIndex, OpenGeneration

ROOT = Path(__file__).parents[3]
DEADLINE_S = 30.0
QUESTION = "How many people did the ferry Amalia carry?"


class Shop:
    """A folder with an article that says of which generation it is, and an index of it."""

    def __init__(self, folder: Path) -> None:
        self.articles, self.index = folder / "articles", folder / "index"
        self.articles.mkdir()
        self.published = 0

    def publish(self) -> int:
        """The next generation."""
        self.write(self.published + 1)
        self.published = build([self.articles], self.index).generation
        return self.published

    def write(self, number: int) -> None:
        (self.articles / "ferry.txt").write_text(f"The ferry Amalia carried {number} people to Linz, the police said.", "utf-8")

    @property
    def current(self) -> Path:
        return self.index / f"gen-{self.published:06d}"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    made.publish()
    return made


@pytest.fixture
def stopped() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def asked(live: LiveIndex, *, says: Callable[[int], int] = lambda generation: generation) -> int:
    """The generation that answers; its quotes are its own: as many people as it `says`."""
    record = live.call(lambda opened: opened.retriever.ask(QUESTION).to_dict())
    generation = record["index"]["generation"]
    texts = [quote["text"] for quote in record["quotes"] + record["closest"]]
    assert isinstance(generation, int)
    assert texts == [f"The ferry Amalia carried {says(generation)} people to Linz, the police said."]
    return generation


def eventually(true: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_newer_generation_is_taken_up_when_looked_for(shop: Shop) -> None:
    live = LiveIndex(shop.index)
    assert asked(live) == 1 and live.refresh() is False
    shop.publish()
    assert asked(live) == 1
    assert live.refresh() is True and asked(live) == 2
    assert live.refresh() is False and live.problem is None


def test_what_another_process_publishes_is_noticed(shop: Shop, stopped: threading.Event) -> None:
    live = LiveIndex(shop.index)
    live.watch(stopped, every_s=0.02)
    shop.write(2)
    command = [
        sys.executable,
        "-m",
        "articles_qa.ui.cli",
        "index",
        str(shop.articles),
        "--index",
        str(shop.index),
        "--no-speakers",
    ]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    eventually(lambda: live.now().index.info.generation == 2)
    assert asked(live) == 2


def test_watching_ends_when_told(shop: Shop, stopped: threading.Event) -> None:
    before = threading.active_count()
    LiveIndex(shop.index).watch(stopped, every_s=0.01)
    stopped.set()
    eventually(lambda: threading.active_count() <= before)


def test_one_generation_is_seen_to_the_end(shop: Shop) -> None:
    live = LiveIndex(shop.index)

    def while_others_publish(opened: OpenGeneration) -> int:
        shop.publish()
        live.refresh()
        return opened.index.info.generation

    assert live.call(while_others_publish) == 1 and asked(live) == 2


# SQLite's connection to a file that is gone complains while it is thrown away.
def test_where_its_files_were_removed_a_newer_one_answers(shop: Shop) -> None:
    live = LiveIndex(shop.index)
    for _ in range(3):  # The one before is kept; older ones are removed.
        shop.publish()
    answers: list[int] = []
    other = threading.Thread(target=lambda: answers.append(asked(live)))  # It has no connection to the database yet.
    other.start()
    other.join(DEADLINE_S)
    assert answers == [4] and asked(live) == 4


def test_a_newer_one_that_another_thread_opened_just_now_answers_too(shop: Shop) -> None:
    live = LiveIndex(shop.index)
    shop.publish()
    tried: list[int] = []

    def fails_once(opened: OpenGeneration) -> int:
        tried.append(opened.index.info.generation)
        if len(tried) == 1:
            live.refresh()  # As another thread does, which failed a moment before.
            raise IndexDamagedError("removed")
        return opened.index.info.generation

    assert live.call(fails_once) == 2 and tried == [1, 2]


def test_one_that_is_removed_while_it_is_opened_gives_way_to_the_next(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    live, opened = LiveIndex(shop.index), Index.open
    shop.publish()

    def open_slowly(directory: Path, *, generation: int | None, like: Index | None) -> Index:
        """Open an index so slowly at first that two more are published, and the one to open is gone."""
        if shop.published == 2:
            shop.publish()
            shop.publish()
            raise IndexDamagedError(f"{directory}: a file is missing")
        return opened(directory, generation=generation, like=like)

    monkeypatch.setattr(Index, "open", open_slowly)
    assert live.refresh() is True and live.problem is None and asked(live) == 4


def test_what_fails_in_the_generation_in_force_is_an_error(shop: Shop) -> None:
    live, tried = LiveIndex(shop.index), []

    def fails(opened: OpenGeneration) -> None:
        tried.append(opened)
        raise IndexDamagedError("damaged")

    with pytest.raises(IndexUnusableError, match="damaged"):
        live.call(fails)
    assert len(tried) == 1
    with pytest.raises(InputError):  # Another error is not tried again.
        live.call(lambda opened: opened.retriever.ask("?!"))


def flip(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])


def newer_format(shop: Shop) -> None:
    """A generation that a later version of the program published."""
    import hashlib

    manifest = shop.current / "manifest.json"
    raw = json.dumps({**json.loads(manifest.read_bytes()), "format": 99}).encode()
    manifest.write_bytes(raw)
    current = {"generation": shop.published, "manifest_sha256": hashlib.sha256(raw).hexdigest()}
    (shop.index / CURRENT).write_text(json.dumps(current), "utf-8")


DAMAGE: dict[str, Callable[[Shop], Any]] = {
    "a bit of the vectors": lambda shop: flip(shop.current / "vectors.faiss"),
    "a bit of the database": lambda shop: flip(shop.current / "articles.db"),
    "a bit of the manifest": lambda shop: flip(shop.current / "manifest.json"),
    "no database": lambda shop: (shop.current / "articles.db").unlink(),
    "no generation": lambda shop: shutil.rmtree(shop.current),
    "no CURRENT": lambda shop: (shop.index / CURRENT).unlink(),
    "CURRENT is no JSON": lambda shop: (shop.index / CURRENT).write_bytes(b"\xff{"),
    "CURRENT names nothing": lambda shop: (shop.index / CURRENT).write_text('{"generation": 99, "manifest_sha256": "x"}'),
    "a newer format": newer_format,
}


def test_a_damaged_generation_leaves_the_one_before_serving(shop: Shop) -> None:
    first, whole = (shop.index / CURRENT).read_bytes(), shop.index.with_name("whole")
    shop.publish()
    shop.index.rename(whole)
    for damage in DAMAGE.values():
        shutil.copytree(whole, shop.index)
        (shop.index / CURRENT).write_bytes(first)
        live = LiveIndex(shop.index)
        shutil.copy(whole / CURRENT, shop.index)
        damage(shop)
        for _ in range(2):
            assert live.refresh() is False and asked(live) == 1
            assert live.problem and live.problem.isprintable() and str(shop.index) in live.problem
        shutil.rmtree(shop.index)
        shutil.copytree(whole, shop.index)
        assert live.refresh() is True and live.problem is None and asked(live) == 2
        shutil.rmtree(shop.index)


def test_a_problem_that_is_over_is_forgotten(shop: Shop) -> None:
    live = LiveIndex(shop.index)
    current = (shop.index / CURRENT).read_bytes()
    (shop.index / CURRENT).write_bytes(b"{}")
    assert live.refresh() is False and live.problem
    (shop.index / CURRENT).write_bytes(current)
    assert live.refresh() is False and live.problem is None and asked(live) == 1


def test_watching_goes_on_after_damage_but_looks_more_seldom(shop: Shop, stopped: threading.Event) -> None:
    live = LiveIndex(shop.index)
    current = (shop.index / CURRENT).read_bytes()
    (shop.index / CURRENT).write_bytes(b"{}")
    live.watch(stopped, every_s=0.01)
    eventually(lambda: live.problem is not None)
    began = time.monotonic()
    (shop.index / CURRENT).write_bytes(current)
    shop.publish()
    eventually(lambda: live.now().index.info.generation == 2 and live.problem is None)
    assert time.monotonic() - began > 0.005 * SLOWER_AFTER_A_PROBLEM


def test_where_there_is_no_index_nothing_is_served(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="there is no index here"):
        LiveIndex(tmp_path / "nowhere")


def publish_copy(of: Path, index: Path) -> None:
    """Publish another generation's files anew, as fast as the disk allows."""
    manifest = Manifest.from_bytes((of / MANIFEST).read_bytes(), of / MANIFEST)

    def write(folder: Path) -> Manifest:
        shutil.copytree(of, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("manifest.json"))
        return replace(manifest, files=())

    with writer(index):
        publish(index, write)


def test_answers_during_publishes_are_each_of_one_generation(
    shop: Shop, stopped: threading.Event, tmp_path: Path, campaign: Callable[[int, int, int], int]
) -> None:
    """Odd generations hold the first article, even ones the second; each is removed when the next but one comes."""
    last = campaign(18, 32, 32)
    shop.publish()
    kept = [shutil.copytree(shop.index / f"gen-{number:06d}", tmp_path / f"kept-{number}") for number in (2, 1)]
    live = LiveIndex(shop.index)
    live.watch(stopped, every_s=0.02)
    seen: list[list[int]] = [[] for _ in range(2)]
    answered: list[int] = []
    faults: list[BaseException] = []

    def ask_on(mine: list[int]) -> None:
        try:
            while not stopped.is_set():
                mine.append(asked(live, says=lambda generation: 2 - generation % 2))
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=ask_on, args=(mine,)) for mine in seen]
    for thread in threads:
        thread.start()
    try:
        for number in range(3, last + 1):
            publish_copy(kept[number % 2], shop.index)
            answered.append(sum(map(len, seen)))
            if number % 3 == 0:  # The others follow each other faster than anything is asked.
                eventually(lambda: bool(faults) or sum(map(len, seen)) > answered[-1])
        eventually(lambda: bool(faults) or all(mine and mine[-1] == last for mine in seen))
    finally:
        stopped.set()
        for thread in threads:
            thread.join(DEADLINE_S)
    assert faults == [] and live.problem is None
    assert all(mine == sorted(mine) for mine in seen) and len(set().union(*seen)) > 3
