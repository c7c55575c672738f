"""Listing articles page by page, without reading their texts into memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from articles_qa.index.errors import InputError
from articles_qa.index.search.analyzer import folded

MAX_QUERY_CHARS = 500
MAX_LIMIT = 1000  # Articles of one page.
MAX_OUTLETS = 1000  # Limits the damage if the masthead of every article is misread.


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """The names, day and size of an article. `size_bytes` is the size of its file."""

    source: str
    title: str | None
    outlet: str | None
    published: date | None
    size_bytes: int
    passages: int


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """A page of the articles that were found, and the number found in all."""

    total: int
    articles: tuple[ArticleSummary, ...]


def outlet_names(outlets: Sequence[str | None]) -> tuple[str, ...]:
    """Return the outlets' names in order, at most MAX_OUTLETS. Of names that differ in case or blanks, the commonest counts."""
    counted = Counter(" ".join(name.split()) for name in outlets if name)
    names: dict[str, str] = {}
    for name in sorted(counted, key=lambda name: (-counted[name], name)):
        names.setdefault(folded(name), name)
    return tuple(names[key] for key in sorted(names)[:MAX_OUTLETS])


def date_range(days: Sequence[date | None]) -> tuple[date, date] | None:
    """Return the first and the last of some days; None if no day is known."""
    known = [day for day in days if day]
    return (min(known), max(known)) if known else None


def check_page(query: str, offset: int, limit: int) -> None:
    """Check the arguments of a page.

    Raises:
        InputError: the query is too long, or `offset` or `limit` is out of range.
    """
    if not isinstance(query, str) or len(query) > MAX_QUERY_CHARS:
        raise InputError(f"query: not a text of at most {MAX_QUERY_CHARS} characters; give a few words")
    if isinstance(offset, bool) or not isinstance(offset, int) or offset < 0:
        raise InputError(f"offset: {offset!r} is not a whole number from 0; give how many articles to pass over")
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MAX_LIMIT:
        raise InputError(f"limit: {limit!r} is not a whole number; ask for 1 to {MAX_LIMIT} articles")
