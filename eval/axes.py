"""Axes: where a value lies along an edge of a chart, in proportion to it or to its logarithm."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10


@dataclass(frozen=True, slots=True)
class LogAxis:
    """From `low` to `high`, both above 0; ten times as much is everywhere as far."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "LogAxis":
        """From a round number to a round number around these values; those of 0 and less lie at its beginning."""
        some = [value for value in values if value > 0] or [1.0]
        low, high = _rounded(min(some), down=True), _rounded(max(some), down=False)
        return cls(low, high if high >= 2 * low * 1.000001 else _rounded(2 * low, down=False))

    def place(self, value: float) -> float:
        """Where a value lies, 0 to 1."""
        return log10(max(value, self.low) / self.low) / log10(self.high / self.low)

    @property
    def marks(self) -> Sequence[float]:
        """Round numbers along it: powers of ten, and where there are few of them also 2 and 5 times each."""
        powers = range(floor(log10(self.low) + 1e-9), ceil(log10(self.high) - 1e-9) + 1)
        steps = (1, 2, 5) if self.high / self.low <= 200 else (1,)
        found = [float(f"{step}e{power}") for power in powers for step in steps]
        return [value for value in found if self.low <= value * 1.000001 and value <= self.high * 1.000001]


@dataclass(frozen=True, slots=True)
class ShareAxis:
    """From `low` to 1."""

    low: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "ShareAxis":
        """From .9 on where all values lie there, else from 0."""
        return cls(0.9 if min(values, default=0.0) >= 0.9 else 0.0)

    def place(self, value: float) -> float:
        """Where a value lies, 0 to 1."""
        return min(max(value - self.low, 0.0) / (1 - self.low), 1.0)

    @property
    def marks(self) -> Sequence[float]:
        """Five round numbers along it."""
        return [round(self.low + (1 - self.low) * part / 5, 3) for part in range(6)]


def _rounded(value: float, *, down: bool) -> float:
    """The next number that is 1, 2 or 5 times a power of ten."""
    power = floor(log10(value) + 1e-9)
    steps = [float(f"{step}e{power + more}") for more in (0, 1) for step in (1, 2, 5)]
    if down:
        return max(step for step in steps if step <= value * 1.000001)
    return min(step for step in steps if step >= value * 0.999999)
