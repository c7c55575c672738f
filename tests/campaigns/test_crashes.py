"""An index outlives whatever stops its writer: a simulated disk that dies at any operation, and then forgets.

After the way SQLite and others are tested (crash simulation over a log of
operations; Pillai et al. 2014, "All File Systems Are Not Created Equal",
section 3): what was not synced may be lost, halved, zeroed, flipped or whole,
and what was renamed but not synced may be undone, each by itself.
"""

import errno
import hashlib
import io
import json
import os
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import BinaryIO

import pytest

from articles_qa.index import BuildSettings, Index, IndexDamagedError, InputError, QaError, add_file, build
from articles_qa.index.files.disk import Disk
from articles_qa.index.local.generation import Current, generation_numbers, index_exists, name_of, open_generation
from articles_qa.index.models.embedder import Embedder
from articles_qa.index.models.export import export_model
from articles_qa.index.models.model_card import ModelSettings
from articles_qa.index.models.model_files import Export

Name = tuple[int, str]  # A folder's number, and a name in it.
State = frozenset[tuple[str, str]]  # The sources and sha256s that an index holds.
NOTHING: State = frozenset()
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EMFILE)
IN_MAKE_TEST = {(errno.ENOSPC, True), (errno.EIO, False)}  # The others run in `make check`.
DOCUMENTED = re.compile(r"LOCK|CURRENT|added|gen-\d{6}")


class Stopped(BaseException):
    """The process is no more."""


@dataclass
class Node:
    """A file or folder on the simulated disk: where it is now, and for files what is sure to be there after a power cut."""

    number: int
    path: Path
    is_folder: bool
    synced: bytes | None = None
    last: bytes | None = None  # What it held when its last name went.


@dataclass
class Fault:
    """From which operation on (counted from 1) the disk fails, with which error, and whether for ever."""

    at: int
    error: int
    forever: bool


@dataclass
class SimulatedDisk(Disk):
    """Does everything for real in a folder, and knows what of it would outlast a power cut.

    Dies at operation `stop_at`; `fault` fails instead. Syncs whose place matches `forgotten` do nothing.
    """

    root: Path
    stop_at: int | None = None
    fault: Fault | None = None
    forgotten: str | None = None
    done: list[str] = field(default_factory=list)
    dead: bool = False

    def __post_init__(self) -> None:
        """All that is there is on disk."""
        self._next = 0
        self._nodes: dict[Path, Node] = {}
        self._kept: dict[Name, int] = {}
        self._by_number: dict[int, Node] = {}
        self._waiting: list[list[tuple[Name, int | None]]] = []
        for path in (self.root, *sorted(self.root.rglob("*"))):
            node = self._node(path)
            node.synced = None if node.is_folder else path.read_bytes()
            if path != self.root:
                self._kept[self._name(path)] = node.number

    def revive(self) -> None:
        """Another process goes on with the same disk."""
        self.dead, self.stop_at, self.fault, self.done = False, None, None, []

    def make_folder(self, path: Path) -> None:
        self._step("make_folder", path)
        super().make_folder(path)
        self._appeared(path)

    def create(self, path: Path) -> BinaryIO:
        self._step("create", path)
        file = open(path, "xb", buffering=0)  # noqa: SIM115
        self._appeared(path)
        return io.BufferedWriter(_Counted(file, lambda: self._step("write", path)), 1 << 16)

    @contextmanager
    def by_library(self, path: Path) -> Iterator[None]:
        self._step("library begins", path)
        try:
            yield
        finally:
            if not self.dead:
                for made in (path, *(sorted(path.rglob("*")) if path.is_dir() else ())):
                    if made.exists() and made not in self._nodes:
                        self._appeared(made)
        self._step("library ends", path)

    def link(self, path: Path, other: Path) -> None:
        self._step("link", other)
        super().link(path, other)
        node = self._nodes[path]
        self._nodes[other] = node
        self._waiting.append([(self._name(other), node.number)])

    def rename(self, path: Path, other: Path) -> None:
        self._step("rename", other)
        super().rename(path, other)
        self._moved(path, other)

    def replace(self, path: Path, other: Path) -> None:
        self._step("replace", other)
        self._leave(other)
        super().replace(path, other)
        self._nodes.pop(other, None)
        self._moved(path, other)

    def unlink(self, path: Path) -> None:
        self._step("unlink", path)
        self._leave(path)
        super().unlink(path)
        self._gone(path)

    def remove_folder(self, path: Path) -> None:
        self._step("remove_folder", path)
        super().remove_folder(path)
        self._gone(path)

    def sync(self, path: Path) -> None:
        if self._step("sync", path):
            self._nodes[path].synced = path.read_bytes()

    def sync_folder(self, path: Path) -> None:
        if not self._step("sync_folder", path) or path not in self._nodes:
            return
        number = self._nodes[path].number
        for change in [change for change in self._waiting if any(folder == number for (folder, _), _ in change)]:
            self._waiting.remove(change)
            self._apply(self._kept, change)

    def lock(self, path: Path, *, wait: bool, taken: Callable[[int], None]) -> Callable[[], None]:
        self._step("lock", path)
        release = super().lock(path, wait=wait, taken=taken)
        if path not in self._nodes:
            self._appeared(path)
        return release

    def after_power_cut(self, where: Path, seed: int) -> None:
        """Make a folder of what may be left: synced content and names, and of the others any part."""
        chance = random.Random(seed)
        kept, share = dict(self._kept), chance.choice((0.0, 0.2, 0.5, 0.8, 1.0))
        for change in self._waiting:
            if chance.random() < share:
                self._apply(kept, change)
        self._restore(self._nodes[self.root].number, where, kept, chance)

    def _restore(self, folder: int, where: Path, kept: dict[Name, int], chance: random.Random) -> None:
        where.mkdir()
        for (parent, name), number in kept.items():
            if parent != folder:
                continue
            node = self._by_number[number]
            if node.is_folder:
                self._restore(number, where / name, kept, chance)
            else:
                (where / name).write_bytes(self._left(node, chance))

    def _left(self, node: Node, chance: random.Random) -> bytes:
        """What a power cut leaves of a file's content."""
        now = node.last if node.last is not None else node.path.read_bytes()
        if node.synced == now:
            return now
        before = node.synced or b""
        flipped = bytearray(now)
        if flipped:
            flipped[chance.randrange(len(now))] ^= 1 << chance.randrange(8)
        return chance.choice((before, b"", now[: len(now) // 2], bytes(len(now)), bytes(flipped), now))

    def _step(self, what: str, path: Path) -> bool:
        """Count an operation, fail or die at it; whether it is to be done."""
        if self.dead:
            raise Stopped
        place = f"{what} {path.relative_to(self.root.parent).as_posix()}"
        self.done.append(place)
        if self.stop_at is not None and len(self.done) >= self.stop_at:
            self.dead = True
            raise Stopped
        if (fault := self.fault) and (len(self.done) == fault.at or (fault.forever and len(self.done) > fault.at)):
            raise OSError(fault.error, os.strerror(fault.error), str(path))
        return self.forgotten is None or not re.fullmatch(self.forgotten, place)

    def _node(self, path: Path) -> Node:
        self._next += 1
        node = Node(self._next, path, path.is_dir())
        self._nodes[path] = self._by_number[node.number] = node
        return node

    def _name(self, path: Path) -> Name:
        return self._nodes[path.parent].number, path.name

    def _appeared(self, path: Path) -> None:
        node = self._node(path)
        self._waiting.append([(self._name(path), node.number)])

    def _leave(self, path: Path) -> None:
        """A file is about to lose this name; it may have others."""
        if node := self._nodes.get(path):
            others = [other for other, same in self._nodes.items() if same is node and other != path]
            node.path, node.last = (others[0], None) if others else (path, path.read_bytes())

    def _gone(self, path: Path) -> None:
        self._waiting.append([(self._name(path), None)])
        self._nodes.pop(path)

    def _moved(self, path: Path, other: Path) -> None:
        node = self._nodes.pop(path)
        self._waiting.append([((self._nodes[path.parent].number, path.name), None), (self._name(other), node.number)])
        node.path = other
        self._nodes[other] = node
        for inside in [inside for inside in self._nodes if path in inside.parents]:
            below = self._nodes.pop(inside)
            below.path = other / inside.relative_to(path)
            self._nodes[below.path] = below

    @staticmethod
    def _apply(kept: dict[Name, int], change: Sequence[tuple[Name, int | None]]) -> None:
        for name, number in change:
            if number is None:
                kept.pop(name, None)
            else:
                kept[name] = number


class _Counted(io.RawIOBase):
    """A file whose every write counts."""

    def __init__(self, file: io.FileIO, count: Callable[[], object]) -> None:
        self._file, self._count = file, count

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._count()
        return self._file.write(data)  # type: ignore[arg-type]

    def close(self) -> None:
        self._file.close()
        super().close()


@cache
def exported(settings: ModelSettings) -> Export:
    return export_model(settings)


@cache
def embedder(export: Export) -> Embedder:
    return Embedder(export)


@pytest.fixture(scope="module", autouse=True)
def quickly() -> Iterator[None]:
    """Load the model once for all builds, and make every article a batch of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("articles_qa.index.building.prepare.export_model", exported)
        patch.setattr("articles_qa.index.building.prepare.Embedder", embedder)
        patch.setattr("articles_qa.index.building.fill_entries.BATCH_PASSAGES", 1)
        yield


@dataclass(frozen=True)
class Scenario:
    """What is done to an index; `before` makes the one it starts from, in DIR, from the articles of a folder."""

    name: str
    before: Callable[[Path, Path, Disk], object]
    change: Callable[[Path], object]
    act: Callable[[Path, Path, Disk], object]


def write(folder: Path, **texts: str) -> None:
    for name, place in texts.items():
        (folder / f"{name}.txt").write_text(
            f"The river at {place} rose overnight. The mayor of {place} said that nobody was hurt."
        )


def first(folder: Path, directory: Path, disk: Disk) -> None:
    build([folder], directory, disk=disk)


def words_first(folder: Path, directory: Path, disk: Disk) -> None:
    """Several generations: words, and vectors as they come."""
    build([folder], directory, BuildSettings(words_first_bytes=1), disk=disk)


def again(folder: Path, directory: Path, disk: Disk) -> None:
    build([folder], directory, disk=disk)


def with_added(folder: Path, directory: Path, disk: Disk) -> None:
    build([folder], directory, disk=disk)
    add_file(directory, "x.txt", b"The ferry to Narvik sank at noon. Nobody was on board.", disk=disk)
    build([], directory, disk=disk)


def take_out(folder: Path, directory: Path, disk: Disk) -> None:
    build([], directory, BuildSettings(exclude=("added/x.txt",)), disk=disk)


def add(folder: Path, directory: Path, disk: Disk) -> None:
    add_file(directory, "y.txt", b"The bridge at Hamar was closed. Trains stood still.", disk=disk)
    build([], directory, disk=disk)


def rename_added(folder: Path, directory: Path, disk: Disk) -> None:
    (folder / "added").mkdir(exist_ok=True)
    write(folder / "added", x="Molde")
    build([], directory, disk=disk)


def twice(folder: Path, directory: Path, disk: Disk) -> None:
    """Two generations, so that a third removes the first."""
    build([folder], directory, disk=disk)
    write(folder, b="Bodø")
    build([], directory, disk=disk)


def of_parts(folder: Path, directory: Path, disk: Disk) -> None:
    """An index of two parts, one of them shared by two generations."""
    a_part_more(folder, directory, disk)
    write(folder, b2="Bodø")
    a_part_more(folder, directory, disk)


def a_part_more(folder: Path, directory: Path, disk: Disk) -> None:
    build([folder], directory, BuildSettings(min_segment_passages=1), disk=disk)


def nothing(folder: Path) -> None:
    pass


SCENARIOS = (
    Scenario("create", lambda folder, directory, disk: None, nothing, first),
    Scenario("words first", lambda folder, directory, disk: None, nothing, words_first),
    Scenario("update", twice, lambda folder: write(folder, a="Vardø", d="Tromsø"), again),
    Scenario("a part more", of_parts, lambda folder: write(folder, d="Tromsø"), a_part_more),
    Scenario("remove", twice, lambda folder: (folder / "a.txt").unlink(), again),
    Scenario("add by hand", first, nothing, add),
    Scenario("take out", with_added, nothing, take_out),
    Scenario("give way", with_added, nothing, rename_added),
)
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
by_name = pytest.mark.parametrize("scenario", SCENARIOS, ids=BY_NAME)


class Bench:
    """A scenario's starting point, copied for each run; what is old, what is new, and how many operations it has."""

    def __init__(self, scenario: Scenario, place: Path) -> None:
        self.scenario, self.place = scenario, place
        self.folder = place / "articles"
        self.folder.mkdir(parents=True)
        write(self.folder, a="Oslo", b="Bergen", c="Halden")
        base = place / "base"
        base.mkdir()
        scenario.before(self.folder, base / "deep" / "index", Disk())
        scenario.change(self.folder)
        self.base = base
        self.old = state(base / "deep" / "index")
        disk = self.disk()
        self.act(disk)
        self.operations = len(disk.done)
        self.places = list(disk.done)
        self.new = state(self.directory)
        assert self.new != self.old

    @property
    def directory(self) -> Path:
        """The index folder of the run."""
        return self.place / "run" / "deep" / "index"

    def disk(self, **how: object) -> SimulatedDisk:
        """A fresh copy of the starting point."""
        root = self.place / "run"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.base, root)
        return SimulatedDisk(root, **how)  # type: ignore[arg-type]

    def act(self, disk: SimulatedDisk) -> bool:
        """Run it; whether it came to its end."""
        try:
            self.scenario.act(self.folder, self.directory, disk)
        except Stopped:
            return False
        return True

    def cut(self, disk: SimulatedDisk, seed: int) -> Path:
        """The index folder after a power cut."""
        root = self.place / "cut"
        shutil.rmtree(root, ignore_errors=True)
        disk.after_power_cut(root, seed)
        return root / "deep" / "index"

    def finish(self, directory: Path) -> State:
        """The next run, on a disk that works; then nothing is left behind."""
        with suppress(InputError):  # What is to be taken out may be out already.
            self.scenario.act(self.folder, directory, SimulatedDisk(directory.parent.parent))
            assert not leftovers(directory)
            assert Index.open(directory).info.unembedded == 0
        return state(directory)


def state(directory: Path) -> State:
    """What an index holds, all of its files checked; nothing where there is none yet."""
    if not index_exists(directory):
        return NOTHING
    generation = open_generation(directory)
    listed = Index.open(directory).store.listed()
    assert len(listed) == generation.manifest.counts.articles
    for article in listed:
        if article.source in generation.manifest.build.added:
            assert article.content.sha256 in added(directory), article.source
    return frozenset((article.source, article.content.sha256) for article in listed)


def added(directory: Path) -> set[str]:
    """The sha256s of the articles added by hand, those that a build has put aside included."""
    paths = [*directory.glob("added/*.txt"), *directory.glob("added/.leaving/*.txt")]
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def leftovers(directory: Path) -> list[str]:
    """What should not be in an index folder after a run that came to its end."""
    odd = [path.name for path in directory.iterdir() if not DOCUMENTED.fullmatch(path.name)]
    generations = sorted(path.name for path in directory.glob("gen-*"))
    hidden = [path.name for path in directory.glob("added/.*") if not path.name.startswith(".upload-")]
    return odd + generations[:-2] + hidden


@pytest.fixture(scope="module")
def bench_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Scenario], Bench]:
    """Return a function that makes the bench of a scenario, once."""
    return cache(lambda scenario: Bench(scenario, tmp_path_factory.mktemp("bench")))


@pytest.fixture
def bench(scenario: Scenario, bench_of: Callable[[Scenario], Bench]) -> Bench:
    return bench_of(scenario)


def points(operations: int, every: int) -> list[int]:
    return sorted({*range(1, operations + 1, every), operations})


@pytest.mark.campaign
@by_name
def test_a_writer_that_dies_anywhere_leaves_the_old_index_or_the_new(
    bench: Bench, campaign: Callable[[int, int, int], int]
) -> None:
    seeds, seen = campaign(2, 3, 200), Counter[State]()
    for at in points(bench.operations, campaign(23, 6, 1)):
        disk = bench.disk(stop_at=at)
        assert not bench.act(disk)
        assert state(bench.directory) in (bench.old, bench.new), at
        for seed in range(seeds):
            left = bench.cut(disk, seed)
            found = state(left)
            seen[found] += 1
            assert found in (bench.old, bench.new), (at, seed)
            if seed % 20 == 0:
                assert bench.finish(left) == bench.new, (at, seed)
                assert Index.open(left).info.articles == len(bench.new)
        assert bench.finish(bench.directory) == bench.new, at
    assert len(seen) == 2  # Both the old and the new one were found.


@pytest.mark.campaign
@by_name
def test_what_was_reported_done_outlasts_a_power_cut(bench: Bench, campaign: Callable[[int, int, int], int]) -> None:
    disk = bench.disk()
    assert bench.act(disk)
    assert {state(bench.cut(disk, seed)) for seed in range(campaign(4, 10, 1000))} == {bench.new}


@pytest.mark.campaign
@by_name
def test_a_second_writer_that_dies_after_the_first_changes_nothing_of_that(
    bench: Bench, campaign: Callable[[int, int, int], int]
) -> None:
    chance = random.Random(5)
    for run in range(campaign(2, 4, 300)):
        disk = bench.disk(stop_at=chance.randint(1, bench.operations))
        bench.act(disk)
        disk.revive()
        disk.stop_at = chance.randint(1, bench.operations)
        done = False
        with suppress(InputError):
            done = bench.act(disk)
        allowed = (bench.new,) if done else (bench.old, bench.new)
        for seed in range(campaign(2, 2, 10)):
            assert state(bench.cut(disk, seed)) in allowed, (run, seed)
        assert bench.finish(bench.directory) == bench.new


# Every place where the disk is waited for, and a scenario in which to do without it shows.
SYNCS = (
    ("create", r"sync_folder run"),
    ("create", r"sync_folder run/deep"),
    ("create", r"sync .*/articles.db"),
    ("create", r"sync .*/vectors.faiss"),
    ("create", r"sync .*/words/.*"),
    ("create", r"sync .*/manifest.json"),
    ("create", r"sync .*/CURRENT.tmp"),
    ("create", r"sync_folder .*/gen-\d+.tmp/words"),
    ("create", r"sync_folder .*/gen-\d+.tmp"),
    ("create", r"sync_folder .*/index"),
    ("add by hand", r"sync .*/added/.*"),
    ("add by hand", r"sync_folder .*/added"),
)


@pytest.mark.tier("check")
@pytest.mark.parametrize(("name", "forgotten"), SYNCS)
def test_without_any_one_sync_an_index_is_lost_or_damaged(
    name: str, forgotten: str, bench_of: Callable[[Scenario], Bench]
) -> None:
    bench = bench_of(BY_NAME[name])
    assert any(re.fullmatch(forgotten, place) for place in bench.places)
    assert spoilt(bench, forgotten)


@pytest.mark.parametrize("forgotten", [None, r"sync_folder .*/index"])
def test_what_a_killed_writer_put_in_force_is_on_disk_when_the_next_finds_nothing_to_do(
    forgotten: str | None, bench_of: Callable[[Scenario], Bench]
) -> None:
    bench = bench_of(BY_NAME["update"])
    last = max(number for number, place in enumerate(bench.places, 1) if place == "sync_folder run/deep/index")
    disk = bench.disk(stop_at=last)
    assert not bench.act(disk) and state(bench.directory) == bench.new
    disk.revive()
    disk.forgotten = forgotten
    assert bench.act(disk)
    assert {state(bench.cut(disk, seed)) for seed in range(40)} == (
        {bench.new} if forgotten is None else {bench.old, bench.new}
    )


def spoilt(bench: Bench, forgotten: str) -> bool:
    """Whether a power cut at any point shows that a sync is missing."""
    for at in (*range(bench.operations, 0, -1), None):
        disk = bench.disk(stop_at=at, forgotten=forgotten)
        done = bench.act(disk)
        for seed in range(6):
            try:
                found = state(bench.cut(disk, seed))
            except (QaError, AssertionError):
                return True
            if found not in ((bench.new,) if done else (bench.old, bench.new)):
                return True
    return False


@pytest.mark.campaign
@pytest.mark.parametrize(
    ("error", "forever"),
    [
        pytest.param(
            error,
            forever,
            id=f"{errno.errorcode[error]} {'for ever' if forever else 'once'}",
            marks=[] if (error, forever) in IN_MAKE_TEST else [pytest.mark.tier("check")],
        )
        for error in ERRORS
        for forever in (False, True)
    ],
)
@by_name
def test_an_error_of_the_disk_anywhere_is_one_line_and_costs_nothing(
    bench: Bench, error: int, forever: bool, campaign: Callable[[int, int, int], int]
) -> None:
    every = campaign(31, 9, 1)
    for at in points(bench.operations, every):
        disk = bench.disk(fault=Fault(at, error, forever))
        try:
            assert bench.act(disk)
        except QaError as failure:
            assert "\n" not in str(failure) and os.strerror(error) in str(failure), (at, disk.done[at - 1])
            assert state(bench.directory) in (bench.old, bench.new), (at, disk.done[at - 1])
        else:
            assert state(bench.directory) == bench.new, (at, disk.done[at - 1])
        assert bench.finish(bench.directory) == bench.new, (at, disk.done[at - 1])


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generations 1 to 3 of an index, and the CURRENT of each; the articles are those of generation 3."""
    place = tmp_path_factory.mktemp("history")
    (place / "articles").mkdir()
    for number, town in enumerate(("Oslo", "Bergen", "Halden"), 1):
        write(place / "articles", a=town)
        build([place / "articles"], place / "index")
        shutil.copytree(place / "index" / name_of(number), place / name_of(number))
        shutil.copy(place / "index" / "CURRENT", place / f"CURRENT-{number}")
    return place


# The generations that are there, the one that CURRENT names, and what a build leaves; nothing where it is refused.
RESTORED: list[tuple[tuple[int, ...], int | None, list[int]]] = [
    ((2, 3), 3, [2, 3]),
    ((1, 2, 3), 1, [1, 4]),
    ((2, 3), 2, [2, 4]),
    ((3,), 1, []),
    ((2, 3), 1, []),
    ((2, 3), 7, []),
    ((2, 3), None, []),
]


@pytest.mark.parametrize(("there", "named", "left"), RESTORED)
def test_whatever_current_was_restored_no_build_removes_the_only_good_generation(
    there: tuple[int, ...], named: int | None, left: list[int], history: Path, tmp_path: Path
) -> None:
    for number in there:
        shutil.copytree(history / name_of(number), tmp_path / name_of(number))
    if named is not None:
        known = history / f"CURRENT-{named}"
        (tmp_path / "CURRENT").write_bytes(known.read_bytes() if known.exists() else Current(named, "0" * 64).to_bytes())
    if left:
        build([], tmp_path)
    else:
        with pytest.raises(IndexDamagedError, match="--generation 3"):
            build([], tmp_path)
        assert generation_numbers(tmp_path) == [*there]
        build([], tmp_path, BuildSettings(rebuild=True))
        left = [3, max(*there, named or 0) + 1]
    assert generation_numbers(tmp_path) == left and open_generation(tmp_path).number == left[-1]


def test_the_simulated_disk_forgets_what_was_not_synced(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    disk = SimulatedDisk(tmp_path / "root")
    with disk.create(tmp_path / "root" / "file") as file:
        file.write(b"content")
    left = set()
    for seed in range(50):
        disk.after_power_cut(tmp_path / f"left{seed}", seed)
        path = tmp_path / f"left{seed}" / "file"
        left.add(path.read_bytes() if path.exists() else None)
    assert {None, b"", b"con", bytes(7), b"content"} < left
    disk.sync(tmp_path / "root" / "file")
    disk.sync_folder(tmp_path / "root")
    disk.after_power_cut(tmp_path / "left", 0)
    assert json.dumps((tmp_path / "left" / "file").read_text()) == '"content"'
