"""Articles, passages and sentences in SQLite: where everything stands, and the exact text."""

import errno
import json
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from index.article import Article
from index.embedding import Vectors
from index.errors import IndexDamagedError
from index.folding import folded
from index.masthead import Masthead
from index.names import Alias
from index.span import Span

TEXT_CACHE_CHARS = 32_000_000

_SCHEMA = """
CREATE TABLE articles (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    encoding TEXT NOT NULL, bom_bytes INTEGER NOT NULL, title TEXT, outlet TEXT, published TEXT, text TEXT NOT NULL);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, article INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL);
CREATE TABLE sentences (
    id INTEGER PRIMARY KEY, passage INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    paragraph INTEGER NOT NULL, gaps TEXT, speaker TEXT, terms TEXT NOT NULL, tokens BLOB NOT NULL, vector BLOB NOT NULL);
CREATE TABLE aliases (
    article INTEGER NOT NULL, short TEXT NOT NULL, long TEXT NOT NULL, owner TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL);
CREATE INDEX passages_of_article ON passages (article);
CREATE INDEX sentences_of_passage ON sentences (passage);
"""


@dataclass(frozen=True, slots=True)
class StoredSentence:
    """A sentence as the index keeps it. `terms` are its words as the word index sees them.

    `tokens` are its token vectors, packed; empty where the model's are not kept.
    """

    id: int
    passage: int
    span: Span
    paragraph: int
    gaps: tuple[Span, ...]
    speaker: Span | None
    terms: tuple[str, ...]
    tokens: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as the index keeps it; `article` is the article's number."""

    id: int
    article: int
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """All that the index holds of one article, with numbers that count from 0 inside it. `vectors` has a row a sentence."""

    article: Article
    passages: tuple[Span, ...]
    sentences: tuple[StoredSentence, ...]
    aliases: tuple[Alias, ...]
    vectors: Vectors


def write_store(path: Path, entries: Iterable[Entry]) -> None:
    """Write a new database; articles, passages and sentences are numbered from 0 in the order given.

    Raises:
        OSError: the disk is full or the file cannot be written.
    """
    connection = sqlite3.connect(path)
    try:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=FULL;" + _SCHEMA)
        passages = sentences = 0
        for number, entry in enumerate(entries):
            connection.execute("INSERT INTO articles VALUES (?,?,?,?,?,?,?,?,?,?)", (number, *_article_row(entry.article)))
            connection.executemany(
                "INSERT INTO passages VALUES (?,?,?,?)",
                [(passages + i, number, span.start, span.end) for i, span in enumerate(entry.passages)],
            )
            rows = zip(entry.sentences, entry.vectors, strict=True)
            connection.executemany(
                "INSERT INTO sentences VALUES (?,?,?,?,?,?,?,?,?,?)",
                [_sentence_row(sentences + i, passages, s, v.astype(np.float16).tobytes()) for i, (s, v) in enumerate(rows)],
            )
            connection.executemany(
                "INSERT INTO aliases VALUES (?,?,?,?,?,?)",
                [(number, a.short, a.long, a.owner, a.span.start, a.span.end) for a in entry.aliases],
            )
            passages, sentences = passages + len(entry.passages), sentences + len(entry.sentences)
        connection.commit()
    except sqlite3.OperationalError as error:
        raise OSError(errno.EIO, str(error)) from error
    finally:
        connection.close()


class _Connection(sqlite3.Connection):
    """Closed with its thread or its store, whichever ends first."""

    def __del__(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # It was never opened: the file was gone.
            self.close()


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
            f'SELECT id, passage, start, "end", paragraph, gaps, speaker, terms, tokens FROM sentences '
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

    def aliases(self) -> list[Alias]:
        """The abbreviations that the articles spell out, each once a wording."""
        rows = self.rows(
            'SELECT short, long, owner, min(start), "end" FROM aliases GROUP BY short, long, owner ORDER BY 1, 2, 3'
        )
        return [Alias(short, long, owner, Span(start, end)) for short, long, owner, start, end in rows]

    def entries(self) -> Iterator[Entry]:
        """Everything, article by article, as `write_store` takes it."""
        for (number,) in self.rows("SELECT id FROM articles ORDER BY id"):
            article = self.article(number)
            passages = self.rows('SELECT id, start, "end" FROM passages WHERE article = ? ORDER BY id', number)
            first = passages[0][0] if passages else 0
            kept: list[StoredSentence] = []
            parts: list[Vectors] = []
            for at in range(0, len(passages), 500):
                part = [row[0] for row in passages[at : at + 500]]
                kept += self.sentences(part)
                parts.append(self._vectors(part))
            sentences = tuple(
                replace(sentence, id=place, passage=sentence.passage - first) for place, sentence in enumerate(kept)
            )
            aliases = self.rows('SELECT short, long, owner, start, "end" FROM aliases WHERE article = ?', number)
            yield Entry(
                article,
                tuple(Span(start, end) for _, start, end in passages),
                sentences,
                tuple(Alias(short, long, owner, Span(start, end)) for short, long, owner, start, end in aliases),
                np.concatenate(parts) if parts else np.empty((0, 0), np.float32),
            )

    def _vectors(self, passages: Sequence[int]) -> Vectors:
        """The vectors of all sentences of these passages as they were embedded, in number order."""
        rows = self.rows(f"SELECT vector FROM sentences WHERE passage IN ({_marks(passages)}) ORDER BY id", *passages)
        stored = np.frombuffer(b"".join(row[0] for row in rows), np.float16)
        return stored.reshape(len(rows), -1 if rows else 0).astype(np.float32)

    def rows(self, query: str, *values: int | str) -> list[tuple]:  # type: ignore[type-arg]
        """What a query selects; its SQL may use `holds`, as SQLite's own functions know small letters of ASCII only."""
        try:
            connection = getattr(self._local, "connection", None)
            if connection is None:
                uri = f"file:{quote(os.fsencode(self._path.absolute()))}?mode=ro&immutable=1"
                connection = self._local.connection = sqlite3.connect(
                    uri, uri=True, check_same_thread=False, factory=_Connection
                )
                connection.create_function("holds", 2, _holds, deterministic=True)
            return list(connection.execute(query, values))
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


def _article_row(article: Article) -> tuple[object, ...]:
    masthead = article.masthead
    published = masthead.published.isoformat() if masthead.published else None
    title, outlet = _span_json(masthead.title), _span_json(masthead.outlet)
    fixed = (article.source, article.sha256, article.size_bytes, article.encoding, article.bom_bytes)
    return (*fixed, title, outlet, published, article.text)


def _article(row: tuple[str, str, int, str, int, str | None, str | None, str | None, str]) -> Article:
    source, sha256, size_bytes, encoding, bom_bytes, title, outlet, published, text = row
    masthead = Masthead(_span(title), _span(outlet), date.fromisoformat(published) if published else None)
    return Article(source, sha256, size_bytes, encoding, bom_bytes, text, masthead)


def _sentence_row(number: int, first_passage: int, sentence: StoredSentence, vector: bytes) -> tuple[object, ...]:
    gaps = json.dumps([[gap.start, gap.end] for gap in sentence.gaps]) if sentence.gaps else None
    span = sentence.span
    fixed = (number, first_passage + sentence.passage, span.start, span.end, sentence.paragraph)
    return (*fixed, gaps, _span_json(sentence.speaker), " ".join(sentence.terms), sentence.tokens, vector)


def _sentence(row: tuple[int, int, int, int, int, str | None, str | None, str, bytes]) -> StoredSentence:
    number, passage, start, end, paragraph, gaps, speaker, terms, tokens = row
    inside = tuple(Span(*gap) for gap in json.loads(gaps)) if gaps else ()
    return StoredSentence(number, passage, Span(start, end), paragraph, inside, _span(speaker), tuple(terms.split(" ")), tokens)


def _span_json(span: Span | None) -> str | None:
    return f"{span.start}-{span.end}" if span else None


def _span(text: str | None) -> Span | None:
    if text is None:
        return None
    start, _, end = text.partition("-")
    return Span(int(start), int(end))
