"""Merging: which segments stay as they are when articles change, and which become one."""

from collections.abc import Sequence
from math import log

# Below so many passages a segment is written anew with whatever changes; so a small index is always one.
MIN_PASSAGES = 2000
DELETED_SHARE = 20  # A segment is written anew when more than one in so many of its passages are gone.
MERGED_AT, TIER = 8, 8  # So many segments of one size become one; the next size is so many times as large.


def is_kept(passages: int, staying: int, *, min_passages: int) -> bool:
    """Whether a segment of so many passages, of which so many still count, stays as it is when articles change."""
    return staying >= min_passages and (passages - staying) * DELETED_SHARE <= passages


def merged(staying: Sequence[int], *, min_passages: int, at: int = MERGED_AT) -> list[int]:
    """The places of the segments to be made one, of those with so many passages that count: `at` or more of one size.

    Source: the log-structured merge tree, O'Neil et al. 1996, section 3; by sizes as Lucene does.
    """
    tiers: dict[int, list[int]] = {}
    for place, passages in enumerate(staying):
        tiers.setdefault(int(log(max(1.0, passages / max(1, min_passages)), TIER)), []).append(place)
    return next((places for _, places in sorted(tiers.items()) if len(places) >= at), [])
