"""Building an index: files → articles → sentences → passages → vectors and words → one published generation."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from index.added import find_added, leaving, settle, sweep
from index.article import Article
from index.collection import Before, Collection, collect
from index.embedding import Embedder
from index.entries import make_entries, passage_words
from index.errors import ArticleRefused, IndexDamagedError, IndexMismatchError, InputError
from index.folder import shown
from index.generation import (
    ARTICLES,
    VECTORS,
    WORDS,
    Generation,
    index_exists,
    open_generation,
    publish,
    published_manifest,
    writer,
)
from index.model import DEFAULT_MODEL, Export, ModelCard, ModelSettings, export_model
from index.passages import MAX_PASSAGE_CHARS
from index.settings import BuildSettings
from index.store import Entry, Store, write_store
from index.words import write_words

# An upload takes seconds; what is as old as this was left by a process that is no more.
SWEEP_AFTER_S = 3600.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Told while a build runs: `embedding` once with the number of passages, then `done` for each."""

    embedding: Callable[[int], None] = lambda total: None
    done: Callable[[int], None] = lambda count: None
    note: Callable[[str], None] = lambda text: None


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Sources are named once each; `took_s` leaves out `export_s`, the model's one-time export.

    `excluded` are the sources that are kept out, whenever they were taken out.
    """

    generation: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
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
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def build(
    paths: Sequence[str | Path],
    directory: str | Path,
    settings: BuildSettings | None = None,
    *,
    progress: Progress | None = None,
) -> BuildReport:
    """Make the index hold the articles that these files and folders hold now, and those added to it by hand.

    Only new and changed articles are embedded; those that are gone are
    dropped. With no paths, the ones of the last build, read in its encoding.
    Where nothing changed, nothing is published. Articles taken out stay out while the paths have the
    same root and the file is there; an added one that is taken out is deleted.

    Raises:
        InputError: no path, a missing one, no article in any, the index folder is something else, or an
            article to take out or bring back is unknown.
        IndexDamagedError: the index to update is damaged; `rebuild` starts afresh.
    """
    settings, progress, directory = settings or BuildSettings(), progress or Progress(), Path(directory)
    with writer(directory):
        return _build([Path(path) for path in paths], directory, settings, progress)


def _build(paths: Sequence[Path], directory: Path, settings: BuildSettings, progress: Progress) -> BuildReport:
    began = time.perf_counter()
    settle(directory)
    sweep(directory, older_than_s=SWEEP_AFTER_S)
    generation = _generation_before(directory, settings, progress)
    held = _entries(generation, settings) if generation else {}
    before = Before.of(generation.manifest if generation else published_manifest(directory), list(held))
    if not paths:
        paths, settings = _paths_before(before, directory), replace(settings, encoding=settings.encoding or before.encoding)
    collection = collect(paths, directory, settings, before)
    _note_dropped(before, collection, progress)
    export, export_s = _exported(settings, generation, progress)
    kept = generation if generation is not None and _same(export.card, generation, settings) else None
    entries = _entries_now(collection.articles, held if kept else {}, Embedder(export), progress)
    changes = _changes(collection.articles, held)
    record = _record(entries, export.card, collection, paths, encoding=settings.encoding)
    with leaving(directory, collection.leaving):
        if kept is not None and not changes.any and _stable(kept.manifest) == _stable(record):
            number = kept.number
        else:
            number = publish(directory, lambda folder: _write(folder, entries, export.card, record)).number
    return BuildReport(
        generation=number,
        added=changes.added,
        changed=changes.changed,
        removed=changes.removed,
        unchanged=changes.unchanged,
        refused=tuple(sorted([*collection.refused, *collection.repeated], key=lambda refusal: refusal.source)),
        excluded=collection.excluded,
        other_files=collection.other_files,
        passages=sum(len(entry.passages) for entry in entries),
        sentences=sum(len(entry.sentences) for entry in entries),
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


def _entries(generation: Generation, settings: BuildSettings) -> dict[str, Entry]:
    """What the generation before holds, by source."""
    try:
        return {entry.article.source: entry for entry in Store(generation.folder / ARTICLES).entries()}
    except IndexDamagedError:
        if not settings.rebuild:
            raise
        return {}


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


def _changes(articles: Sequence[Article], before: Mapping[str, Entry]) -> _Changes:
    """The articles against the entries of the build before; another encoding is another text."""
    old = {source: _content(entry.article) for source, entry in before.items()}
    now = {article.source: _content(article) for article in articles}
    return _Changes(
        added=tuple(source for source in now if source not in old),
        changed=tuple(source for source in now if source in old and now[source] != old[source]),
        removed=tuple(sorted(set(old) - set(now))),
        unchanged=tuple(source for source in now if now[source] == old.get(source)),
    )


def _content(article: Article) -> tuple[str, str]:
    """What the article's entry follows from, wherever the file lies."""
    return article.sha256, article.encoding


def _entries_now(
    articles: Sequence[Article], before: Mapping[str, Entry], embedder: Embedder, progress: Progress
) -> list[Entry]:
    """The articles' entries, in order. What is known by its content, under any name, is not embedded again."""
    known = {_content(entry.article): entry for entry in before.values()}
    fresh = {_content(article): article for article in articles if _content(article) not in known}
    made = make_entries(list(fresh.values()), embedder, total=progress.embedding, done=progress.done)
    known |= {_content(entry.article): entry for entry in made}
    return [replace(known[_content(article)], article=article) for article in articles]


def _record(
    entries: Sequence[Entry], card: ModelCard, collection: Collection, paths: Sequence[Path], *, encoding: str | None
) -> dict[str, Any]:
    """What the manifest says beside format and files."""
    return {
        "model": card.to_dict(),
        "settings": {"max_passage_chars": MAX_PASSAGE_CHARS, "vectors": "SQ8, exhaustive", "words": "BM25, English stems"},
        "counts": {
            "articles": len(entries),
            "passages": sum(len(entry.passages) for entry in entries),
            "sentences": sum(len(entry.sentences) for entry in entries),
        },
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
    """What makes a new generation worth publishing; older manifests do not say what was added and taken out."""
    said = [record[key] for key in ("model", "settings", "root", "paths", "refused")]
    return [*said, record.get("added", []), record.get("excluded", [])]


def _write(folder: Path, entries: Sequence[Entry], card: ModelCard, record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write all files of a generation but its manifest."""
    from index.vectors import write_vectors

    write_store(folder / ARTICLES, entries)
    rows = [entry.vectors for entry in entries if len(entry.vectors)]
    write_vectors(folder / VECTORS, np.concatenate(rows) if rows else np.empty((0, card.dim), np.float32))
    write_words(folder / WORDS, (words for entry in entries for words in passage_words(entry)))
    return record
