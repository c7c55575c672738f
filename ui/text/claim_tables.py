"""Tables of what the sources claim, put in words and order for every screen, from an answer's record."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.english import count
from index.files.printable import one_line, printable
from qa.proof.saved_answer import SavedAnswer, SavedClaim, SavedQuote, SavedTable, SavedValue
from ui.text.wording import about_line, place, voice

OTHERS = "Others"
_CHANGES = {"figure": "the figure changes", "date": "the day changes", "name": "the name changes"}


@dataclass(frozen=True, slots=True)
class Row:
    """A value as one quote gives it. `note` is what the reader must know of it, "" for nothing."""

    claim: SavedClaim
    quote: SavedQuote
    value: str
    who: str
    place: str
    published: str
    note: str


@dataclass(frozen=True, slots=True)
class Value:
    """All who claim one value; `note` says how many reports they are, where they are several."""

    rows: tuple[Row, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Part:
    """Values that stand together, under a heading or, first, under none."""

    heading: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What is comparable. `note` says that the values differ, where they do."""

    about: str
    note: str
    parts: tuple[Part, ...]


def tables(answer: SavedAnswer) -> list[Table]:
    """The tables of an answer; in each, what the one who was asked for says comes first."""
    shown = {quote.rank: quote for quote in (*answer.quotes, *answer.beside)}
    return [_table(table, shown) for table in answer.claims]


def _table(table: SavedTable, shown: dict[int, SavedQuote]) -> Table:
    asked = [_value(value, shown) for value in table.values if value.asked]
    others = [_value(value, shown) for value in table.values if not value.asked]
    parts = [Part("", tuple(asked)), Part(OTHERS if asked else "", tuple(others))]
    unit = f" ({one_line(table.unit)})" if table.unit else ""
    about = one_line(table.about)
    return Table(about[:1].upper() + about[1:] + unit, _note(table, shown), tuple(part for part in parts if part.values))


def _note(table: SavedTable, shown: dict[int, SavedQuote]) -> str:
    if not table.differ:
        return ""
    claims = [claim for value in table.values for claim in value.claims]
    voices = {claim.speaker or claim.said_by or (shown[claim.rank].source,) for claim in claims}
    return "sources differ" if len(voices) > 1 else _CHANGES[table.kind]


def _value(value: SavedValue, shown: dict[int, SavedQuote]) -> Value:
    rows = tuple(_row(claim, shown[claim.rank]) for claim in value.claims)
    return Value(rows, count(value.reports, "independent report") if len(rows) > 1 else "")


def _row(claim: SavedClaim, quote: SavedQuote) -> Row:
    same = claim.said_by == quote.said_by and claim.citing == quote.citing
    cited = quote.citing_speaker.name if same and quote.citing_speaker else None
    period = one_line(claim.period) if claim.period else None
    return Row(
        claim=claim,
        quote=quote,
        value=one_line(claim.value),
        who=voice(claim.said_by, claim.speaker, citing=claim.citing, cited=cited),
        place=place(printable(quote.source), *lines(claim, quote)),
        published=one_line(claim.published or quote.published or ""),
        note=about_line(period, f"nearly the words of [{claim.same_as}]" if claim.same_as else None),
    )


def lines(claim: SavedClaim, quote: SavedQuote) -> Sequence[int]:
    """The first and the last line that a claim's value stands on."""
    before = quote.text[: claim.start - quote.start].count("\n")
    return quote.first_line + before, quote.first_line + before + claim.value.count("\n")
