"""The tables of an answer: what sources claim of one thing, each claim on its quote."""

from dataclasses import dataclass
from typing import Any

from index.articles.span import Span
from qa.answers.quote import Quote
from qa.claims.statement import ValueKind
from qa.speakers.speaker import ResolvedAttribution, attribution_record, one_line, span_record
from qa.values.amounts import Sense


@dataclass(frozen=True, slots=True)
class QuotedClaim:
    """A value in a quote. Spans are of the quote's article. `same_as` is the rank of the quote that this claim repeats."""

    quote: Quote
    value: Span
    counted: Span | None
    period: Span | None
    events: tuple[str, ...]
    attribution: ResolvedAttribution | None
    same_as: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return the claim's part of the record."""
        article = self.quote.article
        speaker = attribution_record(self.attribution, article)
        published = article.masthead.published
        return {
            "rank": self.quote.rank,
            "value": self.value.cut(article.text),
            **span_record(self.value),
            "counted": one_line(self.counted, article) if self.counted else None,
            "events": list(self.events),
            "period": one_line(self.period, article) if self.period else None,
            **{name: speaker[name] for name in ("said_by", "said_by_span", "citing", "citing_span")},
            "speaker": self.attribution.speaker.name if self.attribution else None,
            "published": published.isoformat() if published else None,
            "same_as": self.same_as,
        }


@dataclass(frozen=True, slots=True)
class QuotedValue:
    """A value and its claims. `reports` counts the independent claims. `asked`: a claim is by the speaker asked for."""

    low: float | str
    high: float | str
    sense: Sense
    reports: int
    asked: bool
    claims: tuple[QuotedClaim, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the value's part of the record."""
        return {
            "low": self.low,
            "high": self.high,
            "sense": self.sense.value,
            "reports": self.reports,
            "asked": self.asked,
            "claims": [claim.to_dict() for claim in self.claims],
        }


@dataclass(frozen=True, slots=True)
class QuotedTable:
    """Comparable values under a heading. `unit` is "" where things are counted. `differ`: the values do not agree."""

    about: str
    kind: ValueKind
    unit: str
    differ: bool
    values: tuple[QuotedValue, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the table's part of the record."""
        return {
            "about": self.about,
            "kind": self.kind.value,
            "unit": self.unit,
            "differ": self.differ,
            "values": [value.to_dict() for value in self.values],
        }
