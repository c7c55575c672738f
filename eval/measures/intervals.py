"""Intervals: how far a figure may be from that of other cases of the same kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from eval.datasets.cases import Gold
from eval.measures.measure import Measure, Rows
from eval.running.outcome import Outcome

PERCENT = (2.5, 97.5)  # The middle 95 %.


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure's value for a set of `cases` scored cases, with its 95 % interval; None where there is none."""

    value: float | None
    low: float | None
    high: float | None
    cases: int


def figure(measure: Measure, outcomes: Sequence[Outcome], gold: Gold, *, resamples: int = 1000, seed: int = 0) -> Figure:
    """The measure's value for the outcomes, and its interval.

    The interval is widened to hold the value where drawing again moves all
    figures one way: fewer different cases look worse calibrated (ECE).

    Source: percentile bootstrap over cases, Efron and Tibshirani 1993, chapter 13.
    """
    rows = measure.rows(outcomes, gold)
    value = measure.total(rows) if len(rows) else None
    interval = bootstrap(rows, measure.total, resamples=resamples, seed=seed) if value is not None else None
    if value is None or interval is None:
        return Figure(value, None, None, len(rows))
    return Figure(value, min(interval[0], value), max(interval[1], value), len(rows))


def bootstrap(
    rows: Rows, total: Callable[[Rows], float | None], *, resamples: int = 1000, seed: int = 0
) -> tuple[float, float] | None:
    """The middle 95 % of the totals of as many rows drawn at random, with repeats; None where no draw has a total."""
    generator = np.random.default_rng(seed)
    drawn = (rows.take(generator.integers(0, len(rows), len(rows)), axis=0) for _ in range(resamples))
    totals = [value for draw in drawn if (value := total(draw)) is not None]
    if not totals:
        return None
    low, high = np.percentile(totals, PERCENT)
    return float(low), float(high)
