"""An answer as text to take along: Markdown that shows every quote as it stands in the file, whatever it holds."""

import re
from collections.abc import Iterable

from index.files.printable import printable
from qa import by_article
from qa.proof.saved_answer import SavedAnswer, SavedQuote
from ui.text.claim_tables import Part, Row, tables
from ui.text.wording import MORE, NEAREST, found, place, said

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#+\-.!|~$&()=:@])")


def cited(answers: Iterable[SavedAnswer]) -> str:
    """A conversation as Markdown: questions as headings, quotes as block quotes, each with file, lines and date; tables."""
    return "\n".join(line for answer in answers for line in _answer(answer))


def _answer(answer: SavedAnswer) -> list[str]:
    lines = [f"## {_escaped(answer.question)}", ""]
    if answer.answered:
        lines += [found(len(answer.quotes), len({quote.source for quote in answer.quotes})), ""]
        lines += _quotes(answer.quotes) + _tables(answer)
        return lines + ([f"{MORE}:", "", *_quotes(answer.beside)] if answer.beside else [])
    lines += [_escaped(answer.reason or "The articles do not answer this."), ""]
    return lines + ([f"{NEAREST}:", "", *_quotes(answer.closest)] if answer.closest else [])


def _quotes(quotes: list[SavedQuote]) -> list[str]:
    return [line for group in by_article(quotes) for quote in group for line in _quote(quote)]


def _quote(quote: SavedQuote) -> list[str]:
    """The quote, and on a line of its own where it stands and who says it."""
    about = [quote.title, quote.outlet, quote.published, _said(quote)]
    where = [place(quote.source, quote.first_line, quote.last_line), *(part for part in about if part)]
    return [
        f"> {quote.rank}\\. “{_escaped(quote.text)}”",
        ">",
        f"> — {_escaped(', '.join(where))}",
        "",
    ]


def _said(quote: SavedQuote) -> str:
    meant = quote.speaker.name if quote.speaker else None
    cited = quote.citing_speaker.name if quote.citing_speaker else None
    return said(quote.said_by, meant, citing=quote.citing, cited=cited)


def _tables(answer: SavedAnswer) -> list[str]:
    """What the quotes claim, each part of a table as a table, with the numbers of the quotes."""
    lines = []
    for table in tables(answer):
        lines += [_escaped(f"{table.about}: {table.note}" if table.note else table.about), ""]
        lines += [line for part in table.parts for line in _part(part)]
    return lines


def _part(part: Part) -> list[str]:
    rows = [_cells(row, value.note if row is value.rows[0] else "") for value in part.values for row in value.rows]
    heading = [f"{_escaped(part.heading)}:", ""] if part.heading else []
    return [*heading, "| value | said by | where | quote |", "|---|---|---|---|", *rows, ""]


def _cells(row: Row, note: str) -> str:
    """A line of a table; what must be known of a value stands in its first row."""
    value = f"{row.value} ({note})" if note else row.value
    who = f"{row.who}, {row.note}" if row.note else row.who
    where = f"{row.place}, {row.published}" if row.published else row.place
    return f"| {' | '.join(_escaped(cell) for cell in (value, who, where, str(row.claim.rank)))} |"


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line: line ends become blanks."""
    return printable(_SPECIAL.sub(r"\\\1", " ".join(text.split())))
