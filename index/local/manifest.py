"""The manifest of a generation: its build record, its segments, its counts and its files. One reader, one writer."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from articles_qa.index.errors import IndexDamagedError, IndexMismatchError
from articles_qa.index.files.checksums import DIGITS, FileRecord
from articles_qa.index.local.segment import COUNTS, SegmentRecord, folder_of
from articles_qa.index.opened.build_record import BuildRecord, Counts
from articles_qa.index.search.ivf_lists import Lists

FORMAT = 7
_MAX_NAME_CHARS = 200  # The names that this program writes have some 50.
_SEAL = re.compile(rb'\A\{\n "seal": "([0-9a-f]{64})"')
_NO_SEAL = b"0" * 64
_HEX = re.compile("[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of a generation in a folder."""

    build: BuildRecord
    segments: tuple[SegmentRecord, ...]
    counts: Counts
    files: tuple[FileRecord, ...] = ()

    @classmethod
    def from_bytes(cls, raw: bytes, path: Path, *, by_seal: bool = False) -> "Manifest":
        """Read a manifest file. `by_seal` compares the manifest with its own seal.

        Raises:
            IndexDamagedError: the bytes are not JSON, or differ from the seal.
            IndexMismatchError: another format, or this program writes the manifest otherwise.
        """
        try:
            said = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise IndexDamagedError(f"{path}: not JSON; run qa index --rebuild") from error
        found = said.get("format") if isinstance(said, dict) else None
        if found != FORMAT:
            place = path.parent.parent
            raise IndexMismatchError(f"{place}: index format {str(found)[:20]}, this program reads {FORMAT}; run qa index")
        build, counts = BuildRecord.from_manifest(said, str(path), also={"files": dict, "segments": list})
        seal = _SEAL.match(raw)
        if by_seal and not (seal and hashlib.sha256(raw.replace(seal[1], _NO_SEAL, 1)).hexdigest().encode() == seal[1]):
            raise IndexDamagedError(f"{path}: sha256 differs from its seal; run qa index --rebuild")
        files = tuple(_file(name, one, path) for name, one in sorted(said["files"].items()))
        return cls(build, tuple(_segments(said["segments"], path)), counts, files)

    def to_bytes(self) -> bytes:
        """Return the bytes of the manifest file, sealed."""
        return sealed(
            {
                "format": FORMAT,
                **self.build.to_json(),
                "segments": [segment.to_dict() for segment in self.segments],
                "counts": self.counts._asdict(),
                "files": {file.name: file.to_dict() for file in self.files},
            }
        )


def sealed(said: Mapping[str, Any]) -> bytes:
    """Return the bytes of a manifest with its seal, so that the manifest proves itself.

    The bytes begin with their own sha256, computed with zeros in its place.
    """
    raw = json.dumps({"seal": _NO_SEAL.decode(), **said}, indent=1).encode()
    return raw.replace(_NO_SEAL, hashlib.sha256(raw).hexdigest().encode(), 1)


def _file(name: str, said: Any, path: Path) -> FileRecord:
    """Read the record of a file, which must lie inside the generation's folder."""
    parts = PurePosixPath(name).parts
    inside = name == "/".join(parts) and parts and ".." not in parts and not name.startswith("/") and "\0" not in name
    if not inside or len(name) > _MAX_NAME_CHARS or not isinstance(said, dict):
        raise IndexMismatchError(f"{path}: {name!a:.100} is no file of a generation; run qa index --rebuild")
    size = said.get("size")
    digests: list[Any] = [said.get(key) for key in DIGITS]
    sized = isinstance(size, int) and not isinstance(size, bool) and size >= 0
    if not sized or not all(isinstance(one, str) for one in digests):
        raise IndexMismatchError(f"{path}: {name!a:.100} has no size and digests; run qa index --rebuild")
    if not all(len(one) == DIGITS[key] and _HEX.fullmatch(one) for key, one in zip(DIGITS, digests, strict=True)):
        raise IndexDamagedError(f"{path}: {name!a:.100} has a digest that is none; run qa index --rebuild")
    return FileRecord(name, said["size"], said["sha256"], said["xxh3"])


def _segments(said: Sequence[Any], path: Path) -> Iterator[SegmentRecord]:
    """Read the records of the segments; there is at least one."""
    if not said or not all(isinstance(one, dict) for one in said):
        raise IndexMismatchError(f"{path}: segments not as this program writes it; run qa index --rebuild")
    serials: set[int] = set()
    for position, one in enumerate(said):
        counts = [one.get(key) for key in COUNTS]
        counted = all(isinstance(count, int) and not isinstance(count, bool) and 0 <= count < 1 << 31 for count in counts)
        if not counted or one.get("folder") != folder_of(counts[0], first=not position):
            raise IndexMismatchError(f"{path}: segment {position} not as this program writes it; run qa index --rebuild")
        if counts[0] in serials:
            raise IndexMismatchError(f"{path}: names a segment twice; run qa index --rebuild")
        serials.add(counts[0])
        unembedded = one.get("unembedded", 0)
        if isinstance(unembedded, bool) or not isinstance(unembedded, int) or not 0 <= unembedded <= counts[3]:
            raise IndexMismatchError(f"{path}: unembedded not as this program writes it; run qa index --rebuild")
        yield SegmentRecord(counts[0], one["folder"], counts[1], counts[2], counts[3], _lists(one, path), unembedded)


def _lists(said: Mapping[str, Any], path: Path) -> Lists | None:
    """Read the IVF lists of a segment; None if its vectors are searched exhaustively."""
    vectors = said.get("vectors")
    if vectors is None:
        return None
    found: list[Any] = [vectors.get(key) for key in ("lists", "nprobe", "recall")] if isinstance(vectors, dict) else []
    if [type(value) for value in found] != [int, int, float] or not 1 <= found[1] <= found[0]:
        raise IndexMismatchError(f"{path}: vectors not as this program writes it; run qa index --rebuild")
    return Lists(*found)
