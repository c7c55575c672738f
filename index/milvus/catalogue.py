"""The catalogue of a generation in Milvus: every article but its text, and in which rows its parts lie; read when opened."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from index.articles.article import Article, Content
from index.articles.masthead import Masthead
from index.articles.span import Span
from index.speakers.abbreviations import Alias, AliasKind

Numbers = npt.NDArray[np.int64]
"""(n,) int64."""

_FIXED = ("source", "sha256", "size_bytes", "encoding", "bom_bytes", "title", "outlet")
_ROWS = ("number", "first_text", "texts", "first_passage", "first_sentence")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """An article without its text. `number` is its own for ever; its rows have numbers that follow each other.

    `sentences` says how many each of its passages has. `title` and `outlet` are
    what stands at the masthead's spans.
    """

    source: str
    sha256: str
    size_bytes: int
    encoding: str
    bom_bytes: int
    title: str | None
    outlet: str | None
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
        """What the article was made from."""
        return Content(self.sha256, self.encoding)

    @property
    def text_rows(self) -> range:
        """The rows that its text lies in."""
        return range(self.first_text, self.first_text + self.texts)

    @property
    def passage_rows(self) -> range:
        """The rows of its passages."""
        return range(self.first_passage, self.first_passage + len(self.sentences))

    @property
    def sentence_rows(self) -> range:
        """The rows of its sentences."""
        return range(self.first_sentence, self.first_sentence + sum(self.sentences))

    def article(self, text: str) -> Article:
        """The article, with its text."""
        return Article(self.source, self.sha256, self.size_bytes, self.encoding, self.bom_bytes, text, self.masthead)

    def to_json(self) -> list[Any]:
        """As the catalogue writes it."""
        fixed, rows = [getattr(self, name) for name in _FIXED], [getattr(self, name) for name in _ROWS]
        day, mast = self.masthead.published, self.masthead
        spans = [None if span is None else [span.start, span.end] for span in (mast.title, mast.outlet)]
        named = [[a.kind.value, a.short, a.long, a.owner, a.span.start, a.span.end] for a in self.aliases]
        return [fixed, rows, list(self.sentences), day.isoformat() if day else None, spans, named]

    @classmethod
    def from_json(cls, said: Sequence[Any]) -> "CatalogueEntry":
        """The entry that was written."""
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
    """All articles of a generation, by source, and their numbers in it, from 0: those of articles, passages and sentences."""

    def __init__(self, entries: Iterable[CatalogueEntry]) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.source))

    @cached_property
    def by_source(self) -> Mapping[str, int]:
        """The number of each source's article."""
        return {entry.source: number for number, entry in enumerate(self.entries)}

    @cached_property
    def first_passages(self) -> Numbers:
        """The number of each article's first passage, and after the last article the number of passages. (articles + 1,)"""
        return np.concatenate([[0], np.cumsum([len(entry.sentences) for entry in self.entries])]).astype(np.int64)

    @cached_property
    def article_of(self) -> npt.NDArray[np.int32]:
        """The number of each passage's article. (passages,)"""
        return np.repeat(np.arange(len(self.entries), dtype=np.int32), np.diff(self.first_passages))

    @cached_property
    def first_sentences(self) -> Numbers:
        """The number of each passage's first sentence, and after the last passage the number of sentences. (passages + 1,)"""
        sizes = [size for entry in self.entries for size in entry.sentences]
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    @cached_property
    def passage_rows(self) -> Numbers:
        """The row of each passage. (passages,)"""
        return np.array([row for entry in self.entries for row in entry.passage_rows], np.int64)

    @cached_property
    def sentence_rows(self) -> Numbers:
        """The row of each passage's first sentence. (passages,)"""
        starts = [entry.first_sentence + np.cumsum([0, *entry.sentences[:-1]]) for entry in self.entries if entry.sentences]
        return np.concatenate(starts).astype(np.int64) if starts else np.empty(0, np.int64)

    def passages_of_rows(self, rows: Sequence[int]) -> list[int | None]:
        """The numbers of the passages in these rows; None for a row of another generation."""
        return _found(rows, self.passage_rows, self._passage_order, np.ones(len(self.passage_rows), np.int64))

    def sentences_of_rows(self, rows: Sequence[int]) -> Numbers:
        """The numbers of the sentences in these rows, in their order, but for rows of another generation."""
        places = _found(rows, self.sentence_rows, self._sentence_order, np.diff(self.first_sentences))
        inside = [(place, row) for place, row in zip(places, rows, strict=True) if place is not None]
        passages, own = np.array(inside, np.int64).reshape(-1, 2).T
        numbers: Numbers = self.first_sentences[passages] + own - self.sentence_rows[passages]
        return numbers

    def counts(self) -> tuple[int, int, int]:
        """How many articles, passages and sentences there are. (3,)"""
        return len(self.entries), len(self.passage_rows), int(self.first_sentences[-1])

    def to_bytes(self) -> bytes:
        """As it is written."""
        said = [entry.to_json() for entry in self.entries]
        return zlib.compress(json.dumps(said, separators=(",", ":")).encode())

    @classmethod
    def from_bytes(cls, data: bytes) -> "Catalogue":
        """The catalogue that was written."""
        return cls(map(CatalogueEntry.from_json, json.loads(zlib.decompress(data))))

    @cached_property
    def _passage_order(self) -> Numbers:
        return np.argsort(self.passage_rows)

    @cached_property
    def _sentence_order(self) -> Numbers:
        return np.argsort(self.sentence_rows)


def _found(rows: Sequence[int], starts: Numbers, order: Numbers, sizes: Numbers) -> list[int | None]:
    """For each row the place of the stretch that it lies in: stretches begin at `starts`, in `order` by rows."""
    if not len(starts):
        return [None] * len(rows)
    wanted = np.asarray(rows, np.int64)
    places = order[np.maximum(np.searchsorted(starts, wanted, side="right", sorter=order) - 1, 0)]
    within = wanted - starts[places]
    inside = (within >= 0) & (within < sizes[places])
    return [int(place) if there else None for place, there in zip(places, inside, strict=True)]
