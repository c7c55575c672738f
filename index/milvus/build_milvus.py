"""Building an index in Milvus: first rows that no reader sees, then a generation that names them, then the alias."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from articles_qa.index.building.build_report import BuildReport
from articles_qa.index.building.build_settings import BuildSettings
from articles_qa.index.building.collection import LastBuild
from articles_qa.index.building.fill_entries import Progress
from articles_qa.index.building.prepare import PreparedBuild, make_report, open_previous, prepare
from articles_qa.index.errors import IndexUnusableError, InputError
from articles_qa.index.files.disk import DISK, make_folders
from articles_qa.index.milvus.catalogue import Catalogue
from articles_qa.index.milvus.collections import create_data, data_collections, generation_name, is_data
from articles_qa.index.milvus.generation import (
    EXHAUSTIVE,
    GRAPH,
    MilvusGeneration,
    MilvusManifest,
    NextNumbers,
    generations,
    number_in_force,
    open_milvus_generation,
    publish_generation,
)
from articles_qa.index.milvus.place import MilvusPlace
from articles_qa.index.milvus.server import MilvusServer, milvus_server
from articles_qa.index.milvus.store import MilvusStore, PreviousMilvusGeneration
from articles_qa.index.milvus.write_lease import Lease, milvus_writer
from articles_qa.index.milvus.write_rows import further_numbers, write_rows
from articles_qa.index.models.model_files import cache_folder
from articles_qa.index.opened.build_record import Counts

# Ids of deleted articles stay until the next build. Beyond this many articles, or half of all, all rows are rewritten:
# the list of deleted articles would slow every search.
MAX_DELETED = 2000
_BYTES_A_NUMBER = 6  # Of a vector: four for the search, two as embedded.


@dataclass(frozen=True, slots=True)
class _BuildJob:
    """The parts that one build works with. `folder` has this machine's checkpoints of a stopped build."""

    server: MilvusServer
    lease: Lease
    folder: Path
    settings: BuildSettings
    progress: Progress


def build_in_milvus(paths: Sequence[Path], place: MilvusPlace, settings: BuildSettings, progress: Progress) -> BuildReport:
    """Make an index in Milvus contain the articles of these files and folders; see `index.build`.

    Raises:
        InputError: as `build`.
        IndexBusyError: another process is writing the index, and `settings.wait` is false.
        IndexUnusableError: the server is gone, refuses or cannot write; the generation in force stays.
    """
    server = milvus_server(place)
    number_in_force(server)  # Raises if the name belongs to something else.
    with milvus_writer(server, wait=settings.wait, note=progress.note) as lease:
        server.be_strict()
        # This machine's checkpoints of a stopped build; readers need no folder.
        where = str(place.lite.resolve() if place.lite else place.text)
        folder = cache_folder() / "milvus" / hashlib.sha256(where.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        try:
            make_folders(folder, DISK)
            return _build(paths, _BuildJob(server, lease, folder, settings, progress))
        except OSError as error:
            reason = error.strerror or error
            raise InputError(f"{folder}: cannot be written ({reason}); make room, or set QA_CACHE to a folder") from error


def _build(paths: Sequence[Path], job: _BuildJob) -> BuildReport:
    server, settings, progress = job.server, job.settings, job.progress
    began = time.perf_counter()
    there = number_in_force(server) is not None
    generation = open_previous(lambda: open_milvus_generation(server), settings, progress) if there else None
    _sweep(server, generation)
    record = generation.manifest.build if generation else None
    held = PreviousMilvusGeneration(MilvusStore(server, generation), record.speakers_read_by) if generation and record else None
    before = LastBuild.of(record, list(held.contents) if held else [])
    if not paths:
        if not before.paths:
            raise InputError(f"{server.place}: no earlier build names its articles; name their folder: qa index FOLDER")
        paths, settings = (
            before.paths_again(str(server.place)),
            replace(settings, encoding=settings.encoding or before.encoding),
        )
    # Every file is read: stat signatures would be those of the machine that built last.
    prepared = prepare(paths, job.folder, settings, before, record=record, previous=held, progress=progress).embedded()
    kept = generation if prepared.keeps else None
    prepared = _searching(prepared, GRAPH if kept and kept.is_graph else EXHAUSTIVE)
    stays = kept if kept and not _is_to_be_rewritten(kept, settings, prepared) else None
    if kept is None or stays is None or prepared.differs(kept.manifest.build):
        kept = _published(job, prepared, stays)
    prepared.checkpoints.discard()
    _, passages, sentences = kept.catalogue.counts()
    took_s = time.perf_counter() - began
    return make_report(prepared, generation=kept.number, passages=passages, sentences=sentences, took_s=took_s)


def _published(job: _BuildJob, prepared: PreparedBuild, stays: MilvusGeneration | None) -> MilvusGeneration:
    """Write the new rows, and put in force a generation that names the new and the staying rows."""
    server, dim = job.server, prepared.card.dim
    entry_maker, articles = prepared.entry_maker, prepared.collection.articles
    number = max([*generations(server), 0]) + 1
    there = {(entry.source, entry.content): entry for entry in stays.catalogue.entries} if stays else {}
    new = [article for article in articles if (article.source, article.content) not in there]
    staying = [there[key] for article in articles if (key := (article.source, article.content)) in there]
    gone = sorted({entry.number for entry in there.values()} - {entry.number for entry in staying})
    if stays is None:
        sentences = sum(len(entry.sentences) for entry in entry_maker.entries(articles))
        exhaustive = sentences <= job.settings.exhaustive_up_to
        prepared = _searching(prepared, EXHAUSTIVE if exhaustive else GRAPH)
        data = data_collections(server.place.name, number)
        create_data(server, data, dim=dim, exhaustive=exhaustive)
    else:
        data = stays.data
    numbers = further_numbers(stays.manifest.next if stays else NextNumbers())
    written = write_rows(server, data, entry_maker.entries(new), numbers, since=number)
    lexicon = written.lexicon(server, stays, {*gone})
    made = int(data.passages.rsplit("_", 2)[1])
    catalogue = Catalogue([*staying, *written.entries])
    size = sum(entry.size_bytes for entry in catalogue.entries) + _BYTES_A_NUMBER * dim * catalogue.counts()[2]
    job.lease.check()
    counts = Counts(*catalogue.counts())
    manifest = MilvusManifest(number, prepared.record, dim, made, numbers, tuple(gone), size, counts)
    generation = publish_generation(server, manifest, catalogue, lexicon)
    _drop_older(server, generation)
    return generation


def _searching(prepared: PreparedBuild, vectors: str) -> PreparedBuild:
    """Return what was prepared, with a record that says how vectors are searched."""
    methods = replace(prepared.record.methods, vectors=vectors)
    return replace(prepared, record=replace(prepared.record, methods=methods))


def _is_to_be_rewritten(kept: MilvusGeneration, settings: BuildSettings, prepared: PreparedBuild) -> bool:
    """Return whether to rewrite all rows: for another speaker reader, many deleted articles or another kind of search."""
    wrong_kind = kept.is_graph != (kept.manifest.counts.sentences > settings.exhaustive_up_to)
    gone = len(prepared.changes.removed + prepared.changes.changed)
    other_speakers = kept.manifest.build.speakers_read_by != prepared.speakers
    return other_speakers or wrong_kind or gone > min(MAX_DELETED, len(kept.catalogue.entries) / 2)


def _sweep(server: MilvusServer, found: MilvusGeneration | None) -> None:
    """Remove the rows of a stopped build, and rows that the generation in force does not name."""
    name = server.place.name
    current = number_in_force(server) or 0
    kept = {*found.data.all} if found else set()
    for number in generations(server):
        if number > current or (found and found.manifest.gone and number < current):  # Its rows are removed now.
            server.drop(generation_name(name, number))
    if found is None:
        return
    earlier = [number for number in generations(server) if number < current]
    for number in earlier:
        try:
            kept |= {*open_milvus_generation(server, number=number).data.all}
        except IndexUnusableError:
            server.drop(generation_name(name, number))
    for collection in server.collections():
        if is_data(name, collection) and collection not in kept:
            server.drop(collection)
    after = found.manifest.next
    for collection, key in zip(found.data.all, (after.text, after.passage, after.sentence), strict=True):
        server.delete_where(collection, f"id >= {key}")
        if gone := [*found.manifest.gone]:
            server.delete_where(collection, f"article in {gone}")


def _drop_older(server: MilvusServer, generation: MilvusGeneration) -> None:
    """Remove all generations and data but those of the generation in force and the previous one."""
    name = server.place.name
    earlier = [number for number in generations(server) if number < generation.number]
    for number in earlier[:-1]:
        server.drop(generation_name(name, number))
    if not earlier:
        return
    kept = {*generation.data.all}
    for number in earlier[-1:]:
        try:
            kept |= {*open_milvus_generation(server, number=number).data.all}
        except IndexUnusableError:
            return  # Another format: the next build removes it.
    for collection in server.collections():
        if is_data(name, collection) and collection not in kept:
            server.drop(collection)
