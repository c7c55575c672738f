"""The disk, as whoever writes an index changes it: all in one small object, so that each operation can be made to fail.

What a library writes by itself (SQLite, tantivy) is announced to it, too.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


class Disk:
    """The real one. Every method raises OSError; none of them waits for the disk but `sync` and `sync_folder`."""

    def make_folder(self, path: Path) -> None:
        """Make one folder; its parent is there."""
        path.mkdir()

    def create(self, path: Path) -> BinaryIO:
        """A new file, to be written and closed; FileExistsError where there is one."""
        return path.open("xb")

    @contextmanager
    def by_library(self, path: Path) -> Iterator[None]:
        """While a library writes a file, or the files of a folder, by itself."""
        yield

    def link(self, path: Path, other: Path) -> None:
        """Give a file another name; FileExistsError where that is taken."""
        os.link(path, other)

    def rename(self, path: Path, other: Path) -> None:
        """Give a file or folder a name that is free."""
        path.rename(other)

    def replace(self, path: Path, other: Path) -> None:
        """Put a file in another's place in one step."""
        os.replace(path, other)

    def unlink(self, path: Path) -> None:
        """Take a file's name away."""
        path.unlink()

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        path.rmdir()

    def sync(self, path: Path) -> None:
        """See to it that a file's content is on disk."""
        _fsync(path)

    def sync_folder(self, path: Path) -> None:
        """See to it that the names in a folder are on disk."""
        _fsync(path)

    def lock(self, path: Path, *, wait: bool, taken: Callable[[int], None]) -> Callable[[], None]:
        """Lock a file until the returned function is called or the process ends; `taken` is told the open file.

        Raises:
            TimeoutError: another process holds it, and `wait` is false.
        """
        from filelock import FileLock, Timeout

        # A lock that a dead process keeps, as a file's mere existence would, is worse than none.
        lock = FileLock(path, timeout=-1 if wait else 0, poll_interval=0.1, fallback_to_soft=False, on_acquired=taken)
        try:
            lock.acquire()
        except Timeout as error:
            raise TimeoutError(str(path)) from error
        return lock.release


DISK = Disk()


def make_folders(path: Path, disk: Disk) -> None:
    """Make a folder and those above it that are missing, and see to it that they are on disk."""
    missing = [folder for folder in (path, *path.parents) if not os.path.lexists(folder)]
    for folder in reversed(missing):
        try:
            disk.make_folder(folder)
        except FileExistsError:  # Another process made it just now.
            if not folder.is_dir():
                raise
        disk.sync_folder(folder.parent)


def write_synced(path: Path, data: bytes, disk: Disk) -> None:
    """Write a new file, all of it on disk; its name is there when its folder is synced."""
    with disk.create(path) as file:
        file.write(data)
    disk.sync(path)


def remove_tree(path: Path, disk: Disk) -> None:
    """Remove a file or a folder with all that is in it; links are not followed."""
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
