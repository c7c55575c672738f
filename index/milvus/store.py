"""Articles, passages and sentences as they lie in Milvus, with the methods of `Holdings`; what was read last is kept."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Generic, TypeVar

import numpy as np

from index.arrays import Vectors
from index.articles.article import Article, Content
from index.articles.span import Span
from index.entries.entry import Entry, ListedArticle, StoredAlias, StoredPassage, StoredSentence
from index.errors import IndexDamagedError
from index.milvus.generation import MilvusGeneration
from index.milvus.rows import PackedPassage, unpack
from index.milvus.server import MilvusServer, Row
from index.opened.index import TEXT_CACHE_CHARS
from index.speakers.abbreviations import AliasKind

PASSAGES_KEPT = 4000  # Some 9 kB each. A question reads about 60.
PASSAGES_AT_ONCE = 500
_T = TypeVar("_T")


class _Kept(Generic[_T]):
    """What was read last, by its number, up to a size in all; for several threads."""

    def __init__(self, limit: int, size: Callable[[_T], int]) -> None:
        self._limit, self._size, self._held = limit, size, 0
        self._items: OrderedDict[int, _T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, numbers: Iterable[int]) -> dict[int, _T]:
        """Those of these that are kept."""
        with self._lock:
            found = {number: self._items[number] for number in numbers if number in self._items}
            for number in found:
                self._items.move_to_end(number)
            return found

    def put(self, items: dict[int, _T]) -> None:
        """Keep these, and let go of the oldest."""
        with self._lock:
            for number, item in items.items():
                if number not in self._items:
                    self._held += self._size(item)
                self._items[number] = item
            while self._held > self._limit and len(self._items) > 1:
                self._held -= self._size(self._items.popitem(last=False)[1])


def _joined(row: Row, texts: dict[int, Row]) -> str:
    """A passage's body, with what of it lies in further rows."""
    further = range(row["first_text"], row["first_text"] + row["texts"])
    return str(row["body"]) + "".join(str(texts[key]["text"]) for key in further)


class MilvusStore:
    """One generation's rows; reading only, from any thread. Numbers are those of the catalogue."""

    def __init__(self, server: MilvusServer, generation: MilvusGeneration) -> None:
        self._server, self._data = server, generation.data
        self.catalogue = generation.catalogue
        self._texts: _Kept[Article] = _Kept(TEXT_CACHE_CHARS, lambda article: len(article.text))
        self._passages: _Kept[PackedPassage] = _Kept(PASSAGES_KEPT, lambda passage: 1)

    def counts(self) -> tuple[int, int, int]:
        """How many articles, passages and sentences there are. (3,)"""
        return self.catalogue.counts()

    def article(self, number: int) -> Article:
        """An article with its text."""
        return self._read_articles([number])[number]

    def article_named(self, source: str) -> Article | None:
        """The article of this source, where there is one."""
        number = self.catalogue.by_source.get(source)
        return None if number is None else self.article(number)

    def passages(self, numbers: Sequence[int]) -> list[StoredPassage]:
        """The passages with these numbers, in number order."""
        read = self.packed(numbers)
        return [StoredPassage(n, int(self.catalogue.article_of[n]), read[n].span) for n in sorted(read)]

    def sentences(self, passages: Sequence[int]) -> list[StoredSentence]:
        """All sentences of these passages, in number order; their articles are fetched too, since they are read next."""
        read = self.packed(passages)
        self._read_articles(sorted({int(self.catalogue.article_of[number]) for number in read}))
        firsts = self.catalogue.first_sentences
        return [
            replace(one, id=int(firsts[number]) + place, passage=number)
            for number in sorted(read)
            for place, one in enumerate(read[number].sentences)
        ]

    def surrounding(self, source: str, span: Span, *, sentences: int) -> Span:
        """A span of an article together with so many sentences before it and after it, fewer at the article's ends."""
        number = self.catalogue.by_source.get(source)
        if number is None:
            return span
        read = self.packed(self._passages_of(number))
        spans = [one.span for place in sorted(read) for one in read[place].sentences]
        before = [one.start for one in spans if one.end <= span.start][-sentences:]
        after = [one.end for one in spans if one.start >= span.end][:sentences]
        return Span(before[0] if before else span.start, after[-1] if after else span.end)

    def abbreviations(self) -> list[StoredAlias]:
        """The abbreviations that the articles spell out, each once a wording, from the first article that has it."""
        found: dict[tuple[str, str, str], StoredAlias] = {}
        for one in self._aliases:
            if one.alias.kind is AliasKind.ABBREVIATION:
                found.setdefault((one.alias.short, one.alias.long, one.alias.owner), one)
        return [found[key] for key in sorted(found)]

    def full_names(self, surname: str) -> list[StoredAlias]:
        """The full names that articles give for a surname, each once, from the first article that has it."""
        found: dict[str, StoredAlias] = {}
        for one in self._surnames.get(surname, ()):
            found.setdefault(one.alias.long, one)
        return sorted(found.values(), key=lambda one: (one.article, one.alias.long))

    def sources(self) -> list[str]:
        """Each article's source, by its number."""
        return [entry.source for entry in self.catalogue.entries]

    def outlets(self) -> list[str | None]:
        """Each article's outlet, by its number."""
        return [entry.outlet for entry in self.catalogue.entries]

    def dates(self) -> list[date | None]:
        """Each article's day of publication, by its number."""
        return [entry.masthead.published for entry in self.catalogue.entries]

    def listed(self) -> list[ListedArticle]:
        """Every article without its text, by number."""
        return [ListedArticle(number, entry.source, entry.content) for number, entry in enumerate(self.catalogue.entries)]

    def entry(self, number: int) -> Entry:
        """Everything of an article, as a build takes it."""
        numbers = self._passages_of(number)
        read = self.packed(numbers)
        spans = tuple(read[place].span for place in numbers)
        kept = [replace(one, passage=place) for place, passage in enumerate(numbers) for one in read[passage].sentences]
        sentences = tuple(replace(one, id=place) for place, one in enumerate(kept))
        parts = [read[place].vectors.astype(np.float32) for place in numbers]
        vectors: Vectors = np.concatenate(parts) if parts else np.empty((0, 0), np.float32)
        return Entry(self.article(number), spans, sentences, self.catalogue.entries[number].aliases, vectors)

    def entries(self) -> Iterator[Entry]:
        """Everything, article by article."""
        return map(self.entry, range(len(self.catalogue.entries)))

    def packed(self, numbers: Sequence[int]) -> dict[int, PackedPassage]:
        """The passages with these numbers, by number.

        Raises:
            IndexDamagedError: one is missing or cannot be read; a newer generation may have taken it away.
        """
        wanted = dict.fromkeys(numbers)
        found = self._passages.get(wanted)
        missing = [number for number in wanted if number not in found]
        for at in range(0, len(missing), PASSAGES_AT_ONCE):
            read = self._fetched(missing[at : at + PASSAGES_AT_ONCE])
            self._passages.put(read)
            found |= read
        return found

    def _fetched(self, numbers: Sequence[int]) -> dict[int, PackedPassage]:
        keys = self.catalogue.passage_rows[list(numbers)].tolist()
        rows = self._server.rows(self._data.passages, keys, ["body", "first_text", "texts"])
        further = [key for row in rows.values() for key in range(row["first_text"], row["first_text"] + row["texts"])]
        texts = self._server.rows(self._data.texts, further, ["text"]) if further else {}
        try:
            return {number: unpack(_joined(rows[key], texts)) for number, key in zip(numbers, keys, strict=True)}
        except (KeyError, ValueError) as error:
            raise self._lost("passages") from error

    def _read_articles(self, numbers: Sequence[int]) -> dict[int, Article]:
        found = self._texts.get(numbers)
        missing = [number for number in numbers if number not in found]
        if missing:
            entries = {number: self.catalogue.entries[number] for number in missing}
            rows = self._server.rows(self._data.texts, [key for e in entries.values() for key in e.text_rows], ["text"])
            try:
                read = {n: e.article("".join(rows[key]["text"] for key in e.text_rows)) for n, e in entries.items()}
            except KeyError as error:
                raise self._lost("articles") from error
            self._texts.put(read)
            found |= read
        return found

    def _passages_of(self, article: int) -> list[int]:
        first, last = self.catalogue.first_passages[article : article + 2].tolist()
        return list(range(first, last))

    def _lost(self, what: str) -> IndexDamagedError:
        advice = "a newer generation may be in force, open it again; else run qa index --rebuild"
        return IndexDamagedError(f"{self._server.place}: {what} are missing or damaged; {advice}")

    @cached_property
    def _aliases(self) -> list[StoredAlias]:
        return [StoredAlias(number, alias) for number, entry in enumerate(self.catalogue.entries) for alias in entry.aliases]

    @cached_property
    def _surnames(self) -> dict[str, list[StoredAlias]]:
        named = sorted((one for one in self._aliases if one.alias.kind is AliasKind.SURNAME), key=lambda one: one.alias.short)
        return {short: list(found) for short, found in groupby(named, key=lambda one: one.alias.short)}


class MilvusHeld:
    """The entries of the generation in force; `speakers` says what read who speaks in them."""

    def __init__(self, store: MilvusStore, speakers: str) -> None:
        self._store = store
        self.speakers = speakers
        listed = store.listed()
        self.contents = {article.source: article.content for article in listed}
        self._numbers = {article.content: article.number for article in listed}

    def __contains__(self, content: object) -> bool:
        return content in self._numbers

    def entry(self, content: Content) -> Entry:
        """The entry of an article of this content."""
        return self._store.entry(self._numbers[content])
