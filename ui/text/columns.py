"""Tables of claims as lines for a terminal."""

import textwrap
from collections.abc import Iterator, Sequence

from articles_qa.ui.text.claim_tables import ClaimRow, WordedTable

INDENT = "  "
GAP = "  "
MAX_VALUE, MAX_PLACE = 24, 34  # Characters of a column; a longer text is wrapped, or reaches into the next column.
MIN_WHO = 16  # With less room for the speaker, the cells of a row stand one after the other.


def table_lines(table: WordedTable, *, columns: int) -> Iterator[str]:
    """Yield a table's heading and rows, wrapped to so many columns (0: never)."""
    yield from _wrapped(f"{table.about}: {table.note}" if table.note else table.about, columns)
    rows = [row for part in table.parts for value in part.values for row in value.rows]
    widths = _widths(rows, columns)
    for part in table.parts:
        if part.heading:
            yield f"{INDENT}{part.heading}"
        for value in part.values:
            for row in value.rows:
                yield from _row(row, widths, columns)
            if value.note:
                yield from _wrapped(f"{INDENT * 2}({value.note})", columns, further=INDENT * 2)


def _cells(row: ClaimRow) -> tuple[str, str, str]:
    who = f"{row.who}, {row.note}" if row.note else row.who
    where = f"[{row.claim.rank}] {row.place}"
    return row.value, who, f"{where}, {row.published}" if row.published else where


def _widths(rows: Sequence[ClaimRow], columns: int) -> tuple[int, ...]:
    """Return the width of each column; nothing where the columns do not fit beside each other."""
    value, who, where = (max((len(cell) for cell in column), default=0) for column in zip(*map(_cells, rows), strict=True))
    if not columns:
        return min(value, 2 * MAX_VALUE), min(who, 2 * MAX_VALUE), where
    value, where = min(value, MAX_VALUE), min(where, MAX_PLACE)
    left = columns - len(INDENT) - value - where - 2 * len(GAP)
    return (value, min(who, left), where) if left >= MIN_WHO else ()


def _row(row: ClaimRow, widths: Sequence[int], columns: int) -> Iterator[str]:
    cells = _cells(row)
    if not widths:
        yield from _wrapped(INDENT + " · ".join(cells), columns, further=INDENT * 2)
        return
    if not columns:
        yield INDENT + GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        return
    pieces = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
    for line in range(max(map(len, pieces))):
        shown = (wrapped[line] if line < len(wrapped) else "" for wrapped in pieces)
        yield INDENT + GAP.join(cell.ljust(width) for cell, width in zip(shown, widths, strict=True)).rstrip()


def _wrapped(text: str, columns: int, *, further: str = INDENT) -> list[str]:
    if not columns:
        return [text]
    return textwrap.wrap(text, max(columns, 20), subsequent_indent=further) or [text]
