"""Listing: what the articles are called, page by page, without reading their texts into memory."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from index.errors import InputError
from index.search.analyzer import folded

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


class Listable(Protocol):
    """Articles that say what they show, wherever they lie."""

    def outlets(self) -> list[str | None]:
        """Each article's outlet, by its number."""
        ...

    def dates(self) -> list[date | None]:
        """Each article's day of publication, by its number."""
        ...


def outlet_names(held: Listable) -> tuple[str, ...]:
    """The outlets' names in order, at most MAX_OUTLETS; of names that differ in case or blanks the commonest."""
    counted = Counter(" ".join(name.split()) for name in held.outlets() if name)
    names: dict[str, str] = {}
    for name in sorted(counted, key=lambda name: (-counted[name], name)):
        names.setdefault(folded(name), name)
    return tuple(names[key] for key in sorted(names)[:MAX_OUTLETS])


def date_range(held: Listable) -> tuple[date, date] | None:
    """The first and the last day of publication that any article shows."""
    days = [day for day in held.dates() if day]
    return (min(days), max(days)) if days else None


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
