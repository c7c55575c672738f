"""A picture of an answer's figures, from its record alone: over time where days are known, else by source on one axis.

Toll of a dam, by day: 12 (agency, 12 March), at least 20 (governor, 12 March), 31 (agency, 13 March). Two lines, one rising
from 12 to 31 and one with a single point; the point of "at least 20" is hollow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedTable
from articles_qa.ui.pictures.dots import LEFT, RIGHT, ROW, read_day
from articles_qa.ui.text.claim_tables import ClaimRow, WordedTable
from articles_qa.ui.text.gist import tells
from articles_qa.ui.text.wording import day

LEAST_POINTS = 3
MOST_LINES = 8  # Speakers; of more, those of the best quotes.
HEIGHT, TOP, FOOT = 180, 16, 24  # Of a picture over time, and of its margins, in pixels.
LABEL_HEIGHT, LABEL_WIDTH = 27, 8.0  # In pixels, with a point above it, and in per cent of the width.


@dataclass(frozen=True, slots=True)
class Point:
    """A value: x in per cent of the width, y in pixels. `is_exact` is false for "at least", "about" and their like.

    `name` says all of it; `label` stands beside the point, "" where there is no room or the point before has the same place.
    """

    row: ClaimRow
    x: float
    y: float
    is_exact: bool
    name: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """The values of one speaker, in order. `number` chooses the look; `y` is the speaker's row in a picture by source."""

    number: int
    who: str
    points: tuple[Point, ...]
    y: float

    @property
    def segments(self) -> Iterator[tuple[Point, Point]]:
        """The pairs of points that a line joins."""
        return pairwise(self.points)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of one table. `ends` are the words at the two ends of its axis."""

    about: str
    over_time: bool
    lines: tuple[Line, ...]
    ends: tuple[str, str]
    height: int


@dataclass(frozen=True, slots=True)
class _Value:
    """A figure, its row in words, and its day where one is known."""

    number: float
    is_exact: bool
    row: ClaimRow
    published: date | None


def picture(answer: SavedAnswer, tables: Sequence[WordedTable]) -> Picture | None:
    """Return a picture of the first table that holds what was asked; None where there is too little to see."""
    for table, worded in zip(answer.claims, tables, strict=True):
        values = _values(table, worded) if table.kind == "figure" and tells(table) else []
        if len(values) >= LEAST_POINTS and len({value.number for value in values}) > 1:
            return _drawn(worded.about, values)
    return None


def _values(table: SavedTable, worded: WordedTable) -> list[_Value]:
    rows = {id(row.claim): row for part in worded.parts for value in part.values for row in value.rows}
    found = []
    for value in table.values:
        if isinstance(value.low, str) or isinstance(value.high, str):
            continue
        middle = (float(value.low) + float(value.high)) / 2
        for claim in value.claims:
            row = rows[id(claim)]
            found.append(_Value(middle, value.sense == "exact", row, read_day(row.published)))
    return found


def _drawn(about: str, values: Sequence[_Value]) -> Picture:
    days = [value.published for value in values if value.published]
    over_time = len(days) == len(values) and len({*days}) > 1
    best: dict[str, list[_Value]] = {}
    for value in sorted(values, key=lambda value: value.row.claim.rank):
        best.setdefault((value.row.claim.speaker or value.row.who).casefold(), []).append(value)
    chosen = list(best.values())[:MOST_LINES]
    shown = [value for group in chosen for value in group]
    low, high = min(value.number for value in shown), max(value.number for value in shown)
    lines = []
    for number, group in enumerate(chosen):
        y = ROW * number + ROW - 8.0
        points = [_point(about, value, shown, y=None if over_time else y) for value in _ordered(group, over_time=over_time)]
        lines.append(Line(number, group[0].row.who, tuple(points if over_time else _labelled(points)), y))
    if over_time:
        lines = _labelled_apart(lines)
        first, last = min(days), max(days)
        return Picture(about, True, tuple(lines), (day(first.isoformat()), day(last.isoformat())), HEIGHT)
    return Picture(about, False, tuple(lines), (f"{low:,.10g}", f"{high:,.10g}"), ROW * len(lines) + FOOT)


def _labelled(points: Sequence[Point]) -> list[Point]:
    """Return the points of a row with their values beside them; points at one place share the label of the first."""
    at = {point.x: [other.row.value for other in points if other.x == point.x] for point in points}
    return [replace(point, label=" / ".join(dict.fromkeys(at.pop(point.x, ())))) for point in points]


def _labelled_apart(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with the values above their points, the highest first, without those that would cover a point."""
    placed: list[Point] = []
    above: list[Point] = []
    for point in sorted((point for line in lines for point in line.points), key=lambda point: point.y):
        if all(point.y - other.y >= LABEL_HEIGHT or abs(point.x - other.x) >= LABEL_WIDTH for other in above):
            placed.append(point)
        above.append(point)
    return [
        replace(
            line, points=tuple(replace(point, label=point.row.value) if point in placed else point for point in line.points)
        )
        for line in lines
    ]


def _ordered(group: Sequence[_Value], *, over_time: bool) -> list[_Value]:
    return sorted(group, key=lambda value: (value.published or date.min if over_time else date.min, value.number))


def _point(about: str, value: _Value, shown: Sequence[_Value], *, y: float | None) -> Point:
    """Return the point of a value among all that are shown; without `y`, the figure is the height and the day the width."""
    figures = [one.number for one in shown]
    share = (value.number - min(figures)) / ((max(figures) - min(figures)) or 1)
    if y is None:
        days = [one.published.toordinal() for one in shown if one.published]
        here = value.published.toordinal() if value.published else days[0]
        across = (here - min(days)) / ((max(days) - min(days)) or 1)
        x, height = across, TOP + (1 - share) * (HEIGHT - TOP - FOOT)
    else:
        x, height = share, y
    when = day(value.row.published)
    name = ", ".join(
        part for part in (f"{value.row.value} ({about})", value.row.who, when, f"quote {value.row.number}") if part
    )
    return Point(value.row, round(LEFT + x * (RIGHT - LEFT), 2), round(height, 1), value.is_exact, name)
