"""The name of an article: its title; without one, its first sentence."""

from dataclasses import dataclass
from functools import lru_cache

from articles_qa.index import Article, Span
from articles_qa.index.articles.sentences import sentences
from articles_qa.index.files.printable import one_line
from articles_qa.ui.text.wording import shortened

READ = 3_000  # Characters in which the first sentence is sought: where the masthead ends, the story begins.
MAX_CHARS = 90  # Of a sentence that names an article: about one line.


@dataclass(frozen=True, slots=True)
class Headline:
    """The words that name an article. `is_title` is false for its first sentence, and for its file's name."""

    words: str
    is_title: bool


def headline(title: str | None, source: str, article: Article | None) -> Headline:
    """Return the name of an article by its title, its first sentence, or the file's name where nothing else is known."""
    if title:
        return Headline(one_line(title), is_title=True)
    return Headline((_first_sentence(article.text[:READ]) if article else "") or one_line(source), is_title=False)


@lru_cache(1_000)
def _first_sentence(beginning: str) -> str:
    """Return the first sentence of a text, cut short; "" for a text without a sentence."""
    spans = (Span(found.span.start, found.span.end) for found in sentences(beginning)[:1])
    return one_line(next((shortened(beginning, span, max_chars=MAX_CHARS) for span in spans), ""))
