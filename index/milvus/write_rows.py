"""Writing articles' rows to Milvus, and what the catalogue and the lexicon are to say of them."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace

import numpy as np

from index.entries.entry import Entry
from index.milvus.catalogue import Catalogue, CatalogueEntry
from index.milvus.collections import NO_VECTOR, DataCollections
from index.milvus.generation import MilvusGeneration, NextNumbers
from index.milvus.lexicon import EMPTY, Lexicon
from index.milvus.rows import PackedPassage, encoded, pack, pieces
from index.milvus.server import ROWS_AT_ONCE, MilvusServer, Row

# Rows' numbers go on a random step beyond those of the build before: what a build that was stopped has left, or one that
# was taken for dead still writes, never has the number of a row that is named.
_STEP = 1 << 30


@dataclass(slots=True)
class Numbers:
    """The next free numbers of articles and rows."""

    article: int
    text: int
    passage: int
    sentence: int

    @classmethod
    def after(cls, used: NextNumbers) -> "Numbers":
        """Return free numbers, a random step beyond those that a manifest names as next."""
        return cls(*(number + secrets.randbelow(_STEP) for number in astuple(used)))

    @property
    def next(self) -> NextNumbers:
        """The numbers as a manifest has them."""
        return NextNumbers(self.article, self.text, self.passage, self.sentence)


@dataclass(slots=True)
class _Waiting:
    """Rows that are inserted together, a list for each collection."""

    texts: list[Row] = field(default_factory=list)
    passages: list[Row] = field(default_factory=list)
    sentences: list[Row] = field(default_factory=list)

    def insert(self, server: MilvusServer, data: DataCollections, *, at_least: int) -> None:
        """Insert each list that is long enough."""
        for name, rows in zip(data.all, (self.texts, self.passages, self.sentences), strict=True):
            if len(rows) >= at_least:
                server.insert(name, rows)
                rows.clear()


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """What was written: an entry an article for the catalogue, and each new passage's terms."""

    entries: tuple[CatalogueEntry, ...]
    words: tuple[tuple[str, ...], ...]
    data: DataCollections

    def catalogue(self, staying: Sequence[CatalogueEntry]) -> Catalogue:
        """The catalogue of these articles and those that stay."""
        return Catalogue([*staying, *self.entries])

    def lexicon(self, server: MilvusServer, before: MilvusGeneration | None, gone: set[int]) -> Lexicon:
        """The lexicon, from that of the generation before, whose articles with these numbers are gone."""
        if before is None:
            return EMPTY.changed(self.words, ())
        rows = [row for entry in before.catalogue.entries if entry.number in gone for row in entry.passage_rows]
        taken = (str(row["words"]).split() for row in server.rows(self.data.passages, rows, ["words"]).values())
        return before.lexicon.changed(self.words, taken)


def write_rows(
    server: MilvusServer, data: DataCollections, entries: Iterable[Entry], numbers: Numbers, *, since: int
) -> WrittenRows:
    """Insert the entries' rows, which come in force with the generation `since`; no more than some hundred are in memory."""
    waiting = _Waiting()
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
    entry: Entry, numbers: Numbers, waiting: _Waiting, mark: Mapping[str, int], words: list[tuple[str, ...]]
) -> CatalogueEntry:
    """Put an entry's rows among those that wait; what the catalogue says of it."""
    first = replace(numbers)
    for piece in pieces(entry.article.text):
        waiting.texts.append(_text_row(numbers, piece, mark))
    texts = numbers.text - first.text
    sizes: list[int] = []
    for passage in _packed(entry):
        terms = tuple(encoded(term) for one in passage.sentences for term in one.terms if term)
        body, *further = pieces(pack(passage))
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


def _text_row(numbers: Numbers, piece: str, mark: Mapping[str, int]) -> Row:
    numbers.text += 1
    return {"id": numbers.text - 1, **mark, "text": piece, "none": NO_VECTOR}


def _packed(entry: Entry) -> Iterator[PackedPassage]:
    """An entry's passages, each with its sentences, numbered from 0, and their vectors."""
    parts: list[list[int]] = [[] for _ in entry.passages]
    for place, one in enumerate(entry.sentences):
        parts[one.passage].append(place)
    for span, places in zip(entry.passages, parts, strict=True):
        kept = tuple(replace(entry.sentences[place], id=i, passage=0) for i, place in enumerate(places))
        yield PackedPassage(span, kept, entry.vectors[places].astype(np.float16))
