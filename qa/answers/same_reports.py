"""Same reports: which articles carry the report that a quote is from, as papers print wire copy.

Three papers print one report of an agency, one of them without its last paragraphs. A quote from each has the two others
as `same_report`, and the three count as one article.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from articles_qa.index.articles.sketch import ALIKE, likeness
from articles_qa.index.opened.index import Index
from articles_qa.qa.answers.quote import Quote

MOST_NAMED = 200


def with_same_reports(index: Index, quotes: Sequence[Quote], candidates: Sequence[int]) -> tuple[Quote, ...]:
    """Return the quotes, each with the sources of those candidates that carry its article's report."""
    sketches = [(source, made) for _, source, made in index.store.sketches(candidates) if made]
    same: dict[str, tuple[str, ...]] = {}
    for quote in quotes:
        if quote.source not in same:
            own = quote.article.traits.sketch
            alike = (source for source, made in sketches if source != quote.source and likeness(own, made) >= ALIKE)
            same[quote.source] = tuple(alike)[:MOST_NAMED]
    return tuple(replace(quote, same_report=same[quote.source]) for quote in quotes)


class _FromReport(Protocol):
    """A quote made just now, or read from a record."""

    @property
    def source(self) -> str: ...
    @property
    def same_report(self) -> Sequence[str]: ...


def count_reports(quotes: Iterable[_FromReport]) -> int:
    """Count the articles that quotes are from, those of one report once."""
    counted: set[str] = set()
    reports = 0
    for quote in quotes:
        reports += quote.source not in counted
        counted |= {quote.source, *quote.same_report}
    return reports
