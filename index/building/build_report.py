"""The report of a build: its articles compared with those of the build before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from articles_qa.index.articles.article import Content
from articles_qa.index.building.collection import FoundArticle
from articles_qa.index.errors import ArticleRefused


@dataclass(frozen=True, slots=True)
class Renamed:
    """An article whose file has a new name."""

    before: str
    now: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The result of a build; each source stands in one of the tuples.

    A renamed article is neither added nor removed. `excluded` has all sources
    that are kept out, also those of earlier builds. `others` are the files of kinds that are not read,
    `notes` say what of the files read now was left out. `took_s` leaves out
    `export_s`, the model's one-time export.
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
    others: tuple[ArticleRefused, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """The sources compared with those of the build before."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Tell whether anything changed."""
        return bool(self.added or self.changed or self.renamed or self.removed)


def changes_since(before: Mapping[str, Content], articles: Sequence[FoundArticle]) -> SourceChanges:
    """Compare the articles with those of the build before; another encoding is another text."""
    now = {article.source: article.content for article in articles}
    missing = sorted((source for source in before if source not in now), reverse=True)
    removed = {before[source]: source for source in missing}
    renamed: list[Renamed] = []
    added: list[str] = []
    for source, content in now.items():
        if source in before:
            continue
        if (earlier := removed.pop(content, None)) is not None:
            renamed.append(Renamed(earlier, source))
        else:
            added.append(source)
    moved = {rename.before for rename in renamed}
    return SourceChanges(
        added=tuple(added),
        changed=tuple(source for source in now if source in before and now[source] != before[source]),
        renamed=tuple(renamed),
        removed=tuple(source for source in reversed(missing) if source not in moved),
        unchanged=tuple(source for source in now if now[source] == before.get(source)),
    )
