"""Statements: the speakers of an answer's quotes, and what each of them says, by day."""

from collections.abc import Mapping
from datetime import date

from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedQuote
from articles_qa.ui.pictures.dots import FOOT, Dot, DotPicture, TableLine, apart, dot_row, ends, place_on_days, read_day
from articles_qa.ui.text.wording import about_line, day, voice

TITLE, HEAD = "Who said what", ("Speaker", "Day", "Outlet", "Sentence")
MOST_SPEAKERS = 12  # Those with most sentences.


def statements(answer: SavedAnswer, numbers: Mapping[int, int]) -> DotPicture | None:
    """Return the picture; None where what speakers say is of fewer than two days."""
    said: dict[str, list[tuple[date, SavedQuote]]] = {}
    for quote in (*answer.quotes, *answer.beside):
        published = read_day(quote.published)
        if quote.said_by and published and quote.same_as is None:
            meant = quote.speaker.name if quote.speaker else quote.said_by
            said.setdefault(meant.casefold(), []).append((published, quote))
    most = sorted(said.values(), key=len, reverse=True)[:MOST_SPEAKERS]
    days = [one for own in most for one, _ in own]
    if len({*days}) < 2:
        return None
    rows, lines = [], list[TableLine]()
    for number, own in enumerate(sorted(own, key=lambda one: one[0]) for own in most):
        who = _speaker(own[0][1])
        dots = [_dot(quote, who, place_on_days(days, one), numbers) for one, quote in own]
        rows.append(dot_row(who, number, apart(dots)))
        lines += [_line(quote, who) for _, quote in own]
    return DotPicture(TITLE, tuple(rows), ends(days), rows[-1].y + FOOT, HEAD, tuple(lines))


def _speaker(quote: SavedQuote) -> str:
    return voice(quote.said_by, quote.speaker.name if quote.speaker else None, citing=None, cited=None)


def _dot(quote: SavedQuote, who: str, x: float, numbers: Mapping[int, int]) -> Dot:
    name = f"{who}, {about_line(quote.outlet, day(quote.published))}, quote {numbers[quote.rank]}"
    return Dot(quote, quote.start, quote.end, x, name, f"[{numbers[quote.rank]}]")


def _line(quote: SavedQuote, who: str) -> TableLine:
    return TableLine((who, day(quote.published), about_line(quote.outlet), quote.text), quote, quote.start, quote.end)
