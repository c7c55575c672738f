"""A span: a stretch of an article."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_BLANK = re.compile(r"\s")


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


def without_gaps(text: str, span: Span, gaps: Iterable[Span]) -> str:
    """Return the text of a span, with line ends and the gaps inside turned into blanks, offset by offset."""
    pieces, at = [], span.start
    for gap in gaps:
        pieces += [text[at : gap.start], " " * len(gap)]
        at = gap.end
    return _BLANK.sub(" ", "".join([*pieces, text[at : span.end]]))
