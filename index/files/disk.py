"""All writing operations on an index folder, in one small object, so that tests can make each operation fail.

Libraries that write by themselves (SQLite, tantivy) announce their files, too.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


class Disk:
    """The real disk. Every method raises OSError; only `sync` and `sync_folder` wait for the disk."""

    def make_folder(self, path: Path) -> None:
        """Make one folder; its parent exists."""
        path.mkdir()

    def create(self, path: Path) -> BinaryIO:
        """Create a file, to be written and closed; FileExistsError where the path exists."""
        return path.open("xb")

    @contextmanager
    def by_library(self, path: Path) -> Iterator[None]:
        """Announce a file or folder that a library writes by itself inside the block."""
        yield

    def link(self, path: Path, other: Path) -> None:
        """Give a file a second name; FileExistsError where the name is taken."""
        os.link(path, other)

    def rename(self, path: Path, other: Path) -> None:
        """Rename a file or folder to a free name."""
        path.rename(other)

    def replace(self, path: Path, other: Path) -> None:
        """Rename a file over another one in one step."""
        os.replace(path, other)

    def unlink(self, path: Path) -> None:
        """Delete a file."""
        path.unlink()

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        path.rmdir()

    def sync(self, path: Path) -> None:
        """Wait until a file's content is on disk."""
        _fsync(path)

    def sync_folder(self, path: Path) -> None:
        """Wait until the names in a folder are on disk."""
        _fsync(path)

    def lock(self, path: Path, *, wait: bool, taken: Callable[[int], None]) -> Callable[[], None]:
        """Lock a file until the returned function is called or the process ends; `taken` gets the open file.

        Raises:
            TimeoutError: another process holds the lock, and `wait` is false.
        """
        from filelock import FileLock, Timeout

        # No lock by a file's mere existence: a dead process would keep such a lock.
        lock = FileLock(path, timeout=-1 if wait else 0, poll_interval=0.1, fallback_to_soft=False, on_acquired=taken)
        while not lock.is_locked:
            try:
                with suppress(InterruptedError):
                    lock.acquire()
            except Timeout as error:
                raise TimeoutError(str(path)) from error
        return lock.release


DISK = Disk()


def make_folders(path: Path, disk: Disk) -> None:
    """Make a folder and its missing parents, and wait until they are on disk."""
    missing = [folder for folder in (path, *path.parents) if not os.path.lexists(folder)]
    for folder in reversed(missing):
        try:
            disk.make_folder(folder)
        except FileExistsError:  # Another process made it just now.
            if not folder.is_dir():
                raise
        disk.sync_folder(folder.parent)


def write_synced(path: Path, data: bytes, disk: Disk) -> None:
    """Write a new file and wait until its content is on disk; its name is on disk when its folder is synced."""
    with disk.create(path) as file:
        file.write(data)
    disk.sync(path)


def remove_tree(path: Path, disk: Disk) -> None:
    """Remove a file, or a folder with all its content; links are not followed."""
    if path.is_dir() and not path.is_symlink():
        for inside in sorted(path.iterdir()):
            remove_tree(inside, disk)
        disk.remove_folder(path)
    else:
        disk.unlink(path)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
