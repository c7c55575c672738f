"""The tables of an answer: what sources claim of one thing, each claim on its quote."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from articles_qa.index.articles.span import Span
from articles_qa.qa.answers.quote import Quote
from articles_qa.qa.claims.claim_tables import ClaimTable, TableValue
from articles_qa.qa.claims.polarity import Polarity
from articles_qa.qa.speakers.speaker import ResolvedAttribution, attribution_record, one_line, span_record


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
    polarity: Polarity

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
            "polarity": self.polarity.value,
        }


@dataclass(frozen=True, slots=True)
class QuotedTable:
    """A table of claims, and the claims of each of its values, and of each denied one, on their quotes."""

    table: ClaimTable
    claims: tuple[tuple[QuotedClaim, ...], ...]
    denied: tuple[tuple[QuotedClaim, ...], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the table's part of the record."""
        table = self.table
        return {
            "about": table.about,
            "kind": table.kind.value,
            "unit": table.unit,
            "differ": table.differ,
            "updated": table.updated,
            "values": _records(table.values, self.claims),
            "denied": _records(table.denied, self.denied),
        }


def _records(values: Sequence[TableValue], claimed: Sequence[Sequence[QuotedClaim]]) -> list[dict[str, Any]]:
    return [
        {
            "low": value.low,
            "high": value.high,
            "sense": value.sense.value,
            "reports": value.reports,
            "asked": value.asked,
            "claims": [claim.to_dict() for claim in claims],
        }
        for value, claims in zip(values, claimed, strict=True)
    ]
