"""Answers: the quotes, the confidence, and the record that every interface gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from articles_qa.index.opened.info import IndexInfo
from articles_qa.qa.answers.comparison import QuotedTable
from articles_qa.qa.answers.quote import Excerpt, Quote
from articles_qa.qa.questions.scope import Within

SCHEMA = "answer/1"


@dataclass(frozen=True, slots=True)
class AnsweredPart:
    """A part of a question, by its own words, and the ranks of the quotes that answer it.

    `reason` is a sentence for people where no quote answers the part. `more` counts as in `Answer`.
    """

    question: str
    answered: bool
    confidence: float
    reason: str | None
    ranks: tuple[int, ...]
    more: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the part's part of the record."""
        return {
            "question": self.question,
            "answered": self.answered,
            "confidence": round(self.confidence, 4),
            "reason": self.reason,
            "ranks": list(self.ranks),
            "more": self.more,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The quotes that answer a question, best first.

    `confidence`, 0..1: the articles answer the question. Where nothing answers,
    `quotes` is empty, `reason` is a sentence for people and `closest` holds the
    nearest misses. `beside` are quotes that only the tables in `claims` need.
    `within` names the articles that were asked, None for all. `more` counts the
    quotes that `top_k` left out. `parts` is empty for a question that asks one
    thing; else `quotes` are best first within each part.
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
    within: Within | None = None
    more: int = 0
    parts: tuple[AnsweredPart, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the record, schema answer/1."""
        return {
            "schema": SCHEMA,
            "question": self.question,
            "searched": list(self.searched),
            "within": self.within.to_dict() if self.within else None,
            "answered": self.answered,
            "confidence": round(self.confidence, 4),
            "reason": self.reason,
            "quotes": [quote.to_dict() for quote in self.quotes],
            "more": self.more,
            "parts": [part.to_dict() for part in self.parts],
            "closest": [quote.to_dict() for quote in self.closest],
            "beside": [quote.to_dict() for quote in self.beside],
            "claims": [table.to_dict() for table in self.claims],
            "index": {
                "generation": self.index.generation,
                "model": self.index.model.name,
                "articles": self.index.articles,
            },
            "took_ms": round(self.took_ms, 2),
        }


@dataclass(frozen=True, slots=True)
class FoundPassage(Excerpt):
    """A passage that may answer, for programs with a reader of their own. Its text includes page furniture.

    Scores are 0..1 within one question. `by_meaning` and `by_words` are the
    ranks in the two indexes, from 1; None where an index did not find it.
    """

    score: float
    by_meaning: int | None
    by_words: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return the passage as the page's API gives it."""
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
            "place": self.place.to_dict() if self.place else None,
            "text": self.text,
            "score": round(self.score, 4),
            "ranks": {"by_meaning": self.by_meaning, "by_words": self.by_words},
        }


class _AnyQuote(Protocol):
    """A quote made just now, or read from a record."""

    @property
    def rank(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def same_as(self) -> int | None: ...


_Q = TypeVar("_Q", bound=_AnyQuote)


def by_article(quotes: Sequence[_Q]) -> list[tuple[_Q, ...]]:
    """Group quotes by article: the article of the best quote first, and in a group the best quote first.

    A near copy follows the better quote that it repeats, whatever its article.
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
