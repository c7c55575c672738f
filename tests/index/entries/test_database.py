"""A database of entries from a stranger: it has our tables, no query runs for ever, and no value of another kind is used."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from articles_qa.index import IndexDamagedError
from articles_qa.index.entries.entry_db import Store, write_store

TEXT = "INSERT INTO articles VALUES (0, 'a.txt', '', 4, 'utf-8', 0, NULL, NULL, NULL, 'Rain', '', '', NULL, '[[],0,\"\"]')"
PASSAGE = "INSERT INTO passages VALUES (0, 0, 0, 4)"
SENTENCE = "INSERT INTO sentences VALUES (0, 0, 0, 4, 0, NULL, NULL, 'rain', x'', NULL)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of one article."""
    write_store(tmp_path / "articles.db", [])
    change(tmp_path / "articles.db", TEXT, PASSAGE, SENTENCE)
    return tmp_path / "articles.db"


def change(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_database_of_a_build_is_read(path: Path) -> None:
    store = Store(path)
    assert store.article(0).text == "Rain" and store.counts() == store.ends() == (1, 1, 1)
    assert store.sentences([0])[0].span == store.passages([0])[0].span


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW v AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i FROM n) SELECT i FROM n",
        "CREATE TRIGGER t AFTER INSERT ON articles BEGIN DELETE FROM passages; END",
        "ALTER TABLE articles ADD COLUMN more TEXT AS (hex(zeroblob(400000000)))",
        "CREATE TABLE more (id INTEGER)",
        "DROP INDEX passages_of_article",
    ],
)
def test_other_tables_than_those_of_a_build_are_refused(statement: str, path: Path) -> None:
    change(path, statement)
    with pytest.raises(IndexDamagedError, match="other tables"):
        Store(path).counts()


def test_a_query_ends(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles_qa.index.entries.database.QUERY_S", 0.01)
    endless = "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i FROM n) SELECT count(*) FROM n"
    store = Store(path)
    with pytest.raises(IndexDamagedError, match="interrupted"):
        store.rows(endless)
    assert store.counts() == (1, 1, 1)


def test_no_value_is_much_longer_than_the_file(path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="too big"):
        Store(path).rows("SELECT hex(zeroblob(2000000))")


@pytest.mark.parametrize(
    ("statement", "read"),
    [
        ("UPDATE articles SET encoding = 'klingon'", lambda store: store.article(0)),
        ("UPDATE articles SET published = 'Monday'", lambda store: store.article(0)),
        ("UPDATE articles SET title = '9'", lambda store: store.article(0)),
        ("UPDATE articles SET id = 7", lambda store: store.article(0)),
        ("UPDATE passages SET start = 'x'", lambda store: store.passages([0])),
        ("UPDATE sentences SET start = -1", lambda store: store.sentences([0])),
        ("UPDATE sentences SET gaps = '[[1, 0]]'", lambda store: store.sentences([0])),
        (f"UPDATE sentences SET attributions = '{'[' * 5000}'", lambda store: store.sentences([0])),
        ("UPDATE sentences SET terms = x'00'", lambda store: store.sentences([0])),
        ("UPDATE sentences SET tokens = 'x'", lambda store: store.sentences([0])),
        ("INSERT INTO aliases VALUES (0, 'nickname', 'a', 'b', 'c', 0, 1)", lambda store: store.entry(0)),
    ],
)
def test_a_value_that_no_build_writes_is_damage(statement: str, read: Callable[[Store], object], path: Path) -> None:
    change(path, statement)
    with pytest.raises(IndexDamagedError):
        read(Store(path))
