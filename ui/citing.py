"""An answer as text to take along: Markdown that shows every quote as it stands in the file, whatever it holds."""

import re
from collections.abc import Iterable

from qa import by_article
from qa.saved import SavedAnswer, SavedQuote
from ui.printable import printable
from ui.wording import NEAREST, found, place

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#+\-.!|~$&()=:@])")


def cited(answers: Iterable[SavedAnswer]) -> str:
    """A conversation as Markdown: questions as headings, quotes as block quotes, each with file, lines and date."""
    return "\n".join(line for answer in answers for line in _answer(answer))


def _answer(answer: SavedAnswer) -> list[str]:
    lines = [f"## {_escaped(answer.question)}", ""]
    if answer.answered:
        lines += [found(len(answer.quotes), len({quote.source for quote in answer.quotes})), ""]
        return lines + _quotes(answer.quotes)
    lines += [_escaped(answer.reason or "The articles do not answer this."), ""]
    return lines + ([f"{NEAREST}:", "", *_quotes(answer.closest)] if answer.closest else [])


def _quotes(quotes: list[SavedQuote]) -> list[str]:
    return [line for group in by_article(quotes) for quote in group for line in _quote(quote)]


def _quote(quote: SavedQuote) -> list[str]:
    """The quote, and on a line of its own where it stands and who says it."""
    about = [quote.title, quote.outlet, quote.published, f"said by {quote.said_by}" if quote.said_by else None]
    where = [place(quote.source, quote.first_line, quote.last_line), *(part for part in about if part)]
    return [
        f"> {quote.rank}\\. “{_escaped(quote.text)}”",
        ">",
        f"> — {_escaped(', '.join(where))}",
        "",
    ]


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line: line ends become blanks."""
    return printable(_SPECIAL.sub(r"\\\1", " ".join(text.split())))
