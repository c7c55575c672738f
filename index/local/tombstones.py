"""Gone: the words of passages that lie in a segment but do not count, so that others weigh what they do without them."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.errors import IndexDamagedError
from index.local.numbering import Numbering
from index.local.segment import Segment
from index.search.bm25_index import GoneWords, runs_of

GONE = "gone.json"


def count_gone(segments: Sequence[Segment], numbering: Numbering) -> Counter[str]:
    """In how many of the passages that are gone each word stands."""
    counts: Counter[str] = Counter()
    for place, segment in enumerate(segments):
        flags = numbering.gone(place)
        for article in () if flags is None else np.flatnonzero(flags).tolist():
            for terms in segment.store.terms_of(article):
                counts.update({*terms})
    return counts


def read_gone(path: Path, segments: Sequence[Segment], numbering: Numbering) -> GoneWords | None:
    """What is gone of these segments; None where nothing is.

    Raises:
        IndexDamagedError: the file of counts cannot be read.
    """
    runs = []
    for place, segment in enumerate(segments):
        flags = numbering.gone(place)
        if flags is not None:
            runs.append(runs_of(np.repeat(flags, np.diff(segment.first_passages)), segment.record.serial))
    if not runs:
        return None
    try:
        counts = json.loads(path.read_bytes())
        counted = {str(term): int(count) for term, count in counts.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise IndexDamagedError(f"{path}: cannot be read; run qa index --rebuild") from error
    together = np.concatenate(runs)
    together = together[np.argsort(together[:, 0])]
    return GoneWords(int(np.diff(together).sum()), together, counted)
