"""Source files: the paths of articles' files, and opening them safely when a stranger may name or replace them."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from io import BufferedReader
from pathlib import Path
from typing import TypeAlias

from articles_qa.index.articles.article import Article
from articles_qa.index.errors import ArticleRefused, IndexDamagedError
from articles_qa.index.files.open_flags import open_flags
from articles_qa.index.files.printable import printable_name
from articles_qa.index.formats.kinds import format_of


class SourceState(Enum):
    """The state of an article's file since the article was indexed.

    A `MISSING` file does not exist, cannot be read, or was replaced by a
    folder, a pipe or a symbolic link.
    """

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MISSING = "missing"


CheckSize: TypeAlias = Callable[[int, str], None]
"""Raises ArticleRefused where a file of so many bytes, of this source, is too large."""

MAX_SOURCE_BYTES = 1 << 30  # A larger file is no article, and would fill the memory.


def _open_below(folder: Path, source: str) -> tuple[int, str]:
    """Open a regular file, folder by folder, so that no link can be put in between.

    Return its descriptor, and the rest of the source: the name of an article
    inside a file that holds many.
    """
    parts, member = source.split("/"), ""
    if "\0" in source or any(part in ("", ".", "..") for part in parts):
        raise _refused(source, "not the path of a file below the articles' folder, so not read")
    # A folder on the path need not be readable, only passable; Linux calls this O_PATH.
    passed = open_flags("O_DIRECTORY", "O_CLOEXEC") | getattr(os, "O_PATH", os.O_RDONLY)
    no_link = open_flags("O_NOFOLLOW")
    read = no_link | open_flags("O_NONBLOCK", "O_CLOEXEC")  # A pipe would keep a reader waiting for ever.
    try:
        here = os.open(folder, passed)
    except (OSError, ValueError) as error:
        raise _refused(source, f"the articles' folder {printable_name(folder)} cannot be opened ({_why(error)})") from error
    try:
        for place, part in enumerate(parts[:-1]):
            mode = os.stat(part, dir_fd=here, follow_symlinks=False).st_mode
            if stat.S_ISREG(mode) and (kind := format_of(part)) is not None and kind.holds_many:
                parts, member = parts[: place + 1], "/".join(parts[place + 1 :])
                break
            _check_kind(source, mode, folder=True)
            inner = os.open(part, passed | no_link, dir_fd=here)
            os.close(here)
            here = inner
        _check_kind(source, os.stat(parts[-1], dir_fd=here, follow_symlinks=False).st_mode, folder=False)
        found = os.open(parts[-1], read, dir_fd=here)
    except (OSError, ValueError) as error:  # ValueError where the system's encoding lacks a letter of the name.
        raise _unread(source, error) from error
    finally:
        os.close(here)
    if not stat.S_ISREG(os.fstat(found).st_mode):  # Replaced since the check.
        os.close(found)
        raise _refused(source, "not a regular file any more")
    return found, member


def _check_kind(source: str, mode: int, *, folder: bool) -> None:
    """Refuse a link, and a path that is not the folder or regular file that the source names."""
    if stat.S_ISLNK(mode):
        raise _refused(source, "a symbolic link, not followed")
    if folder and not stat.S_ISDIR(mode):
        raise _refused(source, "cannot be read (not in a folder any more)")
    if not folder and not stat.S_ISREG(mode):
        raise _refused(source, "a folder" if stat.S_ISDIR(mode) else "not a regular file")


def _unread(source: str, error: Exception) -> ArticleRefused:
    if isinstance(error, FileNotFoundError):
        return _refused(source, "there is no such file")
    return _refused(source, f"cannot be read ({_why(error)}); check that it may be read")


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or "its name cannot be written in the system's encoding"


def _refused(source: str, reason: str) -> ArticleRefused:
    return ArticleRefused(printable_name(source), reason)


def _check_size(size_bytes: int, source: str) -> None:
    if size_bytes > MAX_SOURCE_BYTES:
        raise _refused(source, f"over {MAX_SOURCE_BYTES >> 30} GB, so no article")


@dataclass(frozen=True, slots=True)
class Sources:
    """The folders of articles' files: `home` for the sources in `added`, `root` for all others."""

    root: Path
    home: Path
    added: frozenset[str] = frozenset()

    @classmethod
    def under(cls, folder: Path) -> "Sources":
        """Return sources that all lie below one folder."""
        return cls(folder, folder)

    @classmethod
    def of(cls, directory: Path, root: str | None, added: Iterable[str]) -> "Sources":
        """Return the files of an index folder, by the root and the added sources of its last build.

        Raises:
            IndexDamagedError: the root is unknown.
        """
        if root is None:
            raise IndexDamagedError(f"{directory}: no manifest says where the articles lie; name their folder with --root")
        return cls(Path(root), directory, frozenset(added))

    def path(self, source: str) -> Path:
        """Return the path of an article's file."""
        return self._folder(source) / source

    def read(self, source: str, *, check_size: CheckSize = _check_size) -> bytes:
        """Read an article's file; of a file that grows meanwhile, one byte more than its size was.

        Raises:
            ArticleRefused: as `open` and `check_size`, or the file cannot be read to its end, or fills the memory.
        """
        with self.open(source) as file:
            size_bytes = os.fstat(file.fileno()).st_size
            check_size(size_bytes, source)
            try:
                return file.read(size_bytes + 1)
            except OSError as error:
                raise _unread(source, error) from error
            except MemoryError as error:
                raise _refused(source, f"{size_bytes / 1e6:.1f} MB, more than the free memory; split it") from error

    @contextmanager
    def open(self, source: str) -> Iterator[BufferedReader]:
        """Open an article's file for reading; of an article inside a file, that file.

        A source may come from a stranger: only regular files below the folder
        are opened, and no symbolic link is followed.

        Raises:
            ArticleRefused: there is no such file, it cannot be read, or it is no regular file.
        """
        with os.fdopen(_open_below(self._folder(source), source)[0], "rb") as file:
            yield file

    def member(self, source: str) -> str:
        """Return the name of an article inside its file, as its source has it; "" where the file is the article.

        Raises:
            ArticleRefused: as `open`.
        """
        found, member = _open_below(self._folder(source), source)
        os.close(found)
        return member

    def state(self, article: Article) -> SourceState:
        """Return the state of the article's file, by reading all of it; never an error.

        A stat signature would not do: a write through a memory map changes no time where the page was written before.
        """
        try:
            with self.open(article.source) as file:
                same = os.fstat(file.fileno()).st_size == article.size_bytes
                same = same and hashlib.file_digest(file, "sha256").hexdigest() == article.sha256
        except (ArticleRefused, OSError):
            return SourceState.MISSING
        return SourceState.UNCHANGED if same else SourceState.CHANGED

    def _folder(self, source: str) -> Path:
        # Files added by hand lie side by side in one folder; an article inside such a file has a longer source.
        return self.home if source in self.added or "/".join(source.split("/")[:2]) in self.added else self.root
