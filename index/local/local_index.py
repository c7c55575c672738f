"""An index in a folder, opened: one generation, checked, ready to be searched."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from articles_qa.index.arrays import Flags, Ids, Vectors
from articles_qa.index.entries.entry import StoredSentence
from articles_qa.index.entries.entry_db import cut, day_of
from articles_qa.index.errors import IndexDamagedError, IndexMismatchError
from articles_qa.index.files.checksums import Check, Verification
from articles_qa.index.files.source_files import Sources
from articles_qa.index.local.generation import Generation, current_number, generation_numbers, open_generation
from articles_qa.index.local.late_vectors import LateVectors
from articles_qa.index.local.segment import WORDS, Segment
from articles_qa.index.local.segment_reader import SegmentReader
from articles_qa.index.local.tombstones import TOMBSTONES, read_tombstones
from articles_qa.index.models.embedder import EmbeddedQuestion
from articles_qa.index.opened.index import FoundByWords, Index, Selection, SentenceVectors
from articles_qa.index.opened.info import IndexInfo
from articles_qa.index.opened.listing import ArticlePage, ArticleSummary, check_page
from articles_qa.index.search.analyzer import folded
from articles_qa.index.search.bm25_index import KEY_BITS, KeyRanges, WordIndex, key_ranges
from articles_qa.index.search.ivf_lists import Lists

SPARE_HITS = 10  # More hits are fetched than are wanted, so that article order decides between equal hits at the end.
_CONTAINS = (
    f"SELECT id FROM articles WHERE holds(source || char(10) || ifnull({cut('title')}, '') || char(10) || "
    f"ifnull({cut('outlet')}, ''), ?)"
)
_SUMMARY = f"SELECT id, source, {cut('title')}, {cut('outlet')}, published, size_bytes FROM articles WHERE id = ?"


class LocalIndex(Index):
    """One generation of an index folder, with the searches of `Index`. Opening and reading never write."""

    def __init__(self, directory: Path, *, number: int | None = None, check: Check | None = None) -> None:
        generation = open_generation(directory, number=number, check=check)
        build = generation.manifest.build
        super().__init__(_info(directory, generation), Sources.of(directory, build.root, build.added))
        self.store: SegmentReader = SegmentReader.of(generation)
        self.segments, self._ids = self.store.segments, self.store.ids
        words = [record.path(generation.folder, WORDS) for record in generation.manifest.segments]
        self._words = WordIndex(words, read_tombstones(generation.folder / TOMBSTONES, self.segments, self._ids))
        self._of_serial = {record.serial: position for position, record in enumerate(generation.manifest.segments)}
        self._late = LateVectors(self.store)
        self._check_counts()
        # Files that were compared by xxh3 are compared by sha256 while the index is in use.
        in_full = generation.check is Check.SHA256
        self.verification = None if in_full else Verification(generation.folder, generation.manifest.files)

    def embed(self, question: str) -> EmbeddedQuestion:
        if self.verification:
            self.verification.check()
        return self._embedder.embed_question(question)

    def select(self, articles: Flags) -> Selection:
        sentences: list[Flags] = []
        runs: list[KeyRanges] = []
        for position, segment in enumerate(self.segments):
            passages = np.repeat(self._ids.local_flags(position, articles), np.diff(segment.first_passages))
            sentences.append(np.repeat(passages, np.diff(segment.first_sentences)))
            runs.append(key_ranges(passages, segment.record.serial))
        together = np.concatenate(runs)
        return Selection(int(articles.sum()), tuple(sentences), together[np.argsort(together[:, 0])])

    def nearest_passages(self, query: Vectors, *, sentences: int, among: Selection | None = None) -> list[int]:
        numbers, scores = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        passages = [np.empty(0, np.int64)]
        for position, segment in enumerate(self.segments):
            chosen = None if among is None else among.sentences[position]
            rows, near = segment.nearest(query, top_k=sentences, among=chosen, deleted=self._ids.deleted(position))
            own = np.searchsorted(segment.first_sentences, rows, side="right") - 1
            numbers.append(self._ids.global_sentences(position, rows))
            passages.append(self._ids.global_passages(position, own))
            scores.append(near)
        best = np.lexsort((np.concatenate(numbers), -np.concatenate(scores)))[:sentences]
        return list(dict.fromkeys(np.concatenate(passages)[best].tolist()))

    def sentence_vectors(self, passages: Sequence[int]) -> SentenceVectors:
        owners, numbers = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        vectors = [np.empty((0, self.info.model.dim), np.float32)]
        for part in self._ids.locate_passages(passages):
            segment = self.segments[part.segment]
            starts = segment.first_sentences[part.numbers]
            sizes = segment.first_sentences[part.numbers + 1] - starts
            rows = np.repeat(starts, sizes) + np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            owners.append(np.repeat(part.at, sizes))
            numbers.append(self._ids.global_sentences(part.segment, rows))
            vectors.append(self._vectors(segment, rows, np.asarray(passages, np.int64)[part.at], sizes))
        if not all(np.isfinite(some).all() for some in vectors):
            raise IndexDamagedError(f"{self.info.directory}: holds vectors that are no numbers; run qa index --rebuild")
        order = np.argsort(np.concatenate(owners), kind="stable")
        return SentenceVectors(np.concatenate(numbers)[order], np.concatenate(owners)[order], np.concatenate(vectors)[order])

    def _vectors(self, segment: Segment, rows: Ids, passages: Ids, sizes: Ids) -> Vectors:
        """Return the vectors of a segment's sentences, which are those of these passages, so many of each."""
        if not segment.record.unembedded:
            return segment.exact.rows(rows)
        found = np.empty((len(rows), self.info.model.dim), np.float32)
        there = rows < segment.record.embedded
        found[there] = segment.exact.rows(rows[there])
        owners = np.repeat(passages, sizes)
        for passage, made in self._late.of(np.unique(owners[~there]).tolist(), self._embedder).items():
            own = np.flatnonzero(owners == passage)
            if len(own) != len(made.vectors):
                raise IndexDamagedError(f"{self.info.directory}: counts other sentences than it holds; run qa index --rebuild")
            found[own] = made.vectors
        return found

    def sentences(self, passages: Sequence[int]) -> list[StoredSentence]:
        found = self.store.sentences(passages)
        if not self.info.unembedded:
            return found
        embedded = self._late.of(passages, self._embedder)
        tokens = {number: iter(one.tokens) for number, one in embedded.items()}
        return [replace(sentence, tokens=next(tokens[sentence.passage])) for sentence in found]

    def passages_by_words(
        self, groups: Sequence[Sequence[str]], *, top_k: int, among: Selection | None = None
    ) -> list[FoundByWords]:
        hits = self._words.search(groups, top_k=top_k + SPARE_HITS, among=None if among is None else among.passages)
        numbers = self._passages_of(np.array([hit.key for hit in hits], np.int64)).tolist()
        found = [FoundByWords(number, hit.score) for number, hit in zip(numbers, hits, strict=True)]
        return sorted(found, key=lambda one: (-one.score, one.passage))[:top_k]

    def _passages_of(self, keys: Ids) -> Ids:
        """Return the global ids of passages from their keys in the word index, which contain the segment's serial."""
        serials, local = keys >> KEY_BITS, keys & ((1 << KEY_BITS) - 1)
        found = np.empty(len(keys), np.int64)
        for serial in np.unique(serials).tolist():
            at = serials == serial
            found[at] = self._ids.global_passages(self._of_serial[serial], local[at])
        return found

    def passages_with(self, term: str) -> int:
        return self._words.passages_with(term)

    def articles(self, query: str = "", *, offset: int = 0, limit: int = 50) -> ArticlePage:
        return list_articles(self.store, query, offset=offset, limit=limit)

    def _check_counts(self) -> None:
        info = self.info
        counts = self._ids.counts == (info.articles, info.passages, info.sentences) and len(self._words) == info.passages
        for segment in self.segments:
            record = segment.record
            counts = counts and segment.store.ends() == (record.articles, record.passages, record.sentences)
        if not counts:
            raise IndexDamagedError(f"{info.directory}: counts differ from the manifest; run qa index --rebuild")
        for segment in self.segments:
            record, vectors = segment.record, segment.vectors
            if len(vectors) != record.embedded or vectors.dim != info.model.dim or not vectors.has(record.lists):
                raise IndexMismatchError(
                    f"{info.directory}: vectors are of another shape than the manifest says; run qa index --rebuild"
                )


def list_articles(store: SegmentReader, query: str = "", *, offset: int = 0, limit: int = 50) -> ArticlePage:
    """Return a page of the articles whose source, title or outlet contains all words of `query`; see `Index.articles`."""
    check_page(query, offset, limit)
    found: Sequence[int] = range(store.ids.counts[0])
    if words := folded(query).split():
        found = [number for (number,) in store.rows_by_article(_CONTAINS, "\n".join(words))]
    rows = store.rows_of_articles(_SUMMARY, found[offset : offset + limit])
    page = tuple(
        ArticleSummary(source, title, outlet, day_of(published), size_bytes, int(store.ids.passages_of[number]))
        for number, source, title, outlet, published, size_bytes in rows
    )
    return ArticlePage(len(found), page)


def _info(directory: Path, generation: Generation) -> IndexInfo:
    """Return the info of a generation: its manifest, and its state in the folder."""
    lists = [record.lists for record in generation.manifest.segments if record.lists]
    least = min((one.recall for one in lists), default=0.0)
    together = Lists(sum(one.count for one in lists), sum(one.nprobe for one in lists), least)
    return IndexInfo.of(
        generation.manifest.build,
        generation.manifest.counts,
        directory=directory,
        generation=generation.number,
        size_bytes=sum(file.size_bytes for file in generation.manifest.files),
        check=generation.check,
        kept=tuple(generation_numbers(directory)),
        in_force=current_number(directory) == generation.number,
        segments=len(generation.manifest.segments),
        unembedded=sum(record.unembedded for record in generation.manifest.segments),
        lists=together if lists else None,
    )
