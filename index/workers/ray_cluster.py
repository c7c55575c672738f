"""Workers on a Ray cluster. Only a child process, the bridge, speaks to Ray, so Ray's failures end only that process."""

import importlib.util
import re
import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from articles_qa.index.articles.article import Article
from articles_qa.index.errors import InputError
from articles_qa.index.models.model_files import Export
from articles_qa.index.workers.processes import ChildProcess, WorkerFailure
from articles_qa.index.workers.ray_bridge import ClusterReady, ClusterSettings, WorkerNote, bridge
from articles_qa.index.workers.worker import BatchDone

INSTALL = "pip install 'articles-qa[ray]'"
CONNECT_S = 5.0
START_S = 90.0  # Until the first worker is ready; 15 s were measured.
END_S = 8.0
_HOST_PORT = re.compile(r"(?:ray://)?\[?(.+?)\]?:([0-9]+)")
_SHORT = 20  # Characters of a temporary folder's name; the path of a socket in Ray's folder below may have 107 bytes.


def check_installed() -> None:
    """Check that Ray is installed.

    Raises:
        InputError: Ray is not installed.
    """
    if importlib.util.find_spec("ray") is None:
        raise InputError(f"--ray: Ray is not installed; {INSTALL}")


class RayWorkers:
    """At most `count` workers of the cluster at `address`, as `BuildSettings.ray` has it.

    Raises:
        InputError: the cluster cannot be reached, has another version, or has
            no worker whose results equal this machine's.
    """

    def __init__(self, address: str, export: Export, *, speakers: bool, count: int | None, note: Callable[[str], None]) -> None:
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
        """Hand over a batch, as `Workers.give`."""
        try:
            self._child.connection.send((number, articles))
        except OSError as error:
            raise self._lost() from error

    def take(self) -> BatchDone:
        """Return the next batch, as `Workers.take`."""
        while not isinstance(message := self._received(), BatchDone):
            pass
        return message

    def end(self) -> None:
        """Disconnect from the cluster; shut down a cluster that was started for this build."""
        self._child.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ready(self) -> int:
        """Return how many batches the cluster takes at once: two a worker, so that no worker waits."""
        while self._child.connection.poll(START_S):
            if isinstance(message := self._received(), ClusterReady):
                return 2 * message.workers
        raise InputError(f"--ray {self._address}: no worker was ready within {START_S:.0f} s; check the cluster (ray status)")

    def _received(self) -> object:
        try:
            message = self._child.connection.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        if isinstance(message, WorkerFailure):
            raise InputError(f"--ray {self._address}: {message.text}") if not message.fault else message.to_exception()
        if isinstance(message, WorkerNote):
            self._note(f"--ray {self._address}: {message.text}")
        return message

    def _lost(self) -> InputError:
        return InputError(f"--ray {self._address}: the cluster was lost; run the command again, and the build resumes")


def _check_reachable(address: str) -> None:
    """Try a connection, since Ray itself would try for two minutes."""
    if not (found := _HOST_PORT.fullmatch(address)):
        return
    try:
        socket.create_connection((found[1], int(found[2])), timeout=CONNECT_S).close()
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"--ray {address}: cannot be reached ({reason}); check the address, or use --ray local") from error
