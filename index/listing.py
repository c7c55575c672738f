"""Listing: what the articles are called, page by page, without reading their texts into memory."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from index.errors import InputError
from index.folding import folded
from index.store import Store

MAX_QUERY_CHARS = 500
MAX_LIMIT = 1000  # Articles of one page.
MAX_OUTLETS = 1000  # Beyond, no list is read; a masthead misread in each article must not fill one.


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """What an article is called, when it was published, and how much it holds; `size_bytes` is its file's."""

    source: str
    title: str | None
    outlet: str | None
    published: date | None
    size_bytes: int
    passages: int


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """Some of the articles that were looked for, and how many there are in all."""

    total: int
    articles: tuple[ArticleSummary, ...]


def list_articles(store: Store, query: str = "", *, offset: int = 0, limit: int = 50) -> ArticlePage:
    """The articles whose source, title or outlet holds all words of `query`, by source, from `offset` on.

    Raises:
        InputError: the query is too long, or `offset` or `limit` is out of range.
    """
    check_page(query, offset, limit)
    if words := folded(query).split():
        found = [number for (number,) in store.rows(_HOLDING, "\n".join(words))]
        return ArticlePage(len(found), _summaries(store, found[offset : offset + limit]))
    total = int(store.rows("SELECT count(*) FROM articles")[0][0])
    if offset >= total:
        return ArticlePage(total, ())
    shown = store.rows("SELECT id FROM articles ORDER BY source LIMIT ? OFFSET ?", limit, offset)
    return ArticlePage(total, _summaries(store, [number for (number,) in shown]))


def outlet_names(store: Store) -> tuple[str, ...]:
    """The outlets' names in order, at most MAX_OUTLETS; of names that differ in case or blanks the commonest."""
    return named_once(store.outlets())


def named_once(outlets: Iterable[str | None]) -> tuple[str, ...]:
    """Outlets, each name once, in order, at most MAX_OUTLETS; of names that differ in case or blanks the commonest."""
    counted = Counter(" ".join(name.split()) for name in outlets if name)
    names: dict[str, str] = {}
    for name in sorted(counted, key=lambda name: (-counted[name], name)):
        names.setdefault(folded(name), name)
    return tuple(names[key] for key in sorted(names)[:MAX_OUTLETS])


def date_range(store: Store) -> tuple[date, date] | None:
    """The first and the last day of publication that any article shows."""
    first, last = store.rows("SELECT min(published), max(published) FROM articles")[0]
    return (date.fromisoformat(first), date.fromisoformat(last)) if first else None


def _cut(column: str) -> str:
    """SQL for what stands at a span kept as "start-end"; substr counts code points, from 1."""
    start, end = f"CAST({column} AS INTEGER)", f"CAST(substr({column}, instr({column}, '-') + 1) AS INTEGER)"
    return f"substr(text, {start} + 1, {end} - {start})"


# Found first and sorted then (`+source`): read in the order of their names, 100,000 texts take twice as long.
_HOLDING = (
    f"SELECT id FROM articles WHERE holds(source || char(10) || ifnull({_cut('title')}, '') || char(10) || "
    f"ifnull({_cut('outlet')}, ''), ?) ORDER BY +source"
)


def _summaries(store: Store, numbers: Sequence[int]) -> tuple[ArticleSummary, ...]:
    """The articles with these numbers, by source."""
    marks = ",".join("?" * len(numbers))
    counted = store.rows(f"SELECT article, count(*) FROM passages WHERE article IN ({marks}) GROUP BY article", *numbers)
    passages = dict(counted)
    rows = store.rows(
        f"SELECT id, source, {_cut('title')}, {_cut('outlet')}, published, size_bytes FROM articles "
        f"WHERE id IN ({marks}) ORDER BY source",
        *numbers,
    )
    return tuple(
        ArticleSummary(
            source, title, outlet, date.fromisoformat(published) if published else None, size_bytes, passages.get(number, 0)
        )
        for number, source, title, outlet, published, size_bytes in rows
    )


def check_page(query: str, offset: int, limit: int) -> None:
    """Whether such a page may be asked for.

    Raises:
        InputError: the query is too long, or `offset` or `limit` is out of range.
    """
    if not isinstance(query, str) or len(query) > MAX_QUERY_CHARS:
        raise InputError(f"query: not a text of at most {MAX_QUERY_CHARS} characters; give a few words")
    if isinstance(offset, bool) or not isinstance(offset, int) or offset < 0:
        raise InputError(f"offset: {offset!r} is not a whole number from 0; give how many articles to pass over")
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MAX_LIMIT:
        raise InputError(f"limit: {limit!r} is not a whole number; ask for 1 to {MAX_LIMIT} articles")
