"""The sentences' vectors in FAISS: row = sentence."""

import os
from pathlib import Path
from typing import TypeAlias

import faiss
import numpy as np
import numpy.typing as npt

from index.embedding import Vectors
from index.errors import IndexDamagedError

Flags: TypeAlias = npt.NDArray[np.bool_]
"""(n,) bool, one an article, a passage or a sentence."""


def write_vectors(path: Path, vectors: Vectors) -> None:
    """Keep unit vectors for exhaustive inner-product search, 8 bits a dimension.

    Through a callback, since `faiss.write_index` reports no error on a full
    disk where the file is small.
    """
    index = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    if len(vectors):
        index.train(vectors)
        index.add(vectors)
    with path.open("wb") as file:
        writer = faiss.PyCallbackIOWriter(file.write)  # type: ignore[attr-defined]
        faiss.write_index(index, writer)
        file.flush()
        os.fsync(file.fileno())


class VectorIndex:
    """Opened vectors; reading only."""

    def __init__(self, path: Path) -> None:
        try:
            self._index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise IndexDamagedError(f"{path}: FAISS cannot read it; run qa index --rebuild") from error
        self.dim: int = self._index.d

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, query: Vectors, *, top_k: int, among: Flags | None = None) -> npt.NDArray[np.int64]:
        """The rows of the sentences nearest to a (1, dim) query, nearest first; `among` says which rows count."""
        if not len(self):
            return np.empty(0, np.int64)
        # One question is one scan, which FAISS does not share out; the threads that it would start all the same wait
        # actively, and cost a question 12 ms. The number holds for the thread that sets it.
        faiss.omp_set_num_threads(1)
        params = None
        if among is not None:
            # Bits, not a list of numbers: the scan skips a row 2 to 3 times as fast.
            chosen = faiss.IDSelectorBitmap(np.packbits(among, bitorder="little"))  # type: ignore[call-arg, arg-type]
            params = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
        _, rows = self._index.search(query, min(top_k, len(self)), params=params)
        found: npt.NDArray[np.int64] = rows[0][rows[0] >= 0]
        return found

    def stored(self, rows: npt.NDArray[np.int64]) -> Vectors:
        """The vectors in these rows, as exact as 8 bits a dimension keep them (cosine .9998 to the original)."""
        if not len(rows):
            return np.empty((0, self.dim), np.float32)
        faiss.omp_set_num_threads(1)
        found: Vectors = self._index.reconstruct_batch(rows)
        return found
