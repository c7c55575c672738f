"""A speaker: who is meant by a name in an article, and the passages of the articles that justify it."""

from dataclasses import dataclass
from typing import Any

from articles_qa.index.articles.article import Article
from articles_qa.index.articles.span import Span
from articles_qa.index.speakers.attribution import Attribution


@dataclass(frozen=True, slots=True)
class Link:
    """A span of an article that shows that two names are one: "South Korea's National Intelligence Service (NIS)"."""

    article: Article
    span: Span

    def to_dict(self) -> dict[str, Any]:
        """Return the link's part of the record."""
        of = {"source": self.article.source, "sha256": self.article.sha256}
        return {**of, **span_record(self.span), "text": one_line(self.span, self.article)}


@dataclass(frozen=True, slots=True)
class Speaker:
    """The fullest name that the articles give to a speaker, and the links to it from the name in the sentence."""

    name: str
    links: tuple[Link, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the speaker's part of the record."""
        return {"name": self.name, "links": [link.to_dict() for link in self.links]}


@dataclass(frozen=True, slots=True)
class ResolvedAttribution:
    """The speaker of a sentence, and whom the speaker cites. `mention` holds the names as the article has them."""

    mention: Attribution
    speaker: Speaker
    cited: Speaker | None


def attribution_record(attribution: ResolvedAttribution | None, article: Article) -> dict[str, Any]:
    """Return the speaker's fields in the record of a quote of this article."""
    mention = attribution.mention if attribution else None
    cited = mention.cited if mention else None
    return {
        "said_by": one_line(mention.name, article) if mention else None,
        "said_by_span": span_record(mention.name) if mention else None,
        "said_at": span_record(mention.said_at) if mention else None,
        "speaker": attribution.speaker.to_dict() if attribution else None,
        "citing": one_line(cited, article) if cited else None,
        "citing_span": span_record(cited) if cited else None,
        "citing_speaker": attribution.cited.to_dict() if attribution and attribution.cited else None,
    }


def one_line(span: Span, article: Article) -> str:
    """Return a name as an article has it, on one line."""
    return " ".join(span.cut(article.text).split())


def span_record(span: Span) -> dict[str, int]:
    """Return a span's part of a record."""
    return {"start": span.start, "end": span.end}
