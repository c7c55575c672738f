"""Processes on this machine: one that ends with its parent, and several that embed."""

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

from index.articles.article import Article
from index.errors import InputError, QaError
from index.models.model_files import Export
from index.models.onnx_session import cores
from index.workers.worker import BatchDone, Worker


@dataclass(frozen=True, slots=True)
class WorkerFailure:
    """What went wrong in another process, in one line; `fault` where it is the program's."""

    text: str
    fault: bool = False

    @classmethod
    def of(cls, error: Exception) -> "WorkerFailure":
        """An exception that need not cross between processes itself."""
        if isinstance(error, QaError):
            return cls(str(error))
        return cls(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}", fault=True)

    def again(self) -> Exception:
        """To raise on this side."""
        return RuntimeError(self.text) if self.fault else InputError(self.text)


class ChildProcess:
    """A new process that runs `act(connection, *arguments)`; spawned, since threads and their locks do not outlive a fork.

    It never sees Ctrl-C, and ends when this process does, however that ends:
    by itself within `patience_s`, or at once.
    """

    def __init__(self, act: Callable[..., None], *arguments: Any, patience_s: float = 0.0) -> None:
        self._patience_s = patience_s
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(patience_s, act, theirs, *arguments), daemon=True)
        with _interrupts_held():
            self._process.start()
        theirs.close()  # So that the connection ends with the child.

    def end(self) -> None:
        """End it, as when this process ends."""
        self.connection.close()
        if self._patience_s:
            self._process.join(self._patience_s)
        self._process.kill()
        self._process.join()
        self._process.close()


class Processes:
    """So many processes that embed, each with its own session and its share of the cores."""

    def __init__(self, export: Export, *, speakers: bool, count: int) -> None:
        self._job = (export, speakers, max(1, cores() // count))
        self._idle = [ChildProcess(_embed, *self._job) for _ in range(count)]
        self._busy: dict[Connection, tuple[ChildProcess, int]] = {}
        self.room = count

    def give(self, number: int, articles: tuple[Article, ...]) -> None:
        """As `Workers.give`."""
        child = self._idle.pop()
        self._busy[child.connection] = child, number
        with contextlib.suppress(OSError):  # It died; `take` finds its connection at its end.
            child.connection.send(articles)

    def take(self) -> BatchDone:
        """As `Workers.take`; one that died is replaced."""
        connection = wait(list(self._busy))[0]
        assert isinstance(connection, Connection)
        child, number = self._busy.pop(connection)
        try:
            told = connection.recv()
        except (EOFError, OSError):
            child.end()
            self._idle.append(ChildProcess(_embed, *self._job))
            return BatchDone(number, None)
        self._idle.append(child)
        if isinstance(told, WorkerFailure):
            raise told.again()
        return BatchDone(number, told)

    def end(self) -> None:
        """End them all, whatever they are at."""
        for child in [*self._idle, *(child for child, _ in self._busy.values())]:
            child.end()


def _run(patience_s: float, act: Callable[..., None], connection: Connection, *arguments: Any) -> None:
    """In the new process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent.sentinel, patience_s), daemon=True).start()
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # Nobody wants what it does any more.
        act(connection, *arguments)


def _end_with(sentinel: int, patience_s: float) -> None:
    wait([sentinel])
    time.sleep(patience_s)
    os._exit(1)


def _embed(connection: Connection, export: Export, speakers: bool, threads: int) -> None:
    """Embed what comes until nothing more can come."""
    worker: Worker | None = None
    while True:
        articles = connection.recv()
        try:
            worker = worker or Worker(export, speakers=speakers, threads=threads)
            told: Any = worker.entries(articles)
        except Exception as error:
            told = WorkerFailure.of(error)
        connection.send(told)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let what is started here be born deaf to Ctrl-C, which a terminal sends to it, too; ours comes a moment later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # Python's own helper, whose start would let interrupts through again.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
