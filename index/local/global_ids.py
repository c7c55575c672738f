"""Global and local ids: an index numbers its articles, passages and sentences from 0, in the order of their sources.

Each segment has local ids of its own, and some of its articles may be deleted. The global ids are
those of an index that was written today as one segment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from articles_qa.index.arrays import Flags, Ids, read_array
from articles_qa.index.errors import IndexDamagedError
from articles_qa.index.local.segment import Segment

Order: TypeAlias = npt.NDArray[np.int32]
"""(articles, 2) int32: the segment and the local id of each article that is not deleted, in order of source."""


def read_order(path: Path) -> Order:
    """Read the order of a generation.

    Raises:
        IndexDamagedError: the file cannot be read, or contains no order.
    """
    order = read_array(path)
    if order.ndim != 2 or order.shape[1] != 2 or order.dtype != np.int32:
        raise IndexDamagedError(f"{path}: not as this program writes it; run qa index --rebuild")
    return np.asarray(order, np.int32)


@dataclass(frozen=True, slots=True)
class LocatedPassages:
    """The requested passages that are in one segment: their positions in the request, and their local ids."""

    segment: int
    at: Ids
    numbers: Ids


class GlobalIds:
    """Translates between global ids and the local ids of the segments."""

    def __init__(self, segments: Sequence[Segment], order: Order, where: str) -> None:
        self._segments = segments
        self._segment, self._local = order[:, 0].astype(np.int64), order[:, 1].astype(np.int64)
        # The global id of each segment's articles; -1: the article is deleted.
        self._articles = [np.full(segment.record.articles, -1, np.int64) for segment in segments]
        self.passages_of = np.zeros(len(order), np.int64)
        sentences = np.zeros(len(order), np.int64)
        for position, segment in enumerate(segments):
            ids = np.flatnonzero(self._segment == position)
            local = self._local[ids]
            if len(local) and not 0 <= local.min() <= local.max() < segment.record.articles:
                raise IndexDamagedError(f"{where}: its order names articles that are not there; run qa index --rebuild")
            self._articles[position][local] = ids
            first = segment.first_passages
            self.passages_of[ids] = first[local + 1] - first[local]
            sentences[ids] = segment.first_sentences[first[local + 1]] - segment.first_sentences[first[local]]
        if sum(int((ids >= 0).sum()) for ids in self._articles) != len(order):
            raise IndexDamagedError(f"{where}: its order names an article twice, or none; run qa index --rebuild")
        self._first_passages = np.concatenate([[0], np.cumsum(self.passages_of)])
        self._first_sentences = np.concatenate([[0], np.cumsum(sentences)])

    @cached_property
    def is_identity(self) -> bool:
        """True if there is one segment, and its local ids are the global ids."""
        own = np.arange(len(self._local))
        return len(self._segments) == 1 and len(self._articles[0]) == len(own) and bool((self._local == own).all())

    @property
    def counts(self) -> tuple[int, int, int]:
        """The number of articles, passages and sentences that are not deleted."""
        return len(self._local), int(self._first_passages[-1]), int(self._first_sentences[-1])

    def deleted(self, segment: int) -> Flags | None:
        """Return flags for the deleted articles of a segment; None if no article is deleted."""
        flags: Flags = self._articles[segment] < 0
        return flags if flags.any() else None

    def article(self, segment: int, local: int) -> int:
        """Return the global id of an article; -1 if the article is deleted or was never there."""
        known = self._articles[segment]
        return int(known[local]) if 0 <= local < len(known) else -1

    def articles(self, segment: int) -> list[int]:
        """Return the global ids of all articles of a segment; -1 for deleted articles."""
        ids: list[int] = self._articles[segment].tolist()
        return ids

    def locate(self, article: int) -> tuple[int, int]:
        """Return the segment and the local id of an article."""
        return int(self._segment[article]), int(self._local[article])

    def locate_passages(self, numbers: Sequence[int] | Ids) -> list[LocatedPassages]:
        """Return the segments and local ids of passages."""
        wanted = np.asarray(numbers, np.int64)
        articles = np.searchsorted(self._first_passages, wanted, side="right") - 1
        located: list[LocatedPassages] = []
        for position, segment in enumerate(self._segments):
            at = np.flatnonzero(self._segment[articles] == position)
            if len(at):
                own = articles[at]
                first = segment.first_passages[self._local[own]]
                located.append(LocatedPassages(position, at, first + wanted[at] - self._first_passages[own]))
        return located

    def global_passages(self, segment: int, local: Ids) -> Ids:
        """Return the global ids of a segment's passages; -1 for deleted passages."""
        first = self._segments[segment].first_passages
        owners = np.searchsorted(first, local, side="right") - 1
        articles = self._articles[segment][owners]
        return np.where(articles < 0, -1, self._first_passages[articles] + local - first[owners])

    def global_sentences(self, segment: int, local: Ids) -> Ids:
        """Return the global ids of a segment's sentences, none of which is deleted."""
        own = self._segments[segment]
        owners = own.articles_of(local)
        first: Ids = own.first_sentences[own.first_passages[owners]]
        return self._first_sentences[self._articles[segment][owners]] + local - first

    def local_flags(self, segment: int, articles: Flags) -> Flags:
        """Return flags for the articles of a segment from flags for all articles; deleted articles have no flag."""
        ids = self._articles[segment]
        return (ids >= 0) & articles[ids]
