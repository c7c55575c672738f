"""Child processes on this machine, which end with their parent, and workers that embed in them."""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

from articles_qa.index.articles.article import Article
from articles_qa.index.errors import InputError, QaError
from articles_qa.index.models.model_files import Export
from articles_qa.index.models.onnx_session import cores
from articles_qa.index.workers.worker import BatchDone, Worker


@dataclass(frozen=True, slots=True)
class WorkerFailure:
    """An error of another process, in one line; `fault` tells that it is a fault of the program."""

    text: str
    fault: bool = False

    @classmethod
    def of(cls, error: Exception) -> "WorkerFailure":
        """Describe an exception, which need not cross between processes itself."""
        if isinstance(error, QaError):
            return cls(str(error))
        return cls(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}", fault=True)

    def to_exception(self) -> Exception:
        """Return the exception to raise in this process."""
        return RuntimeError(self.text) if self.fault else InputError(self.text)


class ChildProcess:
    """A new process that runs `act(connection, *arguments)`; spawned, since a forked process may inherit held locks.

    The child ignores Ctrl-C. When this process ends, however it ends, the
    child ends by itself within `patience_s`, or at once.
    """

    def __init__(self, act: Callable[..., None], *arguments: Any, patience_s: float = 0.0) -> None:
        self._patience_s = patience_s
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(patience_s, act, theirs, *arguments), daemon=True)
        with _interrupts_blocked():
            self._process.start()
        theirs.close()  # Only the child keeps this end open, so the connection ends with the child.

    def end(self) -> None:
        """End the child, as when this process ends."""
        self.connection.close()
        if self._patience_s:
            self._process.join(self._patience_s)
        self._process.kill()
        self._process.join()
        self._process.close()


class Processes:
    """Several processes that embed, each with its own session and its share of the cores."""

    def __init__(self, export: Export, *, speakers: bool, count: int) -> None:
        self._job = (export, speakers, max(1, cores() // count))
        self._idle = [ChildProcess(_embed, *self._job) for _ in range(count)]
        self._busy: dict[Connection, tuple[ChildProcess, int]] = {}
        self.room = count

    def give(self, number: int, articles: tuple[Article, ...]) -> None:
        """Hand over a batch, as `Workers.give`."""
        child = self._idle.pop()
        self._busy[child.connection] = child, number
        with contextlib.suppress(OSError):  # The child died; `take` sees the end of its connection.
            child.connection.send(articles)

    def take(self) -> BatchDone:
        """Return the next batch, as `Workers.take`; a dead child is replaced."""
        ready = wait(list(self._busy))
        connection = next(each for each in self._busy if each in ready)
        child, number = self._busy.pop(connection)
        try:
            message = connection.recv()
        except (EOFError, OSError):
            child.end()
            self._idle.append(ChildProcess(_embed, *self._job))
            return BatchDone(number, None)
        self._idle.append(child)
        if isinstance(message, WorkerFailure):
            raise message.to_exception()
        return BatchDone(number, message)

    def end(self) -> None:
        """End all children at once."""
        for child in [*self._idle, *(child for child, _ in self._busy.values())]:
            child.end()


def _run(patience_s: float, act: Callable[..., None], connection: Connection, *arguments: Any) -> None:
    """Run `act` in the new process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if (parent := multiprocessing.parent_process()) is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel, patience_s), daemon=True).start()
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # The parent needs no result any more.
        act(connection, *arguments)


def _end_with(sentinel: int, patience_s: float) -> None:
    wait([sentinel])
    time.sleep(patience_s)
    os._exit(1)


def _embed(connection: Connection, export: Export, speakers: bool, threads: int) -> None:
    """Embed each batch that comes, until the connection ends."""
    worker: Worker | None = None
    while True:
        articles = connection.recv()
        try:
            worker = worker or Worker(export, speakers=speakers, threads=threads)
            message: Any = worker.entries(articles)
        except Exception as error:
            message = WorkerFailure.of(error)
        connection.send(message)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block Ctrl-C while a child starts, since a terminal interrupts the child, too; this process gets it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # Python's own helper; its start would unblock interrupts.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
