"""Sentences: the spans that are searched and quoted."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from articles_qa.index.articles.boilerplate import is_furniture
from articles_qa.index.articles.forms.markup import markup
from articles_qa.index.articles.forms.tables import is_row, read_row
from articles_qa.index.articles.layout import Block, BlockKind, blocks
from articles_qa.index.articles.mended import FILLER, without_filler
from articles_qa.index.articles.span import Span, without_gaps
from articles_qa.index.english import ORDINALS

MAX_SENTENCE_CHARS = 1000  # A longer stretch without a full stop is cut at blanks; no quote needs more.
# A longer stretch without a blank is no word. nupunkt reads such a stretch again for each mark in it: 20,000 of "?!" took
# .5 s, twice as many 1.5 s. So it gets only the ends of the stretch.
MAX_WORD_CHARS, KEPT_CHARS = 400, 100

# After a wrong break the next piece begins with a small letter, or is punctuation only.
# A mark of a footnote belongs to the sentence before it.
_GOES_ON = re.compile(r"[a-z]|[)\]},;]|\W*$|(?:\[\^?\w{1,10}\]\s*)+$")
# A rank is followed by a name: "Lt. Col. Dean Ostrow". An open bracket is closed first: "(R-Okla.) called".
_RANK = re.compile(
    r"(?<![\w.])(?:Lt|Col|Gen|Maj|Brig|Capt|Cmdr|Cdr|Sgt|Cpl|Pvt|Adm|Sen|Rep|Gov|Hon|Rev|Supt|Insp|Det|Ofc|Amb|Pres|Prof|Dr|Mr|Mrs"
    r"|Ms|Messrs|Atty|Asst|Dep|Lieut|Fr|Msgr|Ald)\.$"
)
_OPEN_BRACKET = re.compile(r"\([^()]{1,60}\.$")
_MARKS_BEFORE = re.compile(r"^(?:\s|>(?=[\s>]))*")  # The mark of a quotation in Markdown and in mail.
_LIST_MARK = re.compile(r"^[-*•‣▪–—]\s+")
_ITEM_NUMBER = re.compile(r"(\d{1,2})[.)]\s+")
_WORD_CHAR = re.compile(r"\w")
_OVERLONG = re.compile(rf"(?<!\S)\S{{{MAX_WORD_CHARS},}}")
_PIECE = re.compile(rf".{{1,{MAX_SENTENCE_CHARS}}}(?=\s|$)|.{{1,{MAX_SENTENCE_CHARS}}}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A span of one paragraph; `paragraph` counts blocks of prose from 0, `gaps` are the furniture inside the span.

    `leads` are stretches outside of it that it is read with.
    """

    span: Span
    paragraph: int
    gaps: tuple[Span, ...] = ()
    leads: tuple[Span, ...] = ()

    def words(self, text: str) -> str:
        """Return the sentence on one line, without its gaps, after its leads: for matching and embedding, never for quoting."""
        return read_with(text, self.span, self.gaps, self.leads)


def read_with(text: str, span: Span, gaps: Sequence[Span], leads: Sequence[Span]) -> str:
    """Return a sentence as it is read: on one line, mended, without its gaps, after its leads.

    A row is read with the names of its cells.
    """
    own = " ".join(without_filler(without_gaps(text, span, gaps)).split())
    own = _LIST_MARK.sub("", own, count=1) if leads else own
    before: list[str] = []
    for lead in leads:
        cut = without_filler(without_gaps(text, lead, markup(text, lead)))
        if is_row(lead.cut(text)) and is_row(span.cut(text)):
            own = read_row(lead.cut(text), span.cut(text))
        else:
            before.append(" ".join(cut.split()))
    if before and (number := _ITEM_NUMBER.match(own)) and int(number[1]) <= len(ORDINALS):
        own = f"{ORDINALS[int(number[1]) - 1]}: {own[number.end() :]}"  # "2. Delta Roofing" is the second.
    return " ".join([*before, own])


def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of an article's prose, in order, without headings and page furniture.

    Source: Punkt, Kiss & Strunk 2006, as nupunkt trained it; run on paragraphs
    whose line ends are blanks.
    """
    prose = [block for block in blocks(text) if block.kind is BlockKind.PROSE]
    return tuple(
        Sentence(span, paragraph, _gaps_inside(block, span, text), _leads_outside(block, span))
        for paragraph, block in enumerate(prose)
        for span in _split(block, text)
        if not is_furniture(span.cut(text))
    )


def _gaps_inside(block: Block, span: Span, text: str) -> tuple[Span, ...]:
    """The gaps of a sentence that hold more than blanks."""
    inside = block.gaps[bisect_left(block.gaps, span) : bisect_left(block.gaps, Span(span.end, span.end))]
    return tuple(gap for gap in inside if gap.cut(text).strip())


def _leads_outside(block: Block, span: Span) -> tuple[Span, ...]:
    """The leads of a sentence that are no part of it."""
    return tuple(lead for lead in block.leads if not lead.overlaps(span))


def _split(block: Block, text: str) -> Iterator[Span]:
    """The sentences of a block, without the blanks around them."""
    flow = block.flow(text)
    opens = block.opener.end - block.span.start if block.opener else 0
    for start, end in _joined(flow, _punkt(flow), opens):
        for piece in _PIECE.finditer(flow, start, end) if end - start > MAX_SENTENCE_CHARS else [None]:
            a, b = piece.span() if piece else (start, end)
            cut = flow[a:b]
            a, b = a + len(_MARKS_BEFORE.findall(cut)[0]), a + len(cut.rstrip())
            if _WORD_CHAR.search(flow, a, b):
                yield Span(block.span.start + a, block.span.start + b)


def _joined(flow: str, pieces: Iterator[tuple[int, int]], opens: int) -> list[tuple[int, int]]:
    """The pieces, joined again at wrong breaks; a break before `opens` is wrong too."""
    joined: list[tuple[int, int]] = []
    for start, end in pieces:
        if joined and (start <= opens or _is_wrong_break(flow, *joined[-1], start, end)):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _is_wrong_break(flow: str, start: int, end: int, after: int, after_end: int) -> bool:
    last = flow[max(start, end - 80) : end].rstrip()
    return bool(_GOES_ON.match(flow[after:after_end].lstrip()[:40]) or _RANK.search(last) or _OPEN_BRACKET.search(last))


def _punkt(flow: str) -> Iterator[tuple[int, int]]:
    """The start and end of each sentence that nupunkt finds."""
    import nupunkt  # Its model takes a moment to load and nothing but building needs it.

    found = ((int(start), int(end)) for start, end in nupunkt.sent_spans(_OVERLONG.sub(_shortened, without_filler(flow))))
    if FILLER not in flow:
        return found
    return _with_marks(flow, found)


def _with_marks(flow: str, found: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Stretches of a text without FILLER in the text with it. Marks before a word belong to it, others to what they follow."""
    places = [place for place, char in enumerate(flow) if char != FILLER]
    for first, last in found:
        start, end = places[first], places[last - 1] + 1
        opens = len(flow[:start].rstrip(FILLER))
        start = opens if not opens or flow[opens - 1].isspace() else start
        while end < len(flow) and flow[end] == FILLER:
            end += 1
        yield start, end


def _shortened(match: re.Match[str]) -> str:
    """The two ends of an overlong word, at their distance."""
    word = match.group()
    return word[:KEPT_CHARS] + "x" * (len(word) - 2 * KEPT_CHARS) + word[-KEPT_CHARS:]
