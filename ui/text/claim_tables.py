"""Tables of what the sources claim, in words and in order, made from the record of an answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.english import count
from index.files.printable import one_line, printable
from qa.proof.saved_answer import SavedAnswer, SavedClaim, SavedQuote, SavedTable, SavedValue
from ui.text.wording import about_line, place, place_of, voice

OTHERS = "Others"
_CHANGES = {"figure": "the figure changes", "date": "the day changes", "name": "the name changes"}


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A value as one quote gives it. `note` is what the reader must know of the value, "" for nothing."""

    claim: SavedClaim
    quote: SavedQuote
    value: str
    who: str
    place: str
    published: str
    note: str


@dataclass(frozen=True, slots=True)
class ValueRows:
    """All rows of one value; `note` tells the number of independent reports where there are several rows."""

    rows: tuple[ClaimRow, ...]
    note: str


@dataclass(frozen=True, slots=True)
class TablePart:
    """Values under a heading. The first part has no heading."""

    heading: str
    values: tuple[ValueRows, ...]


@dataclass(frozen=True, slots=True)
class WordedTable:
    """Values that can be compared. `note` tells that the values differ, where they do."""

    about: str
    note: str
    parts: tuple[TablePart, ...]


def worded_tables(answer: SavedAnswer) -> list[WordedTable]:
    """Return the tables of an answer; in each, the values of the speaker whom the question names come first."""
    shown = {quote.rank: quote for quote in (*answer.quotes, *answer.beside)}
    return [_table(table, shown) for table in answer.claims]


def _table(table: SavedTable, shown: dict[int, SavedQuote]) -> WordedTable:
    asked = [_value(value, shown) for value in table.values if value.asked]
    others = [_value(value, shown) for value in table.values if not value.asked]
    parts = [TablePart("", tuple(asked)), TablePart(OTHERS if asked else "", tuple(others))]
    unit = f" ({one_line(table.unit)})" if table.unit else ""
    about = one_line(table.about)
    return WordedTable(about[:1].upper() + about[1:] + unit, _note(table, shown), tuple(part for part in parts if part.values))


def _note(table: SavedTable, shown: dict[int, SavedQuote]) -> str:
    if not table.differ:
        return ""
    claims = [claim for value in table.values for claim in value.claims]
    voices = {claim.speaker or claim.said_by or (shown[claim.rank].source,) for claim in claims}
    return "sources differ" if len(voices) > 1 else _CHANGES[table.kind]


def _value(value: SavedValue, shown: dict[int, SavedQuote]) -> ValueRows:
    rows = tuple(_row(claim, shown[claim.rank]) for claim in value.claims)
    return ValueRows(rows, count(value.reports, "independent report") if len(rows) > 1 else "")


def _row(claim: SavedClaim, quote: SavedQuote) -> ClaimRow:
    same = claim.said_by == quote.said_by and claim.citing == quote.citing
    cited = quote.citing_speaker.name if same and quote.citing_speaker else None
    period = one_line(claim.period) if claim.period else None
    return ClaimRow(
        claim=claim,
        quote=quote,
        value=one_line(claim.value),
        who=voice(claim.said_by, claim.speaker, citing=claim.citing, cited=cited),
        place=printable(place_of(quote) if quote.place else place(quote.source, *lines(claim, quote))),
        published=one_line(claim.published or quote.published or ""),
        note=about_line(period, f"nearly the words of [{claim.same_as}]" if claim.same_as else None),
    )


def lines(claim: SavedClaim, quote: SavedQuote) -> Sequence[int]:
    """Return the first and the last line of a claim's value in its file."""
    before = quote.text[: claim.start - quote.start].count("\n")
    return quote.first_line + before, quote.first_line + before + claim.value.count("\n")
