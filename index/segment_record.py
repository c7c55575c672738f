"""Segments: an index is one or more of them, each written once: some articles with their spans, vectors and words.

A generation names its segments. One that does not change is shared with the
generation before (hard links), so that an article more does not rewrite an
archive. Which of a segment's articles still count is said by the generation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import IndexMismatchError
from index.lists import Lists

ARTICLES, VECTORS, EXACT, WORDS = "articles.db", "vectors.faiss", "vectors.f16", "words"
FIRST_PASSAGES, FIRST_SENTENCES = "passages.npy", "sentences.npy"
FILES = (ARTICLES, VECTORS, EXACT, f"{WORDS}/meta.json", FIRST_PASSAGES, FIRST_SENTENCES)
_TOP = frozenset({ARTICLES, VECTORS, EXACT, WORDS, FIRST_PASSAGES, FIRST_SENTENCES})
_COUNTS = ("serial", "articles", "passages", "sentences")


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A segment as a manifest names it: its number, which no other has, its folder, and all that it was written with.

    `folder` is "" for the one that lies in the generation's own folder. `lists`
    None: its vectors are searched exhaustively.
    """

    serial: int
    folder: str
    articles: int
    passages: int
    sentences: int
    lists: Lists | None

    def path(self, generation: Path, name: str = "") -> Path:
        """Where one of its files lies."""
        return generation / self.folder / name

    def names(self, name: str) -> str:
        """What a manifest calls one of its files."""
        return f"{self.folder}/{name}" if self.folder else name

    def inner(self, name: str) -> str | None:
        """What a file of the manifest is called inside the segment; None: it is none of its files."""
        if not self.folder:
            return name if name.split("/", maxsplit=1)[0] in _TOP else None
        return name.removeprefix(f"{self.folder}/") if name.startswith(f"{self.folder}/") else None

    def to_dict(self) -> dict[str, object]:
        """Its part of the manifest."""
        lists = {"vectors": self.lists.to_dict()} if self.lists else {}
        return {**{key: getattr(self, key) for key in _COUNTS}, "folder": self.folder, **lists}


def folder_of(serial: int, *, first: bool) -> str:
    """The folder of a segment inside a generation."""
    return "" if first else f"seg-{serial:06d}"


def read_segments(manifest: Mapping[str, Any], where: str) -> tuple[SegmentRecord, ...]:
    """The segments that a manifest names; at least one.

    Raises:
        IndexMismatchError: they are not as this program writes them.
    """
    said = manifest.get("segments")
    if not isinstance(said, list) or not said or not all(isinstance(one, dict) for one in said):
        raise IndexMismatchError(f"{where}: segments not as this program writes it; run qa index --rebuild")
    found: list[SegmentRecord] = []
    for place, one in enumerate(said):
        counts = [one.get(key) for key in _COUNTS]
        counted = all(isinstance(count, int) and not isinstance(count, bool) and 0 <= count < 1 << 31 for count in counts)
        if not counted or one.get("folder") != folder_of(counts[0], first=not place):
            raise IndexMismatchError(f"{where}: segment {place} not as this program writes it; run qa index --rebuild")
        found.append(SegmentRecord(counts[0], one["folder"], counts[1], counts[2], counts[3], Lists.from_manifest(one, where)))
    if len({one.serial for one in found}) < len(found):
        raise IndexMismatchError(f"{where}: names a segment twice; run qa index --rebuild")
    return tuple(found)
