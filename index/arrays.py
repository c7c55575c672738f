"""Array types with their shapes, and reading an array from a file."""

from pathlib import Path
from tokenize import TokenError
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from articles_qa.index.errors import IndexDamagedError

Vectors: TypeAlias = npt.NDArray[np.float32]
"""(n, dim) float32, rows of length 1."""

Ids: TypeAlias = npt.NDArray[np.int64]
"""(n,) int64: numbers of articles, passages or sentences."""

Flags: TypeAlias = npt.NDArray[np.bool_]
"""(n,) bool: one flag for each article, passage or sentence."""

Logits: TypeAlias = npt.NDArray[np.float64]
"""(n,) float64 of any size; above 0 where a text rather answers than not."""


def read_array(path: Path) -> npt.NDArray[Any]:
    """Read an array of any shape, no larger than its file; never an array of Python objects.

    Raises:
        IndexDamagedError: the file cannot be read.
    """
    try:
        # Mapped first: the memory for an array is taken before a byte of it is read.
        with np.errstate(over="ignore"):
            return np.array(np.lib.format.open_memmap(path, mode="r"))
    except (OSError, ValueError, TypeError, EOFError, OverflowError, RecursionError, MemoryError, TokenError) as error:
        raise IndexDamagedError(f"{path}: cannot be read; run qa index --rebuild") from error
