"""The list of articles: by day, outlet or file, searched by words in title, outlet, file and text; fifty at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from articles_qa.index import Article, Index, IndexInfo, SourceState
from articles_qa.index.english import count
from articles_qa.index.files.printable import one_line, printable
from articles_qa.index.opened.listing import MAX_LIMIT
from articles_qa.index.search.analyzer import terms
from articles_qa.ui.notes.note import Note
from articles_qa.ui.notes.placed_notes import NO_NOTES, PlacedNotes
from articles_qa.ui.page.facets import ALL, Choice, facets
from articles_qa.ui.page.html import fill_template
from articles_qa.ui.text.headline import Headline, headline
from articles_qa.ui.text.wording import FILE_NOTES, day

SHOWN_AT_ONCE = 50
PASSAGES_FOUND = 1_000  # With the words of a search; an article further down is not found by its text.


class Order(Enum):
    """The order of the articles. Those without a day or an outlet come last; ties keep the order of the files."""

    NEWEST = "newest"
    OLDEST = "oldest"
    OUTLET = "outlet"
    FILE = "file"


# Of each column: its words, the order that a click brings, and the one that a second click brings.
COLUMNS = (
    ("Day", Order.NEWEST, Order.OLDEST),
    ("Outlet", Order.OUTLET, Order.OUTLET),
    ("Title and file", Order.FILE, Order.FILE),
)


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column: the order that its button brings, and the value of `aria-sort`."""

    words: str
    brings: str
    sorted: str


@dataclass(frozen=True, slots=True)
class NotedQuote:
    """A stretch of an article with the readers' note on it."""

    note: Note
    start: int
    end: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article as the list shows it; `note` tells of its file, `noted` and `quotes` are the readers' notes on it."""

    source: str
    sha256: str
    headline: Headline
    outlet: str
    day: str
    size: str
    note: str
    noted: Note | None
    quotes: tuple[NotedQuote, ...]


def listing_html(
    index: Index,
    query: str,
    offset: int,
    *,
    editable: bool,
    order: Order = Order.NEWEST,
    choice: Choice = ALL,
    notes: PlacedNotes = NO_NOTES,
    problem: str | None = None,
) -> str:
    """Render a part of the articles that match query and choice, the articles taken out, and the facts of the index.

    `problem` is the reason why a newer index is not shown. Past the end, the last part of the list is shown: the list
    may have become shorter.

    Raises:
        InputError: the query is too long.
    """
    counted = facets(index, _matching(index, query), choice, notes)
    numbers = _ordered(index, list(counted.numbers), order)
    if offset >= len(numbers):
        offset = max(0, len(numbers) - 1) // SHOWN_AT_ONCE * SHOWN_AT_ONCE
    shown = numbers[offset : offset + SHOWN_AT_ONCE]
    info = index.info
    values = {
        "rows": [_row(index, index.store.article(number), number, notes) for number in shown],
        "columns": [_column(column, order) for column in COLUMNS],
        "found": count(len(numbers), "article"),
        "first": offset + 1,
        "last": offset + len(shown),
        "total": len(numbers),
        "before": max(0, offset - SHOWN_AT_ONCE) if offset else None,
        "after": offset + SHOWN_AT_ONCE if offset + SHOWN_AT_ONCE < len(numbers) else None,
        "query": query,
        "facets": (
            ("outlet", "Outlets", counted.outlets),
            ("month", "Months", counted.months),
            ("mark", "Notes", counted.marks),
        ),
        "lost": notes.lost[:SHOWN_AT_ONCE],
        "more_lost": len(notes.lost) - SHOWN_AT_ONCE,
        "any_notes": bool(notes.by_article or notes.lost),
        "editable": editable,
        "problem": problem,
        "excluded": info.excluded[:SHOWN_AT_ONCE] if editable else (),
        "more_excluded": len(info.excluded) - SHOWN_AT_ONCE,
        "facts": _facts(info),
        "root": printable(str(info.root)),
    }
    return fill_template("article_list.html", values)


def _matching(index: Index, query: str) -> list[int]:
    """Return the numbers of the articles with all words of a query in title, outlet or file, or in their text."""
    if not query.strip():
        return list(range(index.info.articles))
    named = {article.source for article in index.articles(query, limit=MAX_LIMIT).articles}
    numbers = {number for number, source in enumerate(index.store.sources()) if source in named}
    wanted = set(terms(query))
    if wanted:
        hits = index.passages_by_words([[term] for term in sorted(wanted)], top_k=PASSAGES_FOUND)
        for number in {passage.article for passage in index.store.passages([hit.passage for hit in hits])} - numbers:
            if len(wanted) == 1 or wanted <= set(terms(index.store.article(number).text)):
                numbers.add(number)
    return sorted(numbers)


def _ordered(index: Index, numbers: list[int], order: Order) -> list[int]:
    if order is Order.FILE:
        return numbers
    if order is Order.OUTLET:
        outlets = index.store.outlets()
        return sorted(numbers, key=lambda number: (not outlets[number], (outlets[number] or "").casefold()))
    days: Sequence[date | None] = index.store.dates()
    sign = -1 if order is Order.NEWEST else 1

    def place(number: int) -> tuple[bool, int]:
        published = days[number]
        return published is None, sign * (published or date.min).toordinal()

    return sorted(numbers, key=place)


def _column(column: tuple[str, Order, Order], order: Order) -> Column:
    words, first, second = column
    directions = {Order.NEWEST: "descending", Order.OLDEST: "ascending", Order.OUTLET: "ascending", Order.FILE: "ascending"}
    return Column(words, (second if order is first else first).value, directions[order] if order in (first, second) else "none")


def _facts(info: IndexInfo) -> str:
    counts = [count(getattr(info, f"{noun}s"), noun) for noun in ("article", "passage", "sentence")]
    read = info.built.replace("T", " ").replace("Z", " UTC")
    unfinished = f"; {info.embedded / info.sentences:.0%} found by meaning so far, the rest by words" if info.unembedded else ""
    return f"{', '.join(counts)}, {info.size_bytes / 1e6:,.1f} MB; read {read}; generation {info.generation}{unfinished}"


def _row(index: Index, article: Article, number: int, notes: PlacedNotes) -> ArticleRow:
    published = article.masthead.published
    return ArticleRow(
        source=article.source,
        sha256=article.sha256,
        headline=headline(article.title, article.source, article),
        outlet=one_line(article.outlet or ""),
        day=day(published.isoformat()) if published else "",
        size=f"{article.size_bytes / 1e3:,.1f} kB",
        note=FILE_NOTES[SourceState(index.source_state(article))],
        noted=notes.of_article(number),
        quotes=tuple(
            NotedQuote(one.note, one.span.start, one.span.end, one_line(one.note.text), article.line(one.span.start))
            for one in notes.of_quotes(number)
        ),
    )
