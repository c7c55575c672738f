"""Quotations: what stands between quotation marks, through all the sentences that it runs over."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.articles.sentences import Sentence
from index.articles.span import Span, without_gaps

MAX_SENTENCES = 40  # Of one quotation; a mark that is never closed opens none.
_CLOSES = {"“": "”", '"': '"', "«": "»", "„": "“”", "‘": "’"}
# A single mark opens after a blank and closes after a stop: the rest are apostrophes.
_MARK = re.compile(r"[“”\"«»„]|(?<![^\s(])‘|(?<=[.,!?…])’(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a quotation stands in one sentence; `quotation` counts from 0 through the article."""

    sentence: int
    span: Span
    quotation: int


def pieces(text: str, found: Sequence[Sentence]) -> tuple[Piece, ...]:
    """All quotations, in order, with the marks around them; one goes on in a paragraph that begins with its mark again."""
    return tuple(_read(text, found))


def _read(text: str, found: Sequence[Sentence]) -> Iterator[Piece]:
    opened, quotation, since, paragraph = "", -1, 0, -1
    for number, sentence in enumerate(found):
        flow = without_gaps(text, sentence.span, sentence.gaps)
        marks = list(_MARK.finditer(flow))
        at = 0
        if opened and sentence.paragraph != paragraph:
            again = bool(marks) and marks[0].group() == opened and not flow[: marks[0].start()].strip()
            marks = marks[1:] if again else marks
            opened = opened if again else ""
        if opened and number - since > MAX_SENTENCES:
            opened = ""
        for mark in marks:
            if opened and mark.group() in _CLOSES[opened]:
                yield Piece(number, _placed(sentence, at, mark.end()), quotation)
                opened = ""
            elif not opened and mark.group() in _CLOSES:
                opened, at, since = mark.group(), mark.start(), number
                quotation += 1
        if opened and at < len(flow):
            yield Piece(number, _placed(sentence, at, len(flow)), quotation)
        paragraph = sentence.paragraph


def _placed(sentence: Sentence, start: int, end: int) -> Span:
    return Span(sentence.span.start + start, sentence.span.start + end)
