"""Added articles: files added to an index by hand. They lie in DIR/added, and their sources begin with "added/".

The user's own folders are never written to. A file gets a free name in one
step, so adding needs no lock: of two processes the second takes the next name,
and a build sees a whole file or none.
"""

import os
import secrets
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from articles_qa.index.building.build_settings import BuildSettings
from articles_qa.index.errors import ArticleRefused, InputError
from articles_qa.index.files.disk import DISK, Disk, make_folders, write_synced
from articles_qa.index.files.find_files import Found, SourceFile, find_files
from articles_qa.index.files.printable import printable_name
from articles_qa.index.files.source_files import Sources
from articles_qa.index.formats.article_reader import ArticleReader
from articles_qa.index.formats.kinds import PLAIN, ReadSettings, why_unread
from articles_qa.index.local.generation import ADDED, LOCK, index_exists, published_record

# People add hundreds of files by hand; these limits keep a page from filling the disk.
MAX_FILES = 10_000
MAX_BYTES = 2_000_000_000
MAX_NAME_BYTES = 100  # File systems allow 255; a copy to another place may add to the name.
SET_ASIDE = ".leaving"
_UPLOAD, _PARTIAL = ".upload-", ".tmp"


def keep_added_file(directory: Path, name: str, data: bytes, settings: BuildSettings | None, disk: Disk) -> str:
    """Put a file into DIR/added for the next build to index, and return its source; see `index.add_file`."""
    settings = settings or BuildSettings()
    stem, suffix = _safe_name(name)
    source = f"{ADDED}/{stem}{suffix}"
    if not suffix:
        raise ArticleRefused(source, why_unread(name, ReadSettings()))
    settings.check_size(len(data), source)
    read = ArticleReader(settings.reading).read(data, source)  # Without a named encoding, as a build reads it.
    if not read.articles:
        raise read.refused[0] if read.refused else ArticleRefused(source, "nothing in it is read")
    folder = _folder(directory, disk)
    partial = folder / f"{_UPLOAD}{secrets.token_hex(8)}{_PARTIAL}"
    try:
        _check_room(folder, len(data))
        write_synced(partial, data, disk)
        record = published_record(directory)
        # The user's own files below this folder have sources like those of added files.
        own_folder = (Path(record.root) if record and record.root is not None else directory.resolve()) / ADDED
        path = _linked(partial, folder, (stem, suffix), own_folder, disk)
        disk.sync_folder(folder)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror}); make room or check its rights") from error
    finally:
        with suppress(OSError):  # A later build removes the rest.
            disk.unlink(partial)
    return f"{ADDED}/{path.name}"


def sweep_uploads(directory: Path, *, older_than_s: float, disk: Disk = DISK) -> None:
    """Remove half-written files that killed processes left in DIR/added."""
    if not _is_folder(directory / ADDED):
        return
    for path in (directory / ADDED).glob(f"{_UPLOAD}*{_PARTIAL}"):
        with suppress(OSError):
            if time.time() - path.lstat().st_mtime > older_than_s:
                disk.unlink(path)


def find_added(directory: Path) -> Found:
    """Find the files of DIR/added, in name order; folders, hidden files and links in it are passed over or refused."""
    folder = directory / ADDED
    if not os.path.lexists(folder):
        return Found(directory, (), ())
    if not _is_folder(folder):
        return Found(directory, (), (ArticleRefused(ADDED, "not a folder, or a link to one; remove it"),))
    found = find_files([folder])
    flat = [file for file in found.files if "/" not in file.source]
    inner = [f"{ADDED}/{file.source}" for file in found.files if "/" in file.source]
    return Found(
        directory,
        tuple(file._replace(root=directory.resolve(), source=f"{ADDED}/{file.source}") for file in flat),
        tuple(ArticleRefused(f"{ADDED}/{refusal.source}", refusal.reason) for refusal in found.refused),
        (*found.others, *(ArticleRefused(printable_name(source), "in a folder, so not read") for source in inner)),
    )


def rename_added(file: SourceFile, own_folder: Path, *, disk: Disk = DISK) -> SourceFile:
    """Rename an added file whose source the user's own folder has. Only the holder of the writer lock may call this."""
    path = _linked(file.path, file.path.parent, _split(file.path.name), own_folder, disk)
    if path == file.path:
        return file
    disk.sync_folder(path.parent)  # Else a power cut could take both names.
    disk.unlink(file.path)
    return file._replace(source=f"{ADDED}/{path.name}", stat=None)  # Renaming changes the stat signature.


@contextmanager
def set_aside(directory: Path, files: Sequence[SourceFile], *, disk: Disk = DISK) -> Iterator[None]:
    """Set added files aside while an index without them is published; then delete them.

    The files come back where publishing fails. Where the process is killed,
    the next build's `settle_set_aside` brings them back or deletes them.
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
        with suppress(OSError):  # Else the next build settles this.
            settle_set_aside(directory, disk=disk)


def settle_set_aside(directory: Path, *, disk: Disk = DISK) -> None:
    """Bring back the set-aside files that the generation in force contains; delete the others."""
    aside = directory / ADDED / SET_ASIDE
    if not (_is_folder(directory / ADDED) and _is_folder(aside)):
        return
    record = published_record(directory)
    paths = sorted(aside.iterdir())
    for path in paths:
        # Without a manifest no file is known to be taken out.
        if record is None or f"{ADDED}/{path.name}" in record.added:
            with suppress(FileExistsError):  # Added again meanwhile: the new file counts.
                disk.link(path, directory / ADDED / path.name)
    disk.sync_folder(directory / ADDED)
    for path in paths:
        disk.unlink(path)
    disk.remove_folder(aside)


def _safe_name(name: str) -> tuple[str, str]:
    """Return a stem and suffix that stay in their folder, are printable, and look like no option."""
    base = next((part for part in reversed(name.replace("\\", "/").split("/")) if part.strip(". \0")), "")
    # Unprintable characters could drive a terminal or turn the text around; each run of blanks becomes one blank.
    kept = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFC", base) if c.isspace() or c.isprintable())
    stem, suffix = _split(unicodedata.normalize("NFC", " ".join(kept.split())))
    while stem and (stem[0] in ".- " or unicodedata.combining(stem[0])):
        stem = stem[1:]
    if not stem and not suffix:
        return "article", PLAIN[0]
    return stem or "article", suffix


def _split(name: str) -> tuple[str, str]:
    """Split a name into stem and suffix; the suffix is an article's or empty."""
    suffix = next((name[-len(suffix) :] for suffix in ReadSettings().suffixes if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(suffix)], suffix


def _folder(directory: Path, disk: Disk) -> Path:
    """Return DIR/added; make the folder where it is missing."""
    is_new = not index_exists(directory)  # Raises InputError where the folder is something else.
    folder = directory / ADDED
    try:
        if is_new:
            make_folders(directory, disk)
            # The lock file tells a new index folder from a user's folder that has an "added" folder.
            if not os.path.lexists(directory / LOCK):
                with suppress(FileExistsError):
                    disk.create(directory / LOCK).close()
                disk.sync_folder(directory)
        if not os.path.lexists(folder):
            with suppress(FileExistsError):  # Another process adds a file, too.
                disk.make_folder(folder)
            disk.sync_folder(directory)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror}); check the place and its rights") from error
    if not _is_folder(folder):
        raise InputError(f"{folder}: not a folder, or a link to one; remove it")
    return folder


def _is_folder(path: Path) -> bool:
    """Tell whether the path is a folder and no link to one."""
    return path.is_dir() and not path.is_symlink()


def _check_room(folder: Path, size_bytes: int) -> None:
    sizes: list[int] = []
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):  # Another process has finished its upload.
            sizes.append(entry.stat(follow_symlinks=False).st_size)
    if len(sizes) >= MAX_FILES:
        raise InputError(f"{folder}: holds {len(sizes):,} files, no more fit; put these into a folder: qa index FOLDER")
    if sum(sizes) + size_bytes > MAX_BYTES:
        full = f"{sum(sizes) / 1e6:,.0f} of {MAX_BYTES / 1e6:,.0f} MB are taken"
        raise InputError(f"{folder}: {full}, this does not fit; put these into a folder: qa index FOLDER")


def _linked(file: Path, folder: Path, name: tuple[str, str], own_folder: Path, disk: Disk) -> Path:
    """Give a file the first free name, or the name under which its content exists; a link replaces no file."""
    paths = (folder / _numbered(*name, number) for number in count(1))
    # A source of the user's own folder is taken.
    free = (path for path in paths if own_folder == folder.resolve() or not os.path.lexists(own_folder / path.name))
    return next(path for path in free if _has_name(path, file, disk))


def _has_name(path: Path, file: Path, disk: Disk) -> bool:
    """Link the file to this path; tell whether the path now has the file's content."""
    try:
        disk.link(file, path)
    except FileExistsError:
        folder = Sources.under(path.parent)
        with suppress(ArticleRefused):  # The name is that of a link or folder.
            return folder.read(path.name) == folder.read(file.name)
        return False
    return True


def _numbered(stem: str, suffix: str, number: int) -> str:
    """Return the name with its number, cut between two characters to MAX_NAME_BYTES."""
    tail = (f" {number}" if number > 1 else "") + suffix
    room = MAX_NAME_BYTES - len(tail.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + tail
