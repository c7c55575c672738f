"""A span: a stretch of an article."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from articles_qa.index.articles.mended import FILLER, with_whole_words

PARAGRAPH_END = re.compile(r"\n\s*\n")
_BLANK = re.compile(r"\s")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`[start, end)` in code points of an article's text."""

    start: int
    end: int

    def cut(self, text: str) -> str:
        """Return the text of the span."""
        return text[self.start : self.end]

    def __len__(self) -> int:
        return self.end - self.start

    def holds(self, other: "Span") -> bool:
        """Return whether all of `other` lies inside."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Span") -> bool:
        """Return whether both share a character."""
        return self.start < other.end and other.start < self.end


def line_spans(text: str) -> list[Span]:
    """Return the lines of a text without the blanks around them; a blank line is an empty span."""
    found: list[Span] = []
    for match in _LINE.finditer(text):
        cut = match.group()
        start = match.start() + len(cut) - len(cut.lstrip())
        found.append(Span(start, max(start, match.start() + len(cut.rstrip()))))
    return found


def without_gaps(text: str, span: Span, gaps: Iterable[Span]) -> str:
    """Return the text of a span, mended, with line ends and the gaps inside turned into blanks, offset by offset."""
    whole = with_whole_words(text, span.start, span.end)
    pieces, at = [], 0
    for gap in gaps:
        start, end = gap.start - span.start, gap.end - span.start
        inside = whole[start:end]
        # Marks of Markdown stand inside words, all else between lines.
        fills = FILLER if inside == FILLER * len(inside) or not inside[:1].isspace() else " "
        pieces += [whole[at:start], fills * len(inside)]
        at = end
    return _BLANK.sub(" ", "".join([*pieces, whole[at:]]))
