"""The served index: the generation in force is opened, and opened again when a newer one is published."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from articles_qa.index import Index, IndexUnusableError, QaError
from articles_qa.index.backends import backend_at
from articles_qa.qa import AskSettings, Retriever, Scope

SLOWER_AFTER_A_PROBLEM = 30
# Any words would do: the question takes the way of every question.
FIRST_QUESTION = "Who said when and where how many people were hurt?"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class OpenGeneration:
    """An open generation, its retriever, and the mark by which a newer generation is noticed."""

    index: Index
    retriever: Retriever
    current: bytes


class LiveIndex:
    """One open generation of an index, used by several threads; each caller works with one generation to the end."""

    def __init__(self, directory: Path | str, settings: AskSettings | None = None, *, generation: int | None = None) -> None:
        """Open an index. `generation` None follows the generation in force; a number stays with that generation."""
        self.directory = directory
        self._settings = settings
        self._generation = generation
        self._opening = threading.Lock()
        self._opened = self._open()
        self.problem: str | None = None  # The reason why a newer generation could not be opened.

    def now(self) -> OpenGeneration:
        """Return the generation that is served now."""
        return self._opened

    def call(self, act: Callable[[OpenGeneration], _T]) -> _T:
        """Call `act` with the served generation; call it again with a newer one where the files of the first were removed.

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
        """Open the generation in force if it is a newer one; return whether it is. Where that fails, nothing changes."""
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
        """Look for a newer generation every `every_s` seconds, in a thread of its own, until stopped.

        A generation that cannot be opened is tried again more seldom, since all of its files are read to find damage.
        """

        def look() -> None:
            while not stopped.wait(every_s if self.problem is None else every_s * SLOWER_AFTER_A_PROBLEM):
                self.refresh()

        threading.Thread(target=look, name="generations", daemon=True).start()

    def _open(self, before: Index | None = None) -> OpenGeneration:
        """Open the generation in force and load all that a question needs; `before` lends its model."""
        while True:
            current = self._current()
            try:
                index = Index.open(self.directory, generation=self._generation, like=before)
                retriever = Retriever(index, self._settings)
                # All that is loaded on first use: the first question costs 20 times as much as the next.
                retriever.ask(FIRST_QUESTION, within=Scope(until=date.max))
                retriever.ask(FIRST_QUESTION)
                index.outlets()
            except IndexUnusableError:
                if current == self._current():
                    raise
            else:  # Else it was removed meanwhile, and a newer one is in force.
                return OpenGeneration(index, retriever, current)

    def _current(self) -> bytes:
        if self._generation is not None:
            return b""
        return backend_at(self.directory).mark()
