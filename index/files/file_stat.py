"""Stat signatures: a file's identity, size and times; an edit changes the signature.

One kind of edit does not: a write through a memory map to a page that was written some seconds before.
"""

import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from articles_qa.index.arrays import read_array
from articles_qa.index.errors import IndexDamagedError

# Two edits within a tick of the file system's clock leave the same times (2 s on FAT). So a file that was edited just
# before it was read is read again the next time, as git does.
RACY_NS = 2_000_000_000
STAT_NUMBERS = 5
_PACKED = struct.Struct(f"<{STAT_NUMBERS}Q")
_ALL = 0xFFFF_FFFF_FFFF_FFFF
_UNSEEN = bytes(_PACKED.size)

FileStat: TypeAlias = bytes
"""(5,) little-endian uint64: device, inode, size in bytes, nanoseconds of the last writing and of the last change.

Bytes, since a build has a signature for each of a million files.
"""
FileStats: TypeAlias = npt.NDArray[np.uint64]
"""(articles, 5) uint64: the signature of each article's file."""


def file_stat(status: os.stat_result) -> FileStat:
    """Return the signature of a file with this status; times before 1970 wrap around."""
    times = status.st_mtime_ns & _ALL, status.st_ctime_ns & _ALL
    return _PACKED.pack(status.st_dev & _ALL, status.st_ino & _ALL, status.st_size, *times)


def is_settled(status: os.stat_result, at_ns: int) -> bool:
    """Tell whether an edit at this moment or later would change the signature."""
    settled_ns = at_ns - RACY_NS
    return status.st_mtime_ns < settled_ns and status.st_ctime_ns < settled_ns


def pack_stats(stats: Sequence[FileStat | None]) -> FileStats:
    """Return signatures as an index keeps them, by article; an unknown signature is zeros, as no file has."""
    return np.frombuffer(b"".join(stat or _UNSEEN for stat in stats), "<u8").reshape(len(stats), STAT_NUMBERS)


def read_stats(path: Path, *, articles: int) -> bytes:
    """Read the signatures of so many articles, one after another.

    Raises:
        IndexDamagedError: the file cannot be read, or has another shape.
    """
    stats = read_array(path)
    if stats.shape != (articles, STAT_NUMBERS) or stats.dtype != np.uint64:
        raise IndexDamagedError(f"{path}: not of each article; run qa index --rebuild")
    return bytes(stats.tobytes())


def has_stat(stats: bytes, number: int, stat: FileStat) -> bool:
    """Tell whether the file of this number had this signature."""
    return stats[number * _PACKED.size : (number + 1) * _PACKED.size] == stat


def stat_size(stat: FileStat) -> int:
    """Return the file's size in bytes."""
    return int(_PACKED.unpack(stat)[2])
