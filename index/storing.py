"""Storing: articles, passages and sentences written to a new SQLite file."""

import errno
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from index.article import Article
from index.attribution import Attribution
from index.exact import to_bytes
from index.span import Span
from index.stored import Entry, StoredSentence

_SCHEMA = """
CREATE TABLE articles (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    encoding TEXT NOT NULL, bom_bytes INTEGER NOT NULL, title TEXT, outlet TEXT, published TEXT, text TEXT NOT NULL);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, article INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL);
CREATE TABLE sentences (
    id INTEGER PRIMARY KEY, passage INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    paragraph INTEGER NOT NULL, gaps TEXT, attributions TEXT, terms TEXT NOT NULL, tokens BLOB NOT NULL);
CREATE TABLE aliases (
    article INTEGER NOT NULL, kind TEXT NOT NULL, short TEXT NOT NULL, long TEXT NOT NULL, owner TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL);
CREATE INDEX passages_of_article ON passages (article);
CREATE INDEX sentences_of_passage ON sentences (passage);
CREATE INDEX aliases_by_name ON aliases (kind, short);
"""
_VECTORS = "CREATE TABLE vectors (article INTEGER PRIMARY KEY, rows BLOB NOT NULL);"


def write_store(path: Path, entries: Iterable[Entry], *, with_vectors: bool = False) -> None:
    """Write a new database; articles, passages and sentences are numbered from 0 in the order given.

    Vectors are kept `with_vectors` only, as one row an article: a segment has them in a file of their own.

    It is whole when this returns, and on disk when the file was synced.

    Raises:
        OSError: the disk is full or the file cannot be written.
    """
    connection = sqlite3.connect(path)
    try:
        vectors = _VECTORS if with_vectors else ""
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA + vectors)
        passages = sentences = 0
        for number, entry in enumerate(entries):
            connection.execute("INSERT INTO articles VALUES (?,?,?,?,?,?,?,?,?,?)", (number, *_article_row(entry.article)))
            connection.executemany(
                "INSERT INTO passages VALUES (?,?,?,?)",
                [(passages + i, number, span.start, span.end) for i, span in enumerate(entry.passages)],
            )
            connection.executemany(
                "INSERT INTO sentences VALUES (?,?,?,?,?,?,?,?,?)",
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
    return (*fixed, title, outlet, published, article.text)


def _sentence_row(number: int, first_passage: int, sentence: StoredSentence) -> tuple[object, ...]:
    gaps = json.dumps([[gap.start, gap.end] for gap in sentence.gaps]) if sentence.gaps else None
    span = sentence.span
    fixed = (number, first_passage + sentence.passage, span.start, span.end, sentence.paragraph)
    told = json.dumps([_attribution_json(one) for one in sentence.attributions]) if sentence.attributions else None
    return (*fixed, gaps, told, " ".join(sentence.terms), sentence.tokens)


def _attribution_json(one: Attribution) -> list[list[int] | None]:
    """Its spans, in the order of its fields."""
    spans = (one.name, one.said, one.cited, one.scope)
    return [None if span is None else [span.start, span.end] for span in spans]


def _span_json(span: Span | None) -> str | None:
    return f"{span.start}-{span.end}" if span else None
