"""Tables in text: rows of cells between bars, tabs or wide blanks, and the headings that each row is read with.

District | Dead      Two lines. The first names what stands below it, so the row is
Cove     | 11        read as "District Cove, Dead 11". It is quoted as it stands.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from articles_qa.index.articles.span import Span

MIN_ROWS, MIN_SPACED_ROWS = 2, 3  # Wide blanks also stand after a full stop.
MAX_CELL_CHARS = 80
_RULE = re.compile(r"[\s|:+=-]+")
_WIDE = re.compile(r"\s{2,}")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a table: its heading, None where it has none, and its rows."""

    heading: Span | None
    rows: tuple[Span, ...]


def find_tables(text: str, lines: Sequence[Span]) -> Iterator[Table]:
    """Yield the tables of a text. Lines of one kind with as many cells, one after another, are a table."""
    run: list[Span] = []
    ruled = False
    kind: tuple[str, int] | None = None
    for line in (*lines, Span(0, 0)):
        cut = line.cut(text)
        found = _kind(cut)
        if found and found[0] == "\t" and kind and kind[0] == "\t" and found[1] < kind[1] and text[line.start - 1] != "\t":
            found = kind  # Its last cells are empty.
        if run and kind and kind[0] == "|" and cut and _RULE.fullmatch(cut):
            ruled = ruled or len(run) == 1
            continue
        if run and found != kind:
            yield from _table(text, run, ruled=ruled, spaced=kind is not None and kind[0] == " ")
            run, ruled = [], False
        kind = found
        if found:
            run.append(line)


def read_row(heading: str, row: str) -> str:
    """Return a row as it is read: each cell after its heading."""
    named = list(zip(_cells(heading), _cells(row), strict=False))
    return ", ".join(f"{name} {cell}".strip() for name, cell in named if cell)


def is_row(line: str) -> bool:
    """Tell whether a line may be a row of a table."""
    return _kind(line) is not None


def _kind(line: str) -> tuple[str, int] | None:
    """Return by what the cells of a line are parted, and how many there are; None for other lines."""
    if len(line) < 3 or not ("|" in line or "\t" in line or "  " in line) or _RULE.fullmatch(line):
        return None
    cells = _cells(line)
    if len(cells) < 2 or max(map(len, cells)) > MAX_CELL_CHARS:
        return None
    return "|" if "|" in line else "\t" if "\t" in line else " ", len(cells)


def _cells(line: str) -> list[str]:
    if "|" in line:
        return [cell.strip() for cell in line.strip().strip("|").split("|")]
    return [cell.strip() for cell in (line.split("\t") if "\t" in line else _WIDE.split(line.strip()))]


def _table(text: str, run: Sequence[Span], *, ruled: bool, spaced: bool) -> Iterator[Table]:
    cells = [_cells(line.cut(text)) for line in run]
    cells = [[*row, *[""] * (len(cells[0]) - len(row))] for row in cells]
    if len(run) < (MIN_SPACED_ROWS if spaced else MIN_ROWS):
        return
    columns = list(zip(*cells[1:], strict=True))
    counts = [all(_DIGIT.search(cell) for cell in column) for column in columns]
    if spaced and not (any(counts) or all(len(cell) <= MAX_CELL_CHARS // 2 for row in cells for cell in row)):
        return
    if spaced and any(a.end + 1 < b.start and "\n\n" in text[a.end : b.start] for a, b in pairwise(run)):
        return
    names = ruled or (any(counts) and not any(_DIGIT.search(cell) for cell in cells[0]))
    yield Table(run[0], tuple(run[1:])) if names else Table(None, tuple(run))
