"""The catalogue of a generation in Milvus: every article without its text, and the rows of its parts.

Milvus has no order of articles and no joins. So the catalogue is read as a whole when an index is opened.
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from articles_qa.index.arrays import Ids
from articles_qa.index.articles.article import Article, Content
from articles_qa.index.articles.masthead import Masthead
from articles_qa.index.articles.places import Places
from articles_qa.index.articles.span import Span
from articles_qa.index.articles.traits import Traits
from articles_qa.index.speakers.abbreviations import Alias, AliasKind

_FIXED = ("source", "sha256", "size_bytes", "encoding", "bom_bytes", "title", "outlet", "reader", "member", "broken")
AFTER_TEXT = "\0"  # In the text rows the places and the traits follow the text, which holds no NUL.
_ROWS = ("number", "first_text", "texts", "first_passage", "first_sentence")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """An article without its text. `number` is the article's for ever; its rows have consecutive numbers.

    `sentences` has the number of sentences of each passage. `broken` is that of its traits. `title` and `outlet` are the
    texts at the masthead's spans.
    """

    source: str
    sha256: str
    size_bytes: int
    encoding: str
    bom_bytes: int
    title: str | None
    outlet: str | None
    reader: str
    member: str
    broken: int
    masthead: Masthead
    aliases: tuple[Alias, ...]
    number: int
    first_text: int
    texts: int
    first_passage: int
    first_sentence: int
    sentences: tuple[int, ...]

    @property
    def content(self) -> Content:
        """The content that the article was made from."""
        return Content(self.sha256, self.encoding, self.reader, self.member)

    @property
    def text_rows(self) -> range:
        """The rows of the text."""
        return range(self.first_text, self.first_text + self.texts)

    @property
    def passage_rows(self) -> range:
        """The rows of the passages."""
        return range(self.first_passage, self.first_passage + len(self.sentences))

    @property
    def sentence_rows(self) -> range:
        """The rows of the sentences."""
        return range(self.first_sentence, self.first_sentence + sum(self.sentences))

    def article(self, written: str) -> Article:
        """Return the article of its text rows.

        Raises:
            ValueError, TypeError: they hold no traits after the text, or no places of an article that has some.
        """
        text, said, traits = written.split(AFTER_TEXT)
        places = Places.from_json(self.reader, self.member, said) if self.reader else None
        fixed = (self.source, self.sha256, self.size_bytes, self.encoding, self.bom_bytes)
        return Article(*fixed, text, self.masthead, places, Traits.from_json(traits))

    def to_json(self) -> list[Any]:
        """Return the entry as the catalogue has it."""
        fixed, rows = [getattr(self, name) for name in _FIXED], [getattr(self, name) for name in _ROWS]
        day, mast = self.masthead.published, self.masthead
        spans = [None if span is None else [span.start, span.end] for span in (mast.title, mast.outlet)]
        named = [[a.kind.value, a.short, a.long, a.owner, a.span.start, a.span.end] for a in self.aliases]
        return [fixed, rows, list(self.sentences), day.isoformat() if day else None, spans, named]

    @classmethod
    def from_json(cls, said: Sequence[Any]) -> "CatalogueEntry":
        """Read what `to_json` wrote."""
        fixed, rows, sentences, day, spans, named = said
        title, outlet = (None if span is None else Span(*span) for span in spans)
        return cls(
            **dict(zip(_FIXED, fixed, strict=True)),
            **dict(zip(_ROWS, rows, strict=True)),
            masthead=Masthead(title, outlet, date.fromisoformat(day) if day else None),
            aliases=tuple(Alias(AliasKind(k), short, long, owner, Span(a, b)) for k, short, long, owner, a, b in named),
            sentences=tuple(sentences),
        )


class Catalogue:
    """All articles of a generation by source; it numbers articles, passages and sentences from 0."""

    def __init__(self, entries: Iterable[CatalogueEntry]) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.source))

    @cached_property
    def by_source(self) -> Mapping[str, int]:
        """The number of each source's article."""
        return {entry.source: number for number, entry in enumerate(self.entries)}

    @cached_property
    def first_passages(self) -> Ids:
        """The number of each article's first passage, and after the last article the number of passages. (articles + 1,)"""
        return np.concatenate([[0], np.cumsum([len(entry.sentences) for entry in self.entries])]).astype(np.int64)

    @cached_property
    def article_of(self) -> npt.NDArray[np.int32]:
        """The number of each passage's article. (passages,)"""
        return np.repeat(np.arange(len(self.entries), dtype=np.int32), np.diff(self.first_passages))

    @cached_property
    def first_sentences(self) -> Ids:
        """The number of each passage's first sentence, and after the last passage the number of sentences. (passages + 1,)"""
        sizes = [size for entry in self.entries for size in entry.sentences]
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    @cached_property
    def passage_rows(self) -> Ids:
        """The row of each passage. (passages,)"""
        return np.array([row for entry in self.entries for row in entry.passage_rows], np.int64)

    @cached_property
    def sentence_rows(self) -> Ids:
        """The row of each passage's first sentence. (passages,)"""
        starts = [entry.first_sentence + np.cumsum([0, *entry.sentences[:-1]]) for entry in self.entries if entry.sentences]
        return np.concatenate(starts).astype(np.int64) if starts else np.empty(0, np.int64)

    def passages_of_rows(self, rows: Sequence[int]) -> list[int | None]:
        """Return the numbers of the passages in these rows; None for a row of another generation."""
        return _found(rows, self.passage_rows, self._passage_order, np.ones(len(self.passage_rows), np.int64))

    def sentences_of_rows(self, rows: Sequence[int]) -> Ids:
        """Return the numbers of the sentences in these rows, in order; rows of other generations are left out."""
        places = _found(rows, self.sentence_rows, self._sentence_order, np.diff(self.first_sentences))
        inside = [(place, row) for place, row in zip(places, rows, strict=True) if place is not None]
        passages, own = np.array(inside, np.int64).reshape(-1, 2).T
        numbers: Ids = self.first_sentences[passages] + own - self.sentence_rows[passages]
        return numbers

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of articles, passages and sentences."""
        return len(self.entries), len(self.passage_rows), int(self.first_sentences[-1])

    def to_bytes(self) -> bytes:
        """Return the catalogue as it is written."""
        said = [entry.to_json() for entry in self.entries]
        return zlib.compress(json.dumps(said, separators=(",", ":")).encode())

    @classmethod
    def from_bytes(cls, data: bytes) -> "Catalogue":
        """Read what `to_bytes` wrote."""
        return cls(map(CatalogueEntry.from_json, json.loads(zlib.decompress(data))))

    @cached_property
    def _passage_order(self) -> Ids:
        return np.argsort(self.passage_rows)

    @cached_property
    def _sentence_order(self) -> Ids:
        return np.argsort(self.sentence_rows)


def _found(rows: Sequence[int], starts: Ids, order: Ids, sizes: Ids) -> list[int | None]:
    """Return the position of the interval that contains each row, or None. Intervals begin at `starts`; `order` sorts them."""
    if not len(starts):
        return [None] * len(rows)
    wanted = np.asarray(rows, np.int64)
    places = order[np.maximum(np.searchsorted(starts, wanted, side="right", sorter=order) - 1, 0)]
    within = wanted - starts[places]
    inside = (within >= 0) & (within < sizes[places])
    return [int(place) if there else None for place, there in zip(places, inside, strict=True)]
