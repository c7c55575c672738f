"""Read access to the rows of one generation in Milvus, with the methods of `SegmentReader`; rows read last are cached."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import groupby

import numpy as np

from articles_qa.index.arrays import Vectors
from articles_qa.index.articles.article import Article, Content
from articles_qa.index.articles.span import Span
from articles_qa.index.entries.entry import Entry, ListedArticle, StoredAlias, StoredPassage, StoredSentence
from articles_qa.index.errors import IndexDamagedError
from articles_qa.index.milvus.generation import MilvusGeneration
from articles_qa.index.milvus.rows import PackedPassage, unpack_passage
from articles_qa.index.milvus.server import MilvusRow, MilvusServer
from articles_qa.index.opened.lru_cache import TEXT_CACHE_CHARS, LruCache
from articles_qa.index.speakers.abbreviations import AliasKind

PASSAGES_CACHED = 4000  # Some 9 kB each. A question reads about 60.
PASSAGES_AT_ONCE = 500


def _joined(row: MilvusRow, texts: dict[int, MilvusRow]) -> str:
    """Return a passage's body, joined with its further rows."""
    further = range(row["first_text"], row["first_text"] + row["texts"])
    return str(row["body"]) + "".join(str(texts[key]["text"]) for key in further)


class MilvusStore:
    """Read access to articles, passages and sentences by the catalogue's numbers; an `ArticleStore`."""

    def __init__(self, server: MilvusServer, generation: MilvusGeneration) -> None:
        self._server, self._data = server, generation.data
        self.catalogue = generation.catalogue
        self._texts: LruCache[Article] = LruCache(TEXT_CACHE_CHARS, lambda article: len(article.text))
        self._passages: LruCache[PackedPassage] = LruCache(PASSAGES_CACHED, lambda passage: 1)

    def article(self, number: int) -> Article:
        return self._read_articles([number])[number]

    def article_named(self, source: str) -> Article | None:
        number = self.catalogue.by_source.get(source)
        return None if number is None else self.article(number)

    def passages(self, numbers: Sequence[int]) -> list[StoredPassage]:
        read = self.packed(numbers)
        return [StoredPassage(n, int(self.catalogue.article_of[n]), read[n].span) for n in sorted(read)]

    def sentences(self, passages: Sequence[int]) -> list[StoredSentence]:
        """Return all sentences of these passages, in number order. Their articles, which are read next, are fetched too."""
        read = self.packed(passages)
        self._read_articles(sorted({int(self.catalogue.article_of[number]) for number in read}))
        firsts = self.catalogue.first_sentences
        return [
            replace(one, id=int(firsts[number]) + place, passage=number)
            for number in sorted(read)
            for place, one in enumerate(read[number].sentences)
        ]

    def surrounding(self, source: str, span: Span, *, sentences: int) -> Span:
        number = self.catalogue.by_source.get(source)
        if number is None:
            return span
        read = self.packed(self._passages_of(number))
        spans = [one.span for place in sorted(read) for one in read[place].sentences]
        before = [one.start for one in spans if one.end <= span.start][-sentences:]
        after = [one.end for one in spans if one.start >= span.end][:sentences]
        return Span(before[0] if before else span.start, after[-1] if after else span.end)

    def abbreviations(self) -> list[StoredAlias]:
        found: dict[tuple[str, str, str], StoredAlias] = {}
        for one in self._aliases:
            if one.alias.kind is AliasKind.ABBREVIATION:
                found.setdefault((one.alias.short, one.alias.long, one.alias.owner), one)
        return [found[key] for key in sorted(found)]

    def full_names(self, surname: str) -> list[StoredAlias]:
        found: dict[str, StoredAlias] = {}
        for one in self._surnames.get(surname, ()):
            found.setdefault(one.alias.long, one)
        return sorted(found.values(), key=lambda one: (one.article, one.alias.long))

    def sources(self) -> list[str]:
        return [entry.source for entry in self.catalogue.entries]

    def outlets(self) -> list[str | None]:
        return [entry.outlet for entry in self.catalogue.entries]

    def dates(self) -> list[date | None]:
        return [entry.masthead.published for entry in self.catalogue.entries]

    def broken(self) -> int:
        return sum(entry.broken > 0 for entry in self.catalogue.entries)

    def foreign(self) -> int:
        return sum(one.traits.foreign for one in self._read_articles(range(len(self.catalogue.entries))).values())

    def sketches(self, numbers: Sequence[int]) -> list[tuple[int, str, bytes]]:
        return [(number, one.source, one.traits.sketch) for number, one in self._read_articles(numbers).items()]

    def all_sketches(self) -> None:
        return None  # They stand behind the texts.

    def listed(self) -> list[ListedArticle]:
        return [ListedArticle(number, entry.source, entry.content) for number, entry in enumerate(self.catalogue.entries)]

    def entry(self, number: int) -> Entry:
        numbers = self._passages_of(number)
        read = self.packed(numbers)
        spans = tuple(read[place].span for place in numbers)
        kept = [replace(one, passage=place) for place, passage in enumerate(numbers) for one in read[passage].sentences]
        sentences = tuple(replace(one, id=place) for place, one in enumerate(kept))
        parts = [read[place].vectors.astype(np.float32) for place in numbers]
        vectors: Vectors = np.concatenate(parts) if parts else np.empty((0, 0), np.float32)
        return Entry(self.article(number), spans, sentences, self.catalogue.entries[number].aliases, vectors)

    def entries(self) -> Iterator[Entry]:
        return map(self.entry, range(len(self.catalogue.entries)))

    def packed(self, numbers: Sequence[int]) -> dict[int, PackedPassage]:
        """Return the passages with these numbers, by number.

        Raises:
            IndexDamagedError: a passage is missing or cannot be read; a newer generation may have removed it.
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
            return {number: unpack_passage(_joined(rows[key], texts)) for number, key in zip(numbers, keys, strict=True)}
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
            except (KeyError, TypeError, ValueError) as error:
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


class PreviousMilvusGeneration:
    """The entries of the generation in force, for a build. `speakers` is the program that read who speaks."""

    def __init__(self, store: MilvusStore, speakers: str) -> None:
        self._store = store
        self.speakers = speakers
        listed = store.listed()
        self.contents = {article.source: article.content for article in listed}
        self._numbers = {article.content: article.number for article in listed}

    def __contains__(self, content: object) -> bool:
        return content in self._numbers

    def entry(self, content: Content) -> Entry:
        """Return the entry of an article of this content."""
        return self._store.entry(self._numbers[content])
