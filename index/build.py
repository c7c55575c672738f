"""Building an index: files → articles → sentences → passages → vectors and words → one published generation."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from index.article import Article, known_encoding, read_article
from index.embedding import Embedder
from index.entries import make_entries, passage_words
from index.errors import ArticleRefused, IndexDamagedError, IndexMismatchError, InputError
from index.folder import Found, SourceFile, find_files, shown
from index.generation import (
    ARTICLES,
    VECTORS,
    WORDS,
    Generation,
    index_exists,
    open_generation,
    publish,
    published_paths,
    writer,
)
from index.model import DEFAULT_MODEL, Export, ModelCard, ModelSettings, export_model
from index.passages import MAX_PASSAGE_CHARS
from index.store import Entry, Store, write_store
from index.words import write_words


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """How articles are read and embedded. `model` None keeps the model that the index has, or takes the default."""

    model: ModelSettings | None = None
    encoding: str | None = None
    max_file_mb: float = 16.0
    rebuild: bool = False

    def __post_init__(self) -> None:
        if not self.max_file_mb > 0:  # So that NaN is refused too.
            raise InputError("--max-file-mb: must be more than 0")
        if self.encoding is not None:
            object.__setattr__(self, "encoding", known_encoding(self.encoding))


@dataclass(frozen=True, slots=True)
class Progress:
    """Told while a build runs: `embedding` once with the number of passages, then `done` for each."""

    embedding: Callable[[int], None] = lambda total: None
    done: Callable[[int], None] = lambda count: None
    note: Callable[[str], None] = lambda text: None


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Sources are named once each; `took_s` leaves out `export_s`, the model's one-time export."""

    generation: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: tuple[ArticleRefused, ...]
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
    """Make the index hold the articles that these files and folders hold now.

    Only new and changed articles are embedded; those that are gone are
    dropped. With no paths, the ones of the last build. Where nothing changed,
    nothing is published.

    Raises:
        InputError: no path, a missing one, no article in any, or the index folder is something else.
        IndexDamagedError: the index to update is damaged; `rebuild` starts afresh.
    """
    settings, progress, directory = settings or BuildSettings(), progress or Progress(), Path(directory)
    with writer(directory):
        return _build([Path(path) for path in paths], directory, settings, progress)


def _build(paths: Sequence[Path], directory: Path, settings: BuildSettings, progress: Progress) -> BuildReport:
    began = time.perf_counter()
    generation = _generation_before(directory, settings, progress)
    paths = paths or _paths_before(generation, directory)
    found, articles, refused = _gather(paths, settings)
    export, export_s = _exported(settings, generation, progress)
    kept = generation if generation is not None and _same(export.card, generation, settings) else None
    before = _entries(kept) if kept else {}
    entries = _entries_now(articles, before, Embedder(export), progress)
    changes = _changes(articles, before)
    record = _record(entries, export.card, found.root, paths, refused)
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
        refused=tuple(refused),
        other_files=found.other_files,
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


def _paths_before(generation: Generation | None, directory: Path) -> list[Path]:
    """The files and folders of the last build, from a damaged index too."""
    paths = generation.manifest["paths"] if generation else published_paths(directory)
    if not paths:
        raise InputError(f"{directory}: no earlier build names its articles; name their folder: qa index FOLDER")
    return [Path(path) for path in paths]


def _gather(paths: Sequence[Path], settings: BuildSettings) -> tuple[Found, list[Article], list[ArticleRefused]]:
    """What lies under the paths, read; at least one article. (3,)"""
    found = find_files(paths)
    articles, unread = _read(found.files, settings)
    refused = sorted([*found.refused, *unread], key=lambda refusal: refusal.source)
    if not articles:
        reasons = f"; the first of {len(refused)} refused is {refused[0]}" if refused else ""
        where = ", ".join(shown(str(path)) for path in paths)
        raise InputError(f"{where}: no article to index (.txt, .md){reasons}")
    return found, articles, refused


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


def _entries(generation: Generation) -> dict[str, Entry]:
    return {entry.article.source: entry for entry in Store(generation.folder / ARTICLES).entries()}


def _read(files: Sequence[SourceFile], settings: BuildSettings) -> tuple[list[Article], list[ArticleRefused]]:
    """The articles that can be read, and the reasons for the others."""
    articles: list[Article] = []
    refused: list[ArticleRefused] = []
    for file in files:
        try:
            size_mb = file.path.stat().st_size / 1e6
            if size_mb > settings.max_file_mb:
                reason = f"{size_mb:.1f} MB is over the limit of {settings.max_file_mb:g} MB; split it or raise --max-file-mb"
                raise ArticleRefused(file.source, reason)
            articles.append(read_article(file.path, file.source, encoding=settings.encoding))
        except ArticleRefused as refusal:
            refused.append(refusal)
        except OSError as error:
            refused.append(ArticleRefused(file.source, f"cannot be read ({error.strerror})"))
    return articles, refused


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
    entries: Sequence[Entry], card: ModelCard, root: Path, paths: Sequence[Path], refused: Sequence[ArticleRefused]
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
        "root": str(root),
        "paths": [str(path.resolve()) for path in paths],
        "refused": [{"source": refusal.source, "reason": refusal.reason} for refusal in refused],
        "built": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _stable(record: Mapping[str, Any]) -> list[Any]:
    """What makes a new generation worth publishing."""
    return [record[key] for key in ("model", "settings", "root", "paths", "refused")]


def _write(folder: Path, entries: Sequence[Entry], card: ModelCard, record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write all files of a generation but its manifest."""
    from index.vectors import write_vectors

    write_store(folder / ARTICLES, entries)
    rows = [entry.vectors for entry in entries if len(entry.vectors)]
    write_vectors(folder / VECTORS, np.concatenate(rows) if rows else np.empty((0, card.dim), np.float32))
    write_words(folder / WORDS, (words for entry in entries for words in passage_words(entry)))
    return record
