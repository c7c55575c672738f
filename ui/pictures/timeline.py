"""The timeline of a story: the articles of an answer's quotes by day and outlet, and where each claim is told first.

A toll of 12 (Ledger, 12 March; Courier, 13 March) and of 31 (Courier, 13 March): two rows. The Ledger's point has the label
"12", the Courier's has "31".
"""

from collections.abc import Mapping, Sequence
from datetime import date

from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedClaim, SavedQuote
from articles_qa.ui.pictures.dots import FOOT, Dot, DotPicture, TableLine, apart, dot_row, ends, place_on_days, read_day
from articles_qa.ui.text.claim_tables import claim_words
from articles_qa.ui.text.gist import tells
from articles_qa.ui.text.wording import about_line, day

TITLE, HEAD = "The story, day by day", ("Day", "Outlet", "First told", "Article")
NO_OUTLET = "no outlet named"
MOST_ROWS = 12


def timeline(answer: SavedAnswer, numbers: Mapping[int, int]) -> DotPicture | None:
    """Return the picture; None where the quotes are of fewer than two days or of fewer than two outlets."""
    dated = _dated(answer)
    days = [one for one, _ in dated]
    outlets = list(dict.fromkeys(quote.outlet for _, quote in dated))
    if len({*days}) < 2 or len([outlet for outlet in outlets if outlet]) < 2 or len(outlets) > MOST_ROWS:
        return None
    told = _first_told(answer)
    rows = []
    for number, outlet in enumerate(outlets):
        own = [(one, quote) for one, quote in dated if quote.outlet == outlet]
        dots = [_dot(quote, place_on_days(days, one), told, numbers) for one, quote in own]
        rows.append(dot_row(about_line(outlet or NO_OUTLET), number, apart(dots)))
    lines = tuple(_line(quote, told) for _, quote in dated)
    since, until = min(days).isoformat(), max(days).isoformat()
    return DotPicture(TITLE, tuple(rows), ends(days), rows[-1].y + FOOT, HEAD, lines, since, until)


def _dated(answer: SavedAnswer) -> list[tuple[date, SavedQuote]]:
    """Return the first quote of each article that shows its day, by day."""
    first: dict[str, SavedQuote] = {}
    for quote in (*answer.quotes, *answer.beside):
        first.setdefault(quote.source, quote)
    dated = [(read, quote) for quote in first.values() if (read := read_day(quote.published))]
    return sorted(dated, key=lambda one: one[0])


def _first_told(answer: SavedAnswer) -> dict[str, list[str]]:
    """Return the claims in words that each article, by its source, tells first: all articles of a claim's first day do."""
    sources = {quote.rank: quote for quote in (*answer.quotes, *answer.beside)}
    told: dict[str, list[str]] = {}
    for table in filter(tells, answer.claims):
        for value in table.values:
            dated = [(read, claim) for claim in value.claims if (read := _day_of(claim, sources[claim.rank]))]
            for read, claim in dated if len(dated) == len(value.claims) else ():
                if read == min(one for one, _ in dated):
                    told.setdefault(sources[claim.rank].source, []).append(claim_words(table, claim))
    return {source: list(dict.fromkeys(words)) for source, words in told.items()}


def _day_of(claim: SavedClaim, quote: SavedQuote) -> date | None:
    return read_day(claim.published or quote.published)


def _dot(quote: SavedQuote, x: float, told: Mapping[str, Sequence[str]], numbers: Mapping[int, int]) -> Dot:
    first = told.get(quote.source, ())
    about = about_line(quote.outlet, day(quote.published), quote.title or quote.source)
    name = f"{about}{', first told: ' if first else ''}{', '.join(first)}, quote {numbers[quote.rank]}"
    more = f" +{len(first) - 1}" if len(first) > 1 else ""
    return Dot(quote, quote.start, quote.end, x, name, f"{first[0]}{more}" if first else "")


def _line(quote: SavedQuote, told: Mapping[str, Sequence[str]]) -> TableLine:
    first = ", ".join(told.get(quote.source, ()))
    cells = (day(quote.published), about_line(quote.outlet), first, about_line(quote.title or quote.source))
    return TableLine(cells, quote, quote.start, quote.end, quote.published or "")
