"""Answers: quotes, and whether and how surely they answer; the record that every door gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from index.articles.article import Article
from index.articles.span import Span
from index.opened.info import IndexInfo
from qa.answers.comparison import QuotedTable
from qa.answers.quote import Quote
from qa.questions.scope import Within

SCHEMA = "answer/1"


@dataclass(frozen=True, slots=True)
class Answer:
    """A question's quotes, best first, and whether and how surely they answer it.

    Where nothing answers, `quotes` is empty, `reason` is a sentence for people
    and `closest` holds the nearest misses. `confidence` is 0..1, that the
    articles answer the question. `within` is which articles were asked, where
    not all of them were. `reranker` names the cross-encoder that had a
    say in the order, where one was asked for; in the record it stands beside
    the index's model.
    """

    question: str
    searched: tuple[str, ...]
    answered: bool
    confidence: float
    reason: str | None
    quotes: tuple[Quote, ...]
    closest: tuple[Quote, ...]
    index: IndexInfo
    took_ms: float
    beside: tuple[Quote, ...] = ()
    claims: tuple[QuotedTable, ...] = ()
    reranker: str | None = None
    within: Within | None = None

    def to_dict(self) -> dict[str, Any]:
        """The record, schema answer/1."""
        return {
            "schema": SCHEMA,
            "question": self.question,
            "searched": list(self.searched),
            "within": self.within.to_dict() if self.within else None,
            "answered": self.answered,
            "confidence": round(self.confidence, 4),
            "reason": self.reason,
            "quotes": [quote.to_dict() for quote in self.quotes],
            "closest": [quote.to_dict() for quote in self.closest],
            "beside": [quote.to_dict() for quote in self.beside],
            "claims": [table.to_dict() for table in self.claims],
            "index": {
                "generation": self.index.generation,
                "model": self.index.model.name,
                "reranker": self.reranker,
                "articles": self.index.articles,
            },
            "took_ms": round(self.took_ms, 2),
        }


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that may answer, for those who bring their own reader.

    Scores are 0..1 within one question; `by_meaning` and `by_words` are where
    each index ranked it, from 1, or None where it did not find it.
    """

    article: Article
    span: Span
    score: float
    by_meaning: int | None
    by_words: int | None

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
        """The passage, word for word, page furniture in it included."""
        return self.span.cut(self.article.text)

    @property
    def first_line(self) -> int:
        """The line that it begins on, from 1."""
        return self.article.line(self.span.start)

    @property
    def last_line(self) -> int:
        """The line that it ends on."""
        return self.article.line(self.span.end)

    def to_dict(self) -> dict[str, Any]:
        """The passage as the page's API gives it."""
        published = self.article.masthead.published
        return {
            "source": self.source,
            "sha256": self.article.sha256,
            "title": self.article.title,
            "outlet": self.article.outlet,
            "published": published.isoformat() if published else None,
            "start": self.start,
            "end": self.end,
            "first_line": self.first_line,
            "last_line": self.last_line,
            "text": self.text,
            "score": round(self.score, 4),
            "ranks": {"by_meaning": self.by_meaning, "by_words": self.by_words},
        }


class _Placed(Protocol):
    """What quotes are grouped by, made just now or read from a record."""

    @property
    def rank(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def same_as(self) -> int | None: ...


_Q = TypeVar("_Q", bound=_Placed)


def by_article(quotes: Sequence[_Q]) -> list[tuple[_Q, ...]]:
    """Quotes grouped by article, the article of the best quote first; inside a group, best first.

    A quote in nearly the words of a better one follows that one, whatever its article.
    """
    ranks = {quote.rank for quote in quotes}
    copies: dict[int, list[_Q]] = {}
    groups: dict[str, list[_Q]] = {}
    for quote in quotes:
        if quote.same_as in ranks and quote.same_as is not None:
            copies.setdefault(quote.same_as, []).append(quote)
        else:
            groups.setdefault(quote.source, []).append(quote)
    return [tuple(shown for quote in group for shown in (quote, *copies.get(quote.rank, ()))) for group in groups.values()]
