"""A quote: a span of an article shown as an answer, its text cut from the article on demand."""

from dataclasses import dataclass
from typing import Any

from index.articles.article import Article
from index.articles.span import Span
from index.files.source_files import SourceState
from qa.speakers.speaker import ResolvedAttribution, attribution_record, one_line, span_record


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of an article shown as an answer.

    `rank` counts from 1; `probability` is that it answers the question;
    `gaps` are stretches of page furniture inside it, a link in mid-sentence;
    `told` is whose word it is, where the article says so; `marks` are the
    answering words, inside the quote; `same_as` is the rank of a better quote
    that says the same in nearly the same words; `by_meaning` and `by_words`
    are where each index ranked its passage, from 1, None where it did not find it.
    """

    rank: int
    article: Article
    span: Span
    probability: float
    told: ResolvedAttribution | None
    passage: Span
    marks: tuple[Span, ...]
    gaps: tuple[Span, ...]
    same_as: int | None
    source_state: SourceState
    by_meaning: int | None = None
    by_words: int | None = None

    @property
    def source(self) -> str:
        """The file, relative to the folder that was indexed."""
        return self.article.source

    @property
    def start(self) -> int:
        """Where it begins, in code points of the article's text."""
        return self.span.start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.span.end

    @property
    def text(self) -> str:
        """The quote, word for word."""
        return self.span.cut(self.article.text)

    @property
    def first_line(self) -> int:
        """The line that it begins on, from 1."""
        return self.article.line(self.span.start)

    @property
    def last_line(self) -> int:
        """The line that it ends on."""
        return self.article.line(self.span.end)

    @property
    def said_by(self) -> str | None:
        """Whose word it is, as the article names them; nothing where the article speaks for itself."""
        return one_line(self.told.attribution.name, self.article) if self.told else None

    @property
    def citing(self) -> str | None:
        """Whom the one who says it cites in turn, as the article names them."""
        cited = self.told.attribution.cited if self.told else None
        return one_line(cited, self.article) if cited else None

    def to_dict(self) -> dict[str, Any]:
        """The quote's part of the record."""
        article = self.article
        return {
            "rank": self.rank,
            "source": self.source,
            "sha256": article.sha256,
            "encoding": article.encoding,
            "title": article.title,
            "outlet": article.outlet,
            "published": article.masthead.published.isoformat() if article.masthead.published else None,
            "start": self.start,
            "end": self.end,
            "byte_start": article.byte_offset(self.start),
            "byte_end": article.byte_offset(self.end),
            "first_line": self.first_line,
            "last_line": self.last_line,
            "text": self.text,
            "probability": round(self.probability, 4),
            **attribution_record(self.told, self.article),
            "marks": [span_record(mark) for mark in self.marks],
            "gaps": [span_record(gap) for gap in self.gaps],
            "passage": span_record(self.passage),
            "ranks": {"by_meaning": self.by_meaning, "by_words": self.by_words},
            "same_as": self.same_as,
            "source_state": self.source_state.value,
        }
