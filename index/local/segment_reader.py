"""SegmentReader: the articles of all segments of an index, as if they lay in one place."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from index.articles.article import Article, Content
from index.articles.span import Span
from index.entries.entry import Entry, ListedArticle, StoredAlias, StoredPassage, StoredSentence
from index.entries.entry_db import cut, day_of
from index.local.generation import ORDER, Generation
from index.local.global_ids import GlobalIds, read_order
from index.local.segment import Segment
from index.opened.index import TEXT_CACHE_CHARS


class SegmentReader:
    """Reading only, from any thread; numbers are the index's."""

    def __init__(self, segments: Sequence[Segment], ids: GlobalIds) -> None:
        self.segments, self.ids = segments, ids
        self._lock = threading.Lock()
        self._articles: OrderedDict[int, Article] = OrderedDict()
        self._cached_chars = 0

    @classmethod
    def of(cls, generation: Generation) -> "SegmentReader":
        """Those of a generation whose files are what was published.

        Raises:
            IndexUnusableError: its files do not fit the manifest, or each other.
        """
        dim = generation.manifest.build.model.dim
        segments = tuple(Segment(record, generation.folder, dim=dim) for record in generation.segments)
        return cls(segments, GlobalIds(segments, read_order(generation.folder / ORDER), str(generation.folder)))

    def article(self, number: int) -> Article:
        """An article with its text; the ones asked for last are kept in memory."""
        with self._lock:
            if (article := self._articles.get(number)) is not None:
                self._articles.move_to_end(number)
                return article
        segment, local = self.ids.locate(number)
        article = self.segments[segment].store.article(local)
        with self._lock:
            if number not in self._articles:
                self._articles[number] = article
                self._cached_chars += len(article.text)
            while self._cached_chars > TEXT_CACHE_CHARS and len(self._articles) > 1:
                _, dropped = self._articles.popitem(last=False)
                self._cached_chars -= len(dropped.text)
        return article

    def article_named(self, source: str) -> Article | None:
        """The article of this source, where there is one."""
        for place, segment in enumerate(self.segments):
            local = segment.store.number_of(source)
            if local is not None and (number := self.ids.article(place, local)) >= 0:
                return self.article(number)
        return None

    def passages(self, numbers: Sequence[int]) -> list[StoredPassage]:
        """The passages with these numbers, in number order."""
        if self.ids.is_identity:
            return self.segments[0].store.passages(numbers)
        found: list[StoredPassage] = []
        for part in self.ids.locate_passages(sorted(numbers)):
            stored = self.segments[part.segment].store.passages(part.numbers.tolist())
            here = self.ids.global_passages(part.segment, part.numbers).tolist()
            known = dict(zip(part.numbers.tolist(), here, strict=True))
            found += [StoredPassage(known[one.id], self.ids.article(part.segment, one.article), one.span) for one in stored]
        return sorted(found, key=lambda passage: passage.id)

    def sentences(self, passages: Sequence[int]) -> list[StoredSentence]:
        """All sentences of these passages, in number order."""
        if self.ids.is_identity:
            return self.segments[0].store.sentences(passages)
        found: list[StoredSentence] = []
        for part in self.ids.locate_passages(passages):
            segment = self.segments[part.segment]
            stored = segment.store.sentences(part.numbers.tolist())
            known = dict(zip(part.numbers.tolist(), (passages[at] for at in part.at.tolist()), strict=True))
            first = {own: int(segment.first_sentences[own]) for own in known}
            begins = self.ids.global_sentences(part.segment, segment.first_sentences[part.numbers]).tolist()
            start = dict(zip(part.numbers.tolist(), begins, strict=True))
            found += [
                replace(one, id=start[one.passage] + one.id - first[one.passage], passage=known[one.passage]) for one in stored
            ]
        return sorted(found, key=lambda sentence: sentence.id)

    def surrounding(self, source: str, span: Span, *, sentences: int) -> Span:
        """A span of an article together with so many sentences before it and after it, fewer at the article's ends."""
        for place, segment in enumerate(self.segments):
            local = segment.store.number_of(source)
            if local is not None and self.ids.article(place, local) >= 0:
                return segment.store.surrounding(source, span, sentences=sentences)
        return span

    def abbreviations(self) -> list[StoredAlias]:
        """The abbreviations that the articles spell out, each once a wording, from the first article that has it."""
        kept: dict[tuple[str, str, str], StoredAlias] = {}
        for alias in self._aliases([segment.store.abbreviations() for segment in self.segments]):
            kept.setdefault((alias.alias.short, alias.alias.long, alias.alias.owner), alias)
        return [kept[key] for key in sorted(kept)]

    def full_names(self, surname: str) -> list[StoredAlias]:
        """The full names that articles give for a surname, each once, from the first article that has it."""
        kept: dict[str, StoredAlias] = {}
        for alias in self._aliases([segment.store.full_names(surname) for segment in self.segments]):
            kept.setdefault(alias.alias.long, alias)
        return sorted(kept.values(), key=lambda one: (one.article, one.alias.long))

    def listed(self) -> list[ListedArticle]:
        """Every article without its text, by number."""
        found: list[ListedArticle] = []
        for place, segment in enumerate(self.segments):
            for one in segment.store.listed():
                if (number := self.ids.article(place, one.number)) >= 0:
                    found.append(replace(one, number=number))
        return sorted(found, key=lambda one: one.number)

    def contents(self) -> Iterator[tuple[int, int, int, str, Content]]:
        """Of every article in any segment: its segment's place, its number there and here (-1: gone), source and content."""
        for place, segment in enumerate(self.segments):
            here = self.ids.articles(place)
            for number, source, content in segment.store.contents():
                yield place, number, here[number], source, content

    def entry(self, number: int) -> Entry:
        """Everything of an article."""
        segment, local = self.ids.locate(number)
        return self.segments[segment].entry(local)

    def entries(self) -> Iterator[Entry]:
        """Everything, article by article."""
        return (self.entry(number) for number in range(self.ids.counts[0]))

    def sources(self) -> list[str]:
        """Each article's source, by its number."""
        return [one.source for one in self.listed()]

    def outlets(self) -> list[str | None]:
        """Each article's outlet, by its number."""
        return [outlet for _, outlet in self.rows_by_article(f"SELECT id, {cut('outlet')} FROM articles")]

    def dates(self) -> list[date | None]:
        """Each article's day of publication, by its number."""
        return [day_of(published) for _, published in self.rows_by_article("SELECT id, published FROM articles")]

    def rows_by_article(self, query: str, *values: int | str) -> list[tuple]:  # type: ignore[type-arg]
        """What a query selects in every segment, by article: the first column, its number there, becomes its own."""
        found: list[tuple] = []  # type: ignore[type-arg]
        for place, segment in enumerate(self.segments):
            for local, *rest in segment.store.rows(query, *values):
                if (number := self.ids.article(place, local)) >= 0:
                    found.append((number, *rest))
        return sorted(found, key=lambda row: row[0])

    def rows_of_articles(self, query: str, numbers: Sequence[int]) -> list[tuple]:  # type: ignore[type-arg]
        """The same for some articles; `query` takes the number of one."""
        found: list[tuple] = []  # type: ignore[type-arg]
        for number in numbers:
            segment, local = self.ids.locate(number)
            found += [(number, *row[1:]) for row in self.segments[segment].store.rows(query, local)]
        return found

    def article_count(self) -> int:
        """How many articles there are."""
        return self.ids.counts[0]

    def passages_of(self, article: int) -> int:
        """How many passages an article has."""
        return int(self.ids.passages_of[article])

    def _aliases(self, found: Sequence[Sequence[StoredAlias]]) -> list[StoredAlias]:
        """Aliases of the articles that count, by article; those of an article in the order in which it has them."""
        here = [
            replace(alias, article=number)
            for place, aliases in enumerate(found)
            for alias in aliases
            if (number := self.ids.article(place, alias.article)) >= 0
        ]
        return sorted(here, key=lambda one: one.article)
