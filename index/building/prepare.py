"""Preparing a build: find the articles and give each its entry, before anything is written."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from index.articles.passages import MAX_PASSAGE_CHARS
from index.building.build_report import BuildReport, SourceChanges, changes_since
from index.building.build_settings import BuildSettings
from index.building.checkpoints import Checkpoints
from index.building.collection import Collection, KnownContent, LastBuild, collect
from index.building.fill_entries import ArticlesRead, EntryMaker, PreviousEntries, Progress
from index.errors import IndexDamagedError, IndexMismatchError, InputError
from index.files.disk import DISK, Disk
from index.files.printable import printable_name
from index.grammar.parser import INSTALL, reader_name
from index.models.embedder import Embedder
from index.models.export import export_model
from index.models.model_card import DEFAULT_MODEL, ModelCard, ModelSettings, Runtime
from index.models.model_files import Export
from index.opened.build_record import BuildRecord, Methods
from index.workers.processes import Processes
from index.workers.ray_cluster import RayWorkers, check_installed
from index.workers.worker import BATCH_BYTES, StartWorkers, Workers


def worker_starter(
    settings: BuildSettings, export: Export, *, speakers: bool, note: Callable[[str], None]
) -> StartWorkers | None:
    """What starts those who embed, or None where this process does alone.

    Raises:
        InputError: Ray is not installed, or this model runs in one process only.
    """
    if settings.ray is not None:
        check_installed()
    elif settings.workers in (None, 1):
        return None
    if export.card.runtime is not Runtime.ONNX:
        option = "--workers" if settings.ray is None else "--ray"
        raise InputError(f"{option}: model {export.card.name} runs through sentence-transformers, in one process; leave it out")

    @contextmanager
    def start(size_bytes: int) -> Iterator[Workers | None]:
        batches = -(-size_bytes // BATCH_BYTES)
        workers: Processes | RayWorkers
        if settings.ray is not None:
            workers = RayWorkers(settings.ray, export, speakers=speakers, count=settings.workers, note=note)
        elif (count := min(settings.workers or 1, batches)) > 1:
            workers = Processes(export, speakers=speakers, count=count)
        else:
            yield None
            return
        try:
            yield workers
        finally:
            workers.end()

    return start


_T = TypeVar("_T")


def open_previous(opening: Callable[[], _T], settings: BuildSettings, progress: Progress) -> _T | None:
    """The generation in force as it is opened, or none to go on from; says why not.

    Raises:
        IndexDamagedError: it is damaged, and nobody asked to build it anew.
    """
    try:
        return opening()
    except IndexMismatchError as error:
        progress.note(f"{error}: every article is read and embedded anew")
    except IndexDamagedError as error:
        if not settings.rebuild:
            raise
        progress.note(f"{error}: every article is read and embedded anew")
    return None


def _note_dropped(before: LastBuild, collection: Collection, progress: Progress) -> None:
    """Say which articles are back because their sources mean other files now."""
    if before.excluded and before.root != str(collection.root):
        gone = f"{len(before.excluded)} taken out below {printable_name(before.root)} are not kept out any more"
        progress.note(f"{printable_name(collection.root)}: another root than before, so {gone}")


def _exported(settings: BuildSettings, record: BuildRecord | None, progress: Progress) -> tuple[Export, float]:
    """The model's export, and the seconds that it took."""
    began = time.perf_counter()
    export = export_model(settings.model or _model_before(record))
    if export.card.note.startswith("cannot"):
        progress.note(f"model {export.card.name}: {export.card.note}")
    return export, time.perf_counter() - began


def _model_before(record: BuildRecord | None) -> ModelSettings:
    if record is None:
        return ModelSettings(DEFAULT_MODEL)
    return ModelSettings(record.model.name, record.model.precision, record.model.device)


def _is_same(card: ModelCard, record: BuildRecord) -> bool:
    """Whether vectors of the build before are this model's."""
    try:
        record.model.check_same(card, "index")
    except IndexMismatchError:
        return False
    return True


def _reader(wanted: bool, progress: Progress) -> str:
    """What reads who speaks, "" where nothing does; says so where it was wanted."""
    reader = reader_name() if wanted else ""
    if wanted and not reader:
        progress.note(f"who speaks is not read: spaCy and its English model are not installed ({INSTALL})")
    return reader


def _read_meanwhile(collection: Collection, filled: ArticlesRead) -> Collection:
    """The collection without the articles that could not be read any more.

    Raises:
        InputError: none is left.
    """
    if not filled.articles:
        raise InputError(f"{filled.refused[0]}; no other article is left to index")
    refused = sorted([*collection.refused, *filled.refused], key=lambda refusal: refusal.source)
    return replace(collection, articles=filled.articles, refused=tuple(refused))


@dataclass(frozen=True, slots=True)
class PreparedBuild:
    """What a build is to put in force: which articles, by what model, and what became of them since the build before.

    `keeps` says whether vectors of the build before are kept; `speakers` is what
    reads who speaks. `entry_maker` gives every article its entry, and `record` is what
    the manifest says of the build.
    """

    collection: Collection
    changes: SourceChanges
    card: ModelCard
    keeps: bool
    speakers: str
    entry_maker: EntryMaker
    checkpoints: Checkpoints
    record: BuildRecord
    export_s: float

    def differs(self, before: BuildRecord) -> bool:
        """Return whether a new generation is worth publishing after the generation with this record."""
        return self.changes.any or not self.record.is_same_build(before)


def prepare(
    paths: Sequence[Path],
    folder: Path,
    settings: BuildSettings,
    before: LastBuild,
    *,
    record: BuildRecord | None,
    previous: PreviousEntries | None,
    known_content: KnownContent | None = None,
    progress: Progress,
    disk: Disk = DISK,
) -> PreparedBuild:
    """Find the articles and embed what is new. Call under `writer`.

    `folder` is where articles are added by hand, and where a build that is
    stopped leaves what it has embedded. `record` and what is `previous` are those
    of the generation to go on from, `before` is what it or a damaged one says;
    `known_content` knows files that look as they did when they were read for it.

    Raises:
        InputError: no article is left, one to take out or bring back is unknown, or nobody can embed as it is wished.
    """
    collection = collect(paths, folder, settings, before, known=previous or (), known_content=known_content, disk=disk)
    _note_dropped(before, collection, progress)
    export, export_s = _exported(settings, record, progress)
    keeps = record is not None and not settings.rebuild and _is_same(export.card, record)
    wanted = before.speakers if settings.speakers is None else settings.speakers
    speakers = _reader(wanted, progress)
    checkpoints = Checkpoints(folder, export.card, speakers=speakers, disk=disk)
    start_workers = worker_starter(settings, export, speakers=bool(speakers), note=progress.note)
    entry_maker = EntryMaker(
        previous if keeps else None, checkpoints, Embedder(export), progress, speakers=speakers, start_workers=start_workers
    )
    filled = entry_maker.embed(collection.articles)
    collection = _read_meanwhile(collection, filled)
    changes = changes_since(previous.contents if previous else {}, filled.articles)
    now = BuildRecord(
        root=str(collection.root),
        paths=tuple(str(path.resolve()) for path in paths),
        encoding=settings.encoding,
        added=collection.added,
        excluded=collection.excluded,
        speakers=wanted,
        model=export.card,
        methods=Methods(MAX_PASSAGE_CHARS, "SQ8", "BM25, English stems", speakers),
        refused=tuple((refusal.source, refusal.reason) for refusal in collection.refused),
        built=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )
    return PreparedBuild(collection, changes, export.card, keeps, speakers, entry_maker, checkpoints, now, export_s)


def make_report(prepared: PreparedBuild, *, generation: int, passages: int, sentences: int, took_s: float) -> BuildReport:
    """Of what was prepared and is in force now; `took_s` is what all took."""
    changes, collection = prepared.changes, prepared.collection
    return BuildReport(
        generation=generation,
        added=changes.added,
        changed=changes.changed,
        renamed=changes.renamed,
        removed=changes.removed,
        unchanged=changes.unchanged,
        refused=tuple(sorted([*collection.refused, *collection.repeated], key=lambda refusal: refusal.source)),
        excluded=collection.excluded,
        other_files=collection.other_files,
        passages=passages,
        sentences=sentences,
        took_s=took_s - prepared.export_s,
        export_s=prepared.export_s,
    )
