"""The articles behind the page: added, taken out, brought back and read again, one change after the other."""

import queue
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from articles_qa.index import BuildReport, BuildSettings, InputError, Progress, QaError, add_file, build
from articles_qa.index.english import count
from articles_qa.index.files.printable import printable
from articles_qa.ui.page.live_index import LiveIndex
from articles_qa.ui.page.requests import ChangeRequest, read_request

MAX_WAITING = 20  # Further changes are refused until some are done.
REFUSED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the articles: what it does, its progress, and its outcome once it is finished.

    `done` of `total` passages are embedded; `total` is 0 until the number is known. `refused` says what was not read, and why.
    """

    number: int = 0
    doing: str = ""
    done: int = 0
    total: int = 0
    finished: bool = True
    outcome: str = ""
    refused: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the change as the page reads it."""
        return {**asdict(self), "refused": list(self.refused)}


class Corpus:
    """Changes the served index in a thread of its own; the page asks for the progress."""

    def __init__(self, directory: Path | str, live: LiveIndex) -> None:
        self._directory = directory
        self._live = live
        self._change = Change()
        self._waiting: queue.Queue[tuple[str, BuildSettings]] = queue.Queue(MAX_WAITING)
        self._starting = threading.Lock()
        self._worker: threading.Thread | None = None

    def add(self, name: str, data: bytes, *, more: bool = False) -> str:
        """Keep a file on disk and have it read, unless `more` files follow; return the article's source.

        Raises:
            InputError: the file is refused.
        """
        source = add_file(self._directory, name, data)
        if not more:
            self._read_added(1)
        return source

    def change(self, request: object) -> dict[str, Any]:
        """Take articles out, bring some back, read the files that were added, or read the folder again.

        Raises:
            InputError: too many changes wait already.
        """
        wanted = read_request(ChangeRequest, request)
        if wanted.added:
            self._read_added(wanted.added)
            return self.progress({})
        settings = BuildSettings(exclude=tuple(wanted.exclude), restore=tuple(wanted.restore), wait=True)
        doing = f"Taking out {count(len(wanted.exclude), 'article')}" if wanted.exclude else "Reading the articles again"
        self._start(f"Bringing back {count(len(wanted.restore), 'article')}" if wanted.restore else doing, settings)
        return self.progress({})

    def _read_added(self, files: int) -> None:
        with suppress(InputError):  # Where too many changes wait, each of them will read these files too.
            self._start(f"Adding {count(files, 'file')}", BuildSettings(wait=True))

    def progress(self, _: object) -> dict[str, Any]:
        """Return the progress of the change under way, or the outcome of the last one once no change waits."""
        with self._starting:
            return replace(self._change, finished=self._change.finished and self._waiting.empty()).to_dict()

    def _start(self, doing: str, settings: BuildSettings) -> None:
        try:
            self._waiting.put_nowait((doing, settings))
        except queue.Full:
            raise InputError(f"busy: {MAX_WAITING} changes wait already; try again when they are done") from None
        with self._starting:
            if self._worker is None or not self._worker.is_alive():
                self._worker = threading.Thread(target=self._work, name="corpus", daemon=True)
                self._worker.start()

    def _work(self) -> None:
        while True:
            with self._starting:  # So that a change queued now finds this thread at work, or starts another.
                if self._waiting.empty():
                    self._worker = None
                    return
                doing, settings = self._waiting.get_nowait()
                self._change = Change(self._change.number + 1, doing, finished=False)
            self._build(settings)

    def _build(self, settings: BuildSettings) -> None:
        def embedding(total: int) -> None:
            self._change = replace(self._change, total=total)

        def done(passages: int) -> None:
            self._change = replace(self._change, done=self._change.done + passages)

        try:
            report = build([], self._directory, settings, progress=Progress(embedding, done))
            self._live.refresh()
            outcome = _outcome(report)
            refused = (*(str(refusal) for refusal in report.refused[:REFUSED_SHOWN]), *report.notes[:REFUSED_SHOWN])
        except QaError as error:
            outcome, refused = f"Nothing was changed: {error}", ()
        except Exception as error:  # The page must hear of every end.
            fault = printable(f"{type(error).__name__}: {error}")
            outcome, refused = f"Nothing was changed: a fault of the program ({fault})", ()
        self._change = replace(self._change, finished=True, outcome=outcome, refused=refused)


def _outcome(report: BuildReport) -> str:
    """Return the counts of a build in a line, zeros left out."""
    counted = ((len(getattr(report, name)), name) for name in ("added", "changed", "renamed", "removed", "refused"))
    parts = [f"{number:,} {name}" for number, name in counted if number]
    return ", ".join(parts) if parts else "Nothing has changed."
