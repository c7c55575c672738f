"""Publishing: a generation is written aside and put in force in one step; then older generations are removed.

Each step is on disk before the next step begins. Whenever the writer is stopped, a reader
finds the old generation or the new one, as a whole.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from articles_qa.index.errors import InputError
from articles_qa.index.files.checksums import Check, FileRecord
from articles_qa.index.files.disk import DISK, Disk, remove_tree, write_synced
from articles_qa.index.local.generation import (
    CURRENT,
    GENERATION_NAME,
    MANIFEST,
    Current,
    Generation,
    current_number,
    generation_numbers,
    name_of,
)
from articles_qa.index.local.manifest import Manifest

Write = Callable[[Path], Manifest]
"""Fills a folder; returns the manifest. Its files, if any, are shared with an earlier generation and not read again."""


def publish(directory: Path, write: Write, *, disk: Disk = DISK) -> Generation:
    """Let `write` fill a working folder, then put the folder in force in one step. Call under `writer`.

    The previous generation stays in force until CURRENT is replaced. It is kept afterwards, for
    readers that have it open and for falling back.

    Raises:
        InputError: the disk is full or cannot be written.
    """
    # The numbers of all generations, finished or not.
    taken = [int(match[1]) for path in directory.iterdir() if (match := GENERATION_NAME.fullmatch(path.name))]
    before = current_number(directory)
    number = max([*taken, before or 0]) + 1
    working, folder = directory / f"{name_of(number)}.tmp", directory / name_of(number)
    try:
        disk.make_folder(working)
        raw = _fill(working, write, disk)
        if not (taken or os.path.lexists(directory / CURRENT)):  # A generation without CURRENT would look like a damaged index.
            _put_in_force(directory, Current(0, ""), disk)
        disk.rename(working, folder)
        disk.sync_folder(directory)
        _put_in_force(directory, Current(number, hashlib.sha256(raw).hexdigest()), disk)
    except BaseException as error:
        with suppress(OSError):
            current = current_number(directory)
            if current is not None and current < number and folder.is_dir():
                _remove(directory, number, disk)
            _remove_unfinished(directory, disk)
        if not isinstance(error, OSError):
            raise
        raise InputError(_failed(directory, number, str(error.strerror or error))) from error
    with suppress(OSError):  # The next writer removes the rest.
        clean(directory, disk, before=before)
    return Generation(number, folder, Manifest.from_bytes(raw, folder / MANIFEST), Check.SHA256)


def recover(directory: Path, *, disk: Disk = DISK) -> None:
    """Remove the remains of a stopped writer, and flush to disk what it put in force. Call under `writer`.

    Raises:
        InputError: the disk cannot be written.
    """
    try:
        with suppress(PermissionError):
            _remove_unfinished(directory, disk)
        disk.sync_folder(directory)
    except OSError as error:
        raise InputError(f"{directory}: cannot be written ({error.strerror or error}); check the disk") from error


def clean(directory: Path, disk: Disk, *, before: int | None = None) -> None:
    """Remove the generations older than the one in force, except `before` or else the newest of them.

    Call this only where the generation in force opens: after an old CURRENT was restored, another
    generation may be the only good one. Newer generations stay for the same reason.
    """
    current = current_number(directory) or 0
    older = [number for number in generation_numbers(directory) if number < current]
    kept = before if before in older else max(older, default=None)
    for number in older:
        if number != kept:
            _remove(directory, number, disk)


def _remove_unfinished(directory: Path, disk: Disk) -> None:
    """Remove working folders and a half-written CURRENT."""
    for path in sorted(directory.iterdir()):
        if path.name == f"{CURRENT}.tmp" or ((match := GENERATION_NAME.fullmatch(path.name)) and match[2]):
            remove_tree(path, disk)


def _remove(directory: Path, number: int, disk: Disk) -> None:
    """Remove a generation; a half-removed folder does not look like a generation."""
    gone = directory / f"{name_of(number)}.tmp"
    disk.rename(directory / name_of(number), gone)
    remove_tree(gone, disk)


def _fill(working: Path, write: Write, disk: Disk) -> bytes:
    """Write a generation's files and their manifest to disk; return the manifest's bytes."""
    manifest = write(working)
    shared = {file.name: file for file in manifest.files}
    paths = sorted(working.rglob("*"))
    files: list[FileRecord] = []
    for path in paths:
        if path.is_file():
            name = path.relative_to(working).as_posix()
            if (known := shared.get(name)) is None:
                disk.sync(path)
            files.append(known or FileRecord.of(path, name))
    raw = replace(manifest, files=tuple(files)).to_bytes()
    write_synced(working / MANIFEST, raw, disk)
    for folder in (*(path for path in paths if path.is_dir()), working):
        disk.sync_folder(folder)
    return raw


def _put_in_force(directory: Path, current: Current, disk: Disk) -> None:
    aside = directory / f"{CURRENT}.tmp"
    write_synced(aside, current.to_bytes(), disk)
    disk.replace(aside, directory / CURRENT)
    disk.sync_folder(directory)


def _failed(directory: Path, number: int, reason: str) -> str:
    """Return the message about an error of the disk."""
    if current_number(directory) == number:
        return f"{directory}: written, but may not outlast a power cut ({reason}); check the disk and run qa index again"
    return f"{directory}: cannot be written ({reason}); make room or check its rights, what was in force stays"
