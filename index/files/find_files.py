"""Finding the article files under the named paths, and the reasons why other files are refused."""

import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from articles_qa.index.errors import ArticleRefused, InputError
from articles_qa.index.files.file_stat import FileStat, file_stat, is_settled
from articles_qa.index.files.printable import printable_name
from articles_qa.index.formats.kinds import ReadSettings, suffix_of, why_unread


class SourceFile(NamedTuple):  # A build has a million of them.
    """A file to read; `source` is its path below `root`, with `/`.

    `stat` is the file's stat signature when it was found; None where a later
    edit need not change the signature.
    """

    root: Path
    source: str
    stat: FileStat | None = None

    @property
    def path(self) -> Path:
        """The file's path."""
        return self.root / self.source


@dataclass(frozen=True, slots=True)
class Found:
    """The files under the named paths; `root` is the folder that sources are relative to."""

    root: Path
    files: tuple[SourceFile, ...]
    refused: tuple[ArticleRefused, ...]
    others: tuple[ArticleRefused, ...] = ()


def find_files(paths: Sequence[Path], *, besides: Path | None = None, reading: ReadSettings | None = None) -> Found:
    """Find every file of a format that is read, in name order; hidden names and the folder `besides` are passed over.

    `others` are the files of other kinds, with the reason and what to do. A
    file without an ending is text where it is named itself.

    The root is the one named folder, the folder of the one named file, or the
    folder that contains all named paths. Symbolic links below a named path
    are refused: they may loop, or lead out of the folder.

    Raises:
        InputError: a path is missing.
    """
    for path in paths:
        try:
            path.stat()
        except (OSError, ValueError) as error:  # ValueError where the name holds a NUL.
            reason = getattr(error, "strerror", None) or "No such file or folder"
            raise InputError(f"{printable_name(path)[:200]}: cannot be found ({reason}); check the path") from error
    tops = [path.resolve() for path in paths]
    root = Path(os.path.commonpath([top if top.is_dir() else top.parent for top in tops]))
    below = len(os.path.join(root, ""))
    files: dict[str, SourceFile] = {}
    refused: dict[str, ArticleRefused] = {}
    others: dict[str, ArticleRefused] = {}
    reading = reading or ReadSettings()
    suffixes = reading.suffixes
    for top in tops:
        began_ns = time.time_ns()
        for name, status in walk(top, besides=besides):
            source, named = name[below:] or ".", has_suffix(name, suffixes)
            named = named or (name == str(top) and not suffix_of(name))
            if isinstance(status, str):
                refused[source] = ArticleRefused(printable_name(source), status)
            elif not named and name != str(top):
                others[source] = ArticleRefused(printable_name(source), why_unread(source, reading))
            elif not named:
                refused[source] = ArticleRefused(printable_name(source), why_unread(source, reading))
            elif not is_utf8(source):
                refused[source] = ArticleRefused(printable_name(source), "its name is not valid UTF-8; rename it")
            else:
                known = file_stat(status) if is_settled(status, began_ns) else None
                files[source] = SourceFile(root, source, known)
    found, unread = tuple(refused[s] for s in sorted(refused)), tuple(others[s] for s in sorted(others))
    return Found(root, tuple(files[s] for s in sorted(files)), found, unread)


def walk(top: Path, *, besides: Path | None = None) -> Iterator[tuple[str, os.stat_result | str]]:
    """Find each regular file under a path, with its status; hidden names and the folder `besides` are passed over.

    A folder that cannot be listed, and a link or device with an article's
    name, come with the reason why they cannot be read.
    """
    if besides in (top, *top.parents):
        return
    if not top.is_dir():
        yield str(top), _status(str(top))
        return
    folders = [str(top)]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                here = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            yield folder, f"cannot be listed ({error.strerror}); check that it may be read"
            continue
        for entry in here:
            if entry.is_dir(follow_symlinks=False):
                folders += [entry.path] if besides is None or entry.path != str(besides) else []
            elif (
                has_suffix(entry.name)
                or entry.is_file(follow_symlinks=False)
                or (entry.is_symlink() and os.path.isdir(entry.path))
            ):
                yield entry.path, _status(entry)


def has_suffix(name: str, suffixes: tuple[str, ...] = ReadSettings().suffixes) -> bool:
    """Tell whether a file's name or path has one of these suffixes, and more than the suffix."""
    return name.lower().endswith(suffixes) and suffix_of(name) != ""


def is_utf8(name: str) -> bool:
    """Tell whether a path's name, as Python decodes it, holds no stray bytes."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _status(file: os.DirEntry[str] | str) -> os.stat_result | str:
    """Return a regular file's status, or the reason why the file cannot be read."""
    try:
        status = os.lstat(file)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if stat.S_ISLNK(status.st_mode):
        return "a symbolic link, not followed; name its target to index it"
    return status if stat.S_ISREG(status.st_mode) else "not a regular file"
