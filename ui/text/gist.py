"""The first line of an answer: the values and who says them, cut from the quotes.

Asked how many casualties NIS reported, an answer with the claims "over 100" killed and "a thousand" injured (NIS),
"1,100" and "more than 3,000" killed or injured (others) begins: "NIS: over 100 killed, a thousand injured. Others:
1,100 to more than 3,000 killed or injured."
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedClaim, SavedTable, SavedValue
from articles_qa.ui.text.claim_tables import OTHERS, ClaimRow, WordedTable, counted_words

MOST_SPEAKERS = 4
MOST_VALUES = 5  # Of one speaker in one table.


@dataclass(frozen=True, slots=True)
class GistValues:
    """Values of one table as they stand in the quotes; `between` joins them, `about` follows them.

    `last_day` is the day of the last one, as a record has it, where the table has values of several days.
    """

    rows: tuple[ClaimRow, ...]
    between: str
    about: str
    last_day: str = ""


@dataclass(frozen=True, slots=True)
class GistLine:
    """A speaker and what the speaker puts forward; "Others" for all speakers who were not asked for."""

    who: str
    values: tuple[GistValues, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """A claim beside its value, its table and its row."""

    table: SavedTable
    value: SavedValue
    claim: SavedClaim
    row: ClaimRow

    @property
    def voice(self) -> str:
        return (self.claim.speaker or self.row.who).casefold()


def gist(answer: SavedAnswer, tables: Sequence[WordedTable]) -> tuple[GistLine, ...]:
    """Return the lines that sum up the claims of an answer; none where no table holds what was asked or the first quote says.

    `tables` are the answer's tables in words.
    """
    chosen = [(table, worded) for table, worded in zip(answer.claims, tables, strict=True) if tells(table)]
    said = [one for table, worded in chosen for one in _said(table, worded)]
    asked = [one for one in said if one.value.asked]
    lines = list(_by_speaker(asked or said))
    shown, left = lines[:MOST_SPEAKERS], [one for one in said if asked and not one.value.asked]
    others = GistLine(OTHERS, tuple(_range(one) for one in _by_table(left)))
    return (*shown, others) if left else tuple(shown)


def tells(table: SavedTable) -> bool:
    """Return whether a table holds the first quote's value, or one of the speaker asked for."""
    return any(value.asked or any(claim.rank == 1 for claim in value.claims) for value in table.values)


def _said(table: SavedTable, worded: WordedTable) -> Iterator[_Said]:
    rows = {id(row.claim): row for part in worded.parts for value in part.values for row in value.rows}
    claims = ((value, claim) for value in table.values for claim in value.claims if claim.polarity == "asserted")
    return (_Said(table, value, claim, rows[id(claim)]) for value, claim in claims)


def _by_speaker(said: Sequence[_Said]) -> Iterator[GistLine]:
    """Yield what each speaker puts forward, the speaker of the best quote first."""
    best: dict[str, int] = {}
    for one in said:
        best[one.voice] = min(best.get(one.voice, one.claim.rank), one.claim.rank)
    for voice in sorted(best, key=lambda voice: best[voice]):
        own = [one for one in said if one.voice == voice]
        yield GistLine(own[0].row.who, tuple(_in_time(group) for group in _by_table(own)))


def _by_table(said: Iterable[_Said]) -> list[list[_Said]]:
    return [list(group) for _, group in groupby(said, key=lambda one: id(one.table))]


def _in_time(said: Sequence[_Said]) -> GistValues:
    """Return the values of one speaker in one table, each once, the oldest first; the newest ones where they are many."""
    once = {(one.value.low, one.value.high, one.value.sense): one for one in reversed(said)}
    known = sorted(once.values(), key=lambda one: one.row.published)
    rows = tuple(one.row for one in known[-MOST_VALUES:])
    is_series = len({row.published for row in rows}) > 1
    days = {claim.published for value in known[-1].table.values for claim in value.claims}
    last_day = rows[-1].published if len(days) > 1 else ""
    about = counted_words(known[-1].table, known[-1].claim)
    return GistValues(rows, ", then " if is_series else ", ", about, last_day)


def _range(said: Sequence[_Said]) -> GistValues:
    """Return the lowest and the highest figure of a table; of days and names the first few."""
    if said[0].table.kind != "figure":
        return GistValues(tuple(one.row for one in said[:3]), ", ", "")
    low = min(said, key=lambda one: (one.value.low, one.value.sense == "more than"))
    high = max(said, key=lambda one: (one.value.high, one.value.sense == "more than"))
    ends = (low,) if (low.value.low, low.value.high) == (high.value.low, high.value.high) else (low, high)
    return GistValues(tuple(one.row for one in ends), " to ", counted_words(low.table, low.claim))
