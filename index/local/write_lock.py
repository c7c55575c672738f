"""The lock: one writer an index folder; the kernel frees it when the process ends, however it ends."""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import IndexBusyError, InputError
from index.files.checksums import read_small
from index.files.disk import DISK, Disk, make_folders
from index.local.generation import CURRENT, LOCK, index_exists
from index.local.publish import recover

_MAX_BYTES = 1_000


@contextmanager
def writer(
    directory: Path, *, wait: bool = False, note: Callable[[str], None] = lambda text: None, disk: Disk = DISK
) -> Iterator[None]:
    """Hold the index folder's lock, what an earlier writer left behind cleared away.

    What fails before there is an index leaves nothing that was made for it.
    `note` is told whom is waited for.

    Raises:
        IndexBusyError: another process writes it, and `wait` is false.
        InputError: the folder cannot be made or written.
    """
    index_exists(directory)
    made = [path for path in (directory / LOCK, directory, *directory.parents) if not os.path.lexists(path)]
    try:
        make_folders(directory, disk)
        release = _taken(directory, wait=wait, note=note, disk=disk)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{directory}: cannot be written ({reason}); name another place with --index") from error
    try:
        recover(directory, disk=disk)
        yield
    except BaseException:
        _unmake(made, directory, disk)  # Under the lock still, so that no other writer is at work here.
        raise
    finally:
        release()


def _taken(directory: Path, *, wait: bool, note: Callable[[str], None], disk: Disk) -> Callable[[], None]:
    path = directory / LOCK
    try:
        return disk.lock(path, wait=False, taken=_sign)
    except TimeoutError:
        holder = _holder(path)
        if not wait:
            busy = f"{directory}: {holder} is writing it; wait until that is done, or have --wait do so"
            raise IndexBusyError(busy) from None
        note(f"{directory}: waiting for {holder}, which is writing it")
    return disk.lock(path, wait=True, taken=_sign)


def _sign(descriptor: int) -> None:
    """Say in the lock file who holds it; for messages only."""
    said = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())}
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(said).encode(), 0)


def _holder(path: Path) -> str:
    """Who holds the lock since when, as far as the lock file tells."""
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        said = json.loads(read_small(path, max_bytes=_MAX_BYTES))
        pid, host, since = int(said["pid"]), str(said["host"]), str(said["since"])
        here = host == socket.gethostname()
        if not here or _is_alive(pid):  # Else its successor has not signed yet.
            return f"process {pid}{'' if here else f' on {host}'}, since {since},"
    return "another process"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return isinstance(error, PermissionError)
    return True


def _unmake(made: Sequence[Path], directory: Path, disk: Disk) -> None:
    """Remove what a first build made, innermost first, where it came to no index and leaves nothing to go on with."""
    with suppress(OSError, InputError):
        if not index_exists(directory) and {path.name for path in directory.iterdir()} <= {LOCK, CURRENT}:
            for path in (directory / CURRENT, *made):
                if os.path.lexists(path):
                    (disk.remove_folder if path.is_dir() else disk.unlink)(path)
