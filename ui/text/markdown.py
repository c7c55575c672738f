"""Answers as Markdown. Every quote is shown as it stands in the file, whatever it holds."""

import re
from collections.abc import Iterable, Mapping

from articles_qa.index.files.printable import printable
from articles_qa.qa import by_article
from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedQuote
from articles_qa.ui.text.claim_tables import ClaimRow, TablePart, worded_tables
from articles_qa.ui.text.quote_notes import ArticleNamed, QuoteNotes, no_article, quote_notes
from articles_qa.ui.text.reading_order import numbers
from articles_qa.ui.text.wording import MORE, NEAREST, found, place_of, saved_said, scope_text

UNANSWERED = "The articles do not answer this."
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#+\-.!|~$&()=:@])")


def to_markdown(answers: Iterable[SavedAnswer], *, article_named: ArticleNamed = no_article) -> str:
    """Return a conversation as Markdown: questions and parts as headings, quotes with file, lines and date, and tables."""
    return "\n".join(line for answer in answers for line in _answer(answer, article_named))


def _answer(answer: SavedAnswer, article_named: ArticleNamed) -> list[str]:
    lines, numbered = [f"## {_escaped(answer.question)}", ""], numbers(answer)
    if answer.within:
        lines += [_escaped(f"Asked: {scope_text(answer.within)}"), ""]
    if answer.answered:
        lines += [found(answer.quotes), ""]
        lines += (_parts(answer, numbered, article_named) or _quotes(answer.quotes, numbered, article_named)) + _tables(
            answer, numbered
        )
        return lines + ([f"{MORE}:", "", *_quotes(answer.beside, numbered, article_named)] if answer.beside else [])
    lines += [_escaped(answer.reason or UNANSWERED), ""]
    return lines + ([f"{NEAREST}:", "", *_quotes(answer.closest, numbered, article_named)] if answer.closest else [])


def _parts(answer: SavedAnswer, numbered: Mapping[int, int], article_named: ArticleNamed) -> list[str]:
    """Return each part of the question as a heading, and under it the quotes, or the reason why there are none."""
    lines: list[str] = []
    for part in answer.parts:
        own = [quote for quote in answer.quotes if quote.rank in part.ranks]
        lines += [f"### {_escaped(part.question)}", ""]
        lines += _quotes(own, numbered, article_named) if own else [_escaped(part.reason or UNANSWERED), ""]
    return lines


def _quotes(quotes: list[SavedQuote], numbered: Mapping[int, int], article_named: ArticleNamed) -> list[str]:
    shown = [quote for group in by_article(quotes) for quote in group]
    return [line for quote in shown for line in _quote(quote, numbered[quote.rank], quote_notes(quote, article_named))]


def _quote(quote: SavedQuote, number: int, notes: QuoteNotes) -> list[str]:
    """Return the quote, and on lines of their own its place and its speaker, and its notes."""
    about = [quote.title, quote.outlet, quote.published, saved_said(quote)]
    where = [place_of(quote), *(part for part in about if part)]
    return [
        f"> {number}\\. “{_escaped(quote.text)}”",
        ">",
        f"> — {_escaped(', '.join(where))}",
        *(line for note in notes.lines for line in (">", f"> {_escaped(note)}")),
        "",
    ]


def _tables(answer: SavedAnswer, numbered: Mapping[int, int]) -> list[str]:
    """Return the claims of the quotes, each part of a table as a table, with the numbers of the quotes."""
    lines = []
    for table in worded_tables(answer, numbered):
        lines += [_escaped(f"{table.about}: {table.note}" if table.note else table.about), ""]
        lines += [line for part in table.parts for line in _part(part)]
    return lines


def _part(part: TablePart) -> list[str]:
    rows = [_cells(row, value.note if row is value.rows[0] else "") for value in part.values for row in value.rows]
    heading = [f"{_escaped(part.heading)}:", ""] if part.heading else []
    return [*heading, "| value | said by | where | quote |", "|---|---|---|---|", *rows, ""]


def _cells(row: ClaimRow, note: str) -> str:
    """Return a row of a table; the note on a value stands in the first row of the value."""
    value = f"{row.value} ({note})" if note else row.value
    who = f"{row.who}, {row.note}" if row.note else row.who
    where = f"{row.place}, {row.published}" if row.published else row.place
    return f"| {' | '.join(_escaped(cell) for cell in (value, who, where, str(row.number)))} |"


def _escaped(text: str) -> str:
    """Return text that Markdown shows unchanged, on one line: line ends become blanks."""
    return printable(_SPECIAL.sub(r"\\\1", " ".join(text.split())))
