"""Tables of what the sources claim, in words and in order, made from the record of an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from articles_qa.index.english import count
from articles_qa.index.files.printable import one_line, printable
from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedClaim, SavedQuote, SavedTable, SavedValue
from articles_qa.ui.text.wording import about_line, place, place_of, voice

OTHERS, DENIED = "Others", "Denied"
_CHANGES = {"figure": "the figure changes", "date": "the day changes", "name": "the name changes"}


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A value as one quote gives it. `note` is what the reader must know of the value, "" for nothing.

    `number` is the quote's on the screen.
    """

    claim: SavedClaim
    quote: SavedQuote
    number: int
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


class Shown:
    """The quotes of an answer by rank, and their numbers on the screen; without `numbers`, the rank is the number."""

    def __init__(self, answer: SavedAnswer, numbers: Mapping[int, int] | None = None) -> None:
        self.quotes = {quote.rank: quote for quote in (*answer.quotes, *answer.beside)}
        self._numbers = numbers or {}

    def number(self, rank: int) -> int:
        """Return the number of the quote of this rank."""
        return self._numbers.get(rank, rank)


def worded_tables(answer: SavedAnswer, numbers: Mapping[int, int] | None = None) -> list[WordedTable]:
    """Return the tables of an answer; in each, the values of the speaker whom the question names come first.

    `numbers` are the quotes' on the screen, by rank; None where the screen shows the ranks.
    """
    shown = Shown(answer, numbers)
    return [_table(table, shown) for table in answer.claims]


def figures(answer: SavedAnswer) -> str:
    """Return the number of values in an answer's tables: "12 figures", "3 days", "5 values" of several kinds."""
    kinds = {table.kind for table in answer.claims}
    noun = {"figure": "figure", "date": "day", "name": "name"}[kinds.pop()] if len(kinds) == 1 else "value"
    return count(sum(len(value.claims) for table in answer.claims for value in table.values), noun)


def _table(table: SavedTable, shown: Shown) -> WordedTable:
    asked = [_value(value, shown) for value in table.values if value.asked]
    others = [_value(value, shown) for value in table.values if not value.asked]
    denied = [_value(value, shown) for value in table.denied]
    parts = [
        TablePart("", tuple(asked)),
        TablePart(OTHERS if asked else "", tuple(others)),
        TablePart(DENIED, tuple(denied)),
    ]
    unit = f" ({one_line(table.unit)})" if table.unit else ""
    about = one_line(table.about)
    return WordedTable(about[:1].upper() + about[1:] + unit, _note(table), tuple(part for part in parts if part.values))


def _note(table: SavedTable) -> str:
    return "sources differ" if table.differ else _CHANGES[table.kind] if table.updated else ""


def _value(value: SavedValue, shown: Shown) -> ValueRows:
    rows = tuple(_row(claim, shown) for claim in value.claims)
    return ValueRows(rows, f"told in {count(value.reports, 'report')}" if len(rows) > 1 else "")


def _row(claim: SavedClaim, shown: Shown) -> ClaimRow:
    quote = shown.quotes[claim.rank]
    same = claim.said_by == quote.said_by and claim.citing == quote.citing
    cited = quote.citing_speaker.name if same and quote.citing_speaker else None
    period = one_line(claim.period) if claim.period else None
    told = claim.polarity if claim.polarity == "supposed" else None
    return ClaimRow(
        claim=claim,
        quote=quote,
        number=shown.number(claim.rank),
        value=one_line(claim.value),
        who=voice(claim.said_by, claim.speaker, citing=claim.citing, cited=cited),
        place=printable(place_of(quote) if quote.place else place(quote.source, *lines(claim, quote))),
        published=one_line(claim.published or quote.published or ""),
        note=about_line(told, period, f"nearly the words of [{shown.number(claim.same_as)}]" if claim.same_as else None),
    )


def lines(claim: SavedClaim, quote: SavedQuote) -> Sequence[int]:
    """Return the first and the last line of a claim's value in its file."""
    before = quote.text[: claim.start - quote.start].count("\n")
    return quote.first_line + before, quote.first_line + before + claim.value.count("\n")


def counted_words(table: SavedTable, claim: SavedClaim) -> str:
    """Return the words after a value: "killed" after "over 100"; "" for a value that says itself what it is."""
    is_bare = table.kind == "figure" and not table.unit and table.about.casefold() not in claim.value.casefold()
    return table.about if is_bare else ""


def claim_words(table: SavedTable, claim: SavedClaim) -> str:
    """Return a value with the words after it, on one line: "over 100 killed"."""
    return one_line(f"{claim.value} {counted_words(table, claim)}".strip())
