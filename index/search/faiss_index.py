"""The sentences' vectors in FAISS: row = sentence."""

from collections.abc import Callable, Iterable
from pathlib import Path

import faiss
import numpy as np

from index.arrays import Flags, Ids, Vectors
from index.errors import IndexDamagedError
from index.files.disk import DISK, Disk
from index.search.ivf_lists import (
    EXHAUSTIVE_UP_TO,
    Lists,
    choose_nprobe,
    draw_sample,
    search_params,
    search_params_among,
    train_lists,
)

# Of lists, a choice of less than one row in so many is read back instead: 1.6 µs a row, where a scan of all lists takes
# 11 ns for each row that it passes by.
READ_BACK = 150


def write_vectors(
    path: Path,
    blocks: Callable[[], Iterable[Vectors]],
    *,
    dim: int,
    exhaustive_up_to: int = EXHAUSTIVE_UP_TO,
    disk: Disk = DISK,
) -> Lists | None:
    """Keep unit vectors for inner-product search, 8 bits a dimension, more than `exhaustive_up_to` of them in lists.

    `blocks` gives all of them, each time it is called. Returns what the lists
    are like; None where the vectors are search_params exhaustively.

    Raises:
        OSError: the file cannot be written.
    """
    ends = [(len(block), block.min(axis=0), block.max(axis=0)) for block in blocks() if len(block)]
    size = sum(count for count, _, _ in ends)
    drawn = draw_sample(size) if size > exhaustive_up_to else None
    in_lists = train_lists(_taken(blocks(), drawn.training), size) if drawn else None
    index = in_lists or faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    if ends:  # All that training takes from the vectors are the least and greatest number in each dimension.
        low, high = np.min([low for _, low, _ in ends], axis=0), np.max([high for _, _, high in ends], axis=0)
        index.train(np.stack([low, high]))
    for block in blocks():
        if len(block):
            index.add(block)
    lists = choose_nprobe(in_lists, _taken(blocks(), drawn.held_out)) if drawn and in_lists else None
    _write(path, index, disk)
    return lists


def _taken(blocks: Iterable[Vectors], rows: Ids) -> Vectors:
    """The vectors of these numbers, which are in order, taken while all pass by."""
    parts: list[Vectors] = []
    at = 0
    for block in blocks:
        first, last = np.searchsorted(rows, (at, at + len(block)))
        parts.append(block[rows[first:last] - at])
        at += len(block)
    return np.concatenate(parts)


def _write(path: Path, index: faiss.Index, disk: Disk) -> None:
    """Through a callback, since `faiss.write_index` reports no error on a full disk where the file is small."""
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
            self._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)  # Files of a generation never change.
        except RuntimeError as error:
            raise IndexDamagedError(f"{path}: FAISS cannot read it; run qa index --rebuild") from error
        self.dim: int = self._index.d
        self._lists = self._index if isinstance(self._index, faiss.IndexIVFScalarQuantizer) else None
        self._mapped = False

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def has(self, lists: Lists | None) -> bool:
        """Whether its vectors are in just such lists; None: in none."""
        if lists is None or self._lists is None:
            return lists is None and self._lists is None
        return (self._lists.nlist, self._lists.nprobe) == (lists.count, lists.nprobe)

    def search(self, query: Vectors, *, top_k: int, among: Flags | None = None) -> Ids:
        """The rows of the sentences nearest to a (1, dim) query, nearest first; `among` says which rows count."""
        if not len(self):
            return np.empty(0, np.int64)
        # One question is one scan, which FAISS does not share out; the threads that it would start all the same wait
        # actively, and cost a question 12 ms. The number holds for the thread that sets it.
        faiss.omp_set_num_threads(1)
        if self._lists and among is not None and np.count_nonzero(among) * READ_BACK <= len(self):
            rows = np.flatnonzero(among)
            scores = np.einsum("ij,j->i", self.stored(rows), query[0])
            return rows[np.argsort(-scores, kind="stable")[:top_k]]
        _, rows = self._index.search(query, min(top_k, len(self)), params=self._params(among))
        found: Ids = rows[0][rows[0] >= 0]
        return found

    def stored(self, rows: Ids) -> Vectors:
        """The vectors in these rows, as exact as 8 bits a dimension keep them (cosine .9998 to the original)."""
        if not len(rows):
            return np.empty((0, self.dim), np.float32)
        faiss.omp_set_num_threads(1)
        if self._lists and not self._mapped:
            self._lists.make_direct_map()  # Where each row is, so that it can be read back.
            self._mapped = True
        found: Vectors = self._index.reconstruct_batch(rows)
        return found

    def _params(self, among: Flags | None) -> faiss.SearchParameters | None:
        if among is None:
            return search_params(self._lists.nprobe) if self._lists else None
        # Bits, not a list of numbers: the scan skips a row 2 to 3 times as fast.
        chosen = faiss.IDSelectorBitmap(np.packbits(among, bitorder="little"))  # type: ignore[call-arg, arg-type]
        if self._lists:
            return search_params_among(self._lists, chosen, int(np.count_nonzero(among)))
        return faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
