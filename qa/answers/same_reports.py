"""Same reports: which articles carry the report that a quote is from, as papers print wire copy.

Three papers print one report of an agency, one of them without its last paragraphs. A quote from each has the two others
as `same_report`, and the three count as one article.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from articles_qa.index.articles.sketch import ALIKE, HASHES, Rows, likeness, rows_of
from articles_qa.qa.answers.quote import Quote

MOST_NAMED = 200


@dataclass(frozen=True, slots=True)
class Sketches:
    """The sketches of articles, a row for each source."""

    sources: tuple[str, ...]
    rows: Rows

    @classmethod
    def of(cls, found: Sequence[tuple[int, str, bytes]]) -> "Sketches":
        """Return the sketches that a store gives; articles without one, as captions are, are left out."""
        kept = [(source, made) for _, source, made in found if len(made) == 4 * HASHES]
        return cls(tuple(source for source, _ in kept), rows_of([made for _, made in kept]))

    def alike(self, quote: Quote) -> tuple[str, ...]:
        """Return the sources of other articles that carry the report of a quote's article."""
        places = np.flatnonzero(likeness(quote.article.traits.sketch, self.rows) >= ALIKE).tolist()
        return tuple(self.sources[place] for place in places if self.sources[place] != quote.source)[:MOST_NAMED]


def with_same_reports(quotes: Sequence[Quote], sketches: Sketches) -> tuple[Quote, ...]:
    """Return the quotes, each with the sources of the articles that carry its article's report."""
    same = {quote.source: quote for quote in quotes}
    alike = {source: sketches.alike(quote) for source, quote in same.items()}
    return tuple(replace(quote, same_report=alike[quote.source]) for quote in quotes)


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
