"""Places: where a text stands in an article."""

import re
from dataclasses import dataclass

from index.article import Article
from index.span import Span


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a file: in code points of its text, in bytes, in lines from 1."""

    start: int
    end: int
    byte_start: int
    byte_end: int
    first_line: int
    last_line: int

    @classmethod
    def of(cls, article: Article, span: Span) -> "Place":
        """A span of an article, with its bytes and lines as a quote has them."""
        return cls(
            span.start,
            span.end,
            article.byte_offset(span.start),
            article.byte_offset(span.end),
            article.line(span.start),
            article.line(span.end),
        )


def nearest(article: Article, text: str, at: int) -> Place | None:
    """Where a text stands nearest to an offset, before it rather than after it; None where it stands nowhere."""
    whole = article.text
    after = whole.find(text, at)
    # Backwards in a mirror: finding takes linear time whatever the texts are, finding from the right does not.
    mirrored = whole[: at + len(text) - 1][::-1].find(text[::-1]) if at else -1
    before = min(at + len(text) - 1, len(whole)) - mirrored - len(text) if mirrored >= 0 else -1
    found = [start for start in (before, after) if start >= 0]
    if not text or not found:
        return None
    start = min(found, key=lambda start: abs(start - at))
    return Place.of(article, Span(start, start + len(text)))


def line_of_words(article: Article, text: str) -> int | None:
    """The line on which the words of a text begin, whatever blanks and line ends stand between them; None: nowhere."""
    at = "".join(article.text.split()).find("".join(text.split()))
    if at < 0 or not text.split():
        return None
    for word in re.finditer(r"\S+", article.text):
        if at < len(word.group()):
            return article.line(word.start() + at)
        at -= len(word.group())
    return None
