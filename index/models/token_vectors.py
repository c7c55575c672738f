"""Token vectors for late interaction: the state of each token of a sentence, in 34 bytes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

TokenRows: TypeAlias = npt.NDArray[np.float32]
"""(n, TOKEN_DIM) float32, rows of length 1."""

_Real = TypeVar("_Real", np.float32, np.float64)

TOKEN_DIM = 64  # First quotes of squad2-dev that are right: .824 with 64 of 384 dimensions, .826 with all, .809 with 32.
PROJECTION = Path(__file__).with_name("projection.json")
_LEVELS = 7  # On either side of 0, up to a row's largest number: four bits a number; the mean error of a cosine is .016.
_ONE_THREAD = 1 << 17  # Multiplications; OpenBLAS starts threads for twice as many.
TOKEN_BYTES = 2 + TOKEN_DIM // 2
MAX_TOKENS_PER_CHAR = 4  # The most letters of one decomposed character (NFD), each of them a token.
_PACKED = np.dtype([("id", "<u2"), ("numbers", "u1", (TOKEN_DIM // 2,))])


@dataclass(frozen=True, slots=True)
class Projection:
    """The directions in which a model's token states differ most. `matrix` is (dim, TOKEN_DIM)."""

    matrix: npt.NDArray[np.float32]

    def rows(self, states: npt.NDArray[np.float32]) -> TokenRows:
        """Project token states, (n, dim), to rows of length 1."""
        return _unit(product(states, self.matrix))

    def packed(self, ids: npt.NDArray[np.int64], states: npt.NDArray[np.float32]) -> bytes:
        """Pack tokens as an index keeps them, 34 bytes each."""
        found = np.empty(len(ids), _PACKED)
        found["id"] = ids & 0xFFFF  # Ids are only compared; ids that agree in 16 bits count as equal.
        rows = product(states, self.matrix)  # Of any length; reading brings them to length 1.
        largest = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-12)
        levels = np.rint(rows / largest * _LEVELS).astype(np.int8) + (_LEVELS + 1)
        found["numbers"] = levels[:, ::2].astype(np.uint8) << 4 | levels[:, 1::2].astype(np.uint8)
        return found.tobytes()


@dataclass(frozen=True, slots=True)
class SentenceTokens:
    """The tokens of several sentences in a row: ids (n,), rows (n, TOKEN_DIM), and each sentence's start (sentences,)."""

    ids: npt.NDArray[np.uint16]
    rows: TokenRows
    starts: npt.NDArray[np.int64]


@cache
def projection_of(model_sha256: str) -> Projection | None:
    """Return the projection of a model; None where the program has none, and an index keeps no tokens."""
    record = json.loads(PROJECTION.read_text("utf-8"))
    return Projection(np.array(record["matrix"], np.float32)) if record["model_sha256"] == model_sha256 else None


def unpack_tokens(sentences: Sequence[bytes]) -> SentenceTokens:
    """Unpack the tokens of sentences; each sentence must have tokens."""
    packed = np.frombuffer(b"".join(sentences), _PACKED)
    sizes = np.array([len(sentence) // _PACKED.itemsize for sentence in sentences], np.int64)
    levels = np.empty((len(packed), TOKEN_DIM), np.float32)  # Two in each byte.
    levels[:, ::2], levels[:, 1::2] = packed["numbers"] >> 4, packed["numbers"] & 15
    return SentenceTokens(packed["id"], _unit(levels - np.float32(_LEVELS + 1)), np.cumsum(sizes) - sizes)


def product(a: npt.NDArray[_Real], b: npt.NDArray[_Real]) -> npt.NDArray[_Real]:
    """Return the matrix product, in parts so small that BLAS wakes no other thread.

    BLAS' waiting threads take cores from the model: a build took half as long
    again.
    """
    size = max(1, _ONE_THREAD // b.size)
    found = np.empty((len(a), b.shape[1]), a.dtype)
    for at in range(0, len(a), size):
        np.dot(a[at : at + size], b, out=found[at : at + size])
    return found


def _unit(rows: npt.NDArray[np.float32]) -> TokenRows:
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    return np.asarray(rows / np.maximum(lengths, 1e-12), np.float32)
