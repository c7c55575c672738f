"""Sketches: a few bytes of each article by which near copies of one report are recognised, as papers print wire copy.

Two articles are as alike as the share of three-word runs that they have in common. A sketch keeps the least of 64 hashes of
the runs; the share of equal hashes in two sketches estimates that likeness.

Source: MinHash, Broder 1997, as datasketch has it.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import xxhash

HASHES, RUN_WORDS = 64, 3  # A sketch has 256 bytes.
MIN_RUNS = 40  # A shorter text, such as a caption, is no report.
MAX_CHARS, RUNS_AT_ONCE = 100_000, 5_000  # A book is none either; its beginning is enough. 5,000 runs take 1.3 MB.
# Of 70,500 pairs of different stories none is above .1; of copies cut to two thirds or with .08 of the words changed .98 are.
ALIKE = 0.3
_WORD = re.compile(r"\w+")


def sketch(words: str) -> bytes:
    """Return the sketch of an article's words; b"" for too few."""
    found = _WORD.findall(words[:MAX_CHARS].casefold())
    runs = list({" ".join(found[at : at + RUN_WORDS]).encode() for at in range(len(found) - RUN_WORDS + 1)})
    if len(runs) < MIN_RUNS:
        return b""
    made = _empty().copy()
    for at in range(0, len(runs), RUNS_AT_ONCE):
        made.update_batch(runs[at : at + RUNS_AT_ONCE])
    return np.asarray(made.hashvalues).astype("<u4").tobytes()


def likeness(one: bytes, other: bytes) -> float:
    """Return how alike two articles are by their sketches, 0..1; 0 where one has none."""
    if not one or len(one) != len(other):
        return 0.0
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))


@cache
def _empty() -> Any:
    """Return a sketch of nothing, whose hash functions all others share."""
    with _scipy_later():
        from datasketch import MinHash
    return MinHash(num_perm=HASHES, seed=1, scheme="affine32", hashfunc=xxhash.xxh32_intdigest)


@contextmanager
def _scipy_later() -> Iterator[None]:
    """Let datasketch import scipy when its other parts need it: they would take 1.1 s here, for nothing."""
    if "scipy" in sys.modules:
        yield
        return
    later, integrate = ModuleType("scipy"), ModuleType("scipy.integrate")

    def imported(name: str) -> Any:
        import scipy

        return getattr(scipy, name)

    def quad(*given: Any) -> Any:
        from scipy.integrate import quad as real

        return real(*given)

    later.__getattr__ = imported  # type: ignore[method-assign]
    integrate.quad = quad  # type: ignore[attr-defined]
    sys.modules |= {"scipy": later, "scipy.integrate": integrate}
    try:
        yield
    finally:
        for name in ("scipy", "scipy.integrate"):
            sys.modules.pop(name, None)
