"""Writing the rows of articles to Milvus, with their entries for the catalogue and terms for the lexicon."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace

import numpy as np

from index.entries.entry import Entry
from index.milvus.catalogue import Catalogue, CatalogueEntry
from index.milvus.collections import NO_VECTOR, DataCollections
from index.milvus.generation import MilvusGeneration, NextNumbers
from index.milvus.lexicon import EMPTY, Lexicon
from index.milvus.rows import PackedPassage, encoded_term, pack_passage, split_text
from index.milvus.server import ROWS_AT_ONCE, MilvusRow, MilvusServer

# Row numbers continue at a random distance from the last build's. So rows of a stopped build, or of a writer that was
# taken for dead, never have the number of a row that counts.
_STEP = 1 << 30


@dataclass(slots=True)
class RowNumbers:
    """The next free numbers of articles and rows."""

    article: int
    text: int
    passage: int
    sentence: int

    @classmethod
    def after(cls, used: NextNumbers) -> "RowNumbers":
        """Return free numbers, a random step beyond those that a manifest names as next."""
        return cls(*(number + secrets.randbelow(_STEP) for number in astuple(used)))

    @property
    def next(self) -> NextNumbers:
        """The numbers as a manifest has them."""
        return NextNumbers(self.article, self.text, self.passage, self.sentence)


@dataclass(slots=True)
class _RowBuffers:
    """Ids to insert together, one list a collection."""

    texts: list[MilvusRow] = field(default_factory=list)
    passages: list[MilvusRow] = field(default_factory=list)
    sentences: list[MilvusRow] = field(default_factory=list)

    def insert(self, server: MilvusServer, data: DataCollections, *, at_least: int) -> None:
        """Insert the lists with at least this many rows."""
        for name, rows in zip(data.all, (self.texts, self.passages, self.sentences), strict=True):
            if len(rows) >= at_least:
                server.insert(name, rows)
                rows.clear()


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """The catalogue entries of written articles, and the terms of each written passage."""

    entries: tuple[CatalogueEntry, ...]
    words: tuple[tuple[str, ...], ...]
    data: DataCollections

    def catalogue(self, staying: Sequence[CatalogueEntry]) -> Catalogue:
        """Return the catalogue of the written articles and those that stay."""
        return Catalogue([*staying, *self.entries])

    def lexicon(self, server: MilvusServer, before: MilvusGeneration | None, gone: set[int]) -> Lexicon:
        """Return the lexicon: the previous generation's, without the deleted articles' passages."""
        if before is None:
            return EMPTY.changed(self.words, ())
        rows = [row for entry in before.catalogue.entries if entry.number in gone for row in entry.passage_rows]
        taken = (str(row["words"]).split() for row in server.rows(self.data.passages, rows, ["words"]).values())
        return before.lexicon.changed(self.words, taken)


def write_rows(
    server: MilvusServer, data: DataCollections, entries: Iterable[Entry], numbers: RowNumbers, *, since: int
) -> WrittenRows:
    """Insert the rows of entries, which count from the generation `since` on. Some hundred rows are in memory."""
    waiting = _RowBuffers()
    made: list[CatalogueEntry] = []
    words: list[tuple[str, ...]] = []
    for entry in entries:
        mark = {"article": numbers.article, "since": since}
        made.append(_written(entry, numbers, waiting, mark, words))
        waiting.insert(server, data, at_least=ROWS_AT_ONCE)
    waiting.insert(server, data, at_least=1)
    for name in data.all:
        server.flush(name)
    return WrittenRows(tuple(made), tuple(words), data)


def _written(
    entry: Entry, numbers: RowNumbers, waiting: _RowBuffers, mark: Mapping[str, int], words: list[tuple[str, ...]]
) -> CatalogueEntry:
    """Add the rows of an entry to the buffers; return its catalogue entry."""
    first = replace(numbers)
    for piece in split_text(entry.article.text):
        waiting.texts.append(_text_row(numbers, piece, mark))
    texts = numbers.text - first.text
    sizes: list[int] = []
    for passage in _packed(entry):
        terms = tuple(encoded_term(term) for one in passage.sentences for term in one.terms if term)
        body, *further = split_text(pack_passage(passage))
        rows = {"first_text": numbers.text, "texts": len(further)}
        waiting.texts += [_text_row(numbers, piece, mark) for piece in further]
        waiting.passages.append({"id": numbers.passage, **mark, "words": " ".join(terms), "body": body, **rows})
        numbers.passage += 1
        for vector in passage.vectors:
            waiting.sentences.append({"id": numbers.sentence, **mark, "vector": vector.astype(np.float32)})
            numbers.sentence += 1
        sizes.append(len(passage.sentences))
        words.append(terms)
    numbers.article += 1
    article = entry.article
    return CatalogueEntry(
        source=article.source,
        sha256=article.sha256,
        size_bytes=article.size_bytes,
        encoding=article.encoding,
        bom_bytes=article.bom_bytes,
        title=article.title,
        outlet=article.outlet,
        masthead=article.masthead,
        aliases=entry.aliases,
        number=first.article,
        first_text=first.text,
        texts=texts,
        first_passage=first.passage,
        first_sentence=first.sentence,
        sentences=tuple(sizes),
    )


def _text_row(numbers: RowNumbers, piece: str, mark: Mapping[str, int]) -> MilvusRow:
    numbers.text += 1
    return {"id": numbers.text - 1, **mark, "text": piece, "none": NO_VECTOR}


def _packed(entry: Entry) -> Iterator[PackedPassage]:
    """Yield an entry's passages with their sentences, numbered from 0, and vectors."""
    parts: list[list[int]] = [[] for _ in entry.passages]
    for place, one in enumerate(entry.sentences):
        parts[one.passage].append(place)
    for span, places in zip(entry.passages, parts, strict=True):
        kept = tuple(replace(entry.sentences[place], id=i, passage=0) for i, place in enumerate(places))
        yield PackedPassage(span, kept, entry.vectors[places].astype(np.float16))
