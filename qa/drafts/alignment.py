"""Two lists of words laid against each other, with as few words changed, left out and put in as can be."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Words `[start, end)` of the first list that stand in place of words `[other_start, other_end)` of the second."""

    start: int
    end: int
    other_start: int
    other_end: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """A stretch `[start, end)` of the second list that is nearest to the whole first list, and the differences in order."""

    start: int
    end: int
    cost: int
    edits: tuple[Edit, ...]


def align(first: Sequence[str], second: Sequence[str]) -> Alignment:
    """Lay the whole first list against the nearest stretch of the second; each word changed, left out or put in costs 1.

    ["we", "lost", "it"] lies against "yesterday we won it all" at 1 to 4, with the edit "lost" for "won".

    Source: Sellers 1980, approximate matching: as an edit distance whose stretch begins and ends anywhere.
    """
    rows = [[0] * (len(second) + 1)]
    for i, word in enumerate(first, 1):
        above, row = rows[-1], [i]
        for j, other in enumerate(second, 1):
            row.append(min(above[j - 1] + (word != other), above[j] + 1, row[j - 1] + 1))
        rows.append(row)
    costs = rows[-1]
    end = min(range(len(second) + 1), key=lambda j: costs[j])
    while end < len(second) and costs[end + 1] == costs[end]:  # A last word that was changed lies against its own.
        end += 1
    return _traced(first, second, rows, end)


def _traced(first: Sequence[str], second: Sequence[str], rows: list[list[int]], end: int) -> Alignment:
    """Walk back from the end of the nearest stretch to its beginning, and collect the differences."""
    i, j, edits = len(first), end, list[Edit]()
    while i:
        cost = rows[i][j]
        if j and first[i - 1] == second[j - 1] and cost == rows[i - 1][j - 1]:
            i, j = i - 1, j - 1
            continue
        if j and cost == rows[i - 1][j - 1] + 1:
            edit = Edit(i - 1, i, j - 1, j)
        elif cost == rows[i - 1][j] + 1:
            edit = Edit(i - 1, i, j, j)
        else:
            edit = Edit(i, i, j - 1, j)
        i, j = edit.start, edit.other_start
        if edits and (edits[-1].start, edits[-1].other_start) == (edit.end, edit.other_end):
            edit = Edit(edit.start, edits[-1].end, edit.other_start, edits[-1].other_end)
            edits.pop()
        edits.append(edit)
    return Alignment(j, end, rows[-1][end], tuple(reversed(edits)))
