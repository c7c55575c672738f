"""Building an index: files → articles → sentences → passages → vectors and words → one published generation."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.added import find_added, leaving, settle, sweep
from index.changes import Renamed, changes_since
from index.collection import Before, Collection, collect
from index.crew import crew_of
from index.disk import DISK, Disk
from index.embedding import Embedder
from index.errors import ArticleRefused, IndexDamagedError, IndexMismatchError, IndexUnusableError, InputError
from index.filling import Filled, Filling, Progress
from index.folder import shown
from index.generation import Generation, index_exists, open_generation, published_manifest
from index.generation_writing import VectorSettings, write_generation
from index.held import Held
from index.locking import writer
from index.model import DEFAULT_MODEL, Export, ModelCard, ModelSettings, export_model
from index.parsing import INSTALL, reader_name
from index.passages import MAX_PASSAGE_CHARS
from index.pending import Pending
from index.planning import Plan, plan_change, plan_merging
from index.publishing import Written, publish
from index.settings import BuildSettings

# An upload takes seconds; what is as old as this was left by a process that is no more.
SWEEP_AFTER_S = 3600.0


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Sources are named once each; `took_s` leaves out `export_s`, the model's one-time export.

    A renamed article is neither added nor removed. `excluded` are the sources
    that are kept out, whenever they were taken out.
    """

    generation: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: tuple[ArticleRefused, ...]
    excluded: tuple[str, ...]
    other_files: int
    passages: int
    sentences: int
    took_s: float
    export_s: float


def build(
    paths: Sequence[str | Path],
    directory: str | Path,
    settings: BuildSettings | None = None,
    *,
    progress: Progress | None = None,
    disk: Disk = DISK,
) -> BuildReport:
    """Make the index hold the articles that these files and folders hold now, and those added to it by hand.

    Only new and changed articles are embedded; those that are gone are
    dropped. With no paths, the ones of the last build, read in its encoding.
    Where nothing changed, nothing is published. Articles taken out stay out while the paths have the
    same root and the file is there; an added one that is taken out is deleted.
    A build that was stopped is gone on with.

    Raises:
        InputError: no path, a missing one, no article in any, the index folder is something else or cannot be
            written, or an article to take out or bring back is unknown.
        IndexBusyError: another process is writing the index, and it is not to be waited for.
        IndexDamagedError: the index to update is damaged; `rebuild` starts afresh.
    """
    settings, progress, directory = settings or BuildSettings(), progress or Progress(), Path(directory)
    with writer(directory, wait=settings.wait, note=progress.note, disk=disk):
        try:
            return _build([Path(path) for path in paths], directory, settings, progress, disk)
        except OSError as error:
            reason = error.strerror or error
            raise InputError(f"{directory}: cannot be written ({reason}); make room or check its rights") from error


def _build(paths: Sequence[Path], directory: Path, settings: BuildSettings, progress: Progress, disk: Disk) -> BuildReport:
    began = time.perf_counter()
    settle(directory, disk=disk)
    sweep(directory, older_than_s=SWEEP_AFTER_S, disk=disk)
    generation = _generation_before(directory, settings, progress)
    held = _held(generation, settings) if generation else None
    contents = held.contents if held else {}
    before = Before.of(generation.manifest if generation else published_manifest(directory), contents)
    if not paths:
        paths, settings = _paths_before(before, directory), replace(settings, encoding=settings.encoding or before.encoding)
    seen = None if held is None or settings.rebuild else held.seen
    collection = collect(paths, directory, settings, before, known=held or (), seen=seen, disk=disk)
    _note_dropped(before, collection, progress)
    export, export_s = _exported(settings, generation, progress)
    kept = generation if generation is not None and _same(export.card, generation, settings) else None
    wanted = before.speakers if settings.speakers is None else settings.speakers
    speakers = _speakers(wanted, progress)
    pending = Pending(directory, export.card, speakers=speakers, disk=disk)
    crew = crew_of(settings, export, speakers=bool(speakers), note=progress.note)
    filling = Filling(held if kept else None, pending, Embedder(export), progress, speakers=speakers, crew=crew)
    filled = filling.embed(collection.articles)
    collection = _read_meanwhile(collection, filled)
    changes = changes_since(contents, filled.articles)
    said = _record(export.card, collection, paths, encoding=settings.encoding)
    said |= {"speakers": wanted, "settings": {**said["settings"], "speakers": speakers}}
    vectors = VectorSettings(export.card.dim, settings.exhaustive_up_to)
    relaid = kept is not None and _is_laid_otherwise(kept, settings)

    def put_in_force(plan: Plan, before: Held | None) -> Generation:
        def write(folder: Path) -> Written:
            return write_generation(folder, plan, before, filling.entries, said, vectors=vectors, disk=disk)

        return publish(directory, write, disk=disk)

    with leaving(directory, collection.leaving, disk=disk):
        if kept is None or changes.any or relaid or _stable(kept.manifest) != _stable(said):
            shared = held if kept is not None and held is not None and held.speakers == speakers and not relaid else None
            plan = plan_change(filled.articles, shared, min_passages=settings.min_segment_passages)
            kept, held = put_in_force(plan, shared), None
    if len(kept.segments) >= settings.merged_at:  # What is new can be asked for by now.
        held = held or Held(kept)
        least, at = settings.min_segment_passages, settings.merged_at
        if merging := plan_merging(filled.articles, held, min_passages=least, at=at):
            progress.note(f"{len(held.segments) - len(merging.kept)} parts of the index are made one")
            kept = put_in_force(merging, held)
    pending.discard()
    return BuildReport(
        generation=kept.number,
        added=changes.added,
        changed=changes.changed,
        renamed=changes.renamed,
        removed=changes.removed,
        unchanged=changes.unchanged,
        refused=tuple(sorted([*collection.refused, *collection.repeated], key=lambda refusal: refusal.source)),
        excluded=collection.excluded,
        other_files=collection.other_files,
        passages=kept.manifest["counts"]["passages"],
        sentences=kept.manifest["counts"]["sentences"],
        took_s=time.perf_counter() - began - export_s,
        export_s=export_s,
    )


def _generation_before(directory: Path, settings: BuildSettings, progress: Progress) -> Generation | None:
    """The generation in force, or none to start from."""
    if not index_exists(directory):
        return None
    try:
        return open_generation(directory)
    except IndexMismatchError as error:
        progress.note(f"{error}: every article is read and embedded anew")
    except IndexDamagedError as error:
        if not settings.rebuild:
            raise
        progress.note(f"{error}: every article is read and embedded anew")
    return None


def _held(generation: Generation, settings: BuildSettings) -> Held | None:
    """What the generation before holds."""
    try:
        return Held(generation)
    except IndexUnusableError:
        if not settings.rebuild:
            raise
        return None


def _speakers(wanted: bool, progress: Progress) -> str:
    """What reads who speaks, "" where nothing does; says so where it was wanted."""
    reader = reader_name() if wanted else ""
    if wanted and not reader:
        progress.note(f"who speaks is not read: spaCy and its English model are not installed ({INSTALL})")
    return reader


def _read_meanwhile(collection: Collection, filled: Filled) -> Collection:
    """The collection without the articles that could not be read any more.

    Raises:
        InputError: none is left.
    """
    if not filled.articles:
        raise InputError(f"{filled.refused[0]}; no other article is left to index")
    refused = sorted([*collection.refused, *filled.refused], key=lambda refusal: refusal.source)
    return replace(collection, articles=filled.articles, refused=tuple(refused))


def _paths_before(before: Before, directory: Path) -> list[Path]:
    """The files and folders of the last build, from a damaged index too; none where articles were added by hand."""
    if not before.paths and not find_added(directory).files:
        raise InputError(f"{directory}: no earlier build names its articles; name their folder: qa index FOLDER")
    return [Path(path) for path in before.paths]


def _note_dropped(before: Before, collection: Collection, progress: Progress) -> None:
    """Say which articles are back because their sources mean other files now."""
    if before.excluded and before.root != str(collection.root):
        gone = f"{len(before.excluded)} taken out below {shown(before.root)} are not kept out any more"
        progress.note(f"{shown(str(collection.root))}: another root than before, so {gone}")


def _exported(settings: BuildSettings, generation: Generation | None, progress: Progress) -> tuple[Export, float]:
    """The model's export, and the seconds that it took."""
    began = time.perf_counter()
    export = export_model(settings.model or _model_before(generation))
    if export.card.note.startswith("cannot"):
        progress.note(f"model {export.card.name}: {export.card.note}")
    return export, time.perf_counter() - began


def _model_before(generation: Generation | None) -> ModelSettings:
    if generation is None:
        return ModelSettings(DEFAULT_MODEL)
    card = ModelCard.from_dict(generation.manifest["model"])
    return ModelSettings(card.name, card.precision, card.device)


def _same(card: ModelCard, generation: Generation, settings: BuildSettings) -> bool:
    """Whether the vectors of the generation before can be kept."""
    if settings.rebuild:
        return False
    try:
        ModelCard.from_dict(generation.manifest["model"]).check_same(card, "index")
    except IndexMismatchError:
        return False
    return True


def _is_laid_otherwise(generation: Generation, settings: BuildSettings) -> bool:
    """Whether an index of one part is in lists and should not be, or the other way round; of several, each keeps its way."""
    if len(generation.segments) > 1:
        return False
    (segment,) = generation.segments
    return (segment.lists is not None) != (segment.sentences > settings.exhaustive_up_to)


def _record(card: ModelCard, collection: Collection, paths: Sequence[Path], *, encoding: str | None) -> dict[str, Any]:
    """What the manifest says beside format, counts and files."""
    return {
        "model": card.to_dict(),
        "settings": {"max_passage_chars": MAX_PASSAGE_CHARS, "vectors": "SQ8", "words": "BM25, English stems"},
        "root": str(collection.root),
        "paths": [str(path.resolve()) for path in paths],
        "encoding": encoding,
        # Sources in DIR/added: below the index folder, wherever that is moved.
        "added": list(collection.added),
        "excluded": list(collection.excluded),
        "refused": [{"source": refusal.source, "reason": refusal.reason} for refusal in collection.refused],
        "built": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _stable(record: Mapping[str, Any]) -> list[Any]:
    """What makes a new generation worth publishing."""
    return [record.get(key) for key in ("model", "settings", "speakers", "root", "paths", "refused", "added", "excluded")]
