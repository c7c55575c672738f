"""Checking an index folder: every file, count, span, vector and word."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from articles_qa.index.entries.entry_db import Store
from articles_qa.index.errors import IndexDamagedError, IndexMismatchError, IndexUnusableError
from articles_qa.index.files.checksums import Check, damages
from articles_qa.index.files.printable import printable_name
from articles_qa.index.local.generation import (
    MANIFEST,
    ORDER,
    Generation,
    name_of,
    open_generation,
    read_current,
    read_manifest,
)
from articles_qa.index.local.manifest import Manifest
from articles_qa.index.local.segment import ARTICLES, VECTORS, WORDS, Segment, SegmentRecord
from articles_qa.index.local.segment_reader import SegmentReader
from articles_qa.index.local.tombstones import TOMBSTONES, count_deleted_words, read_tombstones
from articles_qa.index.models.token_vectors import projection_of
from articles_qa.index.opened.build_record import Counts
from articles_qa.index.opened.index import damage_for_other_errors
from articles_qa.index.search.bm25_index import WordIndex
from articles_qa.index.search.faiss_index import VectorIndex
from articles_qa.index.verify.findings import MAX_FINDINGS, Checked, Finding, Soundness
from articles_qa.index.verify.verify_entries import EntryCheck
from articles_qa.index.verify.verify_search import vector_findings, word_findings


def check_local_index(directory: Path, *, number: int | None = None) -> Soundness:
    """Check all of a generation in an index folder; see `index.backends.check_index`."""
    try:
        generation = open_generation(directory, number=number, check=Check.SHA256)
    except IndexDamagedError as error:
        return _damaged(directory, number, error)
    with damage_for_other_errors(directory):
        findings = tuple(islice(_findings(generation), MAX_FINDINGS))
    size = sum(file.size_bytes for file in generation.manifest.files)
    checked = Checked(len(generation.manifest.files), size, *generation.manifest.counts)
    return Soundness(directory, generation.number, checked, findings)


def _damaged(directory: Path, number: int | None, error: IndexDamagedError) -> Soundness:
    """Name every damaged file; raise the error itself if the files are unknown."""
    try:
        current = read_current(directory)
        found = number if number is not None else current.generation if current else 0
        folder = directory / name_of(found)
        raw = read_manifest(folder)
        records = Manifest.from_bytes(raw, folder / MANIFEST).files
    except (OSError, IndexUnusableError):
        raise error from None
    findings = []
    for record in records:
        path = folder / record.name
        findings += [Finding(str(path), line.removeprefix(f"{path}: ")) for line in damages(folder, [record], Check.SHA256)]
    if not findings or str(error).startswith(f"{folder / MANIFEST}: "):
        raise error
    return Soundness(directory, found, Checked(len(records), sum(record.size_bytes for record in records)), tuple(findings))


def _findings(generation: Generation) -> Iterator[Finding]:
    """Yield the faults of a generation whose files are what was published."""
    manifest, folder = generation.manifest, generation.folder
    try:
        held = SegmentReader.of(generation)
        gone = read_tombstones(folder / TOMBSTONES, held.segments, held.ids)
        generation.looks(held.ids.counts[0])
    except (IndexDamagedError, IndexMismatchError) as error:
        where, _, what = str(error).removesuffix("; run qa index --rebuild").partition(": ")
        yield Finding(where.removeprefix(f"{folder}/"), what)
        return
    yield from _order_findings(manifest, held)
    if gone is not None and gone.counts != count_deleted_words(held.segments, held.ids):
        yield Finding(TOMBSTONES, "does not count the words of the deleted articles")
    model = manifest.build.model
    keeps_tokens = model.late_chunking and projection_of(model.sha256) is not None
    for segment in held.segments:
        yield from _segment_findings(segment, folder, model.dim, keeps_tokens=keeps_tokens)


def _order_findings(manifest: Manifest, held: SegmentReader) -> Iterator[Finding]:
    """Compare the order of articles with the manifest."""
    for name, count, said in zip(Counts._fields, held.ids.counts, manifest.counts, strict=True):
        if count != said:
            yield Finding(ORDER, f"holds {count:,} {name}, the manifest says {said:,}")
    sources = held.sources()
    if sources != sorted(set(sources)):
        yield Finding(ORDER, "does not name each article once, by its source")
    for source in sorted({*manifest.build.added} - {*sources}):
        yield Finding(MANIFEST, f"names {printable_name(source)} as added, which is no article")


def _segment_findings(segment: Segment, folder: Path, dim: int, *, keeps_tokens: bool) -> Iterator[Finding]:
    """Yield the faults of one segment."""
    record, store, vectors = segment.record, segment.store, segment.vectors
    words = WordIndex([record.path(folder, WORDS)])
    yield from _count_findings(record, store, vectors, words)
    if vectors.dim != dim:
        yield Finding(record.names(VECTORS), f"has {vectors.dim} dimensions, the model {dim}")
    if not vectors.has(record.lists):
        yield Finding(record.names(VECTORS), "is not in the lists that the manifest says")
    for (line,) in store.rows("PRAGMA integrity_check(10)"):
        if line != "ok":
            yield Finding(record.names(ARTICLES), f"SQLite says: {line}")
    # While sentences lack vectors, all lack tokens.
    yield from EntryCheck(segment, keeps_tokens=keeps_tokens and not record.unembedded).findings()
    yield from vector_findings(segment)
    yield from word_findings(store, words, serial=record.serial)


def _count_findings(record: SegmentRecord, store: Store, vectors: VectorIndex, words: WordIndex) -> Iterator[Finding]:
    articles, passages, sentences = store.counts()
    for where, name, count in (
        (ARTICLES, "articles", articles),
        (ARTICLES, "passages", passages),
        (ARTICLES, "sentences", sentences),
        (WORDS, "passages", len(words)),
    ):
        if count != (said := getattr(record, name)):
            yield Finding(record.names(where), f"holds {count:,} {name}, the manifest says {said:,}")
    if len(vectors) != record.embedded:
        found = f"holds {len(vectors):,} sentences, the manifest says {record.embedded:,}"
        yield Finding(record.names(VECTORS), found)
