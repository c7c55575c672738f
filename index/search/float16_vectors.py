"""Float16 vectors: sentences' vectors in half precision, row after row in a file that is mapped into memory."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from articles_qa.index.arrays import Vectors
from articles_qa.index.errors import IndexDamagedError, IndexMismatchError

BLOCK = 8192  # Rows read at once.
ROW_TYPE = np.dtype("<f2")


def to_bytes(vectors: Vectors) -> bytes:
    """Return vectors as the file has them."""
    return vectors.astype(ROW_TYPE).tobytes()


def from_bytes(data: bytes, *, rows: int) -> Vectors:
    """Return so many vectors from the file's bytes."""
    return np.frombuffer(data, ROW_TYPE).reshape(rows, -1 if rows else 0).astype(np.float32)


def rounded(vectors: Vectors) -> Vectors:
    """Return vectors in half precision, as they are read back."""
    return vectors.astype(ROW_TYPE).astype(np.float32)


class Float16Vectors:
    """A file of so many vectors, mapped into memory read-only; published files never change."""

    def __init__(self, path: Path, *, rows: int, dim: int) -> None:
        self._path, self.dim = path, dim
        try:
            size = path.stat().st_size
            if size != rows * dim * ROW_TYPE.itemsize:
                raise IndexMismatchError(f"{path}: holds {size:,} bytes, not {rows:,} vectors; run qa index --rebuild")
            # An empty file cannot be mapped.
            self._rows = np.memmap(path, ROW_TYPE, "r", shape=(rows, dim)) if size else np.empty((rows, dim), ROW_TYPE)
        except OSError as error:
            raise IndexDamagedError(f"{path}: cannot be read ({error.strerror or error}); run qa index --rebuild") from error

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, numbers: npt.NDArray[np.int64] | slice) -> Vectors:
        """Return the vectors of these rows, in the given order."""
        found: Vectors = np.asarray(self._rows[numbers], np.float32)
        return found

    def blocks(self) -> Iterator[Vectors]:
        """Yield all vectors in order, in blocks; read and not mapped, so that the process needs no more memory."""
        with self._path.open("rb") as file:
            while data := file.read(BLOCK * self.dim * ROW_TYPE.itemsize):
                yield from_bytes(data, rows=len(data) // (self.dim * ROW_TYPE.itemsize))
