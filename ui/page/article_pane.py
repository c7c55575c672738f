"""The article beside the answer: its text with line numbers and marked quotes, a window at a time."""

import re
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from articles_qa.index import Article, SourceState, Span
from articles_qa.index.articles.places import Proves
from articles_qa.index.files.printable import one_line, printable
from articles_qa.index.formats.pages.page_pictures import PagePicture
from articles_qa.ui.page.html import Layer, StyledRun, fill_template, styled_runs
from articles_qa.ui.text.headline import headline
from articles_qa.ui.text.wording import FILE_NOTES, about_line, day

ROOM = 60_000  # Characters sent at once, some 20 pages.
LINES = 3_000  # Sent at once. Each is 50 to 90 bytes of markup: 60,000 blank lines would be 5 MB.


@dataclass(frozen=True, slots=True)
class Marked:
    """A span to mark, and the rank of its quote in the answer."""

    span: Span
    rank: int


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """A line of the article with its line end. `number` counts from 1; `is_here` marks the line that was asked for."""

    number: int
    is_here: bool
    runs: tuple[StyledRun, ...]


def article_html(
    article: Article, marked: Sequence[Marked], *, at: int, state: SourceState, other_version: bool = False, room: int = ROOM
) -> str:
    """Render the article around the offset `at`; the text shown is the article's, character for character.

    With `other_version`, the reader means another version of the file than was indexed. Then nothing is marked, since
    other words may stand at the same offsets.
    """
    window = shown_window(article.text, at, room)
    layers = [] if other_version else [Layer(mark.span, "quoted", str(mark.rank)) for mark in marked]
    masthead = article.masthead
    published = masthead.published.isoformat() if masthead.published else ""
    values = {
        "source": article.source,
        "name": printable(article.source),
        "sha256": article.sha256,
        "headline": headline(article.title, article.source, article),
        "outlet": one_line(article.outlet or ""),
        "about": about_line(article.outlet, day(published)),
        "note": FILE_NOTES[state],
        "other_version": other_version,
        "has_pages": article.places is not None and article.places.proves is Proves.PAGE and not other_version,
        "published": published,
        "lines": lines(article, window, layers, at),
        "window": window,
        "length": len(article.text),
        "all_lines": article.line(len(article.text) - 1),
    }
    return fill_template("article_pane.html", values)


def pages_html(source: str, pages: Sequence[PagePicture]) -> str:
    """Render pages of a PDF as pictures, the boxes of what was asked for lit up; "" for none."""
    shown = [(page, b64encode(page.png).decode()) for page in pages]
    return fill_template("pdf_pages.html", {"name": printable(source), "pages": shown}) if shown else ""


def shown_window(text: str, at: int, room: int) -> Span:
    """Return the span to show: the whole text where there is room, else whole lines around the offset.

    A line that is longer than the room is cut. The span has at most LINES lines.
    """
    return _of_few_lines(text, _with_room(text, at, room), at)


def _with_room(text: str, at: int, room: int) -> Span:
    if len(text) <= room:
        return Span(0, len(text))
    start = max(0, min(at - room // 2, len(text) - room))
    end = min(len(text), start + room)
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end) + 1 or len(text)
    slack = room // 4
    return Span(line_start if start - line_start < slack else start, line_end if line_end - end < slack else end)


def _of_few_lines(text: str, window: Span, at: int) -> Span:
    """Return the window, or the LINES of its lines around the offset."""
    if text.count("\n", window.start, window.end) < LINES:
        return window
    ends = (match.end() for match in re.compile("\n").finditer(text, window.start, window.end))
    starts = [window.start, *(end for end in ends if end < window.end)]
    here = bisect_right(starts, at) - 1
    first = max(0, min(here - LINES // 2, len(starts) - LINES))
    return Span(starts[first], [*starts, window.end][min(first + LINES, len(starts))])


def lines(article: Article, window: Span, layers: Sequence[Layer], here: int) -> list[ArticleLine]:
    """Return the lines of a stretch of the article, marked; `here` is the offset that was asked for."""
    made: list[ArticleLine] = []
    at, number = window.start, article.line(window.start)
    while at < window.end:
        end = article.text.find("\n", at, window.end) + 1 or window.end
        made.append(ArticleLine(number, at <= here < end, tuple(styled_runs(article.text, Span(at, end), layers))))
        at, number = end, number + 1
    return made
