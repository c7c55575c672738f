"""The sentences' vectors in FAISS: row = sentence."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import faiss
import numpy as np
import numpy.typing as npt

from index.disk import DISK, Disk
from index.embedding import Vectors
from index.errors import IndexDamagedError

Flags: TypeAlias = npt.NDArray[np.bool_]
"""(n,) bool, one an article, a passage or a sentence."""


def write_vectors(path: Path, blocks: Callable[[], Iterable[Vectors]], *, dim: int, disk: Disk = DISK) -> None:
    """Keep unit vectors for exhaustive inner-product search, 8 bits a dimension; `blocks` gives all of them, twice.

    Through a callback, since `faiss.write_index` reports no error on a full
    disk where the file is small.

    Raises:
        OSError: the file cannot be written.
    """
    index = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    ends = [(block.min(axis=0), block.max(axis=0)) for block in blocks() if len(block)]
    if ends:  # All that training takes from the vectors are the least and greatest number in each dimension.
        index.train(np.stack([np.min([low for low, _ in ends], axis=0), np.max([high for _, high in ends], axis=0)]))
    for block in blocks():
        if len(block):
            index.add(block)
    failed: list[BaseException] = []

    def write(data: bytes) -> int:
        try:
            return file.write(data)
        except BaseException as error:  # FAISS makes errors of its own of it.
            failed.append(error)
            raise

    with disk.create(path) as file:
        try:
            faiss.write_index(index, faiss.PyCallbackIOWriter(write))  # type: ignore[attr-defined]
        except Exception:
            if failed:
                raise failed[0] from None
            raise


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
