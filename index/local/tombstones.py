"""Tombstones: term counts of deleted passages. BM25 subtracts them, so that scores equal those of a fresh index."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from articles_qa.index.errors import IndexDamagedError
from articles_qa.index.local.global_ids import GlobalIds
from articles_qa.index.local.segment import Segment
from articles_qa.index.search.bm25_index import DeletedTerms, key_ranges

TOMBSTONES = "gone.json"


def count_deleted_words(segments: Sequence[Segment], ids: GlobalIds) -> Counter[str]:
    """Return, for each term, the number of deleted passages that contain the term."""
    counts: Counter[str] = Counter()
    for position, segment in enumerate(segments):
        flags = ids.deleted(position)
        for article in () if flags is None else np.flatnonzero(flags).tolist():
            for terms in segment.store.terms_of(article):
                counts.update({*terms})
    return counts


def read_tombstones(path: Path, segments: Sequence[Segment], ids: GlobalIds) -> DeletedTerms | None:
    """Return the deleted passages of these segments and their term counts; None if nothing is deleted.

    Raises:
        IndexDamagedError: the file of counts cannot be read.
    """
    runs = []
    for position, segment in enumerate(segments):
        flags = ids.deleted(position)
        if flags is not None:
            runs.append(key_ranges(np.repeat(flags, np.diff(segment.first_passages)), segment.record.serial))
    if not runs:
        return None
    try:
        counted = {str(term): int(count) for term, count in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, AttributeError, TypeError, OverflowError, RecursionError) as error:
        raise IndexDamagedError(f"{path}: cannot be read; run qa index --rebuild") from error
    together = np.concatenate(runs)
    together = together[np.argsort(together[:, 0])]
    return DeletedTerms(int(np.diff(together).sum()), together, counted)
