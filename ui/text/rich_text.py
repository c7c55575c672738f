"""Answers for pasting: rich text (HTML) and plain text. Each quote names its speaker, outlet, day, file and link."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from articles_qa.index.files.printable import one_line, printable
from articles_qa.qa import by_article
from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedQuote
from articles_qa.ui.text.claim_tables import ClaimRow, worded_tables
from articles_qa.ui.text.quote_notes import ArticleNamed, no_article, quote_notes
from articles_qa.ui.text.reading_order import numbers
from articles_qa.ui.text.wording import MORE, NEAREST, day, place_of, quote_link, scope_text, source_words


def to_plain(answers: Sequence[SavedAnswer], *, page: str = "", article_named: ArticleNamed = no_article) -> str:
    """Return a conversation as plain text, nothing of it escaped; `page` is the address that links begin with."""
    return "\n\n".join("\n\n".join(_plain(answer, page, article_named)) for answer in answers) + "\n"


def to_rich(answers: Sequence[SavedAnswer], *, page: str = "", article_named: ArticleNamed = no_article) -> str:
    """Return a conversation as HTML without scripts and styles, for a clipboard or a document."""
    return "".join(line for answer in answers for line in _rich(answer, page, article_named))


def sections(answer: SavedAnswer) -> Iterator[tuple[str, list[SavedQuote], str]]:
    """Yield each part's heading, its quotes in reading order, and the reason where it has none; "" for no heading or reason."""
    if not answer.answered:
        yield "", [], answer.reason or ""
        yield NEAREST, _ordered(answer.closest), ""
    elif answer.parts:
        for part in answer.parts:
            yield part.question, _ordered(quote for quote in answer.quotes if quote.rank in part.ranks), part.reason or ""
    else:
        yield "", _ordered(answer.quotes), ""
    yield MORE, _ordered(answer.beside), ""


def _ordered(quotes: Iterator[SavedQuote] | list[SavedQuote]) -> list[SavedQuote]:
    return [quote for group in by_article(list(quotes)) for quote in group]


def _plain(answer: SavedAnswer, page: str, article_named: ArticleNamed) -> Iterator[str]:
    numbered = numbers(answer)
    yield one_line(answer.question) + (f" ({scope_text(answer.within)})" if answer.within else "")
    for heading, quotes, reason in sections(answer):
        if heading and (quotes or reason):
            yield f"{one_line(heading)}:"
        if reason:
            yield one_line(reason)
        for quote in quotes:
            where = printable(place_of(quote))
            words = f"[{numbered[quote.rank]}] “{' '.join(quote.text.split())}”"
            source = f"— {source_words(quote) or where} ({where})"
            yield "\n".join([words, source, *quote_notes(quote, article_named).lines, quote_link(quote, page=page)])
    for table in worded_tables(answer, numbered):
        rows = [row for part in table.parts for value in part.values for row in value.rows]
        yield "\n".join([f"{table.about}: {table.note}" if table.note else table.about, *map(_plain_row, rows)])


def _plain_row(row: ClaimRow) -> str:
    cells = (row.value, row.who, row.note, day(row.published), f"[{row.number}]")
    return "\t".join(cell for cell in cells if cell)


def _rich(answer: SavedAnswer, page: str, article_named: ArticleNamed) -> Iterator[Markup]:
    numbered = numbers(answer)
    within = f" ({scope_text(answer.within)})" if answer.within else ""
    yield Markup("<h2>{}{}</h2>").format(one_line(answer.question), within)
    for heading, quotes, reason in sections(answer):
        if heading and (quotes or reason):
            yield Markup("<h3>{}</h3>").format(one_line(heading))
        if reason:
            yield Markup("<p>{}</p>").format(one_line(reason))
        for quote in quotes:
            where = printable(place_of(quote))
            link = Markup('<a href="{}">{}</a>').format(quote_link(quote, page=page), where)
            yield Markup("<blockquote><p>[{}] “{}”</p></blockquote><p>— {} ({})</p>").format(
                numbered[quote.rank], printable(" ".join(quote.text.split())), source_words(quote), link
            )
            yield from map(Markup("<p>{}</p>").format, quote_notes(quote, article_named).lines)
    for table in worded_tables(answer, numbered):
        rows = Markup("").join(_rich_row(row) for part in table.parts for value in part.values for row in value.rows)
        head = Markup("<tr><th>Value</th><th>Said by</th><th>Day</th><th>Where</th></tr>")
        note = f": {table.note}" if table.note else ""
        yield Markup("<table border=1><caption>{}{}</caption>{}{}</table>").format(table.about, note, head, rows)


def _rich_row(row: ClaimRow) -> Markup:
    who = f"{row.who}, {row.note}" if row.note else row.who
    cells = (row.value, who, day(row.published), f"[{row.number}] {row.place}")
    return Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(escape(cell)) for cell in cells))
