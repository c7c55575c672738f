"""A quote: a span of an article that is shown as an answer."""

from dataclasses import dataclass
from typing import Any

from articles_qa.index.articles.article import Article
from articles_qa.index.articles.places import Place
from articles_qa.index.articles.span import Span
from articles_qa.index.files.source_files import SourceState
from articles_qa.qa.speakers.speaker import ResolvedAttribution, attribution_record, one_line, span_record


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A span of an article. Its text is cut from the article on demand."""

    article: Article
    span: Span

    @property
    def source(self) -> str:
        """The file, relative to the folder that was indexed."""
        return self.article.source

    @property
    def start(self) -> int:
        """Offset of the first character, in code points of the article's text."""
        return self.span.start

    @property
    def end(self) -> int:
        """Offset after the last character, in code points of the article's text."""
        return self.span.end

    @property
    def text(self) -> str:
        """The article's text in the span, word for word."""
        return self.span.cut(self.article.text)

    @property
    def first_line(self) -> int:
        """The line of the first character, from 1."""
        return self.article.line(self.span.start)

    @property
    def last_line(self) -> int:
        """The line after the last character, from 1."""
        return self.article.line(self.span.end)

    @property
    def place(self) -> Place | None:
        """The place in the file of an extracted text; None where the file is the text."""
        return self.article.place(self.span)

    @property
    def key(self) -> str:
        """The file and the offsets as one text, which names this excerpt in other programs."""
        return f"{self.source}#{self.start}-{self.end}"

    def citation(self) -> dict[str, Any]:
        """Return what is needed to cite it, as documents of other programs carry it."""
        published = self.article.masthead.published
        return {
            "source": self.source,
            "first_line": self.first_line,
            "last_line": self.last_line,
            "place": self.place.to_dict() if self.place else None,
            "sha256": self.article.sha256,
            "title": self.article.title,
            "outlet": self.article.outlet,
            "published": published.isoformat() if published else None,
        }


@dataclass(frozen=True, slots=True)
class Quote(Excerpt):
    """A span of an article that is shown as an answer.

    `rank` counts from 1. `probability`: the quote answers the question.
    `attribution` is the speaker, where the article names one. `marks` are the
    answering words inside the quote. `gaps` are page furniture inside the
    quote, such as a link in mid-sentence. `same_as` is the rank of a better
    quote in nearly the same words. `by_meaning` and `by_words` are the ranks of
    the passage in the two indexes, from 1; None where an index did not find it.
    `before` and `after` are the sentences beside the quote, which are shown but
    not quoted; None at the article's first and last sentence. `read_with` are
    stretches without which it says less: the headings of its row, the time of
    its entry. `corrections` are the article's correction notes that touch it.
    `same_report` are the sources of other articles that carry the same report. `not_english`: the article surely is not,
    so that hardly anything but its words is read.
    """

    rank: int
    probability: float
    attribution: ResolvedAttribution | None
    passage: Span
    marks: tuple[Span, ...]
    gaps: tuple[Span, ...]
    same_as: int | None
    source_state: SourceState
    by_meaning: int | None = None
    by_words: int | None = None
    before: Span | None = None
    after: Span | None = None
    read_with: tuple[Span, ...] = ()
    corrections: tuple[Span, ...] = ()
    same_report: tuple[str, ...] = ()

    @property
    def not_english(self) -> bool:
        """Tell whether the article is surely not in English."""
        return self.article.traits.foreign

    @property
    def said_by(self) -> str | None:
        """The speaker as the article names them; None where the article itself speaks."""
        return one_line(self.attribution.mention.name, self.article) if self.attribution else None

    @property
    def citing(self) -> str | None:
        """The one whom the speaker cites, as the article names them."""
        cited = self.attribution.mention.cited if self.attribution else None
        return one_line(cited, self.article) if cited else None

    def to_dict(self) -> dict[str, Any]:
        """Return the quote's part of the record."""
        article, place = self.article, self.place
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
            # Of an extracted text the place tells which bytes of the file it stands for.
            "byte_start": None if place else article.byte_offset(self.start),
            "byte_end": None if place else article.byte_offset(self.end),
            "place": place.to_dict() if place else None,
            "first_line": self.first_line,
            "last_line": self.last_line,
            "text": self.text,
            "probability": round(self.probability, 4),
            **attribution_record(self.attribution, self.article),
            "marks": [span_record(mark) for mark in self.marks],
            "gaps": [span_record(gap) for gap in self.gaps],
            "passage": span_record(self.passage),
            "before": span_record(self.before) if self.before else None,
            "after": span_record(self.after) if self.after else None,
            "read_with": [span_record(lead) for lead in self.read_with],
            "corrections": [span_record(note) for note in self.corrections],
            "same_report": list(self.same_report),
            "not_english": self.not_english,
            "ranks": {"by_meaning": self.by_meaning, "by_words": self.by_words},
            "same_as": self.same_as,
            "source_state": self.source_state.value,
        }
