"""Arrays of numbers as a generation keeps them."""

from pathlib import Path
from typing import Any

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
