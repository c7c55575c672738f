"""Comparison of two reports of one data set, case by case; and figures against their limits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from articles_qa.eval.measures.all_measures import MEASURES
from articles_qa.eval.measures.measure import Better, Rows, bootstrap, mean
from articles_qa.eval.reports.report import EvalReport
from articles_qa.index import InputError

JUDGES = ("answer@1", "recall@1", "nDCG@10")  # The first that the data set has tells which cases got better.
FLIPS = 10_000
FLIPS_AT_ONCE = 500  # 6,000 cases: 24 MB.


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure in both reports; `difference` is b - a.

    Where single cases have scores, `a` and `b` are the means over the `cases`
    that both reports score. The difference then has a 95 % interval and `p`,
    how often chance alone makes such a difference. Otherwise `a` and `b` are the
    reported figures, with a difference only where both reports are of the same
    cases.
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
    """A case with another score in the second report."""

    id: str
    question: str
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class ReportComparison:
    """The change of each measure, and of each case by the measure `judged_by`, in the order of the first report."""

    dataset: str
    common: int
    only_a: int
    only_b: int
    differences: tuple[Difference, ...]
    judged_by: str | None
    better: tuple[ChangedCase, ...]
    worse: tuple[ChangedCase, ...]


Scores = Mapping[str, Mapping[str, float | None]]  # Of each case, by id and measure.


def compare(a: EvalReport, b: EvalReport) -> ReportComparison:
    """Return the changes from report `a` to report `b`, over the cases that both hold.

    Raises:
        InputError: the reports are of different data sets, or have no case in common.
    """
    if a.dataset.sha256 != b.dataset.sha256:
        names = f"{a.dataset.name}, {b.dataset.name}"
        raise InputError(f"the reports are of different data sets ({names}); compare two reports of one data set")
    first, second = ({case.id: case.scores for case in report.cases} for report in (a, b))
    both = [case for case in a.cases if case.id in second]
    if not both:
        raise InputError(f"the reports of {a.dataset.name} have no case in common; compare two reports of the same cases")
    judge = next((name for name in JUDGES if _pairs(name, first, second)), None)
    pairs = _pairs(judge, first, second) if judge else {}
    changes = [ChangedCase(case.id, case.question, *pairs[case.id]) for case in both if case.id in pairs]
    same = len(both) == len(first) == len(second)
    return ReportComparison(
        dataset=a.dataset.name,
        common=len(both),
        only_a=len(first) - len(both),
        only_b=len(second) - len(both),
        differences=tuple(
            _difference(name, a, b, np.array(list(_pairs(name, first, second).values()), dtype=np.float64), same=same)
            for name in a.measures
            if name in b.measures
        ),
        judged_by=judge,
        better=tuple(change for change in changes if change.b > change.a),
        worse=tuple(change for change in changes if change.b < change.a),
    )


def _pairs(measure: str, first: Scores, second: Scores) -> dict[str, tuple[float, float]]:
    """Return both scores of each case that has both, by id, in the order of the first report."""
    both = ((name, first[name].get(measure), second[name].get(measure)) for name in first if name in second)
    return {name: (a, b) for name, a, b in both if a is not None and b is not None}


def _difference(name: str, first: EvalReport, second: EvalReport, pairs: Rows, *, same: bool) -> Difference:
    a, b = first.measures[name], second.measures[name]
    if not len(pairs):
        change = b.value - a.value if same and a.value is not None and b.value is not None else None
        return Difference(name, a.better, a.value, b.value, change, None, None, None, min(a.cases, b.cases))
    by_case = pairs[:, 1:] - pairs[:, :1]
    low, high = bootstrap(by_case, mean) or (None, None)
    mean_a, mean_b = pairs.mean(axis=0).tolist()
    return Difference(name, a.better, mean_a, mean_b, float(by_case.mean()), low, high, _chance(by_case), len(pairs))


def _chance(differences: Rows) -> float:
    """Return how often the same differences with random signs add up to as much, in either direction.

    Source: paired randomisation test, Smucker, Allan and Carterette 2007,
    section 2. One is added to both counts, so that p is never 0.
    """
    moved = differences[differences != 0]  # A difference of 0 adds nothing with either sign.
    generator = np.random.default_rng(0)
    as_much = 0
    for _ in range(0, FLIPS, FLIPS_AT_ONCE):
        signs = generator.integers(0, 2, (FLIPS_AT_ONCE, len(moved)), dtype=np.int8) * 2.0 - 1.0
        # Sums of the same numbers in another order may differ in their last digits.
        as_much += int((np.abs(signs @ moved) >= abs(moved.sum()) - 1e-9).sum())
    return (as_much + 1) / (FLIPS + 1)


def fail_under(values: Mapping[str, float | None], limits: Sequence[str]) -> tuple[str, ...]:
    """Return a line for each limit that the values of the measures do not keep.

    A limit is `measure=value`. Blanks, `-` and `_` in the name are the same, and
    so are capitals and small letters. A measure without a value keeps no limit.

    Raises:
        InputError: a limit names no measure or no number.
    """
    known = {_plain(measure.name): measure for measure in MEASURES if measure.name in values}
    failed = []
    for limit in limits:
        name, _, text = limit.rpartition("=")
        measure, bound = known.get(_plain(name)), _bound(text, limit)
        if measure is None:
            names = ", ".join(measure.name for measure in known.values())
            raise InputError(f"--fail-under {limit!r}: no such measure; choose from {names}")
        value = values[measure.name]
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
