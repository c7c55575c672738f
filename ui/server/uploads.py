"""Where Gradio keeps what is uploaded: a private folder that lives as long as the process."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ui.server.refusal import Refused

PREFIX = "qa-uploads-"
MAX_AT_ONCE = 8
SMALLEST = 4_096  # What an empty file or folder is counted as, since they too use up a disk.
SWEEP_EVERY_S = 60.0
ORPHAN_AFTER_S = 300.0  # Longer than an upload may take.


class Uploads:
    """The folder, and the room in it."""

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self.folder = folder
        self._max_bytes = max_bytes
        self._coming: list[int] = []

    @asynccontextmanager
    async def room(self, size: int) -> AsyncIterator[None]:
        """Keep room for an upload of at most this many bytes while it comes.

        Raises:
            Refused: 503 while too many others come, 507 where the folder is full.
        """
        if len(self._coming) >= MAX_AT_ONCE:
            raise Refused(503, "too many uploads at once; try again in a moment", retry_after="2")
        self._coming.append(size)
        try:
            if sum(self._coming) + await asyncio.to_thread(size_of, self.folder) > self._max_bytes:
                raise Refused(507, "there is no room for more uploads; try again later")
            yield
        finally:
            self._coming.remove(size)

    async def sweep_regularly(self) -> None:
        """Remove orphans until cancelled."""
        while True:
            await asyncio.to_thread(sweep, self.folder, older_than_s=ORPHAN_AFTER_S)
            await asyncio.sleep(SWEEP_EVERY_S)


@contextmanager
def upload_folder() -> Iterator[Path]:
    """A new private folder, removed at the end; those of processes that were killed go first.

    A lock beside each folder tells whether its process lives: the system frees it however the process ends.
    """
    place = Path(tempfile.gettempdir()).resolve()
    _remove_left(place)
    folder = place / (PREFIX + secrets.token_hex(8))
    lock = FileLock(f"{folder}.lock", mode=0o600)
    with lock:
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            Path(lock.lock_file).unlink(missing_ok=True)


def sweep(folder: Path, *, older_than_s: float) -> int:
    """Remove what uploads that were cut off left behind, and folders that hold nothing more; returns how many.

    Gradio writes an upload into `tmp…` at the top and moves it into a folder of its own when it is whole.
    """
    before, removed = time.time() - older_than_s, 0
    for entry in list(os.scandir(folder)):
        with suppress(OSError):
            if entry.stat(follow_symlinks=False).st_mtime > before:
                continue
            if entry.is_dir(follow_symlinks=False):
                os.rmdir(entry.path)  # Fails where something is in it, which stays.
                removed += 1
            elif entry.name.startswith("tmp"):
                os.unlink(entry.path)
                removed += 1
    return removed


def size_of(folder: Path) -> int:
    """Bytes that a folder takes, in whole blocks; what vanishes meanwhile is not counted."""
    total = 0
    for directory, _, files in os.walk(folder):
        total += SMALLEST
        for name in files:
            with suppress(OSError):
                total += max(SMALLEST, os.lstat(os.path.join(directory, name)).st_size)
    return total


def _remove_left(place: Path) -> None:
    """Remove folders of ours whose process has ended."""
    for path in place.glob(f"{PREFIX}*.lock"):
        with suppress(OSError, Timeout):
            if path.is_symlink() or (hasattr(os, "getuid") and path.lstat().st_uid != os.getuid()):
                continue
            with FileLock(path, timeout=0):
                folder = path.with_suffix("")
                if not folder.is_symlink():
                    shutil.rmtree(folder, ignore_errors=True)
                path.unlink(missing_ok=True)
