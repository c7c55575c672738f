"""Dots in rows: articles by outlet, statements by speaker, claims by outlet; in each, a table with the same values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from articles_qa.qa.proof.saved_answer import SavedQuote
from articles_qa.ui.text.wording import day

ROW, LABELLED_ROW = 34, 50  # The height of a row without and with labels above its dots, in pixels.
FOOT = 34  # Below the last row, for the ends of the axis.
LEFT, RIGHT = 6.0, 94.0  # Per cent of the width between which dots lie.
STEP = 2.4  # Per cent of the width between two dots that would lie on each other.
EDGE = 25.0  # Per cent of the width near an edge, where a label has no room on both sides.
CHAR_WIDTH = 2.0  # Per cent of a phone's width that a character of a label takes.


@dataclass(frozen=True, slots=True)
class Dot:
    """A stretch of a quote's article as a point: x in per cent of the width. `name` says all; `label` stands above it.

    `is_exact` is false for what is only supposed.
    """

    quote: SavedQuote
    start: int
    end: int
    x: float
    name: str
    label: str = ""
    is_exact: bool = True

    @property
    def side(self) -> str:
        """The place of the label: near an edge of the picture it goes inwards."""
        return "after" if self.x < EDGE else "before" if self.x > 100 - EDGE else "over"


@dataclass(frozen=True, slots=True)
class DotRow:
    """A row of dots under its words; `y`, and that of the words, in pixels."""

    words: str
    words_y: int
    y: int
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class TableLine:
    """A line of the table beside a picture. The last cell leads to the stretch of the quote's article."""

    cells: tuple[str, ...]
    quote: SavedQuote
    start: int
    end: int
    day: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """The words under a column, and its place in per cent of the width."""

    words: str
    x: float


@dataclass(frozen=True, slots=True)
class DotPicture:
    """A picture of rows of dots and its table.

    `columns` stand below; with `slopes`, each has its own words. Where days can be chosen, `since` and `until` are the first
    and the last one, as a record has them.
    """

    title: str
    rows: tuple[DotRow, ...]
    columns: tuple[Column, ...]
    height: int
    head: tuple[str, ...]
    lines: tuple[TableLine, ...]
    since: str = ""
    until: str = ""
    slopes: bool = False


def read_day(text: str | None) -> date | None:
    """Return a record's day; None for none, and for other text."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def place_on_days(days: Sequence[date], one: date) -> float:
    """Return the place of a day between the first and the last one, in per cent of the width."""
    span = (max(days) - min(days)).days or 1
    return round(LEFT + (one - min(days)).days / span * (RIGHT - LEFT), 2)


def ends(days: Sequence[date]) -> tuple[Column, Column]:
    """Return the first and the last day as the ends of an axis."""
    return Column(day(min(days).isoformat()), LEFT), Column(day(max(days).isoformat()), RIGHT)


def dot_row(words: str, number: int, dots: Sequence[Dot], *, row: int = LABELLED_ROW) -> DotRow:
    """Return a row, counted from 0, of so many pixels."""
    return DotRow(words, row * number + 12, row * (number + 1) - 12, tuple(dots))


def apart(dots: Sequence[Dot]) -> tuple[Dot, ...]:
    """Return the dots of a row in order, those of one place beside each other, with the labels for which there is room."""
    beside: dict[float, list[Dot]] = {}
    for dot in sorted(dots, key=lambda one: one.x):
        beside.setdefault(dot.x, []).append(dot)
    placed: list[Dot] = []
    free = 0.0
    for x, bunch in beside.items():
        step = STEP if x < (LEFT + RIGHT) / 2 else -STEP
        for number, dot in enumerate(bunch):
            begins, stops = _label_ends(dot)
            has_room = bool(dot.label) and begins >= free
            placed.append(replace(dot, x=round(x + step * number, 2), label=dot.label if has_room else ""))
            free = stops + CHAR_WIDTH if has_room else free
    return tuple(placed)


def _label_ends(dot: Dot) -> tuple[float, float]:
    """Return the ends of a dot's label, in per cent of the width: near an edge of the picture it goes inwards."""
    width = len(dot.label) * CHAR_WIDTH
    begins = {"before": dot.x - width, "after": dot.x, "over": dot.x - width / 2}[dot.side]
    return begins, begins + width
