"""Writing a generation: share segments with the generation before, write one new segment, and the articles' order."""

import errno
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from articles_qa.index.building.collection import FoundArticle
from articles_qa.index.building.previous_generation import PreviousGeneration
from articles_qa.index.building.segment_plan import SegmentPlan
from articles_qa.index.entries.entry import Entry
from articles_qa.index.files.checksums import FileRecord
from articles_qa.index.files.disk import Disk
from articles_qa.index.files.file_stat import pack_stats
from articles_qa.index.local.generation import LOOKS, ORDER, Generation
from articles_qa.index.local.global_ids import GlobalIds
from articles_qa.index.local.manifest import Manifest
from articles_qa.index.local.segment import WORDS, Segment, SegmentRecord, folder_of
from articles_qa.index.local.tombstones import TOMBSTONES, count_deleted_words
from articles_qa.index.local.write_segment import write_segment
from articles_qa.index.opened.build_record import BuildRecord, Counts

# Where the whole index is searched by IVF lists, a segment of more sentences than this has lists too: there may be twenty.
SEGMENT_EXHAUSTIVE_UP_TO = 10_000
# The errors of a file system without hard links.
_NO_LINKS = (errno.EPERM, errno.EXDEV, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
Entries = Callable[[Sequence[FoundArticle]], Iterator[Entry]]


def write_generation(
    folder: Path,
    plan: SegmentPlan,
    previous: PreviousGeneration | None,
    entries: Entries,
    record: BuildRecord,
    *,
    dim: int,
    exhaustive_up_to: int,
    words: Generation | None = None,
    disk: Disk,
) -> Manifest:
    """Write all files of a planned generation but its manifest; return the manifest, which names the shared files alone.

    Vectors have `dim` dimensions; up to `exhaustive_up_to` sentences are searched exhaustively. `words` is a
    generation with just these articles, whose words are shared.

    Raises:
        OSError: a file cannot be written.
    """
    records: list[SegmentRecord] = []
    shared: dict[str, FileRecord] = {}
    places = {source: (plan.kept.index(at.segment), at.number) for source, at in plan.staying.items()}
    if previous is not None:
        for place in plan.kept:
            before = previous.segments[place].record
            records.append(replace(before, folder=folder_of(before.serial, first=not records)))
            shared |= _share_segment(before, records[-1], previous.generation, folder, disk)
    if (fresh := plan.fresh) or not records:
        serial = 1 + max((segment.record.serial for segment in previous.segments), default=0) if previous else 1
        where, up_to = folder_of(serial, first=not records), exhaustive_up_to
        if sum(record.sentences for record in records) > exhaustive_up_to:
            up_to = min(exhaustive_up_to, SEGMENT_EXHAUSTIVE_UP_TO)
        places |= {article.source: (len(records), number) for number, article in enumerate(fresh)}
        records.append(
            write_segment(
                folder,
                entries(fresh),
                serial=serial,
                folder=where,
                dim=dim,
                exhaustive_up_to=up_to,
                with_words=words is None,
                disk=disk,
            )
        )
        if words is not None:
            shared |= share_files(words, lambda name: name if name.startswith(f"{WORDS}/") else None, folder, disk)
    articles = sorted(plan.articles, key=lambda article: article.source)
    with disk.create(folder / LOOKS) as file:
        np.save(file, pack_stats([article.file.stat for article in articles]), allow_pickle=False)
    counts = _write_order(folder, records, [places[article.source] for article in articles], dim=dim, disk=disk)
    return Manifest(record, tuple(records), counts, tuple(shared.values()))


def _write_order(
    folder: Path, records: Sequence[SegmentRecord], places: Sequence[tuple[int, int]], *, dim: int, disk: Disk
) -> Counts:
    """Write the articles' order and the deleted words; return the counts of the generation."""
    order = np.array(places, np.int32).reshape(-1, 2)
    with disk.create(folder / ORDER) as file:
        np.save(file, order, allow_pickle=False)
    segments = [Segment(record, folder, dim=dim) for record in records]
    ids = GlobalIds(segments, order, str(folder))
    if any(ids.deleted(place) is not None for place in range(len(segments))):
        with disk.create(folder / TOMBSTONES) as file:
            file.write(json.dumps(count_deleted_words(segments, ids), sort_keys=True).encode())
    return Counts(*ids.counts)


def _share_segment(
    before: SegmentRecord, now: SegmentRecord, generation: Generation, folder: Path, disk: Disk
) -> dict[str, FileRecord]:
    """Share the files of a segment, which may get another folder."""

    def name(file: str) -> str | None:
        inner = before.inner(file)
        return None if inner is None else now.names(inner)

    return share_files(generation, name, folder, disk)


def share_files(generation: Generation, name: Callable[[str], str | None], folder: Path, disk: Disk) -> dict[str, FileRecord]:
    """Link files into another generation's folder, or copy them; return the records of the linked files.

    `name` returns the new name of each file of the generation; None: it is not shared.
    """
    shared: dict[str, FileRecord] = {}
    for file in generation.manifest.files:
        if (new := name(file.name)) is None:
            continue
        into = folder / new
        for parent in reversed(into.relative_to(folder).parents[:-1]):
            if not (folder / parent).is_dir():
                disk.make_folder(folder / parent)
        try:
            disk.link(generation.folder / file.name, into)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            with disk.create(into) as copy, (generation.folder / file.name).open("rb") as source:
                shutil.copyfileobj(source, copy)
        else:
            shared[new] = replace(file, name=new)
    return shared
