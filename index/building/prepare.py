"""Preparing a build: find the articles and give each its entry, before anything is written."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from articles_qa.index.articles.article import Content
from articles_qa.index.articles.passages import MAX_PASSAGE_CHARS
from articles_qa.index.building.build_report import BuildReport, SourceChanges, changes_since
from articles_qa.index.building.build_settings import BuildSettings
from articles_qa.index.building.checkpoints import Checkpoints
from articles_qa.index.building.collection import Collection, FoundArticle, KnownContents, LastBuild, collect
from articles_qa.index.building.fill_entries import EntryMaker, PreviousEntries, Progress
from articles_qa.index.errors import ArticleRefused, IndexDamagedError, IndexMismatchError, InputError
from articles_qa.index.files.disk import DISK, Disk
from articles_qa.index.files.printable import printable_name
from articles_qa.index.formats.article_reader import ArticleReader
from articles_qa.index.grammar.parser import INSTALL, reader_name
from articles_qa.index.models.embedder import Embedder
from articles_qa.index.models.export import export_model, find_export
from articles_qa.index.models.model_card import DEFAULT_MODEL, ModelCard, ModelSettings, Runtime
from articles_qa.index.models.model_files import Export
from articles_qa.index.opened.build_record import BuildRecord, Methods
from articles_qa.index.opened.paths_seal import seal_paths
from articles_qa.index.workers.processes import Processes
from articles_qa.index.workers.ray_cluster import RayWorkers, check_installed
from articles_qa.index.workers.worker import BATCH_BYTES, StartWorkers, Workers


def worker_starter(
    settings: BuildSettings, export: Export, *, speakers: bool, note: Callable[[str], None]
) -> StartWorkers | None:
    """Return the function that starts workers, or None where this process embeds alone.

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
    """Open the generation in force to build on it; where this fails, note the reason and return None.

    Raises:
        IndexDamagedError: the generation is damaged, and no rebuild was asked for.
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
    """Note the excluded articles that come back, because their sources mean other files under another root."""
    if before.excluded and before.root != str(collection.root):
        back = f"{len(before.excluded)} taken out below {printable_name(before.root)} are not kept out any more"
        progress.note(f"{printable_name(collection.root)}: another root than before, so {back}")


def _exported(settings: BuildSettings, record: BuildRecord | None, progress: Progress) -> tuple[Export, float]:
    """Return the model's export, and the seconds that exporting took."""
    began = time.perf_counter()
    if settings.model is None and record is not None and record.model.name != DEFAULT_MODEL:
        export = find_export(record.model)  # The name in a manifest opens nothing.
    else:
        before = ModelSettings(precision=record.model.precision, device=record.model.device) if record else ModelSettings()
        export = export_model(settings.model or before)
    if export.card.note.startswith("cannot"):
        progress.note(f"model {export.card.name}: {export.card.note}")
    return export, time.perf_counter() - began


def _is_same(card: ModelCard, record: BuildRecord) -> bool:
    """Tell whether the vectors of the build before are of this model."""
    try:
        record.model.check_same(card, "index")
    except IndexMismatchError:
        return False
    return True


def _parser_name(wanted: bool, progress: Progress) -> str:
    """Return the name of the parser that reads who speaks, or ""; note where a wanted parser is not installed."""
    reader = reader_name() if wanted else ""
    if wanted and not reader:
        progress.note(f"who speaks is not read: spaCy and its English model are not installed ({INSTALL})")
    return reader


def _as_read(collection: Collection, articles: Sequence[FoundArticle], unread: Sequence[ArticleRefused]) -> Collection:
    """Return the collection as its files were when their texts were read.

    Raises:
        InputError: no article could be read any more.
    """
    if not articles:
        raise InputError(f"{unread[0]}; no other article is left to index")
    refused = sorted([*collection.refused, *unread], key=lambda refusal: refusal.source)
    return replace(collection, articles=tuple(articles), refused=tuple(refused))


@dataclass(frozen=True, slots=True)
class PreparedBuild:
    """The articles, model and changes of a build.

    `before` are the contents of the build before, by source. `keeps` tells
    whether its vectors are kept. `speakers` names the parser that reads who
    speaks. `record` is the manifest's record of the build.
    """

    collection: Collection
    before: Mapping[str, Content]
    card: ModelCard
    keeps: bool
    speakers: str
    entry_maker: EntryMaker
    checkpoints: Checkpoints
    record: BuildRecord
    export_s: float

    @property
    def changes(self) -> SourceChanges:
        """The articles compared with those of the build before."""
        return changes_since(self.before, self.collection.articles)

    def embedded(self, kept: Callable[[], None] = lambda: None) -> "PreparedBuild":
        """Embed the new articles; return the build that is ready to be written. `kept` is called after each checkpoint.

        Raises:
            InputError: no article could be read any more.
        """
        collection = _as_read(self.collection, *self.entry_maker.embed(self.collection.articles, kept))
        refused = tuple((refusal.source, refusal.reason) for refusal in collection.refused)
        built = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return replace(self, collection=collection, record=replace(self.record, refused=refused, built=built))

    def differs(self, before: BuildRecord) -> bool:
        """Return whether a new generation is worth publishing after the generation with this record."""
        return self.changes.any or not self.record.is_same_build(before)


def prepare(
    paths: Sequence[Path],
    folder: Path,
    settings: BuildSettings,
    last_build: LastBuild,
    *,
    record: BuildRecord | None,
    previous: PreviousEntries | None,
    known_contents: KnownContents | None = None,
    drafts: PreviousEntries | None = None,
    progress: Progress,
    disk: Disk = DISK,
) -> PreparedBuild:
    """Find the articles, to be embedded. Only the holder of the writer lock may call this.

    `folder` has the articles added by hand, and the checkpoints. `record` and
    `previous` are of the generation to build on; `last_build` may also come
    from a damaged generation. `known_contents` returns the contents of files
    whose stat signature has not changed, `drafts` has entries without vectors.

    Raises:
        InputError: no article is left, an article to take out or bring back is unknown, or the wished workers are missing.
    """
    reader = ArticleReader(settings.reading or last_build.reading)
    known = previous or ()
    collection = collect(
        paths, folder, settings, last_build, known=known, known_contents=known_contents, reader=reader, disk=disk
    )
    _note_dropped(last_build, collection, progress)
    export, export_s = _exported(settings, record, progress)
    keeps = record is not None and not settings.rebuild and _is_same(export.card, record)
    wanted = last_build.speakers if settings.speakers is None else settings.speakers
    speakers = _parser_name(wanted, progress)
    checkpoints = Checkpoints(folder, export.card, speakers=speakers, disk=disk)
    start_workers = worker_starter(settings, export, speakers=bool(speakers), note=progress.note)
    entry_maker = EntryMaker(
        previous if keeps else None,
        checkpoints,
        Embedder(export),
        progress,
        check_size=settings.check_size,
        reader=reader,
        speakers=speakers,
        start_workers=start_workers,
        drafts=drafts,
    )
    before = previous.contents if previous else {}
    named = tuple(str(path.resolve()) for path in paths)
    now = BuildRecord(
        root=str(collection.root),
        paths=named,
        paths_seal=seal_paths(named),
        encoding=settings.encoding,
        reading=reader.settings,
        added=collection.added,
        excluded=collection.excluded,
        speakers=wanted,
        model=export.card,
        methods=Methods(MAX_PASSAGE_CHARS, "SQ8", "BM25, English stems", speakers),
        refused=tuple((refusal.source, refusal.reason) for refusal in collection.refused),
        built=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )
    return PreparedBuild(collection, before, export.card, keeps, speakers, entry_maker, checkpoints, now, export_s)


def make_report(prepared: PreparedBuild, *, generation: int, passages: int, sentences: int, took_s: float) -> BuildReport:
    """Return the report of a build that is in force now; `took_s` includes the model's export."""
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
        other_files=len(collection.others),
        others=collection.others,
        notes=collection.notes,
        passages=passages,
        sentences=sentences,
        took_s=took_s - prepared.export_s,
        export_s=prepared.export_s,
    )
