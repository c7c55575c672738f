"""Workers: processes that embed batches of articles; a batch that is lost with its worker is embedded again."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from articles_qa.index.articles.article import Article
from articles_qa.index.entries.entry import Entry
from articles_qa.index.entries.make_entry import draft, make_entries
from articles_qa.index.errors import InputError
from articles_qa.index.grammar.parser import Parser, loaded_parser
from articles_qa.index.models.embedder import Embedder
from articles_qa.index.models.model_files import Export

# Some 80 passages: a second or two of one core, which the death of a worker costs.
BATCH_BYTES = 48_000
MAX_TRIES = 3  # Of a batch whose workers died: an article may be the cause, and would kill all.


@dataclass(frozen=True, slots=True)
class Batch:
    """Articles that one worker embeds together; `size_bytes` includes the files that could not be read."""

    articles: tuple[Article, ...]
    size_bytes: int


@dataclass(frozen=True, slots=True)
class BatchDone:
    """The entries of a batch's articles, in order; None where its worker died."""

    number: int
    entries: tuple[Entry, ...] | None


class Workers(Protocol):
    """Several workers; `room` is the number of batches that they take at once."""

    @property
    def room(self) -> int:
        """At least 1."""
        ...

    def give(self, number: int, articles: tuple[Article, ...]) -> None:
        """Hand over a batch; at most `room` batches before `take`."""
        ...

    def take(self) -> BatchDone:
        """Wait for the next batch that is done or lost.

        Raises:
            InputError: no worker is left.
        """
        ...


StartWorkers: TypeAlias = Callable[[int], AbstractContextManager[Workers | None]]
"""Starts workers for so many bytes of articles, and ends them; None where one process is as fast."""


class Worker:
    """One worker: splits articles, embeds their passages, reads who speaks."""

    def __init__(self, export: Export, *, speakers: bool, threads: int) -> None:
        self.embedder = Embedder(export, threads=threads)
        self.parser: Parser | None = loaded_parser() if speakers else None

    def entries(self, articles: Sequence[Article]) -> tuple[Entry, ...]:
        """Return the entries of these articles, in order."""
        return tuple(make_entries([draft(article) for article in articles], self.embedder, self.parser))


def work_through(workers: Workers, batches: Iterator[Batch]) -> Iterator[tuple[Batch, tuple[Entry, ...]]]:
    """Have the workers embed all batches, in any order; at most `room` batches and one more are in memory.

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
            raise InputError(f"{first} and the articles of its batch: {MAX_TRIES} workers died on them; check their memory")
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
