"""A measure: the numbers of each case, their total over a set of cases, and the interval of the total."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from articles_qa.eval.datasets.cases import Gold
from articles_qa.eval.running.run_cases import CaseOutcome

Rows = NDArray[np.float64]  # (cases, numbers of a case); a total is made of at least one case.


class Better(Enum):
    """The direction in which a measure's figures improve."""

    HIGHER = "higher"
    LOWER = "lower"


def mean(rows: Rows) -> float | None:
    """Return the mean of the first column."""
    return float(rows[:, 0].mean())


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure for a set of outcomes, made in two steps, so that a resampled set repeats only the second step.

    `row` reads the numbers of a case, None where the measure cannot score it.
    `total` makes the figure from the rows of all scored cases, None where they
    define none. `source` is the paper or the library that defines the measure.
    """

    name: str
    better: Better
    source: str
    row: Callable[[CaseOutcome, Gold], tuple[float, ...] | None]
    total: Callable[[Rows], float | None] = mean

    def rows(self, outcomes: Sequence[CaseOutcome], gold: Gold) -> Rows:
        """Return the numbers of all cases that can be scored, a row each, in order."""
        return np.array([row for outcome in outcomes if (row := self.row(outcome, gold)) is not None], dtype=np.float64)

    def of(self, outcomes: Sequence[CaseOutcome], gold: Gold) -> float | None:
        """Return the figure for a set. None where no case can be scored."""
        rows = self.rows(outcomes, gold)
        return self.total(rows) if len(rows) else None

    @property
    def per_case(self) -> Callable[[CaseOutcome, Gold], float | None] | None:
        """The function that scores one case, where the figure is the mean of these scores. None for figures of whole sets."""
        return self._score if self.total is mean else None

    def _score(self, outcome: CaseOutcome, gold: Gold) -> float | None:
        row = self.row(outcome, gold)
        return row[0] if row is not None else None


PERCENT = (2.5, 97.5)  # The middle 95 %.


@dataclass(frozen=True, slots=True)
class MeasuredValue:
    """A measure's value over `cases` scored cases, with its 95 % interval; None where there is none."""

    value: float | None
    low: float | None
    high: float | None
    cases: int


def estimate(
    measure: Measure, outcomes: Sequence[CaseOutcome], gold: Gold, *, resamples: int = 1000, seed: int = 0
) -> MeasuredValue:
    """Return the measure's value for the outcomes, and its interval.

    The interval is widened to hold the value. Resampling can move all figures
    one way: fewer different cases look worse calibrated (ECE).

    Source: percentile bootstrap over cases, Efron and Tibshirani 1993, chapter 13.
    """
    rows = measure.rows(outcomes, gold)
    value = measure.total(rows) if len(rows) else None
    interval = bootstrap(rows, measure.total, resamples=resamples, seed=seed) if value is not None else None
    if value is None or interval is None:
        return MeasuredValue(value, None, None, len(rows))
    return MeasuredValue(value, min(interval[0], value), max(interval[1], value), len(rows))


def bootstrap(
    rows: Rows, total: Callable[[Rows], float | None], *, resamples: int = 1000, seed: int = 0
) -> tuple[float, float] | None:
    """Return the middle 95 % of the totals of resampled rows, drawn with repetition. None where no draw has a total."""
    generator = np.random.default_rng(seed)
    drawn = (rows.take(generator.integers(0, len(rows), len(rows)), axis=0) for _ in range(resamples))
    totals = [value for draw in drawn if (value := total(draw)) is not None]
    if not totals:
        return None
    low, high = np.percentile(totals, PERCENT)
    return float(low), float(high)
