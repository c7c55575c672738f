"""Comparing: two saved reports of one data set, case by case, and figures with their limits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from eval.measures.all_measures import MEASURES
from eval.measures.measure import Better, MeasuredValue, Rows, bootstrap, mean
from index import InputError

SCHEMA = "eval/1"
JUDGES = ("answer@1", "recall@1", "nDCG@10")  # The first that a data set has says which cases got better.
FLIPS = 10_000
FLIPS_AT_ONCE = 500  # 6,000 cases: 24 MB.


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure in both reports; `difference` is b - a.

    Where cases have scores, `a` and `b` are their means over the `cases` that
    both reports score, with the difference's 95 % interval and `p`, how often
    chance alone makes such a difference. Otherwise they are the figures as
    reported, with a difference only where both reports are of the same cases.
    """

    measure: str
    better: Better
    a: float | None
    b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    cases: int


@dataclass(frozen=True, slots=True)
class ChangedCase:
    """A case whose score is not the same in both reports."""

    id: str
    question: str
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class ReportComparison:
    """What became of each measure, and of each case by the measure `judged_by`, in the first report's order."""

    dataset: str
    common: int
    only_a: int
    only_b: int
    differences: tuple[Difference, ...]
    judged_by: str | None
    better: tuple[ChangedCase, ...]
    worse: tuple[ChangedCase, ...]


@dataclass(frozen=True, slots=True)
class _Saved:
    value: float | None
    better: Better
    cases: int


@dataclass(frozen=True, slots=True)
class _SavedCase:
    question: str
    scores: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class _Report:
    dataset: str
    sha256: str
    measures: Mapping[str, _Saved]
    cases: Mapping[str, _SavedCase]


def compare(a: Mapping[str, Any], b: Mapping[str, Any]) -> ReportComparison:
    """What changed from report `a` to report `b`, over the cases that both hold.

    Raises:
        InputError: one is not a report, or they are of different data sets or have no case in common.
    """
    first, second = _report(a, "the first file"), _report(b, "the second file")
    if first.sha256 != second.sha256:
        raise InputError(f"the reports are of different data sets ({first.dataset}, {second.dataset}); compare two of one")
    ids = [name for name in first.cases if name in second.cases]
    if not ids:
        raise InputError(f"the reports of {first.dataset} have no case in common; compare two of the same cases")
    judge = next((name for name in JUDGES if _pairs(name, first, second, ids)), None)
    changes = [ChangedCase(name, first.cases[name].question, *pair) for name, pair in _pairs(judge, first, second, ids).items()]
    return ReportComparison(
        dataset=first.dataset,
        common=len(ids),
        only_a=len(first.cases) - len(ids),
        only_b=len(second.cases) - len(ids),
        differences=tuple(_difference(name, first, second, ids) for name in first.measures if name in second.measures),
        judged_by=judge,
        better=tuple(change for change in changes if change.b > change.a),
        worse=tuple(change for change in changes if change.b < change.a),
    )


def _pairs(measure: str | None, first: _Report, second: _Report, ids: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Both scores of each case that has both, by id."""
    if measure is None:
        return {}
    both = ((name, first.cases[name].scores.get(measure), second.cases[name].scores.get(measure)) for name in ids)
    return {name: (a, b) for name, a, b in both if a is not None and b is not None}


def _difference(name: str, first: _Report, second: _Report, ids: Sequence[str]) -> Difference:
    a, b = first.measures[name], second.measures[name]
    pairs = np.array(list(_pairs(name, first, second, ids).values()), dtype=np.float64)
    if not len(pairs):
        same = len(ids) == len(first.cases) == len(second.cases)
        apart = b.value - a.value if same and a.value is not None and b.value is not None else None
        return Difference(name, a.better, a.value, b.value, apart, None, None, None, min(a.cases, b.cases))
    apart_by_case = pairs[:, 1:] - pairs[:, :1]
    low, high = bootstrap(apart_by_case, mean) or (None, None)
    means = pairs.mean(axis=0)
    return Difference(
        measure=name,
        better=a.better,
        a=float(means[0]),
        b=float(means[1]),
        difference=float(apart_by_case.mean()),
        low=low,
        high=high,
        p=_chance(apart_by_case),
        cases=len(pairs),
    )


def _chance(differences: Rows) -> float:
    """How often differences whose signs are drawn at random add up to as much, either way.

    Source: paired randomisation test, Smucker, Allan and Carterette 2007,
    section 2; one is added to both counts, so that p is never 0.
    """
    moved = differences[differences != 0]  # The others add nothing, whatever their sign.
    generator = np.random.default_rng(0)
    as_much = 0
    for _ in range(0, FLIPS, FLIPS_AT_ONCE):
        signs = generator.integers(0, 2, (FLIPS_AT_ONCE, len(moved)), dtype=np.int8) * 2.0 - 1.0
        # Sums of the same numbers in another order may differ in their last digits.
        as_much += int((np.abs(signs @ moved) >= abs(moved.sum()) - 1e-9).sum())
    return (as_much + 1) / (FLIPS + 1)


def _report(record: Mapping[str, Any], which: str) -> _Report:
    try:
        if record["schema"] != SCHEMA:
            raise ValueError(f"schema {record['schema']!r}")
        cases = {case["id"]: _SavedCase(str(case["question"]), _scores(case["scores"])) for case in record["cases"]}
        if len(cases) != len(record["cases"]):
            raise ValueError("an id that comes twice")
        measures = {
            name: _Saved(_number(saved["value"]), Better(saved["better"]), int(saved["cases"]))
            for name, saved in record["measures"].items()
        }
        return _Report(str(record["dataset"]["name"]), str(record["dataset"]["sha256"]), measures, cases)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError(f"{which}: not a report of schema {SCHEMA} ({reason}); save one with qa eval --json FILE") from error


def _scores(scores: Mapping[str, Any]) -> dict[str, float | None]:
    return {name: _number(score) for name, score in scores.items()}


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


def fail_under(measures: Mapping[str, MeasuredValue], limits: Sequence[str]) -> tuple[str, ...]:
    """A line for each limit that is not kept.

    A limit is `measure=value`; blanks, `-` and `_` in a name are the same, and
    so are capitals and small letters. A measure that could not be scored keeps
    no limit.

    Raises:
        InputError: a limit names no measure or no number.
    """
    known = {_plain(measure.name): measure for measure in MEASURES if measure.name in measures}
    failed = []
    for limit in limits:
        name, _, text = limit.rpartition("=")
        measure, bound = known.get(_plain(name)), _bound(text, limit)
        if measure is None:
            names = ", ".join(measure.name for measure in known.values())
            raise InputError(f"--fail-under {limit!r}: no such measure; choose from {names}")
        value = measures[measure.name].value
        if value is None:
            failed.append(f"{measure.name}: not scored, as no case allows it; the limit is {bound:g}")
        elif measure.better is Better.HIGHER and value < bound:
            failed.append(f"{measure.name}: {value:.6g} is below the limit {bound:g}")
        elif measure.better is Better.LOWER and value > bound:
            failed.append(f"{measure.name}: {value:.6g} is above the limit {bound:g}")
    return tuple(failed)


def _plain(name: str) -> str:
    return re.sub(r"[-_\s]+", " ", name).strip().casefold()


def _bound(text: str, limit: str) -> float:
    try:
        bound = float(text)
    except ValueError:
        bound = float("nan")
    if not isfinite(bound):
        raise InputError(f"--fail-under {limit!r}: {text!r} is not a number; write it as measure=0.8")
    return bound
