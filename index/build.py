"""Building an index: files → articles → sentences → passages → vectors and words → one published generation."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.added import find_added, leaving, settle, sweep
from index.article import Content
from index.collection import Before, Collection, FoundArticle, collect
from index.disk import DISK, Disk
from index.embedding import Embedder
from index.errors import ArticleRefused, IndexDamagedError, IndexMismatchError, InputError
from index.filling import Filled, Filling, Held, Progress, vectors_setting, write_files
from index.folder import shown
from index.generation import (
    ARTICLES,
    Generation,
    index_exists,
    open_generation,
    published_manifest,
    speakers_read_by,
)
from index.locking import writer
from index.milvus_place import is_milvus, milvus_place
from index.model import DEFAULT_MODEL, Export, ModelCard, ModelSettings, export_model
from index.parsing import INSTALL, reader_name
from index.passages import MAX_PASSAGE_CHARS
from index.pending import Pending
from index.publishing import publish
from index.settings import BuildSettings
from index.store import Store

# An upload takes seconds; what is as old as this was left by a process that is no more.
SWEEP_AFTER_S = 3600.0


@dataclass(frozen=True, slots=True)
class Renamed:
    """An article whose file has another name than it had."""

    before: str
    now: str


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


@dataclass(frozen=True, slots=True)
class _Changes:
    """What became of the sources since the build before."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.renamed or self.removed)


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
    settings, progress = settings or BuildSettings(), progress or Progress()
    if is_milvus(directory):
        from index.milvus_build import build_in_milvus

        return build_in_milvus([Path(path) for path in paths], milvus_place(directory), settings, progress)
    directory = Path(directory)
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
    before = Before.of(generation.manifest if generation else published_manifest(directory), list(contents))
    if not paths:
        paths, settings = _paths_before(before, directory), replace(settings, encoding=settings.encoding or before.encoding)
    collection = collect(paths, directory, settings, before, known=held or (), disk=disk)
    _note_dropped(before, collection, progress)
    export, export_s = _exported(settings, generation, progress)
    kept = generation if generation is not None and _same(export.card, generation, settings) else None
    wanted = before.speakers if settings.speakers is None else settings.speakers
    speakers = _speakers(wanted, progress)
    pending = Pending(directory, export.card, speakers=speakers, disk=disk)
    filling = Filling(held if kept else None, pending, Embedder(export), progress, speakers=speakers)
    filled = filling.embed(collection.articles)
    collection = _read_meanwhile(collection, filled)
    changes = _changes(filled.articles, contents)
    said = _record(export.card, collection, paths, encoding=settings.encoding)
    in_lists = kept is not None and kept.manifest["counts"]["sentences"] > settings.exhaustive_up_to
    known = {"vectors": vectors_setting(in_lists=in_lists), "speakers": speakers}
    said |= {"speakers": wanted, "settings": {**said["settings"], **known}}

    def write(folder: Path) -> Mapping[str, Any]:
        entries, limit = filling.entries(filled.articles), settings.exhaustive_up_to
        return write_files(folder, entries, dim=export.card.dim, exhaustive_up_to=limit, disk=disk).in_manifest(said)

    with leaving(directory, collection.leaving, disk=disk):
        if kept is None or changes.any or _stable(kept.manifest) != _stable(said):
            kept = publish(directory, write, disk=disk)
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
        return Held(Store(generation.folder / ARTICLES), speakers_read_by(generation.manifest))
    except IndexDamagedError:
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


def _changes(articles: Sequence[FoundArticle], before: Mapping[str, Content]) -> _Changes:
    """The articles against those of the build before; another encoding is another text."""
    now = {article.source: article.content for article in articles}
    gone = {content: source for source, content in sorted(before.items(), reverse=True) if source not in now}
    renamed: list[Renamed] = []
    added: list[str] = []
    for source, content in now.items():
        if source in before:
            continue
        if (earlier := gone.pop(content, None)) is not None:
            renamed.append(Renamed(earlier, source))
        else:
            added.append(source)
    moved = {rename.before for rename in renamed}
    return _Changes(
        added=tuple(added),
        changed=tuple(source for source in now if source in before and now[source] != before[source]),
        renamed=tuple(renamed),
        removed=tuple(sorted(set(before) - set(now) - moved)),
        unchanged=tuple(source for source in now if now[source] == before.get(source)),
    )


def _record(card: ModelCard, collection: Collection, paths: Sequence[Path], *, encoding: str | None) -> dict[str, Any]:
    """What the manifest says beside format, counts and files."""
    return {
        "model": card.to_dict(),
        "settings": {"max_passage_chars": MAX_PASSAGE_CHARS, "vectors": "", "words": "BM25, English stems"},
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
