"""A measure: what it reads of each case, and how it sums a set of them up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from eval.datasets.cases import Gold
from eval.running.outcome import Outcome

Rows = NDArray[np.float64]  # (cases, numbers that the measure reads of a case), at least one case where it is summed up


class Better(Enum):
    """Which way a measure's figures improve."""

    HIGHER = "higher"
    LOWER = "lower"


def mean(rows: Rows) -> float | None:
    """The mean of the first numbers."""
    return float(rows[:, 0].mean())


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure for a set of outcomes, in two steps, so that a set drawn again repeats only the second.

    `row` reads a case's numbers, None where the measure cannot score it;
    `total` makes the figure of the rows of all cases that it can, None where
    they do not define one. `source` is the paper or the library that says how.
    """

    name: str
    better: Better
    source: str
    row: Callable[[Outcome, Gold], tuple[float, ...] | None]
    total: Callable[[Rows], float | None] = mean

    def rows(self, outcomes: Sequence[Outcome], gold: Gold) -> Rows:
        """The numbers of all cases that can be scored, a row each, in order."""
        return np.array([row for outcome in outcomes if (row := self.row(outcome, gold)) is not None], dtype=np.float64)

    def of(self, outcomes: Sequence[Outcome], gold: Gold) -> float | None:
        """The figure for a set; None where nothing in it can be scored."""
        rows = self.rows(outcomes, gold)
        return self.total(rows) if len(rows) else None

    def counts(self, outcome: Outcome, gold: Gold) -> bool:
        """Whether the measure can score this case."""
        return self.row(outcome, gold) is not None

    @property
    def per_case(self) -> Callable[[Outcome, Gold], float | None] | None:
        """What scores one case, where the figure is the mean of such scores; None for a figure of a whole set only."""
        return self._score if self.total is mean else None

    def _score(self, outcome: Outcome, gold: Gold) -> float | None:
        row = self.row(outcome, gold)
        return row[0] if row is not None else None
