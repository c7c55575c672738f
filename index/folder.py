"""Which files of the named folders are articles, and which are not, and why."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import ArticleRefused, InputError

SUFFIXES = (".txt", ".md")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read; `source` is its path below the root, with `/`."""

    path: Path
    source: str


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
            raise InputError(f"{shown(str(path))[:200]}: cannot be found ({reason}); check the path") from error
    tops = [path.resolve() for path in paths]
    folders = [top if top.is_dir() else top.parent for top in tops]
    root = Path(os.path.commonpath(folders))
    files: dict[str, SourceFile] = {}
    refused: dict[str, ArticleRefused] = {}
    others = 0
    for top in tops:
        for path, failure in _walk(top, besides):
            source = path.relative_to(root).as_posix()
            if failure is None and path != top and not _has_suffix(path):
                others += 1
                continue
            problem = failure or _misnamed(path, source)
            if problem is None:
                files[source] = SourceFile(path, source)
            else:
                refused[source] = ArticleRefused(shown(source), problem)
    return Found(root, tuple(files[s] for s in sorted(files)), tuple(refused[s] for s in sorted(refused)), others)


def shown(name: str) -> str:
    """A file's name as one line of printable text: control characters and stray bytes as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii") for c in name)


def _walk(top: Path, besides: Path | None) -> Iterator[tuple[Path, str | None]]:
    """Each file under a path, with the reason why it cannot be read, if any."""
    if besides in (top, *top.parents):
        return
    if not top.is_dir():
        yield top, _problem(top)
        return
    failed: list[OSError] = []
    for folder, folders, names in os.walk(top, onerror=failed.append):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and here / name != besides)
        for name in [name for name in folders if (here / name).is_symlink()]:
            yield here / name, "a symbolic link, not followed; name its target to index it"
        for name in sorted(names):
            if not name.startswith("."):
                path = here / name
                problem = _problem(path)
                if problem is None or _has_suffix(path):
                    yield path, problem
    for error in failed:
        yield Path(error.filename), f"cannot be listed ({error.strerror}); check that it may be read"


def _problem(path: Path) -> str | None:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if stat.S_ISLNK(mode):
        return "a symbolic link, not followed; name its target to index it"
    return None if stat.S_ISREG(mode) else "not a regular file"


def _misnamed(path: Path, source: str) -> str | None:
    if not _has_suffix(path):
        return f"not {' or '.join(SUFFIXES)}; save it as text"
    return None if is_utf8(source) else "its name is not valid UTF-8; rename it"


def _has_suffix(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def is_utf8(name: str) -> bool:
    """Whether a path's name, as Python decodes it, holds no stray bytes."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
