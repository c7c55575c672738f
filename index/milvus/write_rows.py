"""Writing the rows of articles to Milvus, with their entries for the catalogue and terms for the lexicon."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, replace

import numpy as np

from articles_qa.index.entries.entry import Entry
from articles_qa.index.milvus.catalogue import AFTER_TEXT, CatalogueEntry
from articles_qa.index.milvus.collections import NO_VECTOR, DataCollections
from articles_qa.index.milvus.generation import MilvusGeneration, NextNumbers
from articles_qa.index.milvus.lexicon import EMPTY, Lexicon
from articles_qa.index.milvus.rows import PackedPassage, encoded_term, pack_passage, split_text
from articles_qa.index.milvus.server import ROWS_AT_ONCE, MilvusRow, MilvusServer

# Row numbers continue at a random distance from the last build's. So rows of a stopped build, or of a writer that was
# taken for dead, never have the number of a row that counts.
_STEP = 1 << 30


def further_numbers(used: NextNumbers) -> NextNumbers:
    """Return free numbers, a random step beyond those that a manifest names as next."""
    return NextNumbers(*(number + secrets.randbelow(_STEP) for number in astuple(used)))


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """The catalogue entries of written articles, and the terms of each written passage."""

    entries: tuple[CatalogueEntry, ...]
    words: tuple[tuple[str, ...], ...]
    data: DataCollections

    def lexicon(self, server: MilvusServer, before: MilvusGeneration | None, gone: set[int]) -> Lexicon:
        """Return the lexicon: the previous generation's, without the deleted articles' passages."""
        if before is None:
            return EMPTY.changed(self.words, ())
        rows = [row for entry in before.catalogue.entries if entry.number in gone for row in entry.passage_rows]
        taken = (str(row["words"]).split() for row in server.rows(self.data.passages, rows, ["words"]).values())
        return before.lexicon.changed(self.words, taken)


def write_rows(
    server: MilvusServer, data: DataCollections, entries: Iterable[Entry], numbers: NextNumbers, *, since: int
) -> WrittenRows:
    """Insert the rows of entries, which count from the generation `since` on. Some hundred rows are in memory.

    `numbers` are the next free numbers, before and after.
    """
    waiting: dict[str, list[MilvusRow]] = {name: [] for name in data.all}
    made: list[CatalogueEntry] = []
    words: list[tuple[str, ...]] = []
    for entry in entries:
        mark = {"article": numbers.article, "since": since}
        made.append(_written(entry, numbers, [*waiting.values()], mark, words))
        for name, rows in waiting.items():
            if len(rows) >= ROWS_AT_ONCE:
                server.insert(name, rows)
                rows.clear()
    for name, rows in waiting.items():
        server.insert(name, rows)
        server.flush(name)
    return WrittenRows(tuple(made), tuple(words), data)


def _written(
    entry: Entry, numbers: NextNumbers, waiting: list[list[MilvusRow]], mark: Mapping[str, int], words: list[tuple[str, ...]]
) -> CatalogueEntry:
    """Add the rows of an entry to the waiting texts, passages and sentences; return its catalogue entry."""
    first, (texts, passages, sentences) = replace(numbers), waiting
    article = entry.article
    placed = article.places.to_json(article.text) if article.places else ""
    for piece in split_text(AFTER_TEXT.join((article.text, placed, article.traits.to_json()))):
        texts.append(_text_row(numbers, piece, mark))
    text_rows = numbers.text - first.text
    sizes: list[int] = []
    for passage in _packed(entry):
        terms = tuple(encoded_term(term) for one in passage.sentences for term in one.terms if term)
        body, *further = split_text(pack_passage(passage))
        rows = {"first_text": numbers.text, "texts": len(further)}
        texts += [_text_row(numbers, piece, mark) for piece in further]
        passages.append({"id": numbers.passage, **mark, "words": " ".join(terms), "body": body, **rows})
        numbers.passage += 1
        for vector in passage.vectors:
            sentences.append({"id": numbers.sentence, **mark, "vector": vector.astype(np.float32)})
            numbers.sentence += 1
        sizes.append(len(passage.sentences))
        words.append(terms)
    numbers.article += 1
    return CatalogueEntry(
        source=article.source,
        sha256=article.sha256,
        size_bytes=article.size_bytes,
        encoding=article.encoding,
        bom_bytes=article.bom_bytes,
        title=article.title,
        outlet=article.outlet,
        reader=article.content.reader,
        member=article.content.member,
        broken=article.traits.broken,
        masthead=article.masthead,
        aliases=entry.aliases,
        number=first.article,
        first_text=first.text,
        texts=text_rows,
        first_passage=first.passage,
        first_sentence=first.sentence,
        sentences=tuple(sizes),
    )


def _text_row(numbers: NextNumbers, piece: str, mark: Mapping[str, int]) -> MilvusRow:
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
