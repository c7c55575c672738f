"""Added articles: files dropped into the index by hand. They lie in DIR/added, and their sources begin with "added/".

Nobody's own folder is written to. A file gets its name in one step and never
another's name, so adding needs no lock: whoever comes second takes the next
name, and a build sees a file whole or not at all.
"""

import os
import secrets
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from index.articles.article import decode_article
from index.building.build_settings import BuildSettings
from index.errors import ArticleRefused, InputError
from index.files.disk import DISK, Disk, make_folders, write_synced
from index.files.find_files import SUFFIXES, Found, SourceFile, find_files
from index.local.generation import ADDED, LOCK, index_exists, published_record

# What is dropped by hand is hundreds of files; these keep a page from filling a disk.
MAX_FILES = 10_000
MAX_BYTES = 2_000_000_000
MAX_NAME_BYTES = 100  # Of the 255 that file systems allow: a copy to another place may add to it.
SET_ASIDE = ".leaving"
_UPLOAD, _PARTIAL = ".upload-", ".tmp"


def add_file(directory: str | Path, name: str, data: bytes, *, settings: BuildSettings | None = None, disk: Disk = DISK) -> str:
    """Put a file into DIR/added for the next build to index; returns its source.

    The name is made safe, and gets a number where another content has it; the
    same content under the same name is there already, and nothing is written.
    Content that another article has is refused by the build, which knows all.

    Raises:
        ArticleRefused: it cannot be an article.
        InputError: the folder is full or cannot be written, or the index folder is something else.
    """
    directory, settings = Path(directory), settings or BuildSettings()
    stem, suffix = _safe_name(name)
    _check(data, f"{ADDED}/{stem}{suffix}", settings)
    folder = _folder(directory, disk)
    partial = folder / f"{_UPLOAD}{secrets.token_hex(8)}{_PARTIAL}"
    try:
        _check_room(folder, len(data))
        write_synced(partial, data, disk)
        path = _linked(partial, folder, (stem, suffix), _own_folder(directory), disk)
        disk.sync_folder(folder)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror}); make room or check its rights") from error
    finally:
        with suppress(OSError):  # What stays is swept by a later build.
            disk.unlink(partial)
    return f"{ADDED}/{path.name}"


def sweep_uploads(directory: Path, *, older_than_s: float, disk: Disk = DISK) -> None:
    """Remove what was left half written in DIR/added by processes that were killed."""
    if not _is_folder(directory / ADDED):
        return
    for path in (directory / ADDED).glob(f"{_UPLOAD}*{_PARTIAL}"):
        with suppress(OSError):
            if time.time() - path.lstat().st_mtime > older_than_s:
                disk.unlink(path)


def find_added(directory: Path) -> Found:
    """What lies in DIR/added itself, in name order; folders in it, hidden files and links are passed over or refused."""
    folder = directory / ADDED
    if not os.path.lexists(folder):
        return Found(directory, (), (), 0)
    if not _is_folder(folder):
        return Found(directory, (), (ArticleRefused(ADDED, "not a folder, or a link to one; remove it"),), 0)
    found = find_files([folder])
    flat = [file for file in found.files if "/" not in file.source]
    return Found(
        directory,
        tuple(file._replace(root=directory.resolve(), source=f"{ADDED}/{file.source}") for file in flat),
        tuple(ArticleRefused(f"{ADDED}/{refusal.source}", refusal.reason) for refusal in found.refused),
        found.other_files + len(found.files) - len(flat),
    )


def rename_added(file: SourceFile, own_folder: Path, *, disk: Disk = DISK) -> SourceFile:
    """Rename an added file whose source the user's own folder has. Call under `writer`."""
    path = _linked(file.path, file.path.parent, _split(file.path.name), own_folder, disk)
    if path == file.path:
        return file
    disk.sync_folder(path.parent)  # Else a power cut could take both names.
    disk.unlink(file.path)
    return file._replace(source=f"{ADDED}/{path.name}", stat=None)  # Renaming a file changes how it looks.


@contextmanager
def set_aside(directory: Path, files: Sequence[SourceFile], *, disk: Disk = DISK) -> Iterator[None]:
    """Keep added files out of sight while an index without them is published; then delete them.

    Where that fails they come back. Where the process is killed, the next
    build's `settle_set_aside` tells which of the two is right. Call under `writer`.
    """
    if not files:
        yield
        return
    aside = directory / ADDED / SET_ASIDE
    try:
        if not aside.is_dir():
            disk.make_folder(aside)
            disk.sync_folder(aside.parent)
        for file in files:
            disk.rename(file.path, aside / file.path.name)
        disk.sync_folder(aside)
        yield
    finally:
        with suppress(OSError):  # Else the next build settles it.
            settle_set_aside(directory, disk=disk)


def settle_set_aside(directory: Path, *, disk: Disk = DISK) -> None:
    """Bring back what was put aside and the generation in force still holds; delete the rest. Call under `writer`."""
    aside = directory / ADDED / SET_ASIDE
    if not (_is_folder(directory / ADDED) and _is_folder(aside)):
        return
    record = published_record(directory)
    paths = sorted(aside.iterdir())
    for path in paths:
        # Without a manifest nothing says that it was taken out.
        if record is None or f"{ADDED}/{path.name}" in record.added:
            with suppress(FileExistsError):  # Added again meanwhile: that one counts.
                disk.link(path, directory / ADDED / path.name)
    disk.sync_folder(directory / ADDED)
    for path in paths:
        disk.unlink(path)
    disk.remove_folder(aside)


def _safe_name(name: str) -> tuple[str, str]:
    """A name that lies in its folder, shows as it is and cannot be taken for an option; its stem and suffix."""
    base = next((part for part in reversed(name.replace("\\", "/").split("/")) if part.strip(". \0")), "")
    # What does not print drives a terminal or turns the text around; blanks of any kind are one blank.
    kept = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFC", base) if c.isspace() or c.isprintable())
    stem, suffix = _split(unicodedata.normalize("NFC", " ".join(kept.split())))
    while stem and (stem[0] in ".- " or unicodedata.combining(stem[0])):
        stem = stem[1:]
    if not stem and not suffix:
        return "article", SUFFIXES[0]
    return stem or "article", suffix


def _split(name: str) -> tuple[str, str]:
    """A name's stem and its suffix, if it is an article's."""
    suffix = next((name[-len(suffix) :] for suffix in SUFFIXES if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(suffix)], suffix


def _check(data: bytes, source: str, settings: BuildSettings) -> None:
    """Refuse what a build would refuse."""
    if not source.lower().endswith(SUFFIXES):
        raise ArticleRefused(source, f"not {' or '.join(SUFFIXES)}; save it as text")
    settings.check_size(len(data), source)
    decode_article(data, source)  # Whoever drops a file names no encoding; a build reads it in the same way.


def _folder(directory: Path, disk: Disk) -> Path:
    """DIR/added, made where it is missing."""
    is_new = not index_exists(directory)  # Raises where the folder is something else.
    folder = directory / ADDED
    try:
        if is_new:
            make_folders(directory, disk)
            _mark(directory / LOCK, disk)
        if not os.path.lexists(folder):
            with suppress(FileExistsError):  # Another process is adding, too.
                disk.make_folder(folder)
            disk.sync_folder(directory)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror}); check the place and its rights") from error
    if not _is_folder(folder):
        raise InputError(f"{folder}: not a folder, or a link to one; remove it")
    return folder


def _mark(lock: Path, disk: Disk) -> None:
    """Make the lock file, which tells an index folder without an index from somebody's that holds an "added"."""
    if not os.path.lexists(lock):
        with suppress(FileExistsError):
            disk.create(lock).close()
        disk.sync_folder(lock.parent)


def _is_folder(path: Path) -> bool:
    """Whether a folder is there, and not a link that leads to another's."""
    return path.is_dir() and not path.is_symlink()


def _check_room(folder: Path, size_bytes: int) -> None:
    sizes: list[int] = []
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):  # Another process is done with its upload.
            sizes.append(entry.stat(follow_symlinks=False).st_size)
    if len(sizes) >= MAX_FILES:
        raise InputError(f"{folder}: holds {len(sizes):,} files, no more fit; put these into a folder: qa index FOLDER")
    if sum(sizes) + size_bytes > MAX_BYTES:
        full = f"{sum(sizes) / 1e6:,.0f} of {MAX_BYTES / 1e6:,.0f} MB are taken"
        raise InputError(f"{folder}: {full}, this does not fit; put these into a folder: qa index FOLDER")


def _own_folder(directory: Path) -> Path:
    """The folder of the user's own whose files have sources like added ones."""
    record = published_record(directory)
    return (Path(record.root) if record and record.root is not None else directory.resolve()) / ADDED


def _linked(file: Path, folder: Path, name: tuple[str, str], own_folder: Path, disk: Disk) -> Path:
    """Give a file the first name that is free, or find it there under that name. One step: a link replaces nothing."""
    paths = (folder / _numbered(*name, number) for number in count(1))
    return next(path for path in paths if not _is_own(path, own_folder) and _takes(path, file, disk))


def _is_own(path: Path, own_folder: Path) -> bool:
    """Whether the user's own folder has a file of this source."""
    return own_folder != path.parent.resolve() and os.path.lexists(own_folder / path.name)


def _takes(path: Path, file: Path, disk: Disk) -> bool:
    """Whether a name is the file's now, or has its content already."""
    try:
        disk.link(file, path)
    except FileExistsError:
        is_file = path.is_file() and not path.is_symlink()
        return is_file and path.stat().st_size == file.stat().st_size and path.read_bytes() == file.read_bytes()
    return True


def _numbered(stem: str, suffix: str, number: int) -> str:
    """The name with its number, cut to its length between two characters."""
    tail = (f" {number}" if number > 1 else "") + suffix
    room = MAX_NAME_BYTES - len(tail.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + tail
