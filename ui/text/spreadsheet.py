"""The tables of answers for a spreadsheet: comma-separated, or tab-separated for pasting."""

import csv
import io
from collections.abc import Iterator, Sequence

from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedClaim, SavedTable, SavedValue
from articles_qa.ui.text.claim_tables import ClaimRow, worded_tables
from articles_qa.ui.text.quote_notes import ArticleNamed, no_article, quote_notes
from articles_qa.ui.text.reading_order import numbers

HEAD = (
    *("question", "about", "value", "low", "high", "said by", "note", "outlet", "day", "title", "file", "first line"),
    *("quote number", "quote", "read with", "corrected", "same report"),
)
# A spreadsheet takes a cell that begins so for a formula; an apostrophe before it says that it is text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(answers: Sequence[SavedAnswer], *, article_named: ArticleNamed = no_article) -> str:
    """Return the values of all tables as CSV (RFC 4180), a row each; days as 2025-03-04."""
    made = io.StringIO()
    csv.writer(made).writerows((HEAD, *_rows(answers, article_named)))
    return made.getvalue()


def to_tabs(answers: Sequence[SavedAnswer], *, article_named: ArticleNamed = no_article) -> str:
    """Return the same rows with tabs between the cells; no cell holds a tab or a line end."""
    return "".join("\t".join(row) + "\n" for row in (HEAD, *_rows(answers, article_named)))


def _rows(answers: Sequence[SavedAnswer], article_named: ArticleNamed) -> Iterator[tuple[str, ...]]:
    for answer in answers:
        for table, worded in zip(answer.claims, worded_tables(answer, numbers(answer)), strict=True):
            shown = {id(row.claim): row for part in worded.parts for value in part.values for row in value.rows}
            for value in table.values:
                for claim in value.claims:
                    row = shown[id(claim)]
                    notes = quote_notes(row.quote, article_named)
                    cells = (*_cells(answer, table, value, claim, row), notes.read_with, notes.corrected, notes.same_report)
                    yield tuple(map(cell_text, cells))


def _cells(
    answer: SavedAnswer, table: SavedTable, value: SavedValue, claim: SavedClaim, row: ClaimRow
) -> tuple[str | float | None, ...]:
    quote = row.quote
    named = (answer.question, table.about, claim.value, value.low, value.high, row.who, row.note)
    return (*named, quote.outlet, row.published, quote.title, quote.source, quote.first_line, row.number, quote.text)


def cell_text(value: str | float | None) -> str:
    """Return a value as a cell on one line; text that a spreadsheet would calculate gets an apostrophe."""
    if value is None or not isinstance(value, str):
        return "" if value is None else f"{value}"
    text = " ".join(value.split())
    return f"'{text}" if text.startswith(_FORMULA) else text
