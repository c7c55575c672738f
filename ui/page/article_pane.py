"""The article that is read: its text with line numbers, the quotes marked, and no more of it than a screen can hold."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from index import Article, SourceState, Span
from index.files.printable import one_line, printable
from ui.page.html import Layer, Run, rendered, runs
from ui.text.wording import FILE_NOTES, about_line

ROOM = 60_000  # Characters sent at once, some 20 pages; around the place asked for where the article is longer.
LINES = 3_000  # And lines, each 50 to 90 bytes of markup: 60,000 blank ones would be 5 MB.


@dataclass(frozen=True, slots=True)
class Marked:
    """A span to mark, and the number that its quote has in the answer."""

    span: Span
    rank: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the article, its line end included; `number` counts from 1. `is_here`: the place asked for is in it."""

    number: int
    is_here: bool
    runs: tuple[Run, ...]


def reading_html(
    article: Article, marked: Sequence[Marked], *, at: int, state: SourceState, other_version: bool = False, room: int = ROOM
) -> str:
    """The article around an offset; what is shown of it is its text, character for character.

    `other_version` says that the one who asked means another version of the
    file than was indexed; then nothing is marked, since what stands there may
    be something else.
    """
    window = shown_window(article.text, at, room)
    layers = [] if other_version else [Layer(mark.span, "quoted", str(mark.rank)) for mark in marked]
    masthead = article.masthead
    about = [article.outlet, masthead.published.isoformat() if masthead.published else None]
    values = {
        "source": article.source,
        "name": printable(article.source),
        "sha256": article.sha256,
        "title": one_line(article.title or article.source),
        "about": about_line(*about),
        "note": FILE_NOTES[state],
        "other_version": other_version,
        "published": masthead.published.isoformat() if masthead.published else "",
        "lines": lines(article, window, layers, at),
        "window": window,
        "length": len(article.text),
        "all_lines": article.line(len(article.text) - 1),
    }
    return rendered("article_pane.html", values)


def shown_window(text: str, at: int, room: int) -> Span:
    """The whole text where there is room for it, else the stretch around an offset, from a line's start to a line's end.

    A line that is longer than the room is cut. No more than LINES lines.
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
    """The window, or as many of its lines as there is room for, around the offset."""
    if text.count("\n", window.start, window.end) < LINES:
        return window
    ends = (match.end() for match in re.compile("\n").finditer(text, window.start, window.end))
    starts = [window.start, *(end for end in ends if end < window.end)]
    here = bisect_right(starts, at) - 1
    first = max(0, min(here - LINES // 2, len(starts) - LINES))
    return Span(starts[first], [*starts, window.end][min(first + LINES, len(starts))])


def lines(article: Article, window: Span, layers: Sequence[Layer], here: int) -> list[Line]:
    """The lines of a stretch of the article, marked; `here` is the offset of the place asked for."""
    made: list[Line] = []
    at, number = window.start, article.line(window.start)
    while at < window.end:
        end = article.text.find("\n", at, window.end) + 1 or window.end
        made.append(Line(number, at <= here < end, tuple(runs(article.text, Span(at, end), layers))))
        at, number = end, number + 1
    return made
