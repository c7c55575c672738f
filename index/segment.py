"""A segment, opened: its articles, vectors and words, numbered from 0 inside it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.arrays import read_array
from index.embedding import Vectors
from index.errors import IndexDamagedError
from index.exact import ExactVectors
from index.lists import Rows
from index.segment_record import ARTICLES, EXACT, FIRST_PASSAGES, FIRST_SENTENCES, VECTORS, SegmentRecord
from index.store import Store
from index.stored import Entry
from index.vectors import Flags, VectorIndex

Numbers = npt.NDArray[np.int64]
"""(n,) int64, numbers of articles, passages or sentences."""

# FAISS keeps 8 bits a dimension; so many more are taken from it than are asked for, and the nearest of them by the
# vectors as they were embedded.
SPARE = 10


class Segment:
    """Reading only. `first_passages` (articles + 1,) and `first_sentences` (passages + 1,) say what is whose."""

    def __init__(self, record: SegmentRecord, generation: Path, *, dim: int) -> None:
        self.record = record
        self.store = Store(record.path(generation, ARTICLES))
        self.exact = ExactVectors(record.path(generation, EXACT), rows=record.sentences, dim=dim)
        self.first_passages = _numbers(record.path(generation, FIRST_PASSAGES), record.articles, record.passages)
        self.first_sentences = _numbers(record.path(generation, FIRST_SENTENCES), record.passages, record.sentences)
        self._path = record.path(generation, VECTORS)
        self._vectors: VectorIndex | None = None

    @property
    def vectors(self) -> VectorIndex:
        """What FAISS holds; read when it is first wanted, as builds do not want it."""
        if self._vectors is None:
            self._vectors = VectorIndex(self._path)
        return self._vectors

    def entry(self, number: int) -> Entry:
        """Everything of an article, its vectors with it."""
        first, end = self.first_sentences[self.first_passages[number : number + 2]].tolist()
        return replace(self.store.entry(number), vectors=self.exact.rows(slice(first, end)))

    def nearest(self, query: Vectors, *, top_k: int, among: Flags | None, gone: Flags | None) -> tuple[Rows, Vectors]:
        """The sentences nearest to a (1, dim) query, in any order, and their inner products with it.

        `among` says which sentences count; where it is None, all but those of
        the `gone` articles do.
        """
        wanted = top_k + SPARE
        while True:
            rows = self.vectors.search(query, top_k=wanted, among=among)
            found = len(rows)
            if among is None and gone is not None:
                rows = rows[~gone[self.articles_of(rows)]]
            if len(rows) >= top_k or found < wanted:
                break
            wanted *= 2
        return rows, np.einsum("ij,j->i", self.exact.rows(rows), query[0])

    def articles_of(self, sentences: Rows) -> Rows:
        """The number of each sentence's article."""
        passages = np.searchsorted(self.first_sentences, sentences, side="right") - 1
        found: Rows = np.searchsorted(self.first_passages, passages, side="right") - 1
        return found


def _numbers(path: Path, size: int, last: int) -> Numbers:
    """Where things begin: (size + 1,), from 0 to `last`, never less than before."""
    found = read_array(path)
    shaped = found.shape == (size + 1,) and found.dtype == np.int64
    if not shaped or found[0] != 0 or found[-1] != last or (np.diff(found) < 0).any():
        raise IndexDamagedError(f"{path}: does not fit the manifest; run qa index --rebuild")
    return np.asarray(found, np.int64)
