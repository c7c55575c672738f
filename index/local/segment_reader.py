"""A reader over all segments of a generation, which presents their articles as one collection with global ids."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from articles_qa.index.articles.article import Article, Content
from articles_qa.index.articles.span import Span
from articles_qa.index.entries.entry import Entry, ListedArticle, StoredAlias, StoredPassage, StoredSentence
from articles_qa.index.entries.entry_db import cut, day_of
from articles_qa.index.errors import IndexDamagedError
from articles_qa.index.local.generation import ORDER, Generation
from articles_qa.index.local.global_ids import GlobalIds, read_order
from articles_qa.index.local.segment import Segment
from articles_qa.index.opened.lru_cache import TEXT_CACHE_CHARS, LruCache

MOST_SKETCHES = 100_000  # Sketches that are read at once: 25 MB and some .3 s.
_SKETCHES = "SELECT id, source, json_extract(traits, '$[2]') FROM articles"


class SegmentReader:
    """Read access to articles, passages and sentences by global id; an `ArticleStore`."""

    def __init__(self, segments: Sequence[Segment], ids: GlobalIds) -> None:
        self.segments, self.ids = segments, ids
        self._texts: LruCache[Article] = LruCache(TEXT_CACHE_CHARS, lambda article: len(article.text))

    @classmethod
    def of(cls, generation: Generation) -> "SegmentReader":
        """Return the reader of a generation whose files were checked.

        Raises:
            IndexUnusableError: the files do not fit the manifest, or each other.
        """
        dim = generation.manifest.build.model.dim
        segments = tuple(Segment(record, generation.folder, dim=dim) for record in generation.manifest.segments)
        return cls(segments, GlobalIds(segments, read_order(generation.folder / ORDER), str(generation.folder)))

    def article(self, number: int) -> Article:
        """Return an article with its text; the texts read last are cached."""
        found = self._texts.get([number])
        if number not in found:
            segment, local = self.ids.locate(number)
            found[number] = self.segments[segment].store.article(local)
            self._texts.put(found)
        return found[number]

    def article_named(self, source: str) -> Article | None:
        located = self._locate(source)
        return None if located is None else self.article(self.ids.article(*located))

    def passages(self, numbers: Sequence[int]) -> list[StoredPassage]:
        if self.ids.is_identity:
            return self.segments[0].store.passages(numbers)
        found: list[StoredPassage] = []
        for part in self.ids.locate_passages(sorted(numbers)):
            stored = self.segments[part.segment].store.passages(part.numbers.tolist())
            known = dict(zip(part.numbers.tolist(), self.ids.global_passages(part.segment, part.numbers).tolist(), strict=True))
            found += [StoredPassage(known[one.id], self.ids.article(part.segment, one.article), one.span) for one in stored]
        return sorted(found, key=lambda passage: passage.id)

    def sentences(self, passages: Sequence[int]) -> list[StoredSentence]:
        if self.ids.is_identity:
            return self.segments[0].store.sentences(passages)
        found: list[StoredSentence] = []
        for part in self.ids.locate_passages(passages):
            segment, local = self.segments[part.segment], part.numbers.tolist()
            known = dict(zip(local, (passages[at] for at in part.at.tolist()), strict=True))
            firsts = segment.first_sentences[part.numbers]
            begins = self.ids.global_sentences(part.segment, firsts)
            offset = dict(zip(local, (begins - firsts).tolist(), strict=True))
            found += [
                replace(one, id=one.id + offset[one.passage], passage=known[one.passage])
                for one in segment.store.sentences(local)
            ]
        return sorted(found, key=lambda sentence: sentence.id)

    def surrounding(self, source: str, span: Span, *, sentences: int) -> Span:
        if (located := self._locate(source)) is None:
            return span
        return self.segments[located[0]].store.surrounding(source, span, sentences=sentences)

    def abbreviations(self) -> list[StoredAlias]:
        kept: dict[tuple[str, str, str], StoredAlias] = {}
        for alias in self._aliases([segment.store.abbreviations() for segment in self.segments]):
            kept.setdefault((alias.alias.short, alias.alias.long, alias.alias.owner), alias)
        return [kept[key] for key in sorted(kept)]

    def full_names(self, surname: str) -> list[StoredAlias]:
        kept: dict[str, StoredAlias] = {}
        for alias in self._aliases([segment.store.full_names(surname) for segment in self.segments]):
            kept.setdefault(alias.alias.long, alias)
        return sorted(kept.values(), key=lambda one: (one.article, one.alias.long))

    def listed(self) -> list[ListedArticle]:
        found = [
            replace(one, number=number)
            for position, segment in enumerate(self.segments)
            for one in segment.store.listed()
            if (number := self.ids.article(position, one.number)) >= 0
        ]
        return sorted(found, key=lambda one: one.number)

    def contents(self) -> Iterator[tuple[int, int, int, str, Content]]:
        """Yield all articles in all segments: segment, local id, global id (-1: deleted), source and content."""
        for position, segment in enumerate(self.segments):
            ids = self.ids.articles(position)
            for local, source, content in segment.store.contents():
                yield position, local, ids[local], source, content

    def entry(self, number: int) -> Entry:
        segment, local = self.ids.locate(number)
        return self.segments[segment].entry(local)

    def entries(self) -> Iterator[Entry]:
        return map(self.entry, range(self.ids.counts[0]))

    def sources(self) -> list[str]:
        return [one.source for one in self.listed()]

    def outlets(self) -> list[str | None]:
        return [outlet for _, outlet in self.rows_by_article(f"SELECT id, {cut('outlet')} FROM articles")]

    def dates(self) -> list[date | None]:
        return [day_of(published) for _, published in self.rows_by_article("SELECT id, published FROM articles")]

    def broken(self) -> int:
        return len(self.rows_by_article("SELECT id FROM articles WHERE json_extract(traits, '$[1]') > 0"))

    def foreign(self) -> int:
        return len(self.rows_by_article("SELECT id FROM articles WHERE json_extract(traits, '$[3]') = 1"))

    def sketches(self, numbers: Sequence[int]) -> list[tuple[int, str, bytes]]:
        return self._sketches(self.rows_of_articles(f"{_SKETCHES} WHERE id = ?", numbers))

    def all_sketches(self) -> list[tuple[int, str, bytes]] | None:
        if len(self.ids.passages_of) > MOST_SKETCHES:
            return None
        return self._sketches(self.rows_by_article(_SKETCHES))

    @staticmethod
    def _sketches(rows: list[tuple[int, str, str]]) -> list[tuple[int, str, bytes]]:
        try:
            return [(number, source, bytes.fromhex(made)) for number, source, made in rows]
        except (TypeError, ValueError) as error:
            raise IndexDamagedError("articles.db: a sketch that no build writes; run qa index --rebuild") from error

    def rows_by_article(self, query: str, *values: int | str) -> list[tuple]:  # type: ignore[type-arg]
        """Run a query in every segment; return the rows by article. The first column is an article's id, local to global."""
        found: list[tuple] = []  # type: ignore[type-arg]
        for position, segment in enumerate(self.segments):
            for local, *rest in segment.store.rows(query, *values):
                if (number := self.ids.article(position, local)) >= 0:
                    found.append((number, *rest))
        return sorted(found, key=lambda row: row[0])

    def rows_of_articles(self, query: str, numbers: Sequence[int]) -> list[tuple]:  # type: ignore[type-arg]
        """Run a query, which takes an article's id, for each of these articles; see `rows_by_article`."""
        found: list[tuple] = []  # type: ignore[type-arg]
        for number in numbers:
            segment, local = self.ids.locate(number)
            found += [(number, *row[1:]) for row in self.segments[segment].store.rows(query, local)]
        return found

    def _locate(self, source: str) -> tuple[int, int] | None:
        """Return the segment and the local id of the article of this source."""
        for position, segment in enumerate(self.segments):
            local = segment.store.number_of(source)
            if local is not None and self.ids.article(position, local) >= 0:
                return position, local
        return None

    def _aliases(self, found: Sequence[Sequence[StoredAlias]]) -> list[StoredAlias]:
        """Return the aliases of articles that are not deleted, by article; an article's aliases keep their order."""
        kept = [
            replace(alias, article=number)
            for position, aliases in enumerate(found)
            for alias in aliases
            if (number := self.ids.article(position, alias.article)) >= 0
        ]
        return sorted(kept, key=lambda one: one.article)
