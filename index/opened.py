"""An opened index: one generation, checked, ready to be searched."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from index.checking import Check, Verification
from index.embedding import EmbeddedQuestion, Vectors
from index.errors import IndexDamagedError, IndexMismatchError
from index.generation import (
    Generation,
    open_generation,
)
from index.gone import GONE, read_gone
from index.holdings import Holdings
from index.info import IndexInfo
from index.listing import ArticlePage, list_articles
from index.milvus_place import is_milvus
from index.model import ModelSettings
from index.opened_articles import OpenedArticles
from index.segment import Numbers
from index.segment_record import WORDS
from index.sources import Sources
from index.vectors import Flags
from index.words import KEY_BITS, Runs, WordIndex, runs_of

TIED = 10  # Hits more than are wanted, so that those alike at the end are chosen by their order.


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """Sentences' numbers (n,), for each the place of its passage in what was asked for (n,), and their vectors (n, dim)."""

    sentences: npt.NDArray[np.int64]
    passage_of: npt.NDArray[np.int64]
    vectors: Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Some of an index's articles: how many, which of each segment's sentences are theirs, and the runs of their passages."""

    articles: int
    sentences: tuple[Flags, ...]
    passages: Runs


@dataclass(frozen=True, slots=True)
class FoundByWords:
    """A passage that holds words of the question, and its BM25 score."""

    passage: int
    score: float


class Index(OpenedArticles):
    """One generation of an index folder; opening and reading never write."""

    def __init__(self, directory: Path, generation: Generation) -> None:
        super().__init__(IndexInfo.of(directory, generation), Sources.of(directory, generation.manifest))
        self.store: Holdings = Holdings.of(generation)
        self.segments, self._numbering = self.store.segments, self.store.numbering
        words = [record.path(generation.folder, WORDS) for record in generation.segments]
        self._words = WordIndex(words, read_gone(generation.folder / GONE, self.segments, self._numbering))
        self._of_serial = {record.serial: place for place, record in enumerate(generation.segments)}
        self._check_counts()
        # What was compared by xxh3 is compared by sha256 while it is in use.
        in_full = generation.check is Check.SHA256
        self.verification = None if in_full else Verification(generation.folder, generation.files)

    @classmethod
    def open(
        cls,
        directory: str | Path,
        *,
        model: ModelSettings | None = None,
        generation: int | None = None,
        check: Check | None = None,
        like: "Index | None" = None,
    ) -> "Index":
        """Open the generation in force, or an earlier one that is kept, by its number.

        `check` None compares every file's sha256 where they are FULL_CHECK_BYTES
        in all or less; beyond that xxh3, and sha256 in the background. `like`
        lends its loaded model, where it is the same. A place in Milvus is searched on its server.

        Raises:
            InputError: the folder holds something else.
            IndexDamagedError: it is not what was published.
            IndexMismatchError: another format, or built by another model than `model`.
        """
        if is_milvus(directory):
            from index.milvus_index import MilvusIndex

            # Its methods are those of this class, which a test compares.
            return cast("Index", MilvusIndex.open(directory, model=model, generation=generation, like=like))
        directory = Path(directory)
        opened = cls(directory, open_generation(directory, number=generation, check=check))
        opened.settle_model(model, like)
        return opened

    def embed(self, question: str) -> EmbeddedQuestion:
        """A question's vector and tokens, by the model that made the index.

        Raises:
            IndexDamagedError: damage was found since the index was opened.
        """
        if self.verification:
            self.verification.check()
        return self._embedder.embed_question(question)

    def select(self, articles: Flags) -> Selection:
        """The articles with a flag, by number, as what a search may be kept to."""
        sentences: list[Flags] = []
        runs: list[Runs] = []
        for place, segment in enumerate(self.segments):
            passages = np.repeat(self._numbering.chosen(place, articles), np.diff(segment.first_passages))
            sentences.append(np.repeat(passages, np.diff(segment.first_sentences)))
            runs.append(runs_of(passages, segment.record.serial))
        together = np.concatenate(runs)
        return Selection(int(articles.sum()), tuple(sentences), together[np.argsort(together[:, 0])])

    def nearest_passages(self, query: Vectors, *, sentences: int, among: Selection | None = None) -> list[int]:
        """The passages of the sentences nearest to a (1, dim) query, nearest first, each once; ties keep article order."""
        numbers, scores = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        passages = [np.empty(0, np.int64)]
        for place, segment in enumerate(self.segments):
            chosen = None if among is None else among.sentences[place]
            rows, near = segment.nearest(query, top_k=sentences, among=chosen, gone=self._numbering.gone(place))
            own = np.searchsorted(segment.first_sentences, rows, side="right") - 1
            numbers.append(self._numbering.sentences_here(place, rows))
            passages.append(self._numbering.passages_here(place, own))
            scores.append(near)
        best = np.lexsort((np.concatenate(numbers), -np.concatenate(scores)))[:sentences]
        return list(dict.fromkeys(np.concatenate(passages)[best].tolist()))

    def sentence_vectors(self, passages: Sequence[int]) -> SentenceVectors:
        """The vectors of all sentences of these passages as they were embedded, in the passages' order."""
        owners, numbers = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        vectors = [np.empty((0, self.info.model.dim), np.float32)]
        for part in self._numbering.passages(passages):
            segment = self.segments[part.segment]
            starts = segment.first_sentences[part.numbers]
            sizes = segment.first_sentences[part.numbers + 1] - starts
            rows = np.repeat(starts, sizes) + np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            owners.append(np.repeat(part.at, sizes))
            numbers.append(self._numbering.sentences_here(part.segment, rows))
            vectors.append(segment.exact.rows(rows))
        order = np.argsort(np.concatenate(owners), kind="stable")
        return SentenceVectors(np.concatenate(numbers)[order], np.concatenate(owners)[order], np.concatenate(vectors)[order])

    def passages_by_words(
        self, groups: Sequence[Sequence[str]], *, top_k: int, among: Selection | None = None
    ) -> list[FoundByWords]:
        """The passages that hold most of these terms and phrases, best first; ties keep article order."""
        hits = self._words.search(groups, top_k=top_k + TIED, among=None if among is None else among.passages)
        numbers = self._passages_of(np.array([hit.key for hit in hits], np.int64)).tolist()
        found = [FoundByWords(number, hit.score) for number, hit in zip(numbers, hits, strict=True)]
        return sorted(found, key=lambda one: (-one.score, one.passage))[:top_k]

    def _passages_of(self, keys: Numbers) -> Numbers:
        """The numbers of the passages that the word index knows by these keys."""
        serials, numbers = keys >> KEY_BITS, keys & ((1 << KEY_BITS) - 1)
        found = np.empty(len(keys), np.int64)
        for serial in np.unique(serials).tolist():
            here = serials == serial
            found[here] = self._numbering.passages_here(self._of_serial[serial], numbers[here])
        return found

    def passages_with(self, term: str) -> int:
        """In how many passages a term stands."""
        return self._words.passages_with(term)

    def articles(self, query: str = "", *, offset: int = 0, limit: int = 50) -> ArticlePage:
        """The articles whose source, title or outlet holds all words of `query`, by source, from `offset` on.

        Raises:
            InputError: the query is too long, or `offset` or `limit` is out of range.
        """
        return list_articles(self.store, query, offset=offset, limit=limit)

    def _check_counts(self) -> None:
        info = self.info
        if self._numbering.counts != (info.articles, info.passages, info.sentences) or len(self._words) != info.passages:
            raise IndexDamagedError(f"{info.directory}: counts differ from the manifest; run qa index --rebuild")
        for segment in self.segments:
            record, vectors = segment.record, segment.vectors
            if segment.store.ends() != (record.articles, record.passages, record.sentences):
                raise IndexDamagedError(f"{info.directory}: counts differ from the manifest; run qa index --rebuild")
            if len(vectors) != record.sentences or vectors.dim != info.model.dim or not vectors.has(record.lists):
                raise IndexMismatchError(
                    f"{info.directory}: vectors are of another shape than the manifest says; run qa index --rebuild"
                )
