"""Collecting the articles of an index: those under the paths and those added by hand, without those taken out."""

import shlex
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeAlias

from index.articles.article import Content, content_of, decode_article
from index.building.added_files import find_added, rename_added
from index.building.build_settings import BuildSettings
from index.errors import ArticleRefused, InputError
from index.files.disk import DISK, Disk
from index.files.file_stat import stat_size
from index.files.find_files import Found, SourceFile, find_files
from index.files.printable import printable_name
from index.files.source_files import Sources
from index.local.generation import ADDED
from index.opened.build_record import CollectionRecord
from index.opened.paths_seal import is_sealed

KnownContent: TypeAlias = Callable[[SourceFile, str | None], Content | None]
"""Returns the content of a file by its stat signature and encoding, or None where the file must be read."""


@dataclass(frozen=True, slots=True)
class LastBuild:
    """The last build's record of its collection; `sources` are those of the index, where the index can be read."""

    root: str
    paths: tuple[str, ...]
    added: frozenset[str]
    excluded: frozenset[str]
    sources: Container[str]
    encoding: str | None = None
    speakers: bool = True  # Whether it was to read who speaks.
    paths_seal: str = ""

    @classmethod
    def of(cls, record: CollectionRecord | None, sources: Container[str]) -> "LastBuild":
        """Return the last build with this record; an empty one without a record."""
        if record is None:
            return cls("", (), frozenset(), frozenset(), sources)
        added, excluded, speakers = frozenset(record.added), frozenset(record.excluded), record.speakers is not False
        return cls(record.root or "", record.paths, added, excluded, sources, record.encoding, speakers, record.paths_seal)

    def paths_again(self, place: str) -> list[Path]:
        """Return the paths, to be read once more.

        Raises:
            InputError: this user is not known to have named these paths; the index may come from a stranger.
        """
        if self.paths and not is_sealed(self.paths, self.paths_seal):
            named = " ".join(shlex.quote(printable_name(path)) for path in self.paths)
            advice = f"if you trust it, name them: qa index {named if len(named) <= 200 else 'FOLDER'} --index {place}"
            raise InputError(f"{place}: not known to be built by you, so the folders it names are not read; {advice}")
        return [Path(path) for path in self.paths]


class FoundArticle(NamedTuple):
    """A file that can be an article, and its content when it was found; its text is read later."""

    file: SourceFile
    content: Content
    size_bytes: int
    encoding: str | None  # Of a file without byte-order mark.

    @property
    def source(self) -> str:
        """Its path below the root, with `/`."""
        return self.file.source


@dataclass(frozen=True, slots=True)
class Collection:
    """The articles, by source, and the refusals of other files.

    `added` are the sources in DIR/added, `excluded` the user's own files that
    are kept out. `repeated` are added files whose content another article has.
    `to_delete` are these and the added files that are taken out; they are
    deleted when the index is published.
    """

    root: Path
    articles: tuple[FoundArticle, ...]
    refused: tuple[ArticleRefused, ...]
    repeated: tuple[ArticleRefused, ...]
    other_files: int
    added: tuple[str, ...]
    excluded: tuple[str, ...]
    to_delete: tuple[SourceFile, ...]


@dataclass(frozen=True, slots=True)
class _Added:
    """The files of DIR/added that stay, the new ones among them, and the files to delete."""

    files: tuple[SourceFile, ...]
    new: frozenset[str]
    to_delete: tuple[SourceFile, ...]


def collect(
    paths: Sequence[Path],
    directory: Path,
    settings: BuildSettings,
    last_build: LastBuild,
    *,
    known: Container[Content] = (),
    known_content: KnownContent | None = None,
    disk: Disk = DISK,
) -> Collection:
    """Collect the files under the paths and in DIR/added. Only the holder of the writer lock may call this.

    Every file is read, one at a time, unless `known_content` returns its
    content. Content in `known` is an article's; other content is decoded to
    see whether the file can be an article.

    Raises:
        InputError: a path is missing, no article is left, or an article to take out or bring back is unknown.
    """
    # DIR/added may lie under a path; the sources of its files begin with "added/" all the same.
    home = directory.resolve() / ADDED
    own = find_files(paths, besides=home) if paths else Found(directory.resolve(), (), (), 0)
    found = find_added(directory)
    added = _added(found, own, settings, last_build, disk)
    excluded = _excluded(own, added, settings, last_build)
    kept = [file for file in own.files if file.source not in excluded]
    articles, unread = _read(kept, settings, known, known_content)
    # Added files are Unicode; others were refused when they were added.
    dropped, undropped = _read(added.files, replace(settings, encoding=None), known, known_content)
    articles, repeated = _without_repeated([*articles, *dropped], added)
    refused = sorted([*own.refused, *found.refused, *unread, *undropped], key=lambda refusal: refusal.source)
    if not articles:
        raise InputError(_nothing_left(paths or [home], settings, refused, excluded))
    again = {refusal.source for refusal in repeated}
    return Collection(
        root=own.root,
        articles=tuple(sorted(articles, key=lambda article: article.source)),
        refused=tuple(refused),
        repeated=tuple(repeated),
        other_files=own.other_files + found.other_files,
        added=tuple(sorted(file.source for file in added.files if file.source not in again)),
        excluded=tuple(sorted(excluded)),
        to_delete=(*added.to_delete, *(file for file in added.files if file.source in again)),
    )


def _added(found: Found, own: Found, settings: BuildSettings, last_build: LastBuild, disk: Disk) -> _Added:
    """Sort the files of DIR/added; a file whose source the user's own folder has gets another name."""
    taken = {file.source for file in own.files} | {refusal.source for refusal in own.refused}
    # A source to take out means the file that the index has under this source.
    out = {source for source in settings.exclude if source in last_build.added or source not in taken}
    staying: dict[str, SourceFile] = {}
    new: set[str] = set()
    for file in found.files:
        if file.source in out:
            continue
        kept = rename_added(file, own.root / ADDED, disk=disk) if file.source in taken else file
        staying[kept.source] = kept  # A killed build may have left the file under both names.
        if kept != file or file.source not in last_build.added:
            new.add(kept.source)
    to_delete = tuple(file for file in found.files if file.source in out)
    return _Added(tuple(staying.values()), frozenset(new), to_delete)


def _excluded(own: Found, added: _Added, settings: BuildSettings, last_build: LastBuild) -> set[str]:
    """Return the user's own files to keep out: earlier ones while the root is the same, and new ones."""
    earlier = last_build.excluded if last_build.root == str(own.root) else frozenset()
    out = {*settings.exclude} - {file.source for file in added.to_delete}
    there = {file.source for file in own.files}
    known = there | {file.source for file in added.files} | earlier
    if strange := sorted(source for source in {*out, *settings.restore} - known if source not in last_build.sources):
        raise InputError(f"{printable_name(strange[0])}: no such article, in the index or out of it; check its name")
    wanted = out if settings.restore_all else (earlier - {*settings.restore}) | out
    # A file in a folder that cannot be listed may still exist.
    unlisted = tuple(refusal.source for refusal in own.refused)
    return {
        source
        for source in wanted
        if source in there or any(source == place or source.startswith(f"{place}/") for place in unlisted)
    }


def _read(
    files: Sequence[SourceFile], settings: BuildSettings, known: Container[Content], known_content: KnownContent | None
) -> tuple[list[FoundArticle], list[ArticleRefused]]:
    """Return the files that can be articles, and the refusals of the others."""
    articles: list[FoundArticle] = []
    refused: list[ArticleRefused] = []
    for file in files:
        try:
            if file.stat and known_content and (content := known_content(file, settings.encoding)):
                settings.check_size(stat_size(file.stat), file.source)
                articles.append(FoundArticle(file, content, stat_size(file.stat), settings.encoding))
                continue
            data = Sources.under(file.root).read(file.source, check_size=settings.check_size)
            content = content_of(data, encoding=settings.encoding)
            if content not in known:
                decode_article(data, file.source, encoding=settings.encoding)
            articles.append(FoundArticle(file, content, len(data), settings.encoding))
        except ArticleRefused as refusal:
            refused.append(refusal)
    return articles, refused


def _without_repeated(articles: Sequence[FoundArticle], added: _Added) -> tuple[list[FoundArticle], list[ArticleRefused]]:
    """Refuse newly added files whose bytes another article has; the user's own files may repeat each other."""
    if not added.new:
        return list(articles), []
    sources: dict[str, str] = {}
    for article in articles:
        if article.source not in added.new:
            sources.setdefault(article.content.sha256, article.source)
    kept: list[FoundArticle] = []
    repeated: list[ArticleRefused] = []
    for article in articles:
        sha256, source = article.content.sha256, article.source
        if source not in added.new or sources.setdefault(sha256, source) == source:
            kept.append(article)
        else:
            repeated.append(ArticleRefused(source, f"already in the index as {printable_name(sources[sha256])}"))
    return kept, repeated


def _nothing_left(paths: Sequence[Path], settings: BuildSettings, refused: Sequence[ArticleRefused], excluded: set[str]) -> str:
    if settings.exclude:
        source = printable_name(settings.exclude[0])
        return f"{source}: the last article cannot be taken out, an index needs one; add another first"
    where = ", ".join(printable_name(path) for path in paths)
    reasons = f"; the first of {len(refused)} refused is {refused[0]}" if refused else ""
    out = f"; {len(excluded)} taken out may be brought back" if excluded else ""
    return f"{where}: no article to index (.txt, .md){reasons}{out}"
