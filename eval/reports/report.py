"""The report of an evaluation: figures, curves and every case, beside what made them; and its JSON record."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from articles_qa.eval.datasets.cases import Gold
from articles_qa.eval.measures.abstention import RiskPoint
from articles_qa.eval.measures.calibration import Bin
from articles_qa.eval.measures.measure import Better, MeasuredValue
from articles_qa.eval.reports.judged_case import JudgedCase
from articles_qa.eval.reports.provenance import Machine
from articles_qa.index import InputError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA = "eval/1"
DIGITS = 5  # Of every measured number.


@dataclass(frozen=True, slots=True)
class DataFacts:
    """The data set. `sha256` is of all its cases and documents.

    `documents` is None where the set brings none, `limit` where every case was asked.
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
    """The index that was asked. `built` is UTC."""

    generation: int
    articles: int
    passages: int
    sentences: int
    built: str


@dataclass(frozen=True, slots=True)
class ReportedMeasure(MeasuredValue):
    """A measure's value, with the direction in which it improves and the paper or library that defines the measure."""

    better: Better
    source: str


@dataclass(frozen=True, slots=True)
class Curves:
    """The curves of a report. `latency_ms` are the percentiles 0 to 100."""

    risk_coverage: tuple[RiskPoint, ...]
    reliability: tuple[Bin, ...]
    latency_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class EvalReport:
    """The results of an evaluation. The JSON record has the same fields.

    `by_kind` holds for each kind the number of `cases`, the number of
    `answerable` cases, the share `refused`, and each measure that scores the
    kind. `date` is UTC, `model` the index's model card.
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
        """Return the JSON record. Measured numbers have DIGITS digits, and numbers that are not finite are None."""
        record: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return {name: value if name in ("model", "settings") else _rounded(value) for name, value in record.items()}

    def to_json(self) -> bytes:
        """Return the record as the bytes of a file. Halves of characters become escapes."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False, indent=1)
        return text.encode("utf-8", "backslashreplace") + b"\n"

    @classmethod
    def from_dict(cls, record: object) -> "EvalReport":
        """Return the report that a record holds.

        Raises:
            InputError: the record is no report.
        """
        from pydantic import ValidationError

        try:
            report = _adapter().validate_python(record)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"]) or "the whole"
            raise InputError(f"no report of schema {SCHEMA} ({where}: {first['msg']})") from error
        if len({case.id for case in report.cases}) < len(report.cases):
            raise InputError(f"no report of schema {SCHEMA} (cases: an id comes twice)")
        return report


def read_report(path: Path) -> EvalReport:
    """Return a saved report.

    Raises:
        InputError: the file cannot be read, or is no report.
    """
    how = "save one with qa eval --json FILE"
    try:
        return EvalReport.from_dict(json.loads(path.read_bytes(), parse_constant=_refuse))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({str(error)[:80]}); {how}") from error
    except InputError as error:
        raise InputError(f"{path}: {error}; {how}") from error


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")


@cache
def _adapter() -> "TypeAdapter[EvalReport]":
    from pydantic import TypeAdapter  # It takes 0.3 s that only `qa eval` pays.

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
