"""Collecting the articles of an index: those under the paths and those added by hand, without those taken out."""

import hashlib
import shlex
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, TypeAlias

from articles_qa.index.articles.article import Content, content_of, decode_article
from articles_qa.index.building.added_files import find_added, rename_added
from articles_qa.index.building.build_settings import BuildSettings
from articles_qa.index.errors import ArticleRefused, InputError
from articles_qa.index.files.disk import DISK, Disk
from articles_qa.index.files.file_stat import stat_size
from articles_qa.index.files.find_files import Found, SourceFile, find_files
from articles_qa.index.files.printable import printable_name
from articles_qa.index.files.source_files import Sources
from articles_qa.index.formats.article_reader import ArticleReader
from articles_qa.index.formats.kinds import ReadSettings, format_of
from articles_qa.index.local.generation import ADDED
from articles_qa.index.opened.build_record import BuildRecord, CollectionRecord
from articles_qa.index.opened.paths_seal import is_sealed

KnownContents: TypeAlias = Callable[[SourceFile, str | None, str | None], Sequence[Content]]
"""Returns the contents of a file's articles by its encoding and sha256, or stat signature; none where they are not known."""


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
    reading: ReadSettings = field(default_factory=ReadSettings)
    refused: tuple[str, ...] = ()

    @classmethod
    def of(cls, record: CollectionRecord | None, sources: Container[str]) -> "LastBuild":
        """Return the last build with this record; an empty one without a record."""
        if record is None:
            return cls("", (), frozenset(), frozenset(), sources)
        added, excluded, speakers = frozenset(record.added), frozenset(record.excluded), record.speakers is not False
        refused = tuple(source for source, _ in record.refused) if isinstance(record, BuildRecord) else ()
        fixed = (record.root or "", record.paths, added, excluded, sources, record.encoding, speakers, record.paths_seal)
        return cls(*fixed, record.reading, refused)

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
    """An article, its file, and its content when it was found; its text is read later."""

    file: SourceFile
    content: Content
    size_bytes: int
    encoding: str | None  # Of a file without byte-order mark.

    @property
    def source(self) -> str:
        """Its file's path below the root, with `/`, and its name inside the file where that holds many."""
        return f"{self.file.source}/{self.content.member}" if self.content.member else self.file.source


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
    others: tuple[ArticleRefused, ...]
    notes: tuple[str, ...]
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
    known_contents: KnownContents | None = None,
    reader: ArticleReader | None = None,
    disk: Disk = DISK,
) -> Collection:
    """Collect the files under the paths and in DIR/added. Only the holder of the writer lock may call this.

    Every file is read, one at a time, unless `known_contents` returns its
    contents. Content in `known` is an article's; other content is decoded to
    see whether the file can be an article.

    Raises:
        InputError: a path is missing, no article is left, or an article to take out or bring back is unknown.
    """
    # DIR/added may lie under a path; the sources of its files begin with "added/" all the same.
    home = directory.resolve() / ADDED
    reader = reader or ArticleReader(settings.reading)
    own = find_files(paths, besides=home, reading=reader.settings) if paths else Found(directory.resolve(), (), ())
    found = find_added(directory)
    added = _added(found, own, settings, last_build, disk)
    excluded = _excluded(own, added, settings, last_build)
    kept = [file for file in own.files if file.source not in excluded or _holds_many(file.source)]
    look = _Look(settings, known, known_contents, reader, last_build.refused)
    articles, unread = look.read(kept)
    # Added files are Unicode; others were refused when they were added.
    dropped, undropped = replace(look, settings=replace(settings, encoding=None)).read(added.files)
    articles = [article for article in (*articles, *dropped) if article.source not in excluded]
    articles, repeated = _without_repeated(articles, added)
    refused = sorted([*own.refused, *found.refused, *unread, *undropped], key=lambda refusal: refusal.source)
    if not articles:
        raise InputError(_nothing_left(paths or [home], settings, refused, excluded))
    again = {refusal.source for refusal in repeated}
    return Collection(
        root=own.root,
        articles=tuple(sorted(articles, key=lambda article: article.source)),
        refused=tuple(refused),
        repeated=tuple(repeated),
        others=(*own.others, *found.others),
        notes=tuple(look.notes),
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
    holding = [source for source in (*there, *(file.source for file in added.files)) if _holds_many(source)]
    return {source for source in wanted if source in there or _is_below(source, holding) or _is_below(source, unlisted)}


def _is_below(source: str, places: Iterable[str]) -> bool:
    return any(source == place or source.startswith(f"{place}/") for place in places)


def _holds_many(source: str) -> bool:
    """Tell whether a file may hold several articles."""
    return (found := format_of(source)) is not None and found.holds_many


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at files: which of them can be articles, by what is known of them or by reading them."""

    settings: BuildSettings
    known: Container[Content]
    known_contents: KnownContents | None
    reader: ArticleReader
    refused_before: tuple[str, ...]
    notes: list[str] = field(default_factory=list)

    def read(self, files: Sequence[SourceFile]) -> tuple[list[FoundArticle], list[ArticleRefused]]:
        """Return the articles of these files, and the refusals of the others."""
        articles: list[FoundArticle] = []
        refused: list[ArticleRefused] = []
        encoding = self.settings.encoding
        for file in files:
            try:
                if file.stat and (contents := self._known_contents(file, None)):
                    self.settings.check_size(stat_size(file.stat), file.source)
                    articles += [FoundArticle(file, content, stat_size(file.stat), encoding) for content in contents]
                    continue
                data = Sources.under(file.root).read(file.source, check_size=self.settings.check_size)
                if self.reader.is_plain(file.source, data):
                    content = content_of(data, encoding=encoding)
                    if content not in self.known:
                        decode_article(data, file.source, encoding=encoding)
                    articles.append(FoundArticle(file, content, len(data), encoding))
                    continue
                if contents := self._known_contents(file, hashlib.sha256(data).hexdigest()):
                    articles += [FoundArticle(file, content, len(data), encoding) for content in contents]
                    continue
                found = self.reader.read(data, file.source, encoding=encoding)
                articles += [FoundArticle(file, one.content, one.text_bytes, encoding) for one in found.articles]
                refused += [ArticleRefused(printable_name(one.source), one.reason) for one in found.refused]
                self.notes.extend(f"{printable_name(one.source)}: {note}" for one in found.articles for note in one.notes)
            except ArticleRefused as refusal:
                refused.append(refusal)
        return articles, refused

    def _known_contents(self, file: SourceFile, sha256: str | None) -> Sequence[Content]:
        """Return the contents of a file's articles; none where a reader is new, or refused a part of the file."""
        if self.known_contents is None or _any_below(self.refused_before, file.source):
            return ()
        found = self.known_contents(file, self.settings.encoding, sha256)
        reader_of = self.reader.settings.reader_of
        for one in found:
            source = f"{file.source}/{one.member}" if one.member else file.source
            if one.reader not in (reader_of(source), reader_of(source, is_page=True)):
                return ()
        return found


def _any_below(sources: Iterable[str], place: str) -> bool:
    return any(source.startswith(f"{place}/") for source in sources)


def _without_repeated(articles: Sequence[FoundArticle], added: _Added) -> tuple[list[FoundArticle], list[ArticleRefused]]:
    """Refuse newly added files whose bytes another article has; the user's own files may repeat each other."""
    if not added.new:
        return list(articles), []
    sources: dict[str, str] = {}
    for article in articles:
        if article.file.source not in added.new:
            sources.setdefault(article.content.sha256, article.file.source)
    kept: list[FoundArticle] = []
    repeated: list[ArticleRefused] = []
    for article in articles:
        sha256, source = article.content.sha256, article.file.source
        if source not in added.new or sources.setdefault(sha256, source) == source:
            kept.append(article)
        else:
            repeated.append(ArticleRefused(source, f"already in the index as {printable_name(sources[sha256])}"))
    return kept, list({refusal.source: refusal for refusal in repeated}.values())


def _nothing_left(paths: Sequence[Path], settings: BuildSettings, refused: Sequence[ArticleRefused], excluded: set[str]) -> str:
    if settings.exclude:
        source = printable_name(settings.exclude[0])
        return f"{source}: the last article cannot be taken out, an index needs one; add another first"
    where = ", ".join(printable_name(path) for path in paths)
    reasons = f"; the first of {len(refused)} refused is {refused[0]}" if refused else ""
    out = f"; {len(excluded)} taken out may be brought back" if excluded else ""
    return f"{where}: no article to index (.txt, .html, .pdf, …){reasons}{out}"
