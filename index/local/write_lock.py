"""The writer lock: one writer an index folder. The kernel frees the lock when the process ends, however it ends."""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from articles_qa.index.errors import IndexBusyError, InputError
from articles_qa.index.files.checksums import read_small
from articles_qa.index.files.disk import DISK, Disk, make_folders
from articles_qa.index.files.open_flags import open_flags
from articles_qa.index.local.generation import CURRENT, LOCK, index_exists
from articles_qa.index.local.publish import recover

_MAX_BYTES = 1_000


@contextmanager
def writer(
    directory: Path, *, wait: bool = False, note: Callable[[str], None] = lambda text: None, disk: Disk = DISK
) -> Iterator[None]:
    """Lock the index folder for writing, and clear away the remains of an earlier writer.

    If the first build fails, the folders made for it are removed. `note` receives the name of the
    process that is waited for.

    Raises:
        IndexBusyError: another process is writing, and `wait` is false.
        InputError: the folder cannot be made or written, or this system cannot read articles safely.
    """
    open_flags("O_DIRECTORY", "O_NOFOLLOW")
    index_exists(directory)
    made = [path for path in (directory / LOCK, directory, *directory.parents) if not os.path.lexists(path)]
    try:
        make_folders(directory, disk)
        release = _taken(directory, wait=wait, note=note, disk=disk)
    except OSError as error:
        _unmake(made, directory, disk)  # Where the lock cannot be had, no other writer has it.
        reason = error.strerror or error
        raise InputError(f"{directory}: cannot be written ({reason}); name another place with --index") from error
    try:
        recover(directory, disk=disk)
        yield
    except BaseException:
        _unmake(made, directory, disk)  # The lock is still held, so no other writer is at work.
        raise
    finally:
        release()


def this_process() -> str:
    """Return who writes, as JSON: process id, host and time in UTC."""
    now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": now})


def _taken(directory: Path, *, wait: bool, note: Callable[[str], None], disk: Disk) -> Callable[[], None]:
    path = directory / LOCK
    try:
        return disk.lock(path, wait=False, taken=_sign)
    except TimeoutError:
        holder = _holder(path)
        if not wait:
            busy = f"{directory}: {holder} is writing it; wait until that is done, or have --wait do so"
            raise IndexBusyError(busy) from None
        note(f"{directory}: waiting for {holder.rstrip(',')}, which is writing it")
    return disk.lock(path, wait=True, taken=_sign)


def _sign(descriptor: int) -> None:
    """Write into the lock file who holds the lock; for messages only."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.write(descriptor, this_process().encode())


def _holder(path: Path) -> str:
    """Return who holds the lock since when, as far as the lock file tells."""
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        said = json.loads(read_small(path, max_bytes=_MAX_BYTES))
        pid, host, since = int(said["pid"]), str(said["host"]), str(said["since"])
        here = host == socket.gethostname()
        if not here or _is_alive(pid):  # Else the next holder has not signed yet.
            return f"process {pid}{'' if here else f' on {host}'}, since {since},"
    return "another process"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return isinstance(error, PermissionError)
    return True


def _unmake(made: Sequence[Path], directory: Path, disk: Disk) -> None:
    """Remove the folders of a failed first build, innermost first, if there are no index and no checkpoints."""
    with suppress(OSError, InputError):
        names = {path.name for path in directory.iterdir()} if directory.is_dir() else set[str]()
        if not index_exists(directory) and names <= {LOCK, CURRENT}:
            for path in (directory / CURRENT, *made):
                if os.path.lexists(path):
                    (disk.remove_folder if path.is_dir() else disk.unlink)(path)
