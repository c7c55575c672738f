"""Numbering: an index's articles, passages and sentences numbered from 0 in order of their sources, wherever they lie.

Segments number what they hold in their own way, and some of it is gone. Seen
from outside an index is numbered as if all of it had been written today.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from index.arrays import Flags, Numbers, read_array
from index.errors import IndexDamagedError
from index.local.segment import Segment

Order: TypeAlias = npt.NDArray[np.int32]
"""(articles, 2) int32: of each article that counts, in order of source, the place of its segment and its number there."""


def read_order(path: Path) -> Order:
    """The order that a generation says.

    Raises:
        IndexDamagedError: it cannot be read, or is none.
    """
    order = read_array(path)
    if order.ndim != 2 or order.shape[1] != 2 or order.dtype != np.int32:
        raise IndexDamagedError(f"{path}: not as this program writes it; run qa index --rebuild")
    return np.asarray(order, np.int32)


@dataclass(frozen=True, slots=True)
class Part:
    """Those of some numbers that lie in one segment: where they stand among them, and their numbers there."""

    segment: int
    at: Numbers
    numbers: Numbers


class Numbering:
    """From an index's numbers to those of its segments, and back."""

    def __init__(self, segments: Sequence[Segment], order: Order, where: str) -> None:
        self._segments = segments
        self._segment, self._local = order[:, 0].astype(np.int64), order[:, 1].astype(np.int64)
        # Of each segment's articles the number here; -1: it is gone.
        self._articles = [np.full(segment.record.articles, -1, np.int64) for segment in segments]
        self.passages_of = np.zeros(len(order), np.int64)
        sentences = np.zeros(len(order), np.int64)
        for place, segment in enumerate(segments):
            here = np.flatnonzero(self._segment == place)
            local = self._local[here]
            if len(local) and not 0 <= local.min() <= local.max() < segment.record.articles:
                raise IndexDamagedError(f"{where}: its order names articles that are not there; run qa index --rebuild")
            self._articles[place][local] = here
            first = segment.first_passages
            self.passages_of[here] = first[local + 1] - first[local]
            sentences[here] = segment.first_sentences[first[local + 1]] - segment.first_sentences[first[local]]
        if sum(int((numbers >= 0).sum()) for numbers in self._articles) != len(order):
            raise IndexDamagedError(f"{where}: its order names an article twice, or none; run qa index --rebuild")
        self._first_passages = np.concatenate([[0], np.cumsum(self.passages_of)])
        self._first_sentences = np.concatenate([[0], np.cumsum(sentences)])

    @cached_property
    def is_plain(self) -> bool:
        """Whether one segment numbers all as it is numbered here, so that nothing need be counted anew."""
        own = np.arange(len(self._local))
        return len(self._segments) == 1 and len(self._articles[0]) == len(own) and bool((self._local == own).all())

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many articles, passages and sentences count. (3,)"""
        return len(self._local), int(self._first_passages[-1]), int(self._first_sentences[-1])

    def gone(self, segment: int) -> Flags | None:
        """Which of a segment's articles are gone; None: none is."""
        flags: Flags = self._articles[segment] < 0
        return flags if flags.any() else None

    def article(self, segment: int, number: int) -> int:
        """The number of an article of a segment; -1: it is gone, or was never there."""
        known = self._articles[segment]
        return int(known[number]) if 0 <= number < len(known) else -1

    def articles(self, segment: int) -> list[int]:
        """The numbers of all articles of a segment; -1: it is gone."""
        numbers: list[int] = self._articles[segment].tolist()
        return numbers

    def place(self, article: int) -> tuple[int, int]:
        """Where an article lies: its segment's place and its number there."""
        return int(self._segment[article]), int(self._local[article])

    def passages(self, numbers: Sequence[int] | Numbers) -> list[Part]:
        """Where these passages lie."""
        wanted = np.asarray(numbers, np.int64)
        articles = np.searchsorted(self._first_passages, wanted, side="right") - 1
        parts: list[Part] = []
        for place, segment in enumerate(self._segments):
            at = np.flatnonzero(self._segment[articles] == place)
            if len(at):
                own = articles[at]
                first = segment.first_passages[self._local[own]]
                parts.append(Part(place, at, first + wanted[at] - self._first_passages[own]))
        return parts

    def passages_here(self, segment: int, numbers: Numbers) -> Numbers:
        """The numbers of a segment's passages; -1 where they are gone."""
        first = self._segments[segment].first_passages
        locals_ = np.searchsorted(first, numbers, side="right") - 1
        articles = self._articles[segment][locals_]
        here = self._first_passages[articles] + numbers - first[locals_]
        return np.where(articles < 0, -1, here)

    def sentences_here(self, segment: int, numbers: Numbers) -> Numbers:
        """The numbers of a segment's sentences, none of which is gone."""
        own = self._segments[segment]
        locals_ = own.articles_of(numbers)
        articles = self._articles[segment][locals_]
        first: Numbers = own.first_sentences[own.first_passages[locals_]]
        return self._first_sentences[articles] + numbers - first

    def chosen(self, segment: int, articles: Flags) -> Flags:
        """Which of a segment's articles have a flag."""
        here = self._articles[segment]
        return (here >= 0) & articles[here]
