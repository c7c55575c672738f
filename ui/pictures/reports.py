"""Reports: the values of an answer's tables, and the outlets whose articles tell each of them.

A toll of 12 (Ledger, Courier) and of 31 (Courier): two rows with two columns. The Ledger's place in the second row is empty.
"""

from collections.abc import Mapping

from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedQuote, SavedTable, SavedValue
from articles_qa.ui.pictures.dots import RIGHT, ROW, Column, Dot, DotPicture, TableLine, dot_row
from articles_qa.ui.text.claim_tables import claim_words
from articles_qa.ui.text.gist import tells
from articles_qa.ui.text.wording import about_line, day, voice

TITLE, HEAD = "Who reports it", ("Value", "Outlet", "Said by", "Article")
FIRST = 28.0  # Per cent of the width before the first column: the words under it go to its left.
FOOT = 90  # In pixels, for the words under the columns, which slope.
MOST_CHARS = 20  # Of an outlet's name under its column; the table has all of it.
MOST_OUTLETS, MOST_VALUES = 10, 14


def reports(answer: SavedAnswer, numbers: Mapping[int, int]) -> DotPicture | None:
    """Return the picture; None where fewer than two values are told, or fewer than two outlets tell them."""
    quotes = {quote.rank: quote for quote in (*answer.quotes, *answer.beside)}
    told = [(table, value) for table in answer.claims if tells(table) for value in table.values]
    names = [quotes[claim.rank].outlet for _, value in told for claim in value.claims]
    outlets = list(dict.fromkeys(name for name in names if name))
    if len(outlets) < 2 or len(told) < 2 or len(outlets) > MOST_OUTLETS or len(told) > MOST_VALUES or not all(names):
        return None
    places = {name: round(FIRST + number * (RIGHT - FIRST) / (len(outlets) - 1), 2) for number, name in enumerate(outlets)}
    rows, lines = [], list[TableLine]()
    for number, (table, value) in enumerate(told):
        words = claim_words(table, value.claims[0])
        rows.append(dot_row(words, number, _dots(table, value, quotes, places, numbers), row=ROW))
        lines += _lines(words, value, quotes)
    columns = tuple(Column(_cut(about_line(name)), place) for name, place in places.items())
    return DotPicture(TITLE, tuple(rows), columns, rows[-1].y + FOOT, HEAD, tuple(lines), slopes=True)


def _cut(name: str) -> str:
    return name if len(name) <= MOST_CHARS else f"{name[: MOST_CHARS - 1].rstrip()}…"


def _dots(
    table: SavedTable,
    value: SavedValue,
    quotes: Mapping[int, SavedQuote],
    places: Mapping[str, float],
    numbers: Mapping[int, int],
) -> list[Dot]:
    """Return a dot for each outlet that tells a value, on the claim of its best quote."""
    best: dict[str, Dot] = {}
    for claim in sorted(value.claims, key=lambda claim: claim.rank):
        quote = quotes[claim.rank]
        who = voice(claim.said_by, claim.speaker, citing=None, cited=None)
        name = f"{about_line(quote.outlet)}: {claim_words(table, claim)}, {who}, quote {numbers[claim.rank]}"
        dot = Dot(quote, claim.start, claim.end, places[quote.outlet or ""], name, is_exact=claim.polarity == "asserted")
        best.setdefault(quote.outlet or "", dot)
    return list(best.values())


def _lines(words: str, value: SavedValue, quotes: Mapping[int, SavedQuote]) -> list[TableLine]:
    made = []
    for claim in value.claims:
        quote = quotes[claim.rank]
        who = voice(claim.said_by, claim.speaker, citing=None, cited=None)
        named = about_line(quote.title or quote.source, day(quote.published))
        made.append(TableLine((words, about_line(quote.outlet), who, named), quote, claim.start, claim.end))
    return made
