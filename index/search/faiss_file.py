"""The layout of the two kinds of FAISS index that this program writes, checked before FAISS reads a file.

FAISS makes whatever class a file names, and trusts the lengths in the file. The layout is that of
faiss/impl/index_write.cpp:

    IxSQ  header, quantizer, codes
    IwSq  header, lists, nprobe, IxFI with its header and the centres, direct map, quantizer, code size, by residual,
          then ilar: lists, code size, the size of each list, and of each list its codes and row numbers
"""

import os
import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

_HEADER, _QUANTIZER = "<iqqq?i", "<iifQQ"


def check_faiss_file(path: Path) -> None:
    """Check that a file is an index of 8 bits a dimension, whole, and has each row number once.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is something else.
    """
    with path.open("rb") as file:
        layout = _Layout(file)
        kind = layout.kind("IxSQ", "IwSq")
        dim, rows = layout.header()
        if kind == "IxSQ":
            layout.quantizer(dim, rows)
            layout.array(rows * dim, item_bytes=1)
        else:
            layout.lists(dim, rows)
        layout.expect(file.tell(), layout.size_bytes)


class _Layout:
    """A file that is read from its start to its end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size_bytes = os.fstat(file.fileno()).st_size

    def take(self, form: str) -> tuple[Any, ...]:
        """Read the numbers of this form, in the notation of `struct`."""
        try:
            return struct.unpack(form, self._file.read(struct.calcsize(form)))
        except struct.error as error:
            raise ValueError("it ends too early") from error

    def expect(self, *found_wanted: object) -> None:
        """Compare what was found with what is wanted, in turn."""
        if found_wanted[::2] != found_wanted[1::2]:
            raise ValueError(f"{found_wanted[::2]} at byte {self._file.tell():,} instead of {found_wanted[1::2]}")

    def kind(self, *kinds: str) -> str:
        """Read four letters, which must be one of these kinds."""
        found = str(self.take("4s")[0], "latin-1")
        if found not in kinds:
            raise ValueError(f"of the kind {found!a}")
        return found

    def header(self) -> tuple[int, int]:
        """Read an index's dimensions and number of rows, which the file has room for."""
        dim, rows, _, _, _, metric = self.take(_HEADER)
        self.expect(metric, 0)  # The inner product.
        if dim <= 0 or rows < 0 or rows * dim > self.size_bytes:
            raise ValueError(f"too short for {rows:,} rows of {dim:,} dimensions")
        return dim, rows

    def quantizer(self, dim: int, rows: int) -> None:
        """Read a quantizer of 8 bits a dimension; one that was never trained has no ranges."""
        bits, _, _, of_dim, code_bytes = self.take(_QUANTIZER)
        self.expect(bits, 0, of_dim, dim, code_bytes, dim)
        self.array(2 * dim if rows else None, item_bytes=4)

    def array(self, size: int | None, *, item_bytes: int) -> None:
        """Skip an array of this size; None: of any size."""
        (found,) = self.take("<Q")
        if size is not None:
            self.expect(found, size)
        self._skip(found * item_bytes)

    def lists(self, dim: int, rows: int) -> None:
        """Read the rest of an index in IVF lists."""
        count, _ = self.take("<QQ")
        self.kind("IxFI")
        self.expect(self.header(), (dim, count))
        self.array(count * dim, item_bytes=4)
        self.expect(self.take("<B"), (0,))
        self.array(0, item_bytes=8)
        self.quantizer(dim, rows)
        self.expect(self.take("<Q?"), (dim, False))
        self.kind("ilar")
        self.expect(self.take("<QQ"), (count, dim))
        sizes = self._list_sizes(count)
        if sum(sizes) != rows or rows * (dim + 8) > self.size_bytes:
            raise ValueError(f"its lists do not hold {rows:,} rows")
        seen = np.zeros(rows, bool)
        for size in sizes:
            self._skip(size * dim)
            numbers = np.frombuffer(self._file.read(8 * size), "<u8")
            if (numbers >= rows).any():
                raise ValueError("its lists have a row that is none")
            seen[numbers] = True
        if not seen.all():
            raise ValueError("its lists lack a row")

    def _list_sizes(self, count: int) -> list[int]:
        """Read the sizes of the lists, in order; those of empty lists may be left out."""
        kind = self.kind("full", "sprs")
        (size,) = self.take("<Q")
        if size > (count if kind == "full" else 2 * count):
            raise ValueError(f"has {size:,} sizes for {count:,} lists")
        numbers = list(self.take(f"<{size}Q"))
        if kind == "full":
            self.expect(size, count)
            return numbers
        places = numbers[::2]
        if len(numbers) % 2 or places != sorted({*places}) or any(place >= count for place in places):
            raise ValueError("names a list twice")
        return numbers[1::2]

    def _skip(self, size_bytes: int) -> None:
        """Pass over so many bytes, which the file must have."""
        if size_bytes > self.size_bytes - self._file.tell():
            raise ValueError("it ends too early")
        self._file.seek(size_bytes, os.SEEK_CUR)
