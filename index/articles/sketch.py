"""Sketches: a few bytes of each article by which near copies of one report are recognised, as papers print wire copy.

Two articles are as alike as the share of three-word runs that they have in common. A sketch keeps the least of 64 hashes of
the runs; the share of equal hashes in two sketches estimates that likeness.

Source: MinHash, Broder 1997. The hashes are those of datasketch 2 (scheme affine32), which would bring scipy, 140 MB.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import xxhash

HASHES, RUN_WORDS = 64, 3  # A sketch has 256 bytes.
MIN_RUNS = 40  # A shorter text, such as a caption, is no report.
MAX_CHARS, RUNS_AT_ONCE = 100_000, 5_000  # A book is none either; its beginning is enough. 5,000 runs take 1.3 MB.
# Of 70,500 pairs of different stories none is above .1; of copies cut to two thirds or with .08 of the words changed .98 are.
ALIKE = 0.3
_Numbers = npt.NDArray[np.uint32]
_WORD = re.compile(r"\w+")

Rows: TypeAlias = npt.NDArray[np.uint32]
"""(sketches, HASHES) uint32."""


def sketch(words: str) -> bytes:
    """Return the sketch of an article's words; b"" for too few."""
    found = _WORD.findall(words[:MAX_CHARS].casefold())
    runs = list({" ".join(found[at : at + RUN_WORDS]).encode() for at in range(len(found) - RUN_WORDS + 1)})
    if len(runs) < MIN_RUNS:
        return b""
    factors, summands = _functions()
    least = np.full(HASHES, np.iinfo(np.uint32).max, np.uint32)
    for at in range(0, len(runs), RUNS_AT_ONCE):
        hashes = _mixed(np.array([xxhash.xxh32_intdigest(run) for run in runs[at : at + RUNS_AT_ONCE]], np.uint32))
        least = np.minimum(least, (hashes[:, None] * factors + summands).min(axis=0))
    return least.astype("<u4").tobytes()


def rows_of(sketches: Sequence[bytes]) -> Rows:
    """Return sketches as rows to compare with; none of them is b""."""
    return np.frombuffer(b"".join(sketches), "<u4").reshape(-1, HASHES)


def likeness(one: bytes, others: Rows) -> npt.NDArray[np.float64]:
    """Return how alike an article is to others by their sketches, 0..1; 0 where it has none. (others,)"""
    if len(one) != 4 * HASHES:
        return np.zeros(len(others))
    return np.asarray((others == np.frombuffer(one, "<u4")).mean(axis=1), np.float64)


@cache
def _functions() -> tuple[_Numbers, _Numbers]:
    """Return the factors, all of them odd, and the summands of the hash functions, which are taken modulo 2**32."""
    draw = np.random.RandomState(1)
    factors = np.asarray(draw.randint(0, 1 << 31, HASHES, np.uint32), np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, np.asarray(draw.randint(0, 1 << 32, HASHES, np.uint32), np.uint32)


def _mixed(hashes: _Numbers) -> _Numbers:
    """Return hashes in which each bit depends on all bits.

    Source: the last steps of MurmurHash3, Appleby 2011.
    """
    mixed = (hashes ^ hashes >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    mixed = (mixed ^ mixed >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    return mixed ^ mixed >> np.uint32(16)
