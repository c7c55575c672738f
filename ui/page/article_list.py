"""The list of articles, a page at a time."""

from dataclasses import dataclass

from index import ArticleSummary, Index, IndexInfo, SourceState
from index.english import count
from index.files.printable import one_line, printable
from ui.page.html import rendered
from ui.text.wording import FILE_NOTES, about_line

PAGE = 50  # Articles shown at once.


@dataclass(frozen=True, slots=True)
class Row:
    """An article as it is listed."""

    source: str
    title: str
    about: str
    size: str
    note: str


def listing_html(index: Index, query: str, offset: int, *, editable: bool, problem: str | None = None) -> str:
    """One page of the articles that match the query, those taken out, and what there is in all.

    `problem` says why a newer index than this one is not shown.

    Past the end it is the last page: the list may have become shorter.

    Raises:
        InputError: the query is too long, or the offset out of range.
    """
    page = index.articles(query, offset=offset, limit=PAGE)
    if offset and not page.articles:
        offset = max(0, page.total - 1) // PAGE * PAGE
        page = index.articles(query, offset=offset, limit=PAGE)
    info = index.info
    values = {
        "rows": [_row(index, summary) for summary in page.articles],
        "found": count(page.total, "article"),
        "first": offset + 1,
        "last": offset + len(page.articles),
        "total": page.total,
        "before": max(0, offset - PAGE) if offset else None,
        "after": offset + PAGE if offset + PAGE < page.total else None,
        "query": query,
        "editable": editable,
        "problem": problem,
        "excluded": info.excluded[:PAGE] if editable else (),
        "more_excluded": len(info.excluded) - PAGE,
        "facts": _facts(info),
        "root": printable(str(info.root)),
    }
    return rendered("article_list.html", values)


def _facts(info: IndexInfo) -> str:
    counts = (count(info.articles, "article"), count(info.passages, "passage"), count(info.sentences, "sentence"))
    read = info.built.replace("T", " ").replace("Z", " UTC")
    return f"{', '.join(counts)}, {info.size_bytes / 1e6:,.1f} MB; read {read}; generation {info.generation}"


def _row(index: Index, summary: ArticleSummary) -> Row:
    article = index.article_named(summary.source)
    state = index.source_state(article) if article else SourceState.MISSING
    published = summary.published.isoformat() if summary.published else None
    about = about_line(summary.source, summary.outlet, published)
    return Row(
        source=summary.source,
        title=one_line(summary.title or summary.source),
        about=about,
        size=f"{summary.size_bytes / 1e3:,.1f} kB",
        note=FILE_NOTES[state],
    )
