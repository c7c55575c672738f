"""The vector index: sentences' vectors in FAISS, 8 bits a dimension; the row is the sentence's number."""

from collections.abc import Callable, Iterable
from pathlib import Path

import faiss
import numpy as np

from articles_qa.index.arrays import Flags, Ids, Vectors
from articles_qa.index.errors import IndexDamagedError
from articles_qa.index.files.disk import DISK, Disk
from articles_qa.index.search.faiss_file import check_faiss_file
from articles_qa.index.search.ivf_lists import (
    EXHAUSTIVE_UP_TO,
    Lists,
    choose_nprobe,
    draw_sample,
    search_params,
    search_params_among,
    train_lists,
)

# With IVF lists, a choice of less than one row in so many is reconstructed row by row (1.6 µs a row); a scan of all lists
# takes 11 ns for each row outside the choice.
READ_BACK = 150


def write_vectors(
    path: Path,
    blocks: Callable[[], Iterable[Vectors]],
    *,
    dim: int,
    exhaustive_up_to: int = EXHAUSTIVE_UP_TO,
    disk: Disk = DISK,
) -> Lists | None:
    """Write unit vectors for inner-product search, more than `exhaustive_up_to` of them in IVF lists.

    Each call of `blocks` yields all vectors. Returns the IVF lists' record;
    None where the vectors are searched exhaustively.

    Raises:
        OSError: the file cannot be written.
    """
    ends = [(len(block), block.min(axis=0), block.max(axis=0)) for block in blocks() if len(block)]
    size = sum(count for count, _, _ in ends)
    training, held_out = draw_sample(size) if size > exhaustive_up_to else (None, None)
    in_lists = train_lists(_selected(blocks(), training), size) if training is not None else None
    index = in_lists or faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    if ends:  # Training takes from the vectors only the least and greatest number of each dimension.
        low, high = np.min([low for _, low, _ in ends], axis=0), np.max([high for _, _, high in ends], axis=0)
        index.train(np.stack([low, high]))
    for block in blocks():
        if len(block):
            index.add(block)
    lists = choose_nprobe(in_lists, _selected(blocks(), held_out)) if in_lists and held_out is not None else None
    _write(path, index, disk)
    return lists


def _selected(blocks: Iterable[Vectors], rows: Ids) -> Vectors:
    """Return the vectors of these rows, which are in order, from all blocks."""
    parts: list[Vectors] = []
    at = 0
    for block in blocks:
        first, last = np.searchsorted(rows, (at, at + len(block)))
        parts.append(block[rows[first:last] - at])
        at += len(block)
    return np.concatenate(parts)


def _write(path: Path, index: faiss.Index, disk: Disk) -> None:
    """Write through a callback, since `faiss.write_index` reports no full disk for a small file."""
    failed: list[BaseException] = []

    def write(data: bytes) -> int:
        try:
            return file.write(data)
        except BaseException as error:  # FAISS would raise an error of its own.
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
    """An opened file of vectors; read only."""

    def __init__(self, path: Path) -> None:
        try:
            check_faiss_file(path)
            self._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)  # Files of a generation never change.
        except (OSError, ValueError, RuntimeError, MemoryError) as error:
            reason = " ".join(str(error).split())[:200]
            raise IndexDamagedError(f"{path}: not the FAISS index of a build ({reason}); run qa index --rebuild") from error
        self.dim: int = self._index.d
        self._lists = self._index if isinstance(self._index, faiss.IndexIVFScalarQuantizer) else None
        self._mapped = False

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def has(self, lists: Lists | None) -> bool:
        """Tell whether the vectors are in IVF lists of this record; None stands for no lists."""
        if lists is None or self._lists is None:
            return lists is None and self._lists is None
        return (self._lists.nlist, self._lists.nprobe) == (lists.count, lists.nprobe)

    def search(self, query: Vectors, *, top_k: int, among: Flags | None = None) -> Ids:
        """Return the rows of the sentences nearest to a (1, dim) query, nearest first; `among` flags the rows that count."""
        if not len(self):
            return np.empty(0, np.int64)
        # FAISS scans one question in one thread. Its other threads would only wait, actively, and cost a question 12 ms. The
        # setting holds for the calling thread.
        faiss.omp_set_num_threads(1)
        if self._lists and among is not None and np.count_nonzero(among) * READ_BACK <= len(self):
            rows = np.flatnonzero(among)
            scores = np.einsum("ij,j->i", self.reconstruct(rows), query[0])
            return rows[np.argsort(-scores, kind="stable")[:top_k]]
        _, rows = self._index.search(query, min(top_k, len(self)), params=self._params(among))
        found: Ids = rows[0][rows[0] >= 0]
        return found

    def reconstruct(self, rows: Ids) -> Vectors:
        """Return the vectors of these rows from their 8 bits a dimension (cosine .9998 to the original)."""
        if not len(rows):
            return np.empty((0, self.dim), np.float32)
        faiss.omp_set_num_threads(1)
        if self._lists and not self._mapped:
            self._lists.make_direct_map()  # The place of each row, for reconstruction.
            self._mapped = True
        found: Vectors = self._index.reconstruct_batch(rows)
        return found

    def _params(self, among: Flags | None) -> faiss.SearchParameters | None:
        if among is None:
            return search_params(self._lists.nprobe) if self._lists else None
        # A bitmap is skipped 2 to 3 times as fast as a list of numbers.
        chosen = faiss.IDSelectorBitmap(np.packbits(among, bitorder="little"))  # type: ignore[call-arg, arg-type]
        if self._lists:
            return search_params_among(self._lists, chosen, int(np.count_nonzero(among)))
        return faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
