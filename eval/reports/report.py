"""The report of an evaluation: figures, curves and every case, beside what made them; and its JSON record."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from eval.datasets.cases import Gold
from eval.measures.abstention import RiskPoint
from eval.measures.calibration import Bin
from eval.measures.measure import Better
from eval.reports.compare_reports import SCHEMA
from eval.reports.judged_case import JudgedCase
from eval.reports.provenance import Machine
from index import InputError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")

DIGITS = 5  # Of every number that was measured.


@dataclass(frozen=True, slots=True)
class DataFacts:
    """Which cases were asked. `sha256` is of all cases and documents of the set.

    `documents` None: it brought none. `limit` None: every case was asked.
    """

    name: str
    form: str
    gold: Gold
    sha256: str
    cases: int
    answerable: int
    unanswerable: int
    documents: int | None
    notes: tuple[str, ...]
    limit: int | None


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """Which index was asked; `built` is UTC."""

    generation: int
    articles: int
    passages: int
    sentences: int
    built: str


@dataclass(frozen=True, slots=True)
class ReportedMeasure:
    """A measure's value for `cases` scored cases, with its 95 % interval; None where there is none."""

    value: float | None
    low: float | None
    high: float | None
    cases: int
    better: Better
    source: str


@dataclass(frozen=True, slots=True)
class Curves:
    """`latency_ms` are the percentiles 0 to 100."""

    risk_coverage: tuple[RiskPoint, ...]
    reliability: tuple[Bin, ...]
    latency_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class EvalReport:
    """All that an evaluation found; its record has the same fields.

    `by_kind` says of each kind how many `cases` it has, how many of them are
    `answerable`, the share `refused`, and the measures that it can be scored
    by. `date` is UTC, `model` the index's model card; `settings` name the
    reranker too, None without one.
    """

    schema: Literal["eval/1"]
    date: str
    version: str | None
    commit: str | None
    machine: Machine
    took_s: float
    dataset: DataFacts
    index: IndexFacts
    model: Mapping[str, Any]
    settings: Mapping[str, Any]
    measures: Mapping[str, ReportedMeasure]
    by_kind: Mapping[str, Mapping[str, int | float]]
    curves: Curves
    cases: tuple[JudgedCase, ...]

    def to_dict(self) -> dict[str, Any]:
        """The record: plain JSON, measured numbers rounded to DIGITS digits, None for those that are not finite."""
        record: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return {name: value if name in ("model", "settings") else _rounded(value) for name, value in record.items()}

    def to_json(self) -> bytes:
        """The record as a file; halves of characters become escapes."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False, indent=1)
        return text.encode("utf-8", "backslashreplace") + b"\n"

    @classmethod
    def from_dict(cls, record: object) -> "EvalReport":
        """The report that a record holds.

        Raises:
            InputError: it is no such record.
        """
        return checked(_adapter(), record, f"report of schema {SCHEMA}")


def read_report(path: Path) -> EvalReport:
    """A saved report.

    Raises:
        InputError: the file cannot be read, or is none.
    """
    return read_record(path, EvalReport.from_dict, how="save one with qa eval --json FILE")


def read_record(path: Path, made: Callable[[object], T], *, how: str) -> T:
    """What is `made` of a file's JSON; `how` says where to get such a file.

    Raises:
        InputError: the file cannot be read, or holds something else.
    """
    try:
        return made(json.loads(path.read_bytes()))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({str(error)[:80]}); {how}") from error
    except InputError as error:
        raise InputError(f"{path}: {error}; {how}") from error


def checked(adapter: "TypeAdapter[T]", record: object, what: str) -> T:
    """What a record holds, by its type.

    Raises:
        InputError: it is not `what` it should be.
    """
    from pydantic import ValidationError

    try:
        return adapter.validate_python(record)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the whole"
        raise InputError(f"no {what} ({where}: {first['msg']})") from error


@cache
def _adapter() -> "TypeAdapter[EvalReport]":
    from pydantic import TypeAdapter  # 0.3 s that `qa eval` alone pays.

    return TypeAdapter(EvalReport)


def _rounded(value: Any) -> Any:
    match value:
        case float():
            return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
        case dict():
            return {name: _rounded(part) for name, part in value.items()}
        case list():
            return [_rounded(part) for part in value]
    return value
