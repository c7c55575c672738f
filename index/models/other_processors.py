"""An export on another kind of processor than it was made on: sums of 8 bits saturate on some and not on others.

An export keeps what the original calculates for the samples, and the kinds of processor on which it agrees with that.
"""

import hashlib
import json
import os
import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from index.files.checksums import read_small
from index.models.model_card import Precision
from index.models.model_files import Export

REFERENCE = "reference.json"
_DECIMALS = 4
_MAX_BYTES = 10_000_000
_CPUINFO = Path("/proc/cpuinfo")
_CPUINFO_BYTES = 16_000  # The first of the processors; all are of one kind.
_KIND = ("vendor_id", "model name", "flags", "Features", "CPU implementer", "CPU part")

Measure: TypeAlias = Callable[[Export, npt.NDArray[np.float32]], float]
"""Returns the error of an export against what the original calculates for the samples."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The original's results for the samples, and the measure of an export against them."""

    wanted: npt.NDArray[np.float32]
    measure: Measure


@cache
def processor() -> str:
    """Return a digest of this machine's kind of processor."""
    lines = [platform.machine(), platform.processor()]
    with suppress(OSError), _CPUINFO.open("rb") as file:
        first = file.read(_CPUINFO_BYTES).decode("utf-8", "replace").partition("\n\n")[0]
        lines += [line for line in first.splitlines() if line.partition(":")[0].strip() in _KIND]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def keep_reference(folder: Path, wanted: npt.NDArray[np.float32]) -> None:
    """Keep what the original calculates in the folder of a new export, which agrees with it on this processor."""
    _write(folder, [processor()], np.round(wanted.astype(np.float64), _DECIMALS).tolist())


def fits_here(export: Export, measure: Measure, largest: Mapping[Precision, float]) -> bool:
    """Tell whether an export agrees with its original on this kind of processor; this is measured once for each kind.

    An export without a reference fits: sentence-transformers runs it, or another machine sent it and compares results.
    """
    if not (export.folder / REFERENCE).exists():
        return True
    try:
        said = json.loads(read_small(export.folder / REFERENCE, max_bytes=_MAX_BYTES))
        kinds, values = list(said["processors"]), said["values"]
        if processor() in kinds:
            return True
        if not measure(export, np.array(values, np.float32)) <= largest[export.card.precision]:
            return False
    except Exception:  # Whatever onnxruntime stumbles over, the model can be exported again.
        return False
    with suppress(OSError):  # A cache that cannot be written: it is measured again the next time.
        _write(export.folder, [*kinds, processor()], values)
    return True


def _write(folder: Path, kinds: list[Any], values: Any) -> None:
    partial = folder / f"{REFERENCE}.{os.getpid()}"
    partial.write_text(json.dumps({"processors": kinds, "values": values}), "utf-8")
    partial.replace(folder / REFERENCE)
