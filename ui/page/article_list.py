"""The list of articles, fifty at a time."""

from index import ArticleSummary, Index, IndexInfo, SourceState
from index.english import count
from index.files.printable import one_line, printable
from ui.page.html import fill_template
from ui.text.wording import FILE_NOTES, about_line

SHOWN_AT_ONCE = 50


def listing_html(index: Index, query: str, offset: int, *, editable: bool, problem: str | None = None) -> str:
    """Render a part of the articles that match the query, the articles taken out, and the facts of the index.

    `problem` is the reason why a newer index is not shown. Past the end, the last part of the list is shown: the list
    may have become shorter.

    Raises:
        InputError: the query is too long, or the offset out of range.
    """
    page = index.articles(query, offset=offset, limit=SHOWN_AT_ONCE)
    if offset and not page.articles:
        offset = max(0, page.total - 1) // SHOWN_AT_ONCE * SHOWN_AT_ONCE
        page = index.articles(query, offset=offset, limit=SHOWN_AT_ONCE)
    info = index.info
    values = {
        "rows": [_row(index, summary) for summary in page.articles],
        "found": count(page.total, "article"),
        "first": offset + 1,
        "last": offset + len(page.articles),
        "total": page.total,
        "before": max(0, offset - SHOWN_AT_ONCE) if offset else None,
        "after": offset + SHOWN_AT_ONCE if offset + SHOWN_AT_ONCE < page.total else None,
        "query": query,
        "editable": editable,
        "problem": problem,
        "excluded": info.excluded[:SHOWN_AT_ONCE] if editable else (),
        "more_excluded": len(info.excluded) - SHOWN_AT_ONCE,
        "facts": _facts(info),
        "root": printable(str(info.root)),
    }
    return fill_template("article_list.html", values)


def _facts(info: IndexInfo) -> str:
    counts = [count(getattr(info, f"{noun}s"), noun) for noun in ("article", "passage", "sentence")]
    read = info.built.replace("T", " ").replace("Z", " UTC")
    return f"{', '.join(counts)}, {info.size_bytes / 1e6:,.1f} MB; read {read}; generation {info.generation}"


def _row(index: Index, summary: ArticleSummary) -> dict[str, str]:
    """Return an article as the list shows it."""
    article = index.article_named(summary.source)
    state = index.source_state(article) if article else SourceState.MISSING
    published = summary.published.isoformat() if summary.published else None
    return {
        "source": summary.source,
        "title": one_line(summary.title or summary.source),
        "about": about_line(summary.source, summary.outlet, published),
        "size": f"{summary.size_bytes / 1e3:,.1f} kB",
        "note": FILE_NOTES[state],
    }
