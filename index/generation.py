"""Generations: an index folder is published whole, and read whole.

DIR/LOCK       held by the one writer
DIR/CURRENT    names the generation in force and its manifest's sha256
DIR/gen-000007/manifest.json, articles.db, vectors.faiss, words/
DIR/added/     articles dropped in by hand: no part of a generation, but read by every build
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import IndexDamagedError, IndexMismatchError, InputError
from index.folder import is_utf8, shown

FORMAT = 2
# What a manifest says beside its format, and the type of each.
_SHAPE: Mapping[str, type] = {
    "model": dict, "settings": dict, "counts": dict, "root": str, "paths": list, "refused": list, "built": str, "files": dict
}  # fmt: skip
# What older indexes of the same format do not say: nothing was added and nothing taken out.
_SHAPE_WHERE_SAID: Mapping[str, type] = {"added": list, "excluded": list}
LOCK, CURRENT, MANIFEST, ADDED = "LOCK", "CURRENT", "manifest.json", "added"
ARTICLES, VECTORS, WORDS = "articles.db", "vectors.faiss", "words"
_GENERATION = re.compile(r"gen-(\d{6,})(\.tmp)?")


@dataclass(frozen=True, slots=True)
class Generation:
    """A published generation whose files are what its manifest says."""

    number: int
    folder: Path
    manifest: Mapping[str, Any]


def index_exists(directory: Path) -> bool:
    """Whether a folder holds an index; false where there is nothing yet.

    Raises:
        InputError: something else is there.
    """
    if not is_utf8(str(directory)):
        raise InputError(f"{shown(str(directory))}: its name is not valid UTF-8; name another place with --index")
    if not os.path.lexists(directory):
        return False
    if not directory.is_dir():
        raise InputError(f"{directory}: not a folder; name another place with --index")
    try:
        names = {entry.name for entry in directory.iterdir()}
    except OSError as error:
        raise InputError(f"{directory}: cannot be listed ({error.strerror}); name another place with --index") from error
    if CURRENT in names or any(_GENERATION.fullmatch(name) and not name.endswith(".tmp") for name in names):
        return True
    # A folder of that name alone may be anybody's; beside a lock it is ours.
    ours = {LOCK, ADDED} if LOCK in names else set()
    if strangers := sorted(name for name in names if name not in ours and not _GENERATION.fullmatch(name)):
        raise InputError(f"{directory}: holds something else ({strangers[0]!a}) and no index; name another place with --index")
    return False


def open_generation(directory: Path) -> Generation:
    """The generation in force, every file's sha256 checked before anything else reads it.

    Raises:
        IndexDamagedError: there is none, or a file is missing or not what was published.
        IndexMismatchError: the index is of another format.
    """
    if not index_exists(directory):
        raise IndexDamagedError(f"{directory}: there is no index here; run qa index FOLDER --index {directory}")
    try:
        current = json.loads((directory / CURRENT).read_text("utf-8"))
        number, manifest_sha256 = int(current["generation"]), str(current["manifest_sha256"])
    except FileNotFoundError:
        raise IndexDamagedError(
            f"{directory / CURRENT}: missing, so no generation is in force; run qa index --rebuild"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamagedError(f"{directory / CURRENT}: cannot be read; run qa index --rebuild") from error
    folder = directory / _name(number)
    raw = _read(folder / MANIFEST)
    if hashlib.sha256(raw).hexdigest() != manifest_sha256:
        raise IndexDamagedError(f"{folder / MANIFEST}: sha256 differs from CURRENT; run qa index --rebuild")
    manifest = json.loads(raw)
    if manifest.get("format") != FORMAT:
        raise IndexMismatchError(
            f"{directory}: index format {manifest.get('format')}, this program reads {FORMAT}; run qa index"
        )
    odd = [key for key, kind in _SHAPE.items() if not isinstance(manifest.get(key), kind)]
    odd += [key for key, kind in _SHAPE_WHERE_SAID.items() if not isinstance(manifest.get(key, kind()), kind)]
    if odd:
        raise IndexMismatchError(f"{folder / MANIFEST}: {', '.join(odd)} not as this program writes it; run qa index")
    _check_files(folder, manifest["files"])
    return Generation(number, folder, manifest)


def published_manifest(directory: Path) -> Mapping[str, Any]:
    """What the manifest in force says, checked or not; where it cannot be read, the latest that can; else nothing."""
    folders = sorted(directory.glob("gen-*[0-9]"), reverse=True)
    if (number := _in_force(directory)) is not None:
        folders.insert(0, directory / _name(number))
    for folder in folders:
        with suppress(OSError, ValueError):
            manifest = json.loads((folder / MANIFEST).read_bytes())
            if isinstance(manifest, dict):
                return manifest
    return {}


def _check_files(folder: Path, records: Mapping[str, Any]) -> None:
    """Every file that the index reads is there and is what was published."""
    for name in (ARTICLES, VECTORS, f"{WORDS}/meta.json"):
        if name not in records:
            raise IndexMismatchError(f"{folder / MANIFEST}: does not name {name}; run qa index --rebuild")
    for name, record in records.items():
        data = _read(folder / name)
        if len(data) != record["size"] or hashlib.sha256(data).hexdigest() != record["sha256"]:
            raise IndexDamagedError(f"{folder / name}: sha256 differs from the manifest; run qa index --rebuild")


@contextmanager
def writer(directory: Path) -> Iterator[None]:
    """Hold the index folder's lock; the kernel frees it when the process ends, however it ends.

    What fails before there is an index leaves nothing that was made for it.

    Raises:
        InputError: the folder cannot be made or written, or another process writes it.
    """
    from filelock import FileLock, Timeout

    index_exists(directory)
    made = [path for path in (directory / LOCK, directory, *directory.parents) if not os.path.lexists(path)]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = FileLock(directory / LOCK, timeout=0)
        lock.acquire()
    except Timeout:
        raise InputError(f"{directory}: another qa index is writing it; wait until it is done") from None
    except OSError as error:
        raise InputError(f"{directory}: cannot be written ({error.strerror}); name another place with --index") from error
    try:
        yield
    except BaseException:
        _unmake(made, directory)  # Under the lock still, so that no other writer is at work here.
        raise
    finally:
        lock.release()


def _unmake(made: Sequence[Path], directory: Path) -> None:
    """Remove the lock and the empty folders that a first build made, innermost first, where it came to no index."""
    with suppress(OSError):
        if {path.name for path in directory.iterdir()} == {LOCK}:
            for path in made:
                path.rmdir() if path.is_dir() else path.unlink()


def publish(directory: Path, write: Callable[[Path], Mapping[str, Any]]) -> Generation:
    """Let `write` fill a working folder, then put it in force in one step.

    `write` returns what the manifest holds beside format and files. Until the
    last rename the generation before stays in force; it is kept afterwards for
    readers that hold it, older ones are removed. Call under `writer`.
    """
    numbers = [int(match[1]) for path in directory.iterdir() if (match := _GENERATION.fullmatch(path.name))]
    number, before = max(numbers, default=0) + 1, _in_force(directory)
    working, folder = directory / f"{_name(number)}.tmp", directory / _name(number)
    try:
        for left in directory.glob("gen-*.tmp"):
            shutil.rmtree(left)
        working.mkdir()
        raw = _fill(working, write)
        working.rename(folder)
        sync_folder(directory)
        current = {"generation": number, "manifest_sha256": hashlib.sha256(raw).hexdigest()}
        _write(directory / f"{CURRENT}.tmp", json.dumps(current).encode())
        os.replace(directory / f"{CURRENT}.tmp", directory / CURRENT)
        sync_folder(directory)
    except BaseException as error:
        (directory / f"{CURRENT}.tmp").unlink(missing_ok=True)
        shutil.rmtree(working, ignore_errors=True)
        if _in_force(directory) != number:
            shutil.rmtree(folder, ignore_errors=True)
        if not isinstance(error, OSError):
            raise
        reason = error.strerror or error
        raise InputError(f"{directory}: cannot be written ({reason}); make room, the index before stays in force") from error
    for path in directory.iterdir():
        if (match := _GENERATION.fullmatch(path.name)) and int(match[1]) not in (before, number):
            shutil.rmtree(path, ignore_errors=True)
    return Generation(number, folder, json.loads(raw))


def _fill(working: Path, write: Callable[[Path], Mapping[str, Any]]) -> bytes:
    """Write a generation's files and their manifest, all on disk; returns the manifest's bytes."""
    record = write(working)
    names = sorted(path.relative_to(working).as_posix() for path in working.rglob("*") if path.is_file())
    files = {name: _synced(working / name) for name in names}
    raw = json.dumps({"format": FORMAT, **record, "files": files}, indent=1).encode()
    _write(working / MANIFEST, raw)
    for folder in [*(path for path in working.rglob("*") if path.is_dir()), working]:
        sync_folder(folder)
    return raw


def _in_force(directory: Path) -> int | None:
    """The number that CURRENT names, if it can be read."""
    try:
        return int(json.loads((directory / CURRENT).read_bytes())["generation"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _name(number: int) -> str:
    return f"gen-{number:06d}"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise IndexDamagedError(f"{path}: cannot be read ({error.strerror}); run qa index --rebuild") from error


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _synced(path: Path) -> dict[str, object]:
    """Size and sha256 of a file, once it is on disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return {"size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def sync_folder(folder: Path) -> None:
    """See to it that the names in a folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
