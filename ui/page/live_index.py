"""The index that is served: the generation in force, opened again when another one is published."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from index import Index, IndexUnusableError, QaError
from index.backends import backend_at, open_index
from index.models.reranker import Reranker
from qa import Retriever, Scope

SLOWER_AFTER_A_PROBLEM = 30
# Of any words: it goes through all that a question goes through.
FIRST_QUESTION = "Who said when and where how many people were hurt?"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Opened:
    """One generation, opened, and the retriever that asks it."""

    index: Index
    retriever: Retriever
    current: bytes


class Live:
    """Holds one opened generation; whoever works with it sees that one to the end. For several threads."""

    def __init__(self, directory: Path | str, *, reranker: Reranker | None = None, generation: int | None = None) -> None:
        """Of an index folder; `generation` None follows the one in force, a number stays with that one."""
        self.directory = directory
        self._generation = generation
        self._reranker = reranker
        self._opening = threading.Lock()
        self._opened = self._open()
        self.problem: str | None = None  # Why a newer generation could not be opened.

    def now(self) -> Opened:
        """The generation that is served now."""
        return self._opened

    def call(self, act: Callable[[Opened], _T]) -> _T:
        """Let `act` work with the generation in force; again with a newer one where its own was removed under it.

        Raises:
            IndexUnusableError: the generation in force cannot be read.
        """
        opened = self._opened
        while True:
            try:
                return act(opened)
            except IndexUnusableError:
                self.refresh()
                if self._opened is opened:  # Another thread may have opened the newer one before we could.
                    raise
                opened = self._opened

    def refresh(self) -> bool:
        """Open the generation in force if it is another one; whether it is. One that cannot be opened changes nothing."""
        with self._opening:
            try:
                is_other = self._current() != self._opened.current
                if is_other:
                    self._opened = self._open(self._opened.index)
                self.problem = None
            except QaError as error:
                self.problem = str(error)
                return False
            return is_other

    def watch(self, stopped: threading.Event, *, every_s: float) -> None:
        """Look for a newer generation from time to time, in a thread of its own, until stopped.

        One that cannot be opened is tried again more seldom: to find damage, all of its files are read.
        """

        def look() -> None:
            while not stopped.wait(every_s if self.problem is None else every_s * SLOWER_AFTER_A_PROBLEM):
                self.refresh()

        threading.Thread(target=look, name="generations", daemon=True).start()

    def _open(self, before: Index | None = None) -> Opened:
        """The generation in force, and all that a question needs loaded; `before` lends its model."""
        while True:
            current = self._current()
            try:
                index = open_index(self.directory, generation=self._generation, like=before)
                retriever = Retriever(index, reranker=self._reranker)
                _warm(index, retriever)
            except IndexUnusableError:
                if current == self._current():
                    raise
            else:  # Else it was removed while it was opened, and another one is in force.
                return Opened(index, retriever, current)

    def _current(self) -> bytes:
        if self._generation is not None:
            return b""
        return backend_at(self.directory).mark()


def _warm(index: Index, retriever: Retriever) -> None:
    """Load what is loaded when it is first needed: the first question costs 20 times as much as the next."""
    retriever.ask(FIRST_QUESTION, within=Scope(until=date.max))
    retriever.ask(FIRST_QUESTION)
    index.outlets()
