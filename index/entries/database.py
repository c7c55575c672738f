"""A database of entries, opened for reading; whoever wrote the file may be a stranger.

Source: "Defense Against The Dark Arts", https://www.sqlite.org/security.html
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from articles_qa.index.errors import IndexDamagedError
from articles_qa.index.search.analyzer import folded

SCHEMA = """
CREATE TABLE articles (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    encoding TEXT NOT NULL, bom_bytes INTEGER NOT NULL, title TEXT, outlet TEXT, published TEXT, text TEXT NOT NULL,
    reader TEXT NOT NULL, member TEXT NOT NULL, places TEXT, traits TEXT NOT NULL);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, article INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL);
CREATE TABLE sentences (
    id INTEGER PRIMARY KEY, passage INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    paragraph INTEGER NOT NULL, gaps TEXT, attributions TEXT, terms TEXT NOT NULL, tokens BLOB NOT NULL, leads TEXT);
CREATE TABLE aliases (
    article INTEGER NOT NULL, kind TEXT NOT NULL, short TEXT NOT NULL, long TEXT NOT NULL, owner TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL);
CREATE INDEX passages_of_article ON passages (article);
CREATE INDEX sentences_of_passage ON sentences (passage);
CREATE INDEX aliases_by_name ON aliases (kind, short);
"""
VECTORS = "CREATE TABLE vectors (article INTEGER PRIMARY KEY, rows BLOB NOT NULL);"  # In checkpoints only.

_T = TypeVar("_T")

# A query may take so many seconds of the processor. The slowest, a look through all of a large file, takes 0.3 s a GB.
QUERY_S, QUERY_S_PER_GB = 10.0, 100.0
_STEPS = 10_000  # Of SQLite's machine between two looks at the clock.
_MIN_LENGTH = 1_000_000  # Bytes of the longest text; none is longer than the file, but a query's own values may be.
_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name LIMIT 100"


class Database:
    """A file that never changes, with the tables of SCHEMA; read only, from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()

    def read(self, make: Callable[[Any], _T], query: str, *values: int | str) -> list[_T]:
        """Run a query, and make something of each row.

        Raises:
            IndexDamagedError: see `rows`; or a row holds values that no build writes.
        """
        try:
            return [make(row) for row in self.rows(query, *values)]
        except (AttributeError, LookupError, OverflowError, RecursionError, TypeError, ValueError) as error:
            raise IndexDamagedError(
                f"{self._path}: holds what no build writes ({str(error)[:100]}); run qa index --rebuild"
            ) from error

    def rows(self, query: str, *values: int | str) -> list[tuple]:  # type: ignore[type-arg]
        """Run a query. Its SQL may use `holds(text, words)`; SQLite's own functions fold the case of ASCII only.

        Raises:
            IndexDamagedError: SQLite cannot read the file, the file has other tables, or the query takes too long.
        """
        try:
            opened = getattr(self._local, "opened", None)
            if opened is None:
                opened = self._local.opened = _Connection(self._path)
            return opened.rows(query, values)
        except UnicodeEncodeError:
            return []  # No stored text has half a character, which JSON can carry.
        except (sqlite3.Error, OSError, OverflowError) as error:
            raise IndexDamagedError(f"{self._path}: SQLite cannot read it ({error}); run qa index --rebuild") from error


class _Connection:
    """A connection that closes with its thread or its database, whichever ends first.

    A plain connection stays open until the garbage collector runs, since its
    cache of statements refers back to the connection.
    """

    def __init__(self, path: Path) -> None:
        size_bytes = path.stat().st_size
        self._most_s = QUERY_S + QUERY_S_PER_GB * size_bytes / 1e9
        uri = f"file:{quote(os.fsencode(path.absolute()))}?mode=ro&immutable=1"
        self.connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self.connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(size_bytes, _MIN_LENGTH))
        self.connection.execute("PRAGMA trusted_schema=OFF")  # Functions of ours do not run inside a stranger's view.
        self.connection.execute("PRAGMA cell_size_check=ON")
        self.connection.create_function("holds", 2, _holds, deterministic=True)
        if tuple(self.rows(_OBJECTS, ())) not in (_objects(SCHEMA), _objects(SCHEMA + VECTORS)):
            raise sqlite3.DatabaseError("it has other tables than a build writes")

    def rows(self, query: str, values: tuple[int | str, ...]) -> list[tuple]:  # type: ignore[type-arg]
        """Return the rows of a query, which is interrupted when its time is over."""
        end = time.thread_time() + self._most_s
        self.connection.set_progress_handler(lambda: time.thread_time() > end, _STEPS)
        return list(self.connection.execute(query, values))

    def __del__(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()


@cache
def _objects(script: str) -> tuple[tuple[object, ...], ...]:
    """Return the tables and indexes that a script makes, as SQLite describes them."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(script)
        return tuple(connection.execute(_OBJECTS))
    finally:
        connection.close()


def _holds(text: str, words: str) -> bool:
    """Tell whether a text contains all of these words, one a line, in any case."""
    inside = folded(text)
    return all(word in inside for word in words.split("\n"))
