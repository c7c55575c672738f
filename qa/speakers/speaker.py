"""A speaker: who is meant by a name that an article gives, and what in the articles justifies it."""

from dataclasses import dataclass
from typing import Any

from index.articles.article import Article
from index.articles.span import Span
from index.speakers.attribution import Attribution


@dataclass(frozen=True, slots=True)
class Link:
    """A stretch of an article by which two names are one: "South Korea's National Intelligence Service (NIS)"."""

    article: Article
    span: Span

    def to_dict(self) -> dict[str, Any]:
        """The link's part of the record."""
        of = {"source": self.article.source, "sha256": self.article.sha256}
        return {**of, **span_record(self.span), "text": one_line(self.span, self.article)}


@dataclass(frozen=True, slots=True)
class Speaker:
    """The fullest name that the articles give of a speaker, and the links to it from the name at hand."""

    name: str
    links: tuple[Link, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The speaker's part of the record."""
        return {"name": self.name, "links": [link.to_dict() for link in self.links]}


@dataclass(frozen=True, slots=True)
class ResolvedAttribution:
    """Whose word a quote is, where the article says so, and who that is, as is whom they cite in turn."""

    attribution: Attribution
    speaker: Speaker
    cited: Speaker | None

    @classmethod
    def as_named(cls, attribution: Attribution, article: Article) -> "ResolvedAttribution":
        """By the names that stand there, whoever else is called so."""
        cited = Speaker(one_line(attribution.cited, article)) if attribution.cited else None
        return cls(attribution, Speaker(one_line(attribution.name, article)), cited)


def attribution_record(told: ResolvedAttribution | None, article: Article) -> dict[str, Any]:
    """What the record of a quote of this article says of who says it."""
    attribution = told.attribution if told else None
    cited = attribution.cited if attribution else None
    return {
        "said_by": one_line(attribution.name, article) if attribution else None,
        "said_by_span": span_record(attribution.name) if attribution else None,
        "said_at": span_record(attribution.said) if attribution else None,
        "speaker": told.speaker.to_dict() if told else None,
        "citing": one_line(cited, article) if cited else None,
        "citing_span": span_record(cited) if cited else None,
        "citing_speaker": told.cited.to_dict() if told and told.cited else None,
    }


def one_line(span: Span, article: Article) -> str:
    """A name as an article has it, on one line."""
    return " ".join(span.cut(article.text).split())


def span_record(span: Span) -> dict[str, int]:
    """A span's part of a record."""
    return {"start": span.start, "end": span.end}
