"""Arrays of numbers as a generation keeps them."""

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from index.errors import IndexDamagedError


def read_array(path: Path) -> npt.NDArray[Any]:
    """An array of any shape; never one of objects.

    Raises:
        IndexDamagedError: it cannot be read.
    """
    try:
        found: npt.NDArray[Any] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise IndexDamagedError(f"{path}: cannot be read; run qa index --rebuild") from error
    return found


Logits: TypeAlias = npt.NDArray[np.float64]

Vectors: TypeAlias = npt.NDArray[np.float32]

Rows: TypeAlias = npt.NDArray[np.int64]

Numbers = npt.NDArray[np.int64]

Flags: TypeAlias = npt.NDArray[np.bool_]
