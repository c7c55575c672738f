"""The merge policy: which segments stay unchanged when articles change, and which are merged into one."""

from collections.abc import Sequence
from math import log

# A smaller segment is rewritten with every change, so a small index is always one segment.
MIN_PASSAGES = 2000
DELETED_SHARE = 20  # A segment is rewritten when more than one in this many of its passages is deleted.
MERGED_AT, TIER = 8, 8  # This many segments of a tier are merged; the next tier is TIER times as large.


def is_kept(passages: int, staying: int, *, min_passages: int) -> bool:
    """Return whether a segment stays unchanged, given its passages and how many of them stay in the index."""
    return staying >= min_passages and (passages - staying) * DELETED_SHARE <= passages


def merged(staying: Sequence[int], *, min_passages: int, at: int = MERGED_AT) -> list[int]:
    """Return the positions of the segments to merge, given their passages: `at` or more segments of one tier.

    Source: the log-structured merge tree, O'Neil et al. 1996, section 3; by sizes as Lucene does.
    """
    tiers: dict[int, list[int]] = {}
    for place, passages in enumerate(staying):
        tiers.setdefault(int(log(max(1.0, passages / max(1, min_passages)), TIER)), []).append(place)
    return next((places for _, places in sorted(tiers.items()) if len(places) >= at), [])
