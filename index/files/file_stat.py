"""How a file looks without being read: no edit leaves all of it as it was."""

import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from index.arrays import read_array
from index.errors import IndexDamagedError

# Two edits within a tick of the file system's clock leave the same times (2 s on FAT), so a file that was changed
# just before it was read is read again the next time, as git does.
RACY_NS = 2_000_000_000
LOOK_NUMBERS = 5
_PACKED = struct.Struct(f"<{LOOK_NUMBERS}Q")
_ALL = 0xFFFF_FFFF_FFFF_FFFF
_UNSEEN = bytes(_PACKED.size)

Look: TypeAlias = bytes
"""(5,) little-endian uint64: device, inode, size in bytes, nanoseconds of the last writing and of the last change of any kind.

Bytes, since a build has one for each of a million files.
"""
Looks: TypeAlias = npt.NDArray[np.uint64]
"""(articles, 5) uint64, a look each."""


def look_of(status: os.stat_result) -> Look:
    """How a file looks by what the system says of it; times before 1970 wrap around."""
    times = status.st_mtime_ns & _ALL, status.st_ctime_ns & _ALL
    return _PACKED.pack(status.st_dev & _ALL, status.st_ino & _ALL, status.st_size, *times)


def is_settled(status: os.stat_result, at_ns: int) -> bool:
    """Whether an edit at this moment or later would show."""
    settled_ns = at_ns - RACY_NS
    return status.st_mtime_ns < settled_ns and status.st_ctime_ns < settled_ns


def to_looks(looks: Sequence[Look | None]) -> Looks:
    """The looks of an index's files as they are kept, by article; zeros, as no file looks, where one is not known."""
    return np.frombuffer(b"".join(look or _UNSEEN for look in looks), "<u8").reshape(len(looks), LOOK_NUMBERS)


def read_looks(path: Path, *, articles: int) -> bytes:
    """The looks of so many articles, one after another.

    Raises:
        IndexDamagedError: they cannot be read, or are others.
    """
    looks = read_array(path)
    if looks.shape != (articles, LOOK_NUMBERS) or looks.dtype != np.uint64:
        raise IndexDamagedError(f"{path}: not of each article; run qa index --rebuild")
    return bytes(looks.tobytes())


def is_look(looks: bytes, number: int, look: Look) -> bool:
    """Whether the file of this number looked so."""
    return looks[number * _PACKED.size : (number + 1) * _PACKED.size] == look


def size_of(look: Look) -> int:
    """The file's size in bytes."""
    return int(_PACKED.unpack(look)[2])
