"""Array types with their shapes, and reading an array from a file."""

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from index.errors import IndexDamagedError

Vectors: TypeAlias = npt.NDArray[np.float32]
"""(n, dim) float32, rows of length 1."""

Ids: TypeAlias = npt.NDArray[np.int64]
"""(n,) int64: numbers of articles, passages or sentences."""

Flags: TypeAlias = npt.NDArray[np.bool_]
"""(n,) bool: one flag for each article, passage or sentence."""

Logits: TypeAlias = npt.NDArray[np.float64]
"""(n,) float64 of any size; above 0 where a text rather answers than not."""


def read_array(path: Path) -> npt.NDArray[Any]:
    """Read an array of any shape; never an array of Python objects.

    Raises:
        IndexDamagedError: the file cannot be read.
    """
    try:
        found: npt.NDArray[Any] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise IndexDamagedError(f"{path}: cannot be read; run qa index --rebuild") from error
    return found
