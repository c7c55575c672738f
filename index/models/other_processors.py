"""An export on another kind of processor than it was made on: sums of 8 bits saturate on some and not on others.

An export keeps what the original calculates for the samples. On each kind of
processor it is measured against that once. Where it errs, onnxruntime is told
to calculate with wider sums. The cache keeps what was found.
"""

import hashlib
import json
import os
import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from articles_qa.index.files.checksums import read_small
from articles_qa.index.models.model_card import Precision
from articles_qa.index.models.model_files import Export, export_folder, is_private

REFERENCE = "reference.json"
FOUND = "processors.json"
_DECIMALS = 4
_MAX_BYTES = 10_000_000
_CPUINFO = Path("/proc/cpuinfo")
_CPUINFO_BYTES = 16_000  # The first of the processors; all are of one kind.
_KIND = ("vendor_id", "model name", "flags", "Features", "CPU implementer", "CPU part")

Measure: TypeAlias = Callable[[Export, npt.NDArray[np.float32]], float]
"""Returns the error of an export against what the original calculates for the samples."""


@cache
def processor() -> str:
    """Return a digest of this machine's kind of processor."""
    lines = [platform.machine(), platform.processor()]
    with suppress(OSError), _CPUINFO.open("rb") as file:
        first = file.read(_CPUINFO_BYTES).decode("utf-8", "replace").partition("\n\n")[0]
        lines += [line for line in first.splitlines() if line.partition(":")[0].strip() in _KIND]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def keep_reference(folder: Path, wanted: npt.NDArray[np.float32]) -> None:
    """Keep what the original calculates in the folder of a new export."""
    (folder / REFERENCE).write_text(json.dumps(np.round(wanted.astype(np.float64), _DECIMALS).tolist()) + "\n", "utf-8")


def fitted(export: Export, measure: Measure, largest: Mapping[Precision, float]) -> Export | None:
    """Return the export as it agrees with its original on this kind of processor, or None; this is measured once.

    An export without a reference fits: sentence-transformers runs it, or another machine sent it and compares results.
    """
    if not (export.folder / REFERENCE).exists():
        return export
    key = f"{processor()} {export.card.export_sha256}"
    if isinstance(precise := _found().get(key), bool):
        return replace(export, precise=precise)
    for tried in (export, replace(export, precise=True)):
        try:
            wanted = json.loads(read_small(export.folder / REFERENCE, max_bytes=_MAX_BYTES))
            if measure(tried, np.array(wanted, np.float32)) <= largest[export.card.precision]:
                _keep(key, precise=tried.precise)
                return tried
        except Exception:  # Whatever onnxruntime stumbles over, sentence-transformers can run the model.
            continue
    return None


def _found() -> dict[str, object]:
    """Return which exports need wider sums, by processor and export; nothing where the cache cannot be used."""
    path = export_folder(FOUND)
    try:
        said = json.loads(read_small(path, max_bytes=_MAX_BYTES)) if is_private(path.parent) else None
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _keep(key: str, *, precise: bool) -> None:
    """Note what was found; in a cache that cannot be written it is found again the next time."""
    path = export_folder(FOUND)
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_private(path.parent):
            partial = path.with_name(f"{FOUND}.{os.getpid()}")
            partial.write_text(json.dumps({**_found(), key: precise}), "utf-8")
            partial.replace(path)
