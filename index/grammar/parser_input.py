"""A plain line: a sentence as a parser reads it, each character knowing its place in the article."""

import re
from dataclasses import dataclass

from index.articles.sentences import Sentence
from index.articles.span import Span, without_gaps

# Brackets that hold an abbreviation or an aside, and the place and agency before a report ("KYIV, Ukraine (AP) — ").
_BRACKETS = re.compile(r"\([^()]{1,60}\)|\[[^\[\]]{1,60}\]")
_DATELINE = re.compile(r"[A-Z][\w.’'-]{1,30}(?:,? [A-Z][\w.’'-]{1,30}){0,3} ?(?:\([^()]{1,30}\) ?)?[—–-]{1,2} (?=[A-Z“\"])")
_WORDS = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class PlainLine:
    """`places` are the article's offsets of the characters of `text`; `gaps` are the furniture inside the sentence."""

    text: str
    places: tuple[int, ...]
    gaps: tuple[Span, ...]

    def span(self, start: int, end: int) -> Span:
        """The stretch of the article that `[start, end)` of the line is; of one that a gap parts, what follows the gap."""
        placed = Span(self.places[start], self.places[end - 1] + 1)
        for gap in self.gaps:
            if placed.start < gap.end < placed.end:
                after = next(i for i in range(start, end) if self.places[i] >= gap.end)
                placed = Span(self.places[after], placed.end)
        return placed


def plain_line(text: str, sentence: Sentence) -> PlainLine:
    """A sentence on one line, without gaps, brackets and dateline."""
    flow = without_gaps(text, sentence.span, sentence.gaps)
    if dateline := _DATELINE.match(flow):
        flow = " " * dateline.end() + flow[dateline.end() :]
    flow = _BRACKETS.sub(lambda match: " " * len(match.group()), flow)
    pieces: list[str] = []
    places: list[int] = []
    for match in _WORDS.finditer(flow):
        start = sentence.span.start + match.start()
        if pieces:
            pieces.append(" ")
            places.append(start - 1)
        pieces.append(match.group())
        places.extend(range(start, start + len(match.group())))
    return PlainLine("".join(pieces), tuple(places), sentence.gaps)
