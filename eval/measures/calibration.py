"""Calibration: of quotes with probability p, a share p should be right.

The first quote of each case is scored, shown or not, where the data set says
whether the quote holds an answer. In an unanswerable case it holds none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from articles_qa.eval.datasets.cases import Gold
from articles_qa.eval.measures.abstention import right_first
from articles_qa.eval.measures.measure import Better, Measure, Rows
from articles_qa.eval.running.run_cases import CaseOutcome

BINS = 10
INNER_EDGES = np.arange(1, BINS) / BINS


@dataclass(frozen=True, slots=True)
class Bin:
    """The cases with a probability above `low` and up to `high`. The first bin holds 0 too."""

    low: float
    high: float
    mean_probability: float
    share_right: float
    cases: int


def reliability(outcomes: Sequence[CaseOutcome], gold: Gold) -> tuple[Bin, ...]:
    """Return the bins of equal width that hold cases, rising.

    Source: reliability diagrams, Guo et al. 2017, section 2.
    """
    rows = ECE.rows(outcomes, gold)
    if not len(rows):
        return ()
    return tuple(
        Bin(number / BINS, (number + 1) / BINS, probability / cases, right / cases, int(cases))
        for number, (cases, probability, right) in enumerate(_binned(rows).tolist())
        if cases
    )


def _first_quote(outcome: CaseOutcome, gold: Gold) -> tuple[float, float] | None:
    """Return the first quote's probability, and whether it holds an answer."""
    right = right_first(outcome, gold)
    return None if right is None or not outcome.ranked else (outcome.ranked[0].probability, right)


def _squared_error(outcome: CaseOutcome, gold: Gold) -> tuple[float] | None:
    row = _first_quote(outcome, gold)
    return None if row is None else ((row[0] - row[1]) ** 2,)


def _binned(rows: Rows) -> NDArray[np.float64]:
    """Return a row for each bin: cases, sum of probabilities, number right."""
    places = np.digitize(rows[:, 0], INNER_EDGES, right=True)
    return np.column_stack([np.bincount(places, weights, BINS) for weights in (None, rows[:, 0], rows[:, 1])])


def _calibration_error(rows: Rows) -> float | None:
    """Return the mean, over the cases, of the distance between a bin's share right and its mean probability."""
    binned = _binned(rows)
    return float(np.abs(binned[:, 1] - binned[:, 2]).sum() / len(rows))


ECE = Measure(
    name="ECE",
    better=Better.LOWER,
    source=f"Guo et al. 2017, section 2, {BINS} bins of equal width",
    row=_first_quote,
    total=_calibration_error,
)

CALIBRATION_MEASURES = (ECE, Measure("Brier", Better.LOWER, "Brier 1950, one outcome", _squared_error))
