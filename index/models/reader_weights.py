"""The reader's trained weights, as one safetensors file.

Matrices are kept in 8 bits with one scale for each output, which is how the
export calculates with them. Word embeddings are those of the default model and
are not in the file.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from articles_qa.index.models.reader import ReaderHead

READER_WEIGHTS = Path(__file__).with_name("reader.safetensors")
HEAD, SCALE = "head.", ".scale"
_LEVELS = 127
_RECORD = "made_by"

Layer: TypeAlias = npt.NDArray[np.float32]
Layers: TypeAlias = Mapping[str, Layer]
"""Layers of the transformer by transformers' names."""


def write_reader_weights(path: Path, layers: Layers, head: ReaderHead, record: Mapping[str, Any]) -> None:
    """Write the weights; matrices lose what 8 bits do not hold."""
    from safetensors.numpy import save_file

    tensors: dict[str, npt.NDArray[Any]] = {}
    for name, values in layers.items():
        if values.ndim == 2:
            scale = np.maximum(np.abs(values).max(axis=1), 1e-12).astype(np.float32) / _LEVELS
            tensors[name] = np.rint(values / scale[:, None]).astype(np.int8)
            tensors[name + SCALE] = scale
        else:
            tensors[name] = values.astype(np.float32)
    for name in ReaderHead.__slots__:
        value = getattr(head, name)
        tensors[HEAD + name] = np.array(value, np.float32 if np.ndim(value) < 2 else np.float16)
    save_file(tensors, str(path), {_RECORD: json.dumps(record, sort_keys=True)})


def read_reader_head(path: Path = READER_WEIGHTS) -> ReaderHead:
    """Read the head that `write_reader_weights` wrote."""
    from safetensors import safe_open

    with safe_open(str(path), "np") as file:
        parts = {name: file.get_tensor(HEAD + name).astype(np.float32) for name in ReaderHead.__slots__}
    scale, shift = float(parts.pop("scale")), float(parts.pop("shift"))
    return ReaderHead(**parts, scale=scale, shift=shift)


def read_reader_layers(path: Path = READER_WEIGHTS) -> Layers:
    """Read the weights of the transformer's layers that `write_reader_weights` wrote, float32, by transformers' names."""
    from safetensors import safe_open

    with safe_open(str(path), "np") as file:
        names = {*file.keys()}
        kept = sorted(name for name in names if not name.startswith(HEAD) and not name.endswith(SCALE))
        return {
            name: file.get_tensor(name) * (file.get_tensor(name + SCALE)[:, None] if name + SCALE in names else 1)
            for name in kept
        }
