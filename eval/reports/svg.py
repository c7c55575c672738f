"""Drawings: SVG, made element by element, so that whatever words stand in it it stays well-formed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TypeAlias
from xml.etree.ElementTree import Element, SubElement, tostring

from index.files.printable import printable_lines


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


Point: TypeAlias = tuple[float, float]

WIDTH = 440  # Narrow, so that its words can be read on a phone.


class Drawing:
    """A drawing of WIDTH by `height`, called `name` on its page; the page's style colours it."""

    def __init__(self, name: str, height: int, *, title: str, description: str) -> None:
        ids = (f"{name}-title", f"{name}-desc")
        named = {"role": "img", "aria-labelledby": " ".join(ids), "class": f"chart {name}"}
        self._svg = Element("svg", {"viewBox": f"0 0 {WIDTH} {height}", **named})
        SubElement(self._svg, "title", {"id": ids[0]}).text = printable_lines(title)
        SubElement(self._svg, "desc", {"id": ids[1]}).text = printable_lines(description)

    def text(self, at: Point, words: str, style: str = "axis", *, anchor: str = "start") -> None:
        """Words whose `anchor` (start, middle or end) stands at a point."""
        self._add("text", style, x=at[0], y=at[1], **{"text-anchor": anchor}).text = printable_lines(words)

    def bar(self, corner: Point, size: Point, style: str) -> None:
        """A filled rectangle from its upper left corner."""
        self._add("rect", style, x=corner[0], y=corner[1], width=size[0], height=size[1])

    def line(self, start: Point, end: Point, style: str) -> None:
        """A straight line."""
        self._add("line", style, x1=start[0], y1=start[1], x2=end[0], y2=end[1])

    def path(self, points: Sequence[Point], style: str) -> None:
        """A line through points."""
        self._add("polyline", style, points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points))

    def dot(self, at: Point, style: str = "dot") -> None:
        """A mark on a line."""
        self._add("circle", style, cx=at[0], cy=at[1], r=4)

    def svg(self) -> str:
        """The markup."""
        return tostring(self._svg, "unicode", short_empty_elements=False)

    def _add(self, tag: str, style: str, **attributes: float | str) -> Element:
        texts = {name: value if isinstance(value, str) else f"{value:.1f}" for name, value in attributes.items()}
        return SubElement(self._svg, tag, {**texts, "class": style})


@dataclass(frozen=True, slots=True)
class Plot:
    """A rectangle of a drawing whose left and lower edges stand for 0, and the others for the largest values."""

    top: float
    bottom: float
    max_x: float = 1.0
    max_y: float = 1.0
    left: float = 42
    right: float = WIDTH - 20

    def at(self, x: float, y: float) -> Point:
        """Where a value stands."""
        return (
            self.left + (self.right - self.left) * x / self.max_x,
            self.bottom - (self.bottom - self.top) * y / self.max_y,
        )


def ticks(largest: float) -> list[float]:
    """Round numbers from 0 to the largest value."""
    step = tick_step(largest)
    return [round(step * number, 10) for number in range(floor(largest / step + 1e-9) + 1)]


def tick_step(largest: float) -> float:
    """1, 2 or 5 times a power of ten, three to seven of which reach the largest value."""
    power = 10.0 ** floor(log10(largest / 3))
    return next(power * factor for factor in (5, 2, 1) if power * factor * 3 <= largest * 1.000001 or factor == 1)
