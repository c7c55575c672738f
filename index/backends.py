"""The operations on an index besides searching it, wherever it is: open, build, add a file, check, and a few questions.

This is the only file outside index/milvus/ that knows of Milvus. A place is an index folder, or a text such as
`milvus://HOST:PORT/NAME`. `backend_at` returns the backend of a place.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from articles_qa.index.building.added_files import keep_added_file
from articles_qa.index.building.build_local import build_local
from articles_qa.index.building.build_report import BuildReport
from articles_qa.index.building.build_settings import BuildSettings
from articles_qa.index.building.collection import LastBuild
from articles_qa.index.building.fill_entries import Progress
from articles_qa.index.errors import IndexUnusableError, InputError
from articles_qa.index.files.checksums import Check, read_small
from articles_qa.index.files.disk import DISK, Disk
from articles_qa.index.files.source_files import Sources
from articles_qa.index.local.generation import (
    CURRENT,
    MAX_CURRENT_BYTES,
    PENDING,
    index_exists,
    open_generation,
    published_record,
)
from articles_qa.index.local.local_index import LocalIndex
from articles_qa.index.milvus.place import is_milvus
from articles_qa.index.opened.index import Index
from articles_qa.index.verify.findings import Soundness
from articles_qa.index.verify.verify_local import check_local_index


class Backend(Protocol):
    """The operations on an index at one place. Every method may raise InputError and IndexUnusableError."""

    @property
    def folder(self) -> Path:
        """The index folder, where articles are added by hand; a path that cannot exist if there is no folder."""

    def exists(self) -> bool:
        """Return whether an index was published there; False if there is nothing yet."""

    def open(self, number: int | None, check: Check | None) -> Index:
        """Open the current generation, or the generation with this number; see `Index.open`."""

    def build(self, paths: Sequence[Path], settings: BuildSettings, progress: Progress, disk: Disk) -> BuildReport:
        """Make the index contain the articles of these files and folders; see `build`."""

    def add_file(self, name: str, data: bytes, settings: BuildSettings | None, disk: Disk) -> str:
        """Add a file for the next build; see `add_file`."""

    def check(self, number: int | None) -> Soundness:
        """Check all of a generation; see `check_index`."""

    def mark(self) -> bytes:
        """Return bytes that differ between current generations; b"" if there is none."""

    def paths_before(self) -> list[Path]:
        """Return the files and folders that the last build read, if there was any; InputError if this user named none."""

    def sources(self, number: int | None, note: Callable[[str], None]) -> Sources:
        """Return the places of the articles' files. `note` receives messages about a damaged index."""

    def has_stopped_build(self) -> bool:
        """Return whether the place has the remains of a build that was stopped before its end."""

    def judgements_folder(self) -> Path:
        """Return the folder in which judgements of answers are kept; InputError if there is none."""


class FolderBackend:
    """An index in a folder; see `Backend`."""

    def __init__(self, directory: Path) -> None:
        self.folder = directory

    def exists(self) -> bool:
        return index_exists(self.folder)

    def open(self, number: int | None, check: Check | None) -> Index:
        return LocalIndex(self.folder, number=number, check=check)

    def build(self, paths: Sequence[Path], settings: BuildSettings, progress: Progress, disk: Disk) -> BuildReport:
        return build_local(paths, self.folder, settings, progress, disk)

    def add_file(self, name: str, data: bytes, settings: BuildSettings | None, disk: Disk) -> str:
        return keep_added_file(self.folder, name, data, settings, disk)

    def check(self, number: int | None) -> Soundness:
        return check_local_index(self.folder, number=number)

    def mark(self) -> bytes:
        with suppress(OSError):
            return read_small(self.folder / CURRENT, max_bytes=MAX_CURRENT_BYTES)
        return b""

    def paths_before(self) -> list[Path]:
        return LastBuild.of(published_record(self.folder), ()).paths_again(str(self.folder))

    def sources(self, number: int | None, note: Callable[[str], None]) -> Sources:
        """Return the places of the articles' files, of a damaged index too."""
        if not self.exists():
            raise InputError(
                f"{self.folder}: there is no index here to say where the articles lie; name their folder with --root"
            )
        try:
            record = open_generation(self.folder, number=number).manifest.build
            return Sources.of(self.folder, record.root, record.added)
        except IndexUnusableError as error:
            last = published_record(self.folder)
            sources = Sources.of(self.folder, last.root if last else None, last.added if last else ())
            note(str(error))
            note(f"the quotes are compared with the files in {sources.root} all the same")
            return sources

    def has_stopped_build(self) -> bool:
        return (self.folder / PENDING).exists()

    def judgements_folder(self) -> Path:
        return self.folder


def backend_at(place: str | Path) -> Backend:
    """Return the backend of a place.

    Raises:
        InputError: the place is written wrongly.
    """
    if is_milvus(place):
        from articles_qa.index.milvus.backend import MilvusBackend  # Not before it is needed: it takes a tenth of the start.

        return MilvusBackend(place)
    return FolderBackend(Path(place))


def _open_at(place: str | Path, number: int | None, check: Check | None) -> Index:
    return backend_at(place).open(number, check)


Index.open_at = _open_at


def build(
    paths: Sequence[str | Path],
    directory: str | Path,
    settings: BuildSettings | None = None,
    *,
    progress: Progress | None = None,
    disk: Disk = DISK,
) -> BuildReport:
    """Make the index contain the articles of these files and folders, and those added to it by hand.

    Only new and changed articles are embedded. Deleted articles leave the index. With no
    paths, the paths of the last build are read again, in its encoding. If nothing changed, nothing is
    published. Excluded articles stay out as long as the paths have the same root and the file exists.
    An added article that is excluded is deleted. A stopped build is continued.

    Raises:
        InputError: no path, a missing path or no article in any path; the index folder is something else or
            cannot be written; an article to exclude or restore is unknown.
        IndexBusyError: another process is writing the index, and `settings.wait` is false.
        IndexDamagedError: the index to update is damaged; `settings.rebuild` builds it from scratch.
    """
    settings, progress = settings or BuildSettings(), progress or Progress()
    return backend_at(directory).build([Path(path) for path in paths], settings, progress, disk)


def add_file(directory: str | Path, name: str, data: bytes, *, settings: BuildSettings | None = None, disk: Disk = DISK) -> str:
    """Put a file into the index folder for the next build to index; return its source.

    The name is made safe. It gets a number if another content has it. Nothing is written if the same
    content is there already under that name. The build refuses content that another article has.

    Raises:
        ArticleRefused: the file cannot be an article.
        InputError: the folder is full or cannot be written, or the index has no folder.
    """
    return backend_at(directory).add_file(name, data, settings, disk)


def check_index(directory: Path | str, *, number: int | None = None) -> Soundness:
    """Check all of the current generation, or of the generation with this number.

    Compared are: the sha256 of every file; all counts; the text of every article with the sha256 of its
    file; every span with the text that it lies in; the vectors' length, and the vectors in SQLite with
    those in FAISS; the words of every passage with the word index. One article and one batch of vectors
    are in memory at a time. If files are damaged, all of them are named and nothing else is checked.

    Raises:
        InputError: the place contains something else.
        IndexUnusableError: there is nothing to check.
    """
    return backend_at(directory).check(number)


def is_indexed(place: str | Path) -> bool:
    """Return whether an index was published there; False if there is nothing yet.

    Raises:
        InputError: the place contains something else, or an extra is not installed.
        IndexUnusableError: the server cannot be reached.
    """
    return backend_at(place).exists()
