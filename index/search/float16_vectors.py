"""Sentences' vectors as they were embedded, row after row in half precision, read without loading them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.arrays import Vectors
from index.errors import IndexDamagedError, IndexMismatchError

BLOCK = 8192  # Rows read at once where all are.
ROW_TYPE = np.dtype("<f2")


def to_bytes(vectors: Vectors) -> bytes:
    """Vectors as the file has them."""
    return vectors.astype(ROW_TYPE).tobytes()


def from_bytes(data: bytes, *, rows: int) -> Vectors:
    """So many vectors, as they were written."""
    return np.frombuffer(data, ROW_TYPE).reshape(rows, -1 if rows else 0).astype(np.float32)


class Float16Vectors:
    """A file of so many vectors, mapped into memory read-only: what is published is never written to again."""

    def __init__(self, path: Path, *, rows: int, dim: int) -> None:
        self._path, self.dim = path, dim
        try:
            size = path.stat().st_size
            if size != rows * dim * ROW_TYPE.itemsize:
                raise IndexMismatchError(f"{path}: holds {size:,} bytes, not {rows:,} vectors; run qa index --rebuild")
            # A mapping of nothing is an error.
            self._rows = np.memmap(path, ROW_TYPE, "r", shape=(rows, dim)) if size else np.empty((rows, dim), ROW_TYPE)
        except OSError as error:
            raise IndexDamagedError(f"{path}: cannot be read ({error.strerror or error}); run qa index --rebuild") from error

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, numbers: npt.NDArray[np.int64] | slice) -> Vectors:
        """The vectors of these numbers, in their order."""
        found: Vectors = np.asarray(self._rows[numbers], np.float32)
        return found

    def blocks(self) -> Iterator[Vectors]:
        """All of them in order, some at a time; read, not mapped, so that no more of it counts as this process's memory."""
        with self._path.open("rb") as file:
            while data := file.read(BLOCK * self.dim * ROW_TYPE.itemsize):
                yield from_bytes(data, rows=len(data) // (self.dim * ROW_TYPE.itemsize))
