"""Which files of the named folders are articles, and which are not, and why."""

import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

from index.errors import ArticleRefused, InputError
from index.files.file_stat import Look, is_settled, look_of
from index.files.printable import printable_name

SUFFIXES = (".txt", ".md")
_DOTTED = tuple(f"/{suffix}" for suffix in SUFFIXES)  # A hidden name, which has none.

_Seen: TypeAlias = tuple[Look | None, str | None]
"""How a file looks, None where an edit from now on need not show; and why it cannot be read, if any."""


class SourceFile(NamedTuple):  # A build has a million of them.
    """A file to read; `source` is its path below `root`, with `/`.

    `look` is how it looked when it was found; None where an edit since then
    need not show.
    """

    root: Path
    source: str
    look: Look | None = None

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.root / self.source


@dataclass(frozen=True, slots=True)
class Found:
    """What lies under the named paths. `root` is the folder that sources are relative to."""

    root: Path
    files: tuple[SourceFile, ...]
    refused: tuple[ArticleRefused, ...]
    other_files: int


def find_files(paths: Sequence[Path], *, besides: Path | None = None) -> Found:
    """Every .txt and .md file, in name order; hidden files and folders, and what lies in `besides`, are passed over.

    The root is the folder itself where one is named, a file's own folder, or
    the folder that holds all of several. Symbolic links below a named path
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
    others = 0
    for top in tops:
        for name, (look, problem) in _walk(top, besides):
            source, named = name[below:] or ".", _has_suffix(name)
            if problem is None and not named and name != str(top):
                others += 1
            elif problem := problem or _misnamed(source, named=named):
                refused[source] = ArticleRefused(printable_name(source), problem)
            else:
                files[source] = SourceFile(root, source, look)
    return Found(root, tuple(files[s] for s in sorted(files)), tuple(refused[s] for s in sorted(refused)), others)


def _walk(top: Path, besides: Path | None) -> Iterator[tuple[str, _Seen]]:
    """Each regular file under a path, and whatever has an article's name and is none."""
    began_ns = time.time_ns()
    if besides in (top, *top.parents):
        return
    if not top.is_dir():
        yield str(top), _see(str(top), began_ns)
        return
    folders = [str(top)]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                here = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            yield folder, (None, f"cannot be listed ({error.strerror}); check that it may be read")
            continue
        for entry in here:
            if entry.is_dir(follow_symlinks=False):
                folders += [entry.path] if besides is None or entry.path != str(besides) else []
            elif _has_suffix(entry.name) or entry.is_file(follow_symlinks=False) or _leads_to_folder(entry):
                yield entry.path, _see(entry, began_ns)


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() and os.path.isdir(entry.path)


def _see(file: os.DirEntry[str] | str, began_ns: int) -> _Seen:
    try:
        status = os.lstat(file)
    except OSError as error:
        return None, f"cannot be read ({error.strerror})"
    if stat.S_ISLNK(status.st_mode):
        return None, "a symbolic link, not followed; name its target to index it"
    if not stat.S_ISREG(status.st_mode):
        return None, "not a regular file"
    return look_of(status) if is_settled(status, began_ns) else None, None


def _misnamed(source: str, *, named: bool) -> str | None:
    if not named:
        return f"not {' or '.join(SUFFIXES)}; save it as text"
    return None if is_utf8(source) else "its name is not valid UTF-8; rename it"


def _has_suffix(name: str) -> bool:
    lowered = name.lower()
    return lowered.endswith(SUFFIXES) and not lowered.endswith(_DOTTED)


def is_utf8(name: str) -> bool:
    """Whether a path's name, as Python decodes it, holds no stray bytes."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
