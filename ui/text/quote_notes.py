"""The notes of a quote that leave the program with it: what it is read with, what corrects it, who prints the same report.

A record has only the places of the first two. Their words are cut from the index's articles.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from articles_qa.index import Article, Span
from articles_qa.index.files.printable import one_line
from articles_qa.qa.proof.saved_answer import SavedQuote, SavedSpan
from articles_qa.ui.text.wording import CORRECTED, READ_WITH, same_report, shortened

MAX_CHARS = 1_000  # Of a note: a paragraph.
NOT_HERE = "by a note of the article, which the index does not hold in this version"

ArticleNamed = Callable[[str], Article | None]
"""Returns the article of a source, None where the index has none."""


@dataclass(frozen=True, slots=True)
class QuoteNotes:
    """The notes of one quote, each on one line; "" for none."""

    read_with: str = ""
    corrected: str = ""
    same_report: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Return a line for each note, as the page and the terminal word it."""
        read_with = f"{READ_WITH}: {self.read_with}" if self.read_with else ""
        corrected = f"{CORRECTED}: {self.corrected}" if self.corrected else ""
        return tuple(line for line in (read_with, corrected, self.same_report) if line)


def quote_notes(quote: SavedQuote, article_named: ArticleNamed) -> QuoteNotes:
    """Return the notes of a quote.

    That a quote is corrected is told also where the note's words are not known any more.
    """
    article = article_of(quote, article_named) if quote.read_with or quote.corrections else None
    corrected = _cut(quote.corrections, article)
    return QuoteNotes(
        read_with=_cut(quote.read_with, article),
        corrected=corrected or (NOT_HERE if quote.corrections else ""),
        same_report=same_report(quote.same_report),
    )


def article_of(quote: SavedQuote, article_named: ArticleNamed) -> Article | None:
    """Return a quote's article; None where the index has another version of the article, or none."""
    article = article_named(quote.source)
    reader = quote.place.reader if quote.place else ""
    return article if article and article.content[:3] == (quote.sha256, quote.encoding, reader) else None


def no_article(source: str) -> Article | None:
    """Return no article: where no index is at hand."""
    return None


def _cut(spans: Sequence[SavedSpan], article: Article | None) -> str:
    """Return the words of stretches on one line; an altered record may put one outside of the article."""
    if article is None:
        return ""
    size = len(article.text)
    inside = (Span(span.start, min(span.end, size)) for span in spans if span.start < min(span.end, size))
    return " · ".join(one_line(shortened(article.text, span, max_chars=MAX_CHARS)) for span in inside)
