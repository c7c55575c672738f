"""Workers on a Ray cluster, as a build sees them: a process of its own speaks to Ray, whose failures end only that process."""

import importlib.util
import re
import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from index.articles.article import Article
from index.errors import InputError
from index.models.model_files import Export
from index.workers.processes import ChildProcess, WorkerFailure
from index.workers.ray_messages import ClusterReady, ClusterSettings, WorkerNote
from index.workers.worker import BatchDone

INSTALL = ".venv/bin/pip install -c constraints.txt -e '.[ray]'"
CONNECT_S = 5.0
START_S = 90.0  # For a cluster to answer and a first worker to be ready: 15 s here.
END_S = 8.0
_HOST_PORT = re.compile(r"(?:ray://)?\[?(.+?)\]?:([0-9]+)")
_SHORT = 20  # A temporary folder's name, so that a socket in Ray's folder below it has one of at most 107 bytes.


def check_installed() -> None:
    """Refuse to go on without Ray.

    Raises:
        InputError: it is not installed.
    """
    if importlib.util.find_spec("ray") is None:
        raise InputError(f"--ray: Ray is not installed; {INSTALL}")


class RayWorkers:
    """The workers of a cluster: `address` as `BuildSettings.ray` has it, `count` at most so many of them.

    Raises:
        InputError: the cluster cannot be reached, is of another version, or has no worker that calculates what this
            machine does.
    """

    def __init__(self, address: str, export: Export, *, speakers: bool, count: int | None, note: Callable[[str], None]) -> None:
        from index.workers.ray_bridge import bridge

        self._address, self._note = address, note
        _check_reachable(address)
        base = tempfile.gettempdir()
        self._folder = Path(tempfile.mkdtemp(prefix="qa-ray-", dir=base if len(base) <= _SHORT else "/tmp"))
        try:
            self._child = ChildProcess(
                bridge, ClusterSettings(address, count, str(self._folder)), export, speakers, patience_s=END_S
            )
            try:
                self.room = self._ready()
            except BaseException:
                self.end()
                raise
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def give(self, number: int, articles: tuple[Article, ...]) -> None:
        """As `Workers.give`."""
        try:
            self._child.connection.send((number, articles))
        except OSError as error:
            raise self._lost() from error

    def take(self) -> BatchDone:
        """As `Workers.take`."""
        while not isinstance(told := self._told(), BatchDone):
            pass
        return told

    def end(self) -> None:
        """Let go of the cluster; one that was started for this build is shut down."""
        self._child.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ready(self) -> int:
        """How many batches may be with the cluster: two a worker, so that none waits for the next."""
        while self._child.connection.poll(START_S):
            if isinstance(told := self._told(), ClusterReady):
                return 2 * told.workers
        raise InputError(f"--ray {self._address}: no worker was ready within {START_S:.0f} s; check the cluster (ray status)")

    def _told(self) -> object:
        try:
            told = self._child.connection.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        if isinstance(told, WorkerFailure):
            raise InputError(f"--ray {self._address}: {told.text}") if not told.fault else told.again()
        if isinstance(told, WorkerNote):
            self._note(f"--ray {self._address}: {told.text}")
        return told

    def _lost(self) -> InputError:
        return InputError(f"--ray {self._address}: the cluster was lost; run it again, which goes on where this was")


def _check_reachable(address: str) -> None:
    """Ray itself tries for two minutes."""
    if not (found := _HOST_PORT.fullmatch(address)):
        return
    try:
        socket.create_connection((found[1], int(found[2])), timeout=CONNECT_S).close()
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"--ray {address}: cannot be reached ({reason}); check the address, or use --ray local") from error
