"""Workers: several that embed at once, each batches of its own; what is lost with one is done again by another."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from index.articles.article import Article
from index.entries.entry import Entry
from index.entries.make_entry import draft, make_entries
from index.errors import InputError
from index.grammar.parser import Parser, loaded_parser
from index.models.embedder import Embedder
from index.models.model_files import Export

# Some 80 passages: a second or two of one core, which is what the death of a worker costs.
BATCH_BYTES = 48_000
MAX_TRIES = 3  # Of a batch whose worker died: articles that kill every worker would go round for ever.


@dataclass(frozen=True, slots=True)
class Batch:
    """Articles that one worker embeds together; `size_bytes` counts those of its files that could not be read, too."""

    articles: tuple[Article, ...]
    size_bytes: int


@dataclass(frozen=True, slots=True)
class BatchDone:
    """What came of the batch of this number: the entries of its articles, in order, or None where its worker died."""

    number: int
    entries: tuple[Entry, ...] | None


class Workers(Protocol):
    """Those who embed. `room` is how many batches may be with them at once."""

    @property
    def room(self) -> int:
        """At least 1."""
        ...

    def give(self, number: int, articles: tuple[Article, ...]) -> None:
        """Hand over a batch; no more than `room` before `take`."""
        ...

    def take(self) -> BatchDone:
        """Wait for the next batch that is done or lost, whichever it is.

        Raises:
            InputError: no worker is left that could do any.
        """
        ...


StartWorkers: TypeAlias = Callable[[int], AbstractContextManager[Workers | None]]
"""Starts workers for so many bytes of articles, and ends them; None where one process does as well."""


class Worker:
    """One that embeds, in whichever process: splits articles up, embeds their passages, reads who speaks."""

    def __init__(self, export: Export, *, speakers: bool, threads: int) -> None:
        self.embedder = Embedder(export, threads=threads)
        self.parser: Parser | None = loaded_parser() if speakers else None

    def entries(self, articles: Sequence[Article]) -> tuple[Entry, ...]:
        """The entries of these articles, in order."""
        return tuple(make_entries([draft(article) for article in articles], self.embedder, self.parser))


def work_through(workers: Workers, batches: Iterator[Batch]) -> Iterator[tuple[Batch, tuple[Entry, ...]]]:
    """Have the batches done, in any order; no more of them are in memory than there is room for, and one.

    Raises:
        InputError: no worker is left, or a batch was lost MAX_TRIES times.
    """
    given: dict[int, Batch] = {}
    again: deque[int] = deque()
    tries: dict[int, int] = {}
    last = -1

    def give(number: int) -> None:
        tries[number] = tries.get(number, 0) + 1
        if tries[number] > MAX_TRIES:
            first = given[number].articles[0].source
            raise InputError(f"{first} and what is embedded with it: {MAX_TRIES} workers died of it; check their memory")
        workers.give(number, given[number].articles)

    while True:
        while len(given) - len(again) < workers.room:
            if again:
                give(again.popleft())
            elif (batch := next(batches, None)) is not None:
                last += 1
                given[last] = batch
                give(last)
            else:
                break
        if not given:
            return
        done = workers.take()
        if done.entries is None:
            again.append(done.number)
            continue
        del tries[done.number]
        finished = given.pop(done.number)
        yield finished, done.entries
