"""Checksums: compare a generation's files with its manifest before a library reads a byte of them."""

import hashlib
import os
import stat
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from io import FileIO
from pathlib import Path

import xxhash

from articles_qa.index.errors import IndexDamagedError
from articles_qa.index.files.open_flags import open_flags

# Up to this size every file's sha256 is compared when an index is opened (1.6 GB/s a core). Beyond, xxh3 comes first: it
# finds all accidental damage in a tenth of the time. sha256, which cannot be forged, follows in the background.
FULL_CHECK_BYTES = 1_000_000_000
_CHUNK_BYTES = 1 << 20
_READERS = 2
DIGITS = {"sha256": 64, "xxh3": 32}


class Check(Enum):
    """The digest by which a generation's files were compared when it was opened."""

    SHA256 = "sha256"
    XXH3 = "xxh3"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of a generation as its manifest names it; `name` is its path inside the generation, with `/`."""

    name: str
    size_bytes: int
    sha256: str
    xxh3: str

    @classmethod
    def of(cls, path: Path, name: str) -> "FileRecord":
        """Return the record of a file, by reading it."""
        sha256, xxh3 = hashlib.sha256(), xxhash.xxh3_128()
        with _opened(path) as file:
            for chunk in _chunks(file):
                sha256.update(chunk)
                xxh3.update(chunk)
        return cls(name, path.stat().st_size, sha256.hexdigest(), xxh3.hexdigest())

    def to_dict(self) -> dict[str, object]:
        """Return the record as a manifest has it."""
        return {"size": self.size_bytes, "sha256": self.sha256, "xxh3": self.xxh3}

    def digest(self, check: Check) -> str:
        """Return the manifest's digest for this check."""
        return self.sha256 if check is Check.SHA256 else self.xxh3


def sha256_of(path: Path) -> str:
    """Return a file's sha256, in hex."""
    with _opened(path, follow=True) as file:  # A model may lie in a hub's cache, which is made of links.
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_files(folder: Path, records: Sequence[FileRecord], check: Check) -> None:
    """Check that every file is as it was published.

    Raises:
        IndexDamagedError: a file is damaged; the first one is named.
    """
    if found := damages(folder, records, check):
        raise IndexDamagedError(found[0])


def damages(folder: Path, records: Sequence[FileRecord], check: Check) -> list[str]:
    """Return one line for each file that is missing, damaged or a link: the path and the damage."""
    for inside in {parent for record in records for parent in (folder / record.name).parents if folder in parent.parents}:
        if inside.is_symlink():
            return [f"{inside}: a link, and an index holds none"]
    with ThreadPoolExecutor(_READERS) as readers:  # Hashing releases Python's lock.
        found = readers.map(lambda record: _damage(folder / record.name, record, check), records)
        return [damage for damage in found if damage is not None]


class Verification:
    """The sha256 of every file, compared in the background while the index is in use."""

    def __init__(self, folder: Path, records: Sequence[FileRecord]) -> None:
        self._folder, self._records = folder, records
        self._damage: str | None = None
        self._done = threading.Event()
        threading.Thread(target=self._compare, name="verification", daemon=True).start()

    @property
    def done(self) -> bool:
        """Tell whether every file was compared."""
        return self._done.is_set()

    def check(self) -> None:
        """Check that no damage has been found so far.

        Raises:
            IndexDamagedError: damage has been found.
        """
        if self._damage is not None:
            raise IndexDamagedError(f"{self._damage}; run qa index --rebuild")

    def wait(self, timeout_s: float) -> bool:
        """Wait until every file was compared; tell whether this was in time."""
        return self._done.wait(timeout_s)

    def _compare(self) -> None:
        for record in self._records:
            damage = _damage(self._folder / record.name, record, Check.SHA256)
            # A generation that is removed while it is in use was not damaged.
            if damage is not None and self._folder.is_dir():
                self._damage = damage
                break
        self._done.set()


def read_small(path: Path, *, max_bytes: int) -> bytes:
    """Read a small regular file.

    Raises:
        OSError: the file cannot be read, is no regular file or a link, or is larger.
    """
    with _opened(path) as file:
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise OSError(f"larger than {max_bytes:,} bytes")
    return data


def _damage(path: Path, record: FileRecord, check: Check) -> str | None:
    try:
        with _opened(path) as file:
            if os.fstat(file.fileno()).st_size != record.size_bytes:
                return f"{path}: its size differs from the manifest"
            digest = hashlib.sha256() if check is Check.SHA256 else xxhash.xxh3_128()
            for chunk in _chunks(file):
                digest.update(chunk)
    except OSError as error:
        return f"{path}: cannot be read ({error.strerror or error})"
    return None if digest.hexdigest() == record.digest(check) else f"{path}: {check.value} differs from the manifest"


@contextmanager
def _opened(path: Path, *, follow: bool = False) -> Iterator[FileIO]:
    """Open a regular file for reading, no link by default; a pipe or device would keep a reader waiting for ever."""
    descriptor = os.open(path, open_flags("O_NONBLOCK", *([] if follow else ["O_NOFOLLOW"])))
    with open(descriptor, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a regular file")
        yield file


def _chunks(file: FileIO) -> Iterator[memoryview]:
    buffer = bytearray(_CHUNK_BYTES)
    view = memoryview(buffer)
    while size := file.readinto(buffer):
        yield view[:size]
