"""Checking an index in Milvus: counts, every article's text, every passage's sentences, vectors and words."""

from collections.abc import Iterator
from itertools import chain, islice

import numpy as np

from articles_qa.index.articles.article import Article
from articles_qa.index.errors import IndexDamagedError
from articles_qa.index.files.printable import printable_name
from articles_qa.index.milvus.generation import MilvusGeneration, open_milvus_generation
from articles_qa.index.milvus.place import milvus_place
from articles_qa.index.milvus.rows import PackedPassage, encoded_term
from articles_qa.index.milvus.server import MilvusServer, milvus_server
from articles_qa.index.milvus.store import MilvusStore
from articles_qa.index.verify.findings import MAX_FINDINGS, Checked, Finding, Soundness
from articles_qa.index.verify.verify_entries import is_text_of_file

UNIT = 0.01  # The largest difference of a vector's length from 1, in float16.


def check_milvus_index(place: object, *, number: int | None = None) -> Soundness:
    """Check all of the generation in force, or of the one with this number.

    Compared are: the sha256 of manifest, catalogue and lexicon; the counts on the server; each article's text
    with the sha256 of its file; the spans of sentences with their passages; the vectors' length, and the stored
    with the searched vectors; the words of each passage. The server's own files and indexes are not checked.

    Raises:
        IndexUnusableError: there is nothing to check.
    """
    server = milvus_server(milvus_place(place))
    server.be_strict()
    generation = open_milvus_generation(server, number=number)
    findings = tuple(islice(_findings(server, generation), MAX_FINDINGS))
    checked = Checked(0, generation.manifest.size_bytes, *generation.catalogue.counts())
    return Soundness(str(server.place), generation.number, checked, findings, not_checked="the server's own files and indexes")


def _findings(server: MilvusServer, generation: MilvusGeneration) -> Iterator[Finding]:
    store, data = MilvusStore(server, generation), generation.data
    _, passages, sentences = generation.catalogue.counts()
    for name, said in ((data.passages, passages), (data.sentences, sentences)):
        if (held := server.count(name, generation.in_force)) != said:
            yield Finding(name, f"holds {held:,} rows in force, the manifest says {said:,}")
    for number, entry in enumerate(generation.catalogue.entries):
        where = printable_name(entry.source)
        try:
            if not _is_whole(article := store.article(number)):
                yield Finding(where, "its text is not that of the file whose sha256 it has")
            first, last = generation.catalogue.first_passages[number : number + 2].tolist()
            for passage, packed in store.packed(range(first, last)).items():
                for what in chain(_faults(packed, len(article.text)), _row_faults(server, generation, passage, packed)):
                    yield Finding(where, f"passage {passage} {what}")
        except IndexDamagedError:
            yield Finding(where, "rows of it are missing or cannot be read")


def _is_whole(article: Article) -> bool:
    if article.places:
        return True  # Its places were read with it; its text is not that of the file.
    try:
        return is_text_of_file(article.text, article.encoding, article.bom_bytes, (article.size_bytes, article.sha256))
    except (LookupError, UnicodeError):
        return False


def _faults(packed: PackedPassage, size: int) -> Iterator[str]:
    """Yield the faults of a passage."""
    at, end = packed.span.start, min(packed.span.end, size)
    for one in packed.sentences:
        if not at <= one.span.start < one.span.end <= end:
            yield "has a sentence outside of it"
        at = one.span.end
    lengths = np.linalg.norm(packed.vectors.astype(np.float32), axis=1)
    if len(packed.vectors) != len(packed.sentences) or not np.all(np.abs(lengths - 1) < UNIT):
        yield "has vectors that are not of length 1"


def _row_faults(server: MilvusServer, generation: MilvusGeneration, passage: int, packed: PackedPassage) -> Iterator[str]:
    """Yield the differences between the searched and the stored rows of a passage."""
    catalogue, data = generation.catalogue, generation.data
    first = int(catalogue.sentence_rows[passage])
    keys = range(first, first + len(packed.sentences))
    rows = server.rows(data.sentences, keys, ["vector"])
    kept = packed.vectors.astype(np.float32)
    if any(key not in rows for key in keys):
        yield "has sentences whose vectors are not searched"
    elif not all(np.array_equal(np.asarray(rows[key]["vector"], np.float32), kept[i]) for i, key in enumerate(keys)):
        yield "has vectors that are searched and differ from those kept"
    row = int(catalogue.passage_rows[passage])
    words = " ".join(encoded_term(term) for one in packed.sentences for term in one.terms if term)
    if server.rows(data.passages, [row], ["words"])[row]["words"] != words:
        yield "is not found by its words"
