"""Generations: an index folder is published as a whole, and read as a whole.

DIR/LOCK       locked by the one writer; names the writer
DIR/CURRENT    names the generation in force and its manifest's sha256; generation 0: nothing was published yet
DIR/gen-000007/manifest.json, order.npy, looks.npy, and its first segment: articles.db, vectors.faiss, vectors.f16, words/…
DIR/gen-000007/seg-000006/ one more segment, with the same files
DIR/added/     articles added by hand: no part of a generation, but read by every build
DIR/pending/   checkpoints: what a stopped build has embedded
"""

import hashlib
import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from articles_qa.index.errors import IndexDamagedError, IndexMismatchError, IndexUnusableError, InputError
from articles_qa.index.files.checksums import FULL_CHECK_BYTES, Check, check_files, read_small
from articles_qa.index.files.file_stat import read_stats
from articles_qa.index.files.find_files import is_utf8
from articles_qa.index.files.printable import printable_name
from articles_qa.index.local.manifest import Manifest
from articles_qa.index.local.segment import FILES
from articles_qa.index.opened.build_record import CollectionRecord

LOCK, CURRENT, MANIFEST, ADDED, PENDING = "LOCK", "CURRENT", "manifest.json", "added", "pending"
ORDER, LOOKS = "order.npy", "looks.npy"
GENERATION_NAME = re.compile(r"gen-(\d{6,})(\.tmp)?")
MAX_CURRENT_BYTES, MAX_MANIFEST_BYTES = 10_000, 1_000_000_000


@dataclass(frozen=True, slots=True)
class Generation:
    """A published generation. Its files were compared with its manifest by `check`."""

    number: int
    folder: Path
    manifest: Manifest
    check: Check

    def looks(self, articles: int) -> bytes:
        """Return the stat signatures of this many articles' files, one after another; b"" if the generation has none.

        Raises:
            IndexDamagedError: the file of signatures cannot be read.
        """
        there = any(file.name == LOOKS for file in self.manifest.files)
        return read_stats(self.folder / LOOKS, articles=articles) if there else b""


@dataclass(frozen=True, slots=True)
class Current:
    """The contents of CURRENT: the generation in force, 0 for none, and its manifest's sha256."""

    generation: int
    manifest_sha256: str

    def to_bytes(self) -> bytes:
        """Return the bytes of the file."""
        return json.dumps({"generation": self.generation, "manifest_sha256": self.manifest_sha256}).encode()


def index_exists(directory: Path) -> bool:
    """Return whether a folder contains an index; False if there is nothing yet.

    Raises:
        InputError: the folder contains something else.
    """
    if not is_utf8(str(directory)):
        raise InputError(f"{printable_name(directory)}: its name is not valid UTF-8; name another place with --index")
    if not os.path.lexists(directory):
        return False
    if not directory.is_dir():
        raise InputError(f"{directory}: not a folder; name another place with --index")
    try:
        names = {entry.name for entry in directory.iterdir()}
    except OSError as error:
        raise InputError(f"{directory}: cannot be listed ({error.strerror}); name another place with --index") from error
    if CURRENT in names:
        with suppress(IndexDamagedError):  # Something was published, and is damaged now.
            current = read_current(directory)
            return current is None or current.generation > 0
        return True
    if any(GENERATION_NAME.fullmatch(name) and not name.endswith(".tmp") for name in names):
        return True
    # Without a lock, folders of these names may be anybody's.
    ours = {LOCK, ADDED, PENDING, f"{CURRENT}.tmp"} if LOCK in names else set()
    if strangers := sorted(name for name in names if name not in ours and not GENERATION_NAME.fullmatch(name)):
        raise InputError(f"{directory}: holds something else ({strangers[0]!a}) and no index; name another place with --index")
    return False


def read_current(directory: Path) -> Current | None:
    """Return the contents of CURRENT; None if the file is missing.

    Raises:
        IndexDamagedError: CURRENT cannot be read.
    """
    try:
        raw = read_small(directory / CURRENT, max_bytes=MAX_CURRENT_BYTES)
        said = json.loads(raw)
        number, digest = said["generation"], said["manifest_sha256"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexDamagedError(f"{directory / CURRENT}: cannot be read; run qa index --rebuild") from error
    if isinstance(number, bool) or not isinstance(number, int) or number < 0 or not isinstance(digest, str):
        raise IndexDamagedError(f"{directory / CURRENT}: names no generation; run qa index --rebuild")
    current = Current(number, digest)
    if current.to_bytes() != raw:
        raise IndexDamagedError(f"{directory / CURRENT}: not as it was written; run qa index --rebuild")
    return current


def open_generation(directory: Path, *, number: int | None = None, check: Check | None = None) -> Generation:
    """Open the generation in force, or the one with this number, after comparing every file with the manifest.

    `check` None means sha256 up to FULL_CHECK_BYTES in all, xxh3 beyond.

    Raises:
        IndexDamagedError: there is no generation, or a file is missing or not what was published.
        IndexMismatchError: the index is of another format.
    """
    if not index_exists(directory):
        raise IndexDamagedError(f"{directory}: there is no index here; run qa index FOLDER --index {directory}")
    if number is not None:
        return _opened(directory, number, None, check)
    try:
        current = read_current(directory)
        if current is None:
            raise IndexDamagedError(f"{directory / CURRENT}: missing, so no generation is in force; run qa index --rebuild")
        return _opened(directory, current.generation, current.manifest_sha256, check)
    except IndexDamagedError as error:
        raise IndexDamagedError(f"{error}{_way_out(directory)}") from error


def current_number(directory: Path) -> int | None:
    """Return the number in CURRENT; None if the file is missing or cannot be read."""
    with suppress(IndexDamagedError):
        current = read_current(directory)
        return current.generation if current else None
    return None


def generation_numbers(directory: Path) -> list[int]:
    """Return the numbers of the generations in an index folder, oldest first."""
    matches = (GENERATION_NAME.fullmatch(path.name) for path in directory.iterdir())
    return sorted(int(match[1]) for match in matches if match and not match[2])


def published_record(directory: Path) -> CollectionRecord | None:
    """Return what the manifest in force says of the files that were read, checked or not.

    Another manifest, the latest first, takes the place of one that cannot be read. None: none can be read.
    """
    folders = sorted(directory.glob("gen-*[0-9]"), reverse=True)
    if (current := current_number(directory)) is not None:
        folders.insert(0, directory / name_of(current))
    for folder in folders:
        with suppress(OSError, ValueError, RecursionError):
            manifest = json.loads(read_manifest(folder))
            if isinstance(manifest, dict) and manifest:
                return CollectionRecord.from_json(manifest)
    return None


def read_manifest(folder: Path) -> bytes:
    """Return the bytes of a generation's manifest.

    Raises:
        OSError: the manifest cannot be read, or the folder is a link.
    """
    if folder.is_symlink():
        raise OSError("its folder is a link")
    return read_small(folder / MANIFEST, max_bytes=MAX_MANIFEST_BYTES)


def name_of(number: int) -> str:
    """Return the name of a generation's folder."""
    return f"gen-{number:06d}"


def _opened(directory: Path, number: int, manifest_sha256: str | None, check: Check | None) -> Generation:
    """Open a generation whose manifest has this sha256; None means a manifest with a valid seal."""
    folder = directory / name_of(number)
    try:
        raw = read_manifest(folder)
    except OSError as error:
        reason = error.strerror or error
        raise IndexDamagedError(f"{folder / MANIFEST}: cannot be read ({reason}); run qa index --rebuild") from error
    if manifest_sha256 is not None and hashlib.sha256(raw).hexdigest() != manifest_sha256:
        raise IndexDamagedError(f"{folder / MANIFEST}: sha256 differs from CURRENT; run qa index --rebuild")
    manifest = Manifest.from_bytes(raw, folder / MANIFEST, by_seal=manifest_sha256 is None)
    files, names = manifest.files, {file.name for file in manifest.files}
    for needed in (ORDER, *(segment.names(name) for segment in manifest.segments for name in FILES)):
        if needed not in names:
            raise IndexMismatchError(f"{folder / MANIFEST}: does not name {needed}; run qa index --rebuild")
    if check is None:
        check = Check.SHA256 if sum(file.size_bytes for file in files) <= FULL_CHECK_BYTES else Check.XXH3
    try:
        check_files(folder, files, check)
    except IndexDamagedError as error:
        raise IndexDamagedError(f"{error}; run qa index --rebuild") from error
    return Generation(number, folder, manifest, check)


def _way_out(directory: Path) -> str:
    """Return advice that names the newest intact generation; "" if there is none."""
    numbers: Sequence[int] = ()
    with suppress(OSError):
        numbers = generation_numbers(directory)
    for number in reversed(numbers):
        with suppress(IndexUnusableError):
            _opened(directory, number, None, None)
            return f", or answer from generation {number} with --generation {number}"
    return ""
