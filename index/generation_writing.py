"""A generation's files: segments shared with the generation before, one written anew, and in what order their articles come."""

import errno
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from index.checking import FileRecord
from index.collection import FoundArticle
from index.disk import Disk
from index.generation import COUNTED, ORDER, Generation
from index.gone import GONE
from index.held import Held
from index.planning import Plan
from index.publishing import Written
from index.segment import Segment
from index.segment_writing import write_segment
from index.segments import SegmentRecord, folder_of
from index.stored import Entry

# In an index that is searched in lists a segment of more sentences than this is, too: 10,000 take .5 ms.
SEGMENT_EXHAUSTIVE_UP_TO = 10_000
# A file system that gives a file no second name.
_NO_LINKS = (errno.EPERM, errno.EXDEV, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
Entries = Callable[[Sequence[FoundArticle]], Iterator[Entry]]


@dataclass(frozen=True, slots=True)
class Vectors:
    """What a new segment's vectors are like: their dimensions, and up to how many are searched exhaustively."""

    dim: int
    exhaustive_up_to: int


def write_generation(
    folder: Path, plan: Plan, held: Held | None, entries: Entries, said: Mapping[str, Any], *, vectors: Vectors, disk: Disk
) -> Written:
    """Write all of a generation but its manifest, as planned.

    Raises:
        OSError: a file cannot be written.
    """
    kept = [_Kept.of(held, place, plan) for place in plan.kept] if held else []
    records = [replace(one.segment.record, folder=folder_of(one.serial, first=not at)) for at, one in enumerate(kept)]
    shared: dict[str, FileRecord] = {}
    for one, record in zip(kept, records, strict=True):
        shared |= _share(one.segment.record, record, held.generation if held else None, folder, disk)
    order = [(source, at, number) for at, one in enumerate(kept) for source, number in one.staying.items()]
    if plan.fresh or not kept:
        serial = 1 + max((segment.record.serial for segment in (held.segments if held else ())), default=0)
        order += [(article.source, len(records), number) for number, article in enumerate(plan.fresh)]
        where, up_to = folder_of(serial, first=not records), _exhaustive_up_to(records, vectors)
        made, dim = entries(plan.fresh), vectors.dim
        records.append(write_segment(folder, made, serial=serial, folder=where, dim=dim, exhaustive_up_to=up_to, disk=disk))
    order.sort()
    with disk.create(folder / ORDER) as file:
        np.save(file, np.array([place[1:] for place in order], np.int32).reshape(-1, 2), allow_pickle=False)
    if counts := sum((one.gone_words() for one in kept), Counter[str]()):
        with disk.create(folder / GONE) as file:
            file.write(json.dumps(counts, sort_keys=True).encode())
    return Written({**said, "segments": [record.to_dict() for record in records], "counts": _counts(kept, records)}, shared)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A segment that is shared, and the articles in it that count: the number of each by its source."""

    segment: Segment
    staying: Mapping[str, int]

    @classmethod
    def of(cls, held: Held, place: int, plan: Plan) -> "_Kept":
        """One of those planned."""
        staying = {source: at.number for source, at in plan.staying.items() if at.segment == place}
        return cls(held.segments[place], staying)

    @property
    def serial(self) -> int:
        return self.segment.record.serial

    def counts(self) -> tuple[int, int, int]:
        """How many articles, passages and sentences count. (3,)"""
        numbers = np.fromiter(self.staying.values(), np.int64, len(self.staying))
        starts, ends = self.segment.first_passages[numbers], self.segment.first_passages[numbers + 1]
        sentences = self.segment.first_sentences[ends] - self.segment.first_sentences[starts]
        return len(numbers), int((ends - starts).sum()), int(sentences.sum())

    def gone_words(self) -> Counter[str]:
        """In how many passages that do not count any more each word stands."""
        counts: Counter[str] = Counter()
        for number in sorted({*range(self.segment.record.articles)} - {*self.staying.values()}):
            for terms in self.segment.store.terms_of(number):
                counts.update({*terms})
        return counts


def _exhaustive_up_to(kept: Sequence[SegmentRecord], vectors: Vectors) -> int:
    """Up to how many sentences a new segment is searched exhaustively."""
    many = sum(record.sentences for record in kept) > vectors.exhaustive_up_to
    return min(vectors.exhaustive_up_to, SEGMENT_EXHAUSTIVE_UP_TO) if many else vectors.exhaustive_up_to


def _share(
    before: SegmentRecord, now: SegmentRecord, generation: Generation | None, folder: Path, disk: Disk
) -> dict[str, FileRecord]:
    """Give a segment's files a second name, in another generation's folder; what is known of them, by that name."""
    shared: dict[str, FileRecord] = {}
    for file in generation.files if generation else ():
        if (inner := before.inner(file.name)) is None or generation is None:
            continue
        into = now.path(folder, inner)
        for missing in (parent for parent in (now.path(folder), into.parent) if not parent.is_dir()):
            disk.make_folder(missing)
        try:
            disk.link(generation.folder / file.name, into)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            with disk.create(into) as copy, (generation.folder / file.name).open("rb") as source:
                shutil.copyfileobj(source, copy)
        else:
            shared[now.names(inner)] = replace(file, name=now.names(inner))
    return shared


def _counts(kept: Sequence[_Kept], records: Sequence[SegmentRecord]) -> dict[str, int]:
    """What counts, in all segments; the ones that are not shared count whole."""
    counts = [one.counts() for one in kept]
    counts += [(record.articles, record.passages, record.sentences) for record in records[len(kept) :]]
    return dict(zip(COUNTED, (sum(part) for part in zip(*counts, strict=True)), strict=True))
