"""Articles, passages and sentences in SQLite: where everything stands, and the exact text."""

import json
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from index.article import Article, Content
from index.attribution import Attribution
from index.embedding import Vectors
from index.errors import IndexDamagedError
from index.folding import folded
from index.masthead import Masthead
from index.names import Alias, AliasKind
from index.span import Span, without_gaps
from index.stored import Entry, ListedArticle, StoredAlias, StoredPassage, StoredSentence

TEXT_CACHE_CHARS = 32_000_000
VECTOR_BLOCK = 8192  # Sentences' vectors read at once.


class _Held:
    """A connection, closed with its thread or its store, whichever ends first.

    By itself it waits for the garbage collector, since its cache of statements
    refers to it, and keeps a file open that may be gone for long.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


class Store:
    """An opened database; reading only, from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._articles: OrderedDict[int, Article] = OrderedDict()
        self._cached_chars = 0

    def counts(self) -> tuple[int, int, int]:
        """How many articles, passages and sentences there are. (3,)"""
        tables = ("articles", "passages", "sentences")
        found = [int(self.rows(f"SELECT count(*) FROM {table}")[0][0]) for table in tables]
        return found[0], found[1], found[2]

    def article(self, number: int) -> Article:
        """An article with its text; the ones asked for last are kept in memory."""
        with self._lock:
            if (article := self._articles.get(number)) is not None:
                self._articles.move_to_end(number)
                return article
        rows = self.rows(
            "SELECT source, sha256, size_bytes, encoding, bom_bytes, title, outlet, published, text FROM articles WHERE id = ?",
            number,
        )
        article = _article(rows[0])
        with self._lock:
            self._articles[number] = article
            self._cached_chars += len(article.text)
            while self._cached_chars > TEXT_CACHE_CHARS and len(self._articles) > 1:
                _, dropped = self._articles.popitem(last=False)
                self._cached_chars -= len(dropped.text)
        return article

    def article_named(self, source: str) -> Article | None:
        """The article of this source, where there is one."""
        rows = self.rows("SELECT id FROM articles WHERE source = ?", source)
        return self.article(rows[0][0]) if rows else None

    def passages(self, numbers: Sequence[int]) -> list[StoredPassage]:
        """The passages with these numbers, in number order."""
        rows = self.rows(
            f'SELECT id, article, start, "end" FROM passages WHERE id IN ({_marks(numbers)}) ORDER BY id', *numbers
        )
        return [StoredPassage(number, article, Span(start, end)) for number, article, start, end in rows]

    def first_sentences(self) -> npt.NDArray[np.int64]:
        """The number of each passage's first sentence, and after the last passage the number of sentences. (passages + 1,)"""
        rows = self.rows("SELECT min(id) FROM sentences GROUP BY passage ORDER BY passage")
        return np.array([*(row[0] for row in rows), self.counts()[2]], np.int64)

    def articles_of_passages(self) -> npt.NDArray[np.int32]:
        """The number of each passage's article. (passages,)"""
        rows = np.array(self.rows("SELECT article, count(*) FROM passages GROUP BY article ORDER BY article"), np.int32)
        return np.repeat(*rows.reshape(-1, 2).T)

    def sentences(self, passages: Sequence[int]) -> list[StoredSentence]:
        """All sentences of these passages, in number order."""
        rows = self.rows(
            f'SELECT id, passage, start, "end", paragraph, gaps, attributions, terms, tokens FROM sentences '
            f"WHERE passage IN ({_marks(passages)}) ORDER BY id",
            *passages,
        )
        return [_sentence(row) for row in rows]

    def surrounding(self, source: str, span: Span, *, sentences: int) -> Span:
        """A span of an article together with so many sentences before it and after it, fewer at the article's ends."""
        beside = (
            'SELECT s.start, s."end" FROM articles a JOIN passages p ON p.article = a.id JOIN sentences s ON s.passage = p.id '
            "WHERE a.source = ? AND "
        )
        before = self.rows(beside + 's."end" <= ? ORDER BY s.start DESC LIMIT ?', source, span.start, sentences)
        after = self.rows(beside + "s.start >= ? ORDER BY s.start LIMIT ?", source, span.end, sentences)
        return Span(before[-1][0] if before else span.start, after[-1][1] if after else span.end)

    def abbreviations(self) -> list[StoredAlias]:
        """The abbreviations that the articles spell out, each once a wording, from the first article that has it."""
        rows = self.rows(
            'SELECT min(article), kind, short, long, owner, start, "end" FROM aliases WHERE kind = ? '
            "GROUP BY short, long, owner ORDER BY short, long, owner",
            AliasKind.ABBREVIATION.value,
        )
        return [_stored_alias(row) for row in rows]

    def full_names(self, surname: str) -> list[StoredAlias]:
        """The full names that articles give for a surname, each once, from the first article that has it."""
        rows = self.rows(
            'SELECT min(article), kind, short, long, owner, start, "end" FROM aliases WHERE kind = ? AND short = ? '
            "GROUP BY long ORDER BY 1, long",
            AliasKind.SURNAME.value,
            surname,
        )
        return [_stored_alias(row) for row in rows]

    def sources(self) -> list[str]:
        """Each article's source, by its number."""
        return [source for _, source in self.rows("SELECT id, source FROM articles ORDER BY id")]

    def outlets(self) -> list[str | None]:
        """Each article's outlet, by its number."""
        start, end = "CAST(outlet AS INTEGER)", "CAST(substr(outlet, instr(outlet, '-') + 1) AS INTEGER)"
        cut = f"substr(text, {start} + 1, {end} - {start})"
        return [outlet for (outlet,) in self.rows(f"SELECT {cut} FROM articles ORDER BY id")]

    def dates(self) -> list[date | None]:
        """Each article's day of publication, by its number."""
        rows = self.rows("SELECT published FROM articles ORDER BY id")
        return [date.fromisoformat(published) if published else None for (published,) in rows]

    def listed(self) -> list[ListedArticle]:
        """Every article without its text, by number."""
        rows = self.rows("SELECT id, source, sha256, encoding FROM articles ORDER BY id")
        return [ListedArticle(number, source, Content(sha256, encoding)) for number, source, sha256, encoding in rows]

    def entry(self, number: int) -> Entry:
        """Everything of an article, as `write_store` takes it."""
        article = self.article(number)
        passages = self.rows('SELECT id, start, "end" FROM passages WHERE article = ? ORDER BY id', number)
        first = passages[0][0] if passages else 0
        kept: list[StoredSentence] = []
        parts: list[Vectors] = []
        for at in range(0, len(passages), 500):
            part = [row[0] for row in passages[at : at + 500]]
            kept += self.sentences(part)
            parts.append(self._vectors(part))
        sentences = tuple(replace(sentence, id=place, passage=sentence.passage - first) for place, sentence in enumerate(kept))
        aliases = self.rows('SELECT article, kind, short, long, owner, start, "end" FROM aliases WHERE article = ?', number)
        return Entry(
            article,
            tuple(Span(start, end) for _, start, end in passages),
            sentences,
            tuple(_stored_alias(row).alias for row in aliases),
            np.concatenate(parts) if parts else np.empty((0, 0), np.float32),
        )

    def entries(self) -> Iterator[Entry]:
        """Everything, article by article."""
        return (self.entry(article.number) for article in self.listed())

    def passage_words(self) -> Iterator[str]:
        """Each passage's words for the word index, in number order: its sentences without furniture."""
        for article in self.listed():
            text = self.article(article.number).text
            rows = self.rows(
                'SELECT s.passage, s.start, s."end", s.gaps FROM sentences s JOIN passages p ON s.passage = p.id '
                "WHERE p.article = ? ORDER BY s.id",
                article.number,
            )
            for _, sentences in groupby(rows, key=lambda row: row[0]):
                yield " ".join(without_gaps(text, Span(start, end), _gaps(gaps)) for _, start, end, gaps in sentences)

    def vector_blocks(self) -> Iterator[Vectors]:
        """All sentences' vectors as they were embedded, in number order, some at a time."""
        size = self.counts()[2]
        for at in range(0, size, VECTOR_BLOCK):
            rows = self.rows("SELECT vector FROM sentences WHERE id >= ? AND id < ? ORDER BY id", at, at + VECTOR_BLOCK)
            yield _as_vectors(rows)

    def _vectors(self, passages: Sequence[int]) -> Vectors:
        """The vectors of all sentences of these passages as they were embedded, in number order."""
        rows = self.rows(f"SELECT vector FROM sentences WHERE passage IN ({_marks(passages)}) ORDER BY id", *passages)
        return _as_vectors(rows)

    def rows(self, query: str, *values: int | str) -> list[tuple]:  # type: ignore[type-arg]
        """What a query selects; its SQL may use `holds`, as SQLite's own functions know small letters of ASCII only."""
        try:
            held = getattr(self._local, "held", None)
            if held is None:
                uri = f"file:{quote(os.fsencode(self._path.absolute()))}?mode=ro&immutable=1"
                held = self._local.held = _Held(sqlite3.connect(uri, uri=True, check_same_thread=False))
                held.connection.create_function("holds", 2, _holds, deterministic=True)
            return list(held.connection.execute(query, values))
        except UnicodeEncodeError:
            return []  # Half a character, which JSON can carry, stands in no text that was ever stored.
        except sqlite3.Error as error:
            raise IndexDamagedError(f"{self._path}: SQLite cannot read it ({error}); run qa index --rebuild") from error


def _holds(text: str, words: str) -> bool:
    """Whether all of these words, one a line, stand in a text, whatever the case of either."""
    inside = folded(text)
    return all(word in inside for word in words.split("\n"))


def _marks(numbers: Sequence[int]) -> str:
    return ",".join("?" * len(numbers))


def _article(row: tuple[str, str, int, str, int, str | None, str | None, str | None, str]) -> Article:
    source, sha256, size_bytes, encoding, bom_bytes, title, outlet, published, text = row
    masthead = Masthead(_span(title), _span(outlet), date.fromisoformat(published) if published else None)
    return Article(source, sha256, size_bytes, encoding, bom_bytes, text, masthead)


def _as_vectors(rows: Sequence[tuple[bytes]]) -> Vectors:
    stored = np.frombuffer(b"".join(row[0] for row in rows), np.float16)
    return stored.reshape(len(rows), -1 if rows else 0).astype(np.float32)


def _gaps(text: str | None) -> tuple[Span, ...]:
    return tuple(Span(*gap) for gap in json.loads(text)) if text else ()


def _sentence(row: tuple[int, int, int, int, int, str | None, str | None, str, bytes]) -> StoredSentence:
    number, passage, start, end, paragraph, gaps, told, terms, tokens = row
    span, attributions = Span(start, end), _attributions(told)
    return StoredSentence(number, passage, span, paragraph, _gaps(gaps), attributions, tuple(terms.split(" ")), tokens)


def _attributions(text: str | None) -> tuple[Attribution, ...]:
    found = json.loads(text) if text else ()
    return tuple(
        Attribution(Span(*name), Span(*said), Span(*cited) if cited else None, Span(*scope))
        for name, said, cited, scope in found
    )


def _stored_alias(row: tuple[int, str, str, str, str, int, int]) -> StoredAlias:
    article, kind, short, long, owner, start, end = row
    return StoredAlias(article, Alias(AliasKind(kind), short, long, owner, Span(start, end)))


def _span(text: str | None) -> Span | None:
    if text is None:
        return None
    start, _, end = text.partition("-")
    return Span(int(start), int(end))
