"""Growth: what is measured of each size of an index, from one run or several, saved and read again."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from eval.reports.provenance import Provenance
from eval.reports.report import checked, read_record
from index import InputError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA: Literal["scale/1"] = "scale/1"
_HOW = "save one with python -m eval.scale --json FILE"


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured of a size: where it stands in a row ("served.ask.p50_ms"), its name, its unit."""

    path: str
    name: str
    unit: str = ""
    is_share: bool = False


_TIMES = (("search", "searching"), ("ask", "answering"))
# What else a row holds is shown by where it stands there.
FIGURES = (
    Figure("served.passages", "passages"),
    Figure("served.sentences", "sentences"),
    Figure("served.lists", "lists of vectors (0: none)"),
    Figure("served.nprobe", "lists searched"),
    Figure("built.build_s", "building", "s"),
    Figure("built.peak_mb", "memory, building, at most", "MB"),
    Figure("served.disk_mb", "disk", "MB"),
    Figure("served.memory_mb", "memory, answering", "MB"),
    Figure("served.open_s", "opening", "s"),
    Figure("served.first_answer_s", "opening and the first answer", "s"),
    *(Figure(f"served.{key}.p{part}_ms", f"{name}, p{part}", "ms") for key, name in _TIMES for part in (50, 95, 99)),
    Figure("served.recall", "recall", is_share=True),
    Figure("changed.add_s", "adding an article", "s"),
    Figure("changed.change_s", "changing it", "s"),
    Figure("changed.remove_s", "removing it", "s"),
)


@dataclass(frozen=True, slots=True)
class Run:
    """Sizes that were measured together: of which questions, by which program, where and when; a row each, as saved."""

    schema: Literal["scale/1"]
    data: str
    questions: int
    measured: Provenance
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Size:
    """A row with its numbers by where they stand; `mixed`: its vectors were not embedded; `run` counts from 1."""

    run: int
    mixed: bool
    figures: Mapping[str, float]

    @property
    def passages(self) -> int:
        """How many there are."""
        return int(self.figures["served.passages"])


def sizes(runs: Sequence[Run]) -> list[Size]:
    """All sizes of these runs, the smallest first.

    Raises:
        InputError: there is none, or a row does not say how many passages it is of, or whether they were embedded.
    """
    found = [_size(number, row) for number, run in enumerate(runs, 1) for row in run.rows]
    if not found:
        raise InputError("no size was measured")
    return sorted(found, key=lambda size: (size.passages, size.run))


def figures_of(found: Sequence[Size]) -> list[Figure]:
    """What any of these sizes says, the known first."""
    said = dict.fromkeys(path for size in found for path in size.figures)
    known = [figure for figure in FIGURES if figure.path in said]
    return known + [Figure(path, path) for path in said if path not in {figure.path for figure in known}]


def read_run(path: Path) -> Run:
    """A saved run.

    Raises:
        InputError: the file cannot be read, or holds something else.
    """

    def run(record: object) -> Run:
        made = checked(_adapter(), record, f"growth of schema {SCHEMA}")
        sizes([made])
        return made

    return read_record(path, run, how=_HOW)


def _size(run: int, row: Mapping[str, Any]) -> Size:
    figures = dict(_numbers(row, ""))
    mixed = row["built"].get("mixed") if isinstance(row.get("built"), Mapping) else None
    if figures.get("served.passages", 0) < 1 or not isinstance(mixed, bool):
        raise InputError("a row does not say how many passages it has, or whether they are mixed")
    return Size(run, mixed, figures)


def _numbers(part: Mapping[str, Any], before: str) -> Iterator[tuple[str, float]]:
    """The numbers of a row, each with where it stands; what is not finite is none."""
    for key, value in part.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{before}{key}.")
        elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            yield f"{before}{key}", value


@cache
def _adapter() -> "TypeAdapter[Run]":
    from pydantic import TypeAdapter

    return TypeAdapter(Run)
