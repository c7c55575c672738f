"""The database of entries: articles with their text, passages, sentences and aliases in SQLite."""

import errno
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path
from sys import intern
from typing import Any

import numpy as np

from articles_qa.index.articles.article import Article, Content
from articles_qa.index.articles.masthead import Masthead
from articles_qa.index.articles.places import Places
from articles_qa.index.articles.sentences import MAX_SENTENCE_CHARS, read_with
from articles_qa.index.articles.span import Span
from articles_qa.index.articles.traits import Traits
from articles_qa.index.entries.database import SCHEMA, VECTORS, Database
from articles_qa.index.entries.entry import Entry, ListedArticle, StoredAlias, StoredPassage, StoredSentence
from articles_qa.index.errors import IndexDamagedError
from articles_qa.index.models.token_vectors import MAX_TOKENS_PER_CHAR, TOKEN_BYTES
from articles_qa.index.search.float16_vectors import to_bytes
from articles_qa.index.speakers.abbreviations import Alias, AliasKind
from articles_qa.index.speakers.attribution import Attribution

_MAX_OFFSET = 1 << 32  # No text is longer.
_MAX_TOKENS_BYTES = MAX_TOKENS_PER_CHAR * TOKEN_BYTES * MAX_SENTENCE_CHARS
# More are not read, and one byte is not a token.
_TOKENS = f"CASE WHEN length(tokens) > {_MAX_TOKENS_BYTES} THEN x'00' ELSE tokens END"
_ARTICLE = "source, sha256, size_bytes, encoding, bom_bytes, title, outlet, published, text, reader, member, places, traits"
_TABLES = ("articles", "passages", "sentences")
_ALIAS = 'article, kind, short, long, owner, start, "end"'


def cut(column: str) -> str:
    """Return SQL for the text of a span "start-end"; substr counts code points, from 1."""
    start, end = f"CAST({column} AS INTEGER)", f"CAST(substr({column}, instr({column}, '-') + 1) AS INTEGER)"
    return f"substr(text, {start} + 1, {end} - {start})"


def day_of(text: str | None) -> date | None:
    """Read a day as the database has it."""
    return date.fromisoformat(text) if text else None


def _marks(numbers: Sequence[object]) -> str:
    return ",".join("?" * len(numbers))


def _placed(start: object, end: object) -> Span:
    """Return a span of an article's text.

    Raises:
        ValueError: it is none.
    """
    if isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= _MAX_OFFSET:
        return Span(start, end)
    raise ValueError(f"{start!a:.20}-{end!a:.20} is no span")


def _gaps(text: str | None) -> tuple[Span, ...]:
    return tuple(_placed(*gap) for gap in json.loads(text)) if text else ()


def _article(row: tuple[Any, ...]) -> Article:
    source, sha256, size_bytes, encoding, bom_bytes, title, outlet, published, text, reader, member, said, traits = row
    "".encode(encoding)  # Else a codec is unknown, or not one of text.
    masthead = Masthead(_span(title), _span(outlet), day_of(published))
    places = Places.from_json(reader, member, said) if said is not None else None
    return Article(source, sha256, size_bytes, encoding, bom_bytes, text, masthead, places, Traits.from_json(traits))


def _passage(row: tuple[int, int, int, int]) -> StoredPassage:
    number, article, start, end = row
    return StoredPassage(number, article, _placed(start, end))


def _sentence(row: tuple[int, int, int, int, int, str | None, str | None, str, bytes, str | None]) -> StoredSentence:
    number, passage, start, end, paragraph, gaps, attributions, terms, tokens, leads = row
    told = tuple(
        Attribution(_placed(*name), _placed(*said), _placed(*cited) if cited else None, _placed(*scope))
        for name, said, cited, scope in (json.loads(attributions) if attributions else ())
    )
    span, words = _placed(start, end), tuple(terms.split(" "))
    read_with = _gaps(leads)
    most = MAX_TOKENS_PER_CHAR * TOKEN_BYTES * (len(span) + sum(len(lead) + 1 for lead in read_with))
    if len(tokens) % TOKEN_BYTES or len(tokens) > most:
        raise ValueError(f"{len(tokens):,} bytes of tokens")
    return StoredSentence(number, passage, span, paragraph, _gaps(gaps), told, words, bytes(tokens), read_with)


def _stored_alias(row: tuple[int, str, str, str, str, int, int]) -> StoredAlias:
    article, kind, short, long, owner, start, end = row
    return StoredAlias(article, Alias(AliasKind(kind), short, long, owner, _placed(start, end)))


class Store(Database):
    """An opened database; read only, from any thread."""

    def counts(self) -> tuple[int, int, int]:
        """Count the articles, passages and sentences. (3,)"""
        found = [int(self.rows(f"SELECT count(*) FROM {table}")[0][0]) for table in _TABLES]
        return found[0], found[1], found[2]

    def ends(self) -> tuple[int, int, int]:
        """Return what `counts` returns, from the largest numbers, which have no gaps in a whole database. (3,)"""
        found = [self.rows(f"SELECT 1 + max(id) FROM {table}")[0][0] for table in _TABLES]
        return found[0] or 0, found[1] or 0, found[2] or 0

    def article(self, number: int) -> Article:
        """Return an article with its text."""
        for article in self.read(_article, f"SELECT {_ARTICLE} FROM articles WHERE id = ?", number):
            return article
        raise IndexDamagedError(f"{self._path}: lacks article {number}; run qa index --rebuild")

    def number_of(self, source: str) -> int | None:
        """Return the number of the article with this source, or None."""
        rows = self.rows("SELECT id FROM articles WHERE source = ?", source)
        return int(rows[0][0]) if rows else None

    def passages(self, numbers: Sequence[int]) -> list[StoredPassage]:
        """Return the passages with these numbers, in number order."""
        query = f'SELECT id, article, start, "end" FROM passages WHERE id IN ({_marks(numbers)}) ORDER BY id'
        return self.read(_passage, query, *numbers)

    def sentences(self, passages: Sequence[int]) -> list[StoredSentence]:
        """Return all sentences of these passages, in number order."""
        return self.read(
            _sentence,
            f'SELECT id, passage, start, "end", paragraph, gaps, attributions, terms, {_TOKENS}, leads FROM sentences '
            f"WHERE passage IN ({_marks(passages)}) ORDER BY id",
            *passages,
        )

    def surrounding(self, source: str, span: Span, *, sentences: int) -> Span:
        """Widen a span by so many sentences before and after it, by fewer at the article's ends."""
        # Each passage has a sentence, so one passage more than the wanted sentences is enough on either side.
        near = "SELECT id FROM passages WHERE article = (SELECT id FROM articles WHERE source = ?) AND "
        beside = 'SELECT start, "end" FROM sentences WHERE passage IN ({}) AND '
        wanted = (source, span.start, sentences + 1, span.start, sentences)
        before = self.rows(
            beside.format(near + "start < ? ORDER BY id DESC LIMIT ?") + '"end" <= ? ORDER BY start DESC LIMIT ?', *wanted
        )
        wanted = (source, span.end, sentences + 1, span.end, sentences)
        after = self.rows(beside.format(near + '"end" > ? ORDER BY id LIMIT ?') + "start >= ? ORDER BY start LIMIT ?", *wanted)
        return Span(before[-1][0] if before else span.start, after[-1][1] if after else span.end)

    def abbreviations(self) -> list[StoredAlias]:
        """Return the abbreviations that articles spell out, by article."""
        query = f"SELECT {_ALIAS} FROM aliases WHERE kind = ? ORDER BY article, rowid"
        return self.read(_stored_alias, query, AliasKind.ABBREVIATION.value)

    def full_names(self, surname: str) -> list[StoredAlias]:
        """Return the full names that articles give for a surname, by article."""
        query = f"SELECT {_ALIAS} FROM aliases WHERE kind = ? AND short = ? ORDER BY article, rowid"
        return self.read(_stored_alias, query, AliasKind.SURNAME.value, surname)

    def listed(self) -> list[ListedArticle]:
        """Return every article without its text, by number."""
        return [ListedArticle(*row) for row in self.contents()]

    def contents(self) -> Iterator[tuple[int, str, Content]]:
        """Yield the number, source and content of every article, by number."""
        query = "SELECT id, source, sha256, encoding, reader, member FROM articles ORDER BY id"
        for number, source, sha256, encoding, reader, member in self.rows(query):
            yield (
                number,
                source,
                Content(sha256, intern(encoding), intern(reader), member),
            )  # One string for a million articles.

    def entry(self, number: int) -> Entry:
        """Return an article's entry, as `write_store` takes it, but without its vectors."""
        query = 'SELECT id, article, start, "end" FROM passages WHERE article = ? ORDER BY id'
        passages = self.read(_passage, query, number)
        first = passages[0].id if passages else 0
        kept: list[StoredSentence] = []
        for at in range(0, len(passages), 500):
            kept += self.sentences([passage.id for passage in passages[at : at + 500]])
        return Entry(
            self.article(number),
            tuple(passage.span for passage in passages),
            tuple(replace(sentence, id=place, passage=sentence.passage - first) for place, sentence in enumerate(kept)),
            tuple(one.alias for one in self.read(_stored_alias, f"SELECT {_ALIAS} FROM aliases WHERE article = ?", number)),
            np.empty((0, 0), np.float32),
        )

    def terms_of(self, article: int) -> Iterator[list[str]]:
        """Yield the words of each of an article's passages, as the word index has them."""
        rows = self.rows(
            "SELECT s.passage, s.terms FROM sentences s JOIN passages p ON s.passage = p.id WHERE p.article = ? ORDER BY s.id",
            article,
        )
        for _, sentences in groupby(rows, key=lambda row: row[0]):
            yield [term for _, terms in sentences for term in terms.split(" ") if term]

    def passage_words(self) -> Iterator[str]:
        """Yield each passage's words for the word index, in number order: its sentences without furniture."""
        for article in self.listed():
            text = self.article(article.number).text
            rows = self.rows(
                'SELECT s.passage, s.start, s."end", s.gaps, s.leads FROM sentences s JOIN passages p ON s.passage = p.id '
                "WHERE p.article = ? ORDER BY s.id",
                article.number,
            )
            for _, sentences in groupby(rows, key=lambda row: row[0]):
                yield " ".join(
                    read_with(text, Span(start, end), _gaps(gaps), _gaps(leads)) for _, start, end, gaps, leads in sentences
                )


def _span(text: str | None) -> Span | None:
    if text is None:
        return None
    start, _, end = text.partition("-")
    return Span(int(start), int(end))


def write_store(path: Path, entries: Iterable[Entry], *, with_vectors: bool = False) -> None:
    """Write a new database; articles, passages and sentences are numbered from 0 in the given order.

    `with_vectors` adds the vectors, one row for each article; a segment has
    them in a file of their own. The file is whole at the return, and on disk
    once it was synced.

    Raises:
        OSError: the disk is full or the file cannot be written.
    """
    connection = sqlite3.connect(path)
    try:
        vectors = VECTORS if with_vectors else ""
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + SCHEMA + vectors)
        passages = sentences = 0
        for number, entry in enumerate(entries):
            connection.execute(
                "INSERT INTO articles VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", (number, *_article_row(entry.article))
            )
            connection.executemany(
                "INSERT INTO passages VALUES (?,?,?,?)",
                [(passages + i, number, span.start, span.end) for i, span in enumerate(entry.passages)],
            )
            connection.executemany(
                "INSERT INTO sentences VALUES (?,?,?,?,?,?,?,?,?,?)",
                [_sentence_row(sentences + i, passages, sentence) for i, sentence in enumerate(entry.sentences)],
            )
            connection.executemany(
                "INSERT INTO aliases VALUES (?,?,?,?,?,?,?)",
                [(number, a.kind.value, a.short, a.long, a.owner, a.span.start, a.span.end) for a in entry.aliases],
            )
            if with_vectors:
                connection.execute("INSERT INTO vectors VALUES (?,?)", (number, to_bytes(entry.vectors)))
            passages, sentences = passages + len(entry.passages), sentences + len(entry.sentences)
        connection.commit()
    except sqlite3.OperationalError as error:
        raise OSError(errno.EIO, str(error)) from error
    finally:
        connection.close()


def _article_row(article: Article) -> tuple[object, ...]:
    masthead = article.masthead
    published = masthead.published.isoformat() if masthead.published else None
    title, outlet = _span_json(masthead.title), _span_json(masthead.outlet)
    fixed = (article.source, article.sha256, article.size_bytes, article.encoding, article.bom_bytes)
    content = article.content
    places = article.places.to_json(article.text) if article.places else None
    return (*fixed, title, outlet, published, article.text, content.reader, content.member, places, article.traits.to_json())


def _sentence_row(number: int, first_passage: int, sentence: StoredSentence) -> tuple[object, ...]:
    gaps, leads = (_spans_json(spans) for spans in (sentence.gaps, sentence.leads))
    span = sentence.span
    fixed = (number, first_passage + sentence.passage, span.start, span.end, sentence.paragraph)
    told = [(one.name, one.said_at, one.cited, one.scope) for one in sentence.attributions]
    pairs = [[None if span is None else [span.start, span.end] for span in spans] for spans in told]
    return (*fixed, gaps, json.dumps(pairs) if pairs else None, " ".join(sentence.terms), sentence.tokens, leads)


def _spans_json(spans: Sequence[Span]) -> str | None:
    return json.dumps([[span.start, span.end] for span in spans]) if spans else None


def _span_json(span: Span | None) -> str | None:
    return f"{span.start}-{span.end}" if span else None
