"""Sentences: the spans that are searched and quoted."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from index.articles.boilerplate import is_furniture
from index.articles.layout import Block, BlockKind, blocks
from index.articles.span import Span, without_gaps

MAX_SENTENCE_CHARS = 1000  # A longer stretch without a full stop is cut at blanks; no quote needs more.
# A longer stretch without a blank is no word. nupunkt reads such a stretch again for each mark in it: 20,000 of "?!" took
# .5 s, twice as many 1.5 s. So it gets only the ends of the stretch.
MAX_WORD_CHARS, KEPT_CHARS = 400, 100

# After a wrong break the next piece begins with a small letter or a closing bracket, or is punctuation only.
_GOES_ON = re.compile(r"[a-z)\]]|\W*$")
_WORD_CHAR = re.compile(r"\w")
_OVERLONG = re.compile(rf"(?<!\S)\S{{{MAX_WORD_CHARS},}}")
_PIECE = re.compile(rf".{{1,{MAX_SENTENCE_CHARS}}}(?=\s|$)|.{{1,{MAX_SENTENCE_CHARS}}}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A span of one paragraph; `paragraph` counts blocks of prose from 0, `gaps` are the furniture inside the span."""

    span: Span
    paragraph: int
    gaps: tuple[Span, ...] = ()

    def words(self, text: str) -> str:
        """Return the sentence on one line, without its gaps: for matching and embedding, never for quoting."""
        return " ".join(without_gaps(text, self.span, self.gaps).split())


def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of an article's prose, in order, without headings and page furniture.

    Source: Punkt, Kiss & Strunk 2006, as nupunkt trained it; run on paragraphs
    whose line ends are blanks.
    """
    prose = [block for block in blocks(text) if block.kind is BlockKind.PROSE]
    return tuple(
        Sentence(span, paragraph, _gaps_inside(block, span, text))
        for paragraph, block in enumerate(prose)
        for span in _split(block, text)
        if not is_furniture(span.cut(text))
    )


def _gaps_inside(block: Block, span: Span, text: str) -> tuple[Span, ...]:
    """The gaps of a sentence that hold more than blanks."""
    inside = block.gaps[bisect_left(block.gaps, span) : bisect_left(block.gaps, Span(span.end, span.end))]
    return tuple(gap for gap in inside if gap.cut(text).strip())


def _split(block: Block, text: str) -> Iterator[Span]:
    """The sentences of a block, without the blanks around them."""
    flow = block.flow(text)
    for start, end in _joined(flow, _punkt(flow)):
        for piece in _PIECE.finditer(flow, start, end) if end - start > MAX_SENTENCE_CHARS else [None]:
            a, b = piece.span() if piece else (start, end)
            cut = flow[a:b]
            a, b = a + len(cut) - len(cut.lstrip()), a + len(cut.rstrip())
            if _WORD_CHAR.search(flow, a, b):
                yield Span(block.span.start + a, block.span.start + b)


def _joined(flow: str, pieces: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pieces, joined again at wrong breaks."""
    joined: list[tuple[int, int]] = []
    for start, end in pieces:
        if joined and _GOES_ON.match(flow[start:end].lstrip()[:40]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _punkt(flow: str) -> Iterator[tuple[int, int]]:
    """The start and end of each sentence that nupunkt finds."""
    import nupunkt  # Its model takes a moment to load and nothing but building needs it.

    return ((int(start), int(end)) for start, end in nupunkt.sent_spans(_OVERLONG.sub(_shortened, flow)))


def _shortened(match: re.Match[str]) -> str:
    """The two ends of an overlong word, at their distance."""
    word = match.group()
    return word[:KEPT_CHARS] + "x" * (len(word) - 2 * KEPT_CHARS) + word[-KEPT_CHARS:]
