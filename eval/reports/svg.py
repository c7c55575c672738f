"""SVG drawings made element by element, so that they stay well-formed whatever text stands in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import TypeAlias
from xml.etree.ElementTree import Element, SubElement, tostring

from articles_qa.index.files.printable import printable_lines

XY: TypeAlias = tuple[float, float]

WIDTH = 440  # Narrow, so that the words can be read on a phone.


class Drawing:
    """A drawing of WIDTH by `height`, called `name` on its page. The style of the page colours it."""

    def __init__(self, name: str, height: int, *, title: str, description: str) -> None:
        ids = (f"{name}-title", f"{name}-desc")
        named = {"role": "img", "aria-labelledby": " ".join(ids), "class": f"chart {name}"}
        self._svg = Element("svg", {"viewBox": f"0 0 {WIDTH} {height}", **named})
        SubElement(self._svg, "title", {"id": ids[0]}).text = printable_lines(title)
        SubElement(self._svg, "desc", {"id": ids[1]}).text = printable_lines(description)

    def text(self, at: XY, words: str, style: str = "axis", *, anchor: str = "start") -> None:
        """Write words whose `anchor` (start, middle or end) stands at a point."""
        self._add("text", style, x=at[0], y=at[1], **{"text-anchor": anchor}).text = printable_lines(words)

    def bar(self, corner: XY, size: XY, style: str) -> None:
        """Draw a filled rectangle from its upper left corner."""
        self._add("rect", style, x=corner[0], y=corner[1], width=size[0], height=size[1])

    def line(self, start: XY, end: XY, style: str) -> None:
        """Draw a straight line."""
        self._add("line", style, x1=start[0], y1=start[1], x2=end[0], y2=end[1])

    def path(self, points: Sequence[XY], style: str) -> None:
        """Draw a line through points."""
        self._add("polyline", style, points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points))

    def dot(self, at: XY) -> None:
        """Draw a dot on a line."""
        self._add("circle", "dot", cx=at[0], cy=at[1], r=4)

    def svg(self) -> str:
        """Return the markup."""
        return tostring(self._svg, "unicode", short_empty_elements=False)

    def _add(self, tag: str, style: str, **attributes: float | str) -> Element:
        texts = {name: value if isinstance(value, str) else f"{value:.1f}" for name, value in attributes.items()}
        return SubElement(self._svg, tag, {**texts, "class": style})


@dataclass(frozen=True, slots=True)
class Plot:
    """A rectangle of a drawing. Its left and lower edges stand for 0, the other edges for the largest values."""

    top: float
    bottom: float
    max_x: float = 1.0
    max_y: float = 1.0
    left: float = 42
    right: float = WIDTH - 20

    def at(self, x: float, y: float) -> XY:
        """Return the point of the drawing for a value."""
        return (
            self.left + (self.right - self.left) * x / self.max_x,
            self.bottom - (self.bottom - self.top) * y / self.max_y,
        )


def ticks(largest: float) -> list[float]:
    """Return round numbers from 0 up to the largest value."""
    step = tick_step(largest)
    return [round(step * number, 10) for number in range(floor(largest / step + 1e-9) + 1)]


def tick_step(largest: float) -> float:
    """Return 1, 2 or 5 times a power of ten, such that three to seven steps reach the largest value."""
    power = 10.0 ** floor(log10(largest / 3))
    return next(power * factor for factor in (5, 2, 1) if power * factor * 3 <= largest * 1.000001 or factor == 1)
