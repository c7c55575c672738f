"""Listing: every article is found by what it is called, in pages, with the title that its text shows."""

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from articles_qa.index import Article, ArticlePage, ArticleSummary, Index, InputError, Span
from articles_qa.index.articles.masthead import Masthead
from articles_qa.index.entries.entry import Entry
from articles_qa.index.entries.entry_db import write_store
from articles_qa.index.local.global_ids import GlobalIds
from articles_qa.index.local.local_index import LocalIndex, list_articles
from articles_qa.index.local.segment import ARTICLES, EXACT, FIRST_PASSAGES, FIRST_SENTENCES, Segment, SegmentRecord
from articles_qa.index.local.segment_reader import SegmentReader
from articles_qa.index.opened.listing import MAX_LIMIT, MAX_OUTLETS, MAX_QUERY_CHARS, date_range, outlet_names
from articles_qa.qa import Retriever

RetrieverOf = Callable[[Mapping[str, str | bytes]], Retriever]

NONE = np.empty((0, 4), np.float32)


@pytest.fixture(scope="module")
def index(seeds_index: Path) -> LocalIndex:
    return LocalIndex(seeds_index)


def entry(source: str, title: str = "", outlet: str = "", *, published: date | None = None, before: str = "") -> Entry:
    """An article whose text shows a title and an outlet, after `before`."""
    text = f"{before}{title}\r\n{outlet}\r\n\r\nIt rained."
    spans = Span(len(before), len(before) + len(title)), Span(len(before) + len(title) + 2, text.index("\r\n\r\nIt"))
    masthead = Masthead(spans[0] if title else None, spans[1] if outlet else None, published)
    return Entry(Article(source, "0" * 64, 1, "utf-8", 0, text, masthead), (), (), (), NONE)


def store_of(folder: Path, *entries: Entry) -> SegmentReader:
    """These articles as one segment, in order of source."""
    write_store(folder / ARTICLES, sorted(entries, key=lambda entry: entry.article.source))
    return held(folder, [len(entry.passages) for entry in sorted(entries, key=lambda entry: entry.article.source)])


def held(folder: Path, passages: Sequence[int]) -> SegmentReader:
    """What a segment's database holds, a sentence a passage."""
    first = np.concatenate([[0], np.cumsum(np.array(passages, np.int64))])
    np.save(folder / FIRST_PASSAGES, first)
    np.save(folder / FIRST_SENTENCES, np.arange(first[-1] + 1))
    (folder / EXACT).write_bytes(bytes(2 * int(first[-1])))
    segment = Segment(SegmentRecord(1, "", len(passages), int(first[-1]), int(first[-1]), None), folder, dim=1)
    order = np.array([(0, number) for number in range(len(passages))], np.int32).reshape(-1, 2)
    return SegmentReader([segment], GlobalIds([segment], order, str(folder)))


def found(store: SegmentReader, query: str) -> list[str]:
    return [article.source for article in list_articles(store, query).articles]


def test_the_seeds_are_listed_with_what_their_texts_show(index: LocalIndex, seeds: Path) -> None:
    page = index.articles()
    assert page.total == len(page.articles) == 5
    assert [article.source for article in page.articles] == sorted(path.name for path in seeds.glob("*.txt"))
    for listed in page.articles:
        article = index.article_named(listed.source)
        assert article is not None
        shown = (article.title, article.outlet, article.masthead.published, article.size_bytes)
        assert (listed.title, listed.outlet, listed.published, listed.size_bytes) == shown
    assert sum(article.passages for article in page.articles) == index.info.passages


def test_pages_laid_end_to_end_are_the_whole_list(index: LocalIndex) -> None:
    for query in ("", "txt"):
        whole = index.articles(query)
        pages = [index.articles(query, offset=offset, limit=2) for offset in range(0, 8, 2)]
        assert {page.total for page in pages} == {5}
        assert tuple(article for page in pages for article in page.articles) == whole.articles
        assert index.articles(query, offset=10**30) == ArticlePage(5, ())


CUT = [
    ("plain", "Ferry sinks", "Linz Post", ""),
    ("beyond the first plane", "🔥 Fire 𝔦𝔫 Linz 👩‍🚒", "🗞️ Post", ""),
    ("after such letters", "Ferry sinks", "Linz Post", "🔥🔥𝔦\r\n"),
    ("after line ends of two characters", "Ferry sinks", "Linz Post", "\r\n\r\n\r\n"),
    ("line ends inside", "Ferry\r\nsinks", "Linz\r\n Post", ""),
    ("combining marks", "Sa\u0303o Paulo", "Die\u0308 Zeit", "e\u0301\n"),
    ("long before it", "Ferry sinks", "Linz Post", "é" * 2900),
    ("no title", "", "Linz Post", ""),
    ("neither", "", "", ""),
]


@pytest.mark.parametrize(("what", "title", "outlet", "before"), CUT, ids=[what for what, *_ in CUT])
def test_titles_and_outlets_are_cut_as_python_cuts_them(
    what: str, title: str, outlet: str, before: str, tmp_path: Path
) -> None:
    store = store_of(tmp_path, entry("a.txt", title, outlet, before=before))
    article, (listed,) = store.article(0), list_articles(store).articles
    assert (listed.title, listed.outlet) == (article.title, article.outlet) == (title or None, outlet or None)


def test_a_title_is_cut_right_from_any_file(retriever_of: RetrieverOf, tmp_path: Path) -> None:
    text = (
        "Linz Post\r\n\r\n🔥 Fähre sinkt 🔥\r\n\r\nDecember 27, 2024\r\n\r\nThe ferry sank on Monday and forty were saved.\r\n"
    )
    retriever_of({"bom.txt": b"\xef\xbb\xbf" + text.encode(), "wide.txt": b"\xff\xfe" + text.encode("utf-16-le")})
    index = Index.open(tmp_path / "index")
    for listed in index.articles().articles:
        article = index.article_named(listed.source)
        assert article is not None and listed.title == article.title == "🔥 Fähre sinkt 🔥"
        assert (listed.outlet, listed.published) == ("Linz Post", date(2024, 12, 27))
    assert index.outlets() == ("Linz Post",)
    assert index.date_range() == (date(2024, 12, 27), date(2024, 12, 27))


NAMED = [
    ("ferry", ["2024/a.txt"], "a title's word"),
    ("FERRY linz", ["2024/a.txt"], "of title and outlet"),
    ("linz", ["2024/a.txt", "2024/b.txt"], ""),
    ("sink", ["2024/a.txt"], "part of a word"),
    ("2024/ b", ["2024/b.txt"], "of the path"),
    ("straße", ["2024/b.txt"], "casefold: ß is ss"),
    ("STRASSE", ["2024/b.txt"], ""),
    ("киев", ["c.txt"], "not ASCII"),
    ("Σίσυφος ΟΔΌΣ", ["c.txt"], "two small letters for one capital"),
    ("한국", ["d.txt"], "written there in parts"),
    ("a\u0303o", ["d.txt"], "an accent apart"),
    ("100%", ["d.txt"], "no pattern"),
    ("_", [], "no pattern either"),
    ("sinkslinz", [], "not across title and outlet"),
    ("ferry kiev", [], "all words, not any"),
    ("rained", [], "not the story"),
    ("\ud800", [], "half a character"),
    ("'; DROP TABLE articles", [], ""),
]


@pytest.mark.parametrize(("query", "sources", "why"), NAMED)
def test_articles_are_found_by_words_of_any_script(query: str, sources: list[str], why: str, tmp_path: Path) -> None:
    store = store_of(
        tmp_path,
        entry("d.txt", "100% von 한국".replace("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"), "São Paulo"),
        entry("2024/b.txt", "Straße gesperrt", "Linz Post"),
        entry("c.txt", "КИЕВ сегодня", "ΣΊΣΥΦΟΣ οδός"),
        entry("2024/a.txt", "Ferry sinks", "Linz Post"),
    )
    assert found(store, query) == sources
    assert list_articles(store, query).total == len(sources)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("query", value) for value in ("x" * (MAX_QUERY_CHARS + 1), None, 1)),
        *(("offset", value) for value in (-1, 1.0, True)),
        *(("limit", value) for value in (0, MAX_LIMIT + 1, "5", True)),
    ],
)
def test_a_page_out_of_range_is_refused_in_one_line(name: str, value: Any, index: LocalIndex) -> None:
    asked: dict[str, Any] = {name: value}
    with pytest.raises(InputError, match=rf"^{name}: [^\n]+$"):
        index.articles(**asked)


def test_outlets_are_named_once_in_order(tmp_path: Path) -> None:
    names = ["The Times", "BBC", "THE  times", "The Times", "the\r\ntimes", "Ärzteblatt", "bbc", "BBC", ""]
    store = store_of(tmp_path, *(entry(f"{number}.txt", "Title", name) for number, name in enumerate(names)))
    assert outlet_names(store.outlets()) == ("BBC", "The Times", "Ärzteblatt")


def test_outlets_have_an_end(tmp_path: Path) -> None:
    store = store_of(tmp_path, *(entry(f"{number}.txt", "Title", f"Post {number:05}") for number in range(MAX_OUTLETS + 5)))
    names = outlet_names(store.outlets())
    assert len(names) == MAX_OUTLETS and names[-1] == f"Post {MAX_OUTLETS - 1:05}"


def test_the_first_and_last_day_are_those_that_articles_show(tmp_path: Path) -> None:
    days = [date(2024, 12, 1), None, date(1999, 1, 31), date(2025, 1, 1)]
    assert date_range(store_of(tmp_path, *(entry(f"{day}.txt", published=day) for day in days)).dates()) == (days[2], days[3])
    (tmp_path / "undated").mkdir()
    assert date_range(store_of(tmp_path / "undated", entry("a.txt")).dates()) is None
    (tmp_path / "empty").mkdir()
    assert date_range(store_of(tmp_path / "empty").dates()) is None


@pytest.mark.parametrize("source", ["", "nothing.txt", "../seeds/README", "\ud800", "\0", "'", "%"])
def test_a_name_that_no_article_has_names_none(source: str, index: LocalIndex) -> None:
    assert index.article_named(source) is None


def test_the_state_of_a_named_article_is_told(index: LocalIndex) -> None:
    article = index.article_named(index.articles().articles[0].source)
    assert article is not None and index.source_state(article).value == "unchanged"


def test_listing_reads_no_text_into_memory(index: LocalIndex) -> None:
    before = len(index.store._texts._items)
    index.articles("kursk"), index.articles(), index.outlets(), index.date_range()
    assert len(index.store._texts._items) == before
    assert "text" not in ArticleSummary.__slots__


def test_many_articles_are_listed_fast(tmp_path: Path) -> None:
    write_store(tmp_path / "articles.db", [])
    connection = sqlite3.connect(tmp_path / "articles.db")
    with connection:
        rows = (
            (n, f"{n:06}.txt", "", 1, "utf-8", 0, "0-11", "12-16", None, f"Title {n:05}\nPost\n" + "x" * 500)
            for n in range(20_000)
        )
        connection.executemany("INSERT INTO articles VALUES (?,?,?,?,?,?,?,?,?,?,'','',NULL,'[[],0,\"\"]')", rows)
    connection.close()
    store = held(tmp_path, [0] * 20_000)
    began = time.perf_counter()
    assert list_articles(store, "TITLE 00199 post").total == 11 and list_articles(store, offset=19_990).total == 20_000
    assert time.perf_counter() - began < 1.0  # 0.05 s on two cores.
