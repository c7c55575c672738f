"""Layout: which lines of an article flow together, and whether each block of lines is prose, heading or furniture.

The Daily Herald | Dam bursts near Velden | By Anna Lind | The dam burst on Friday. Nobody was hurt.
Four lines, blank lines between. The first three have no full stop and at most
20 words: headings. The last is prose.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

from articles_qa.index.articles.boilerplate import is_furniture
from articles_qa.index.articles.forms.line_forms import LIST_ITEM, LineForms, line_forms
from articles_qa.index.articles.forms.markup import markup
from articles_qa.index.articles.mended import FILLER, mended
from articles_qa.index.articles.span import Span, line_spans, without_gaps

# The width of a hard wrap. Where the widest line is narrower or wider, each line is a paragraph.
MIN_WRAP_CHARS, MAX_WRAP_CHARS = 40, 120
FULL_LINE = 0.75  # Of the width. A longer line that stops in mid-sentence goes on in the next line.
MAX_HEADING_WORDS = 20

_MARKS = re.compile(r"(?:\[\^?[\w-]{1,10}\]|[*_\s])+$")  # Of footnotes and of Markdown, behind the full stop.
_TERMINAL = re.compile(r"[.!?…。！？:;]['\"’”»)\]]*$")
_MARKDOWN_HEADING = re.compile(r"#{1,6}\s")
# A line that gives a fact about the article, as Markdown's front matter does.
FACT = re.compile(
    r"(?P<key>title|headline|date|published(?: on)?|outlet|source|publisher|publication)\s*:\s*(?P<value>\S.*)", re.IGNORECASE
)


class BlockKind(Enum):
    """Prose is searched and quoted; headings and furniture are not."""

    PROSE = "prose"
    HEADING = "heading"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that flow together; `gaps` are the line ends, furniture and blank lines between them, and marks of Markdown.

    `leads` are what its sentences are read with. `opener` is its first line where that belongs to the sentence after it.
    """

    span: Span
    kind: BlockKind
    gaps: tuple[Span, ...] = ()
    leads: tuple[Span, ...] = ()
    opener: Span | None = None

    def flow(self, text: str) -> str:
        """Return the block's text with each gap turned into blanks, offset by offset."""
        return without_gaps(text, self.span, self.gaps)


def blocks(text: str) -> tuple[Block, ...]:
    """Return the blocks of an article, in order.

    Lines are joined where a hard wrap parted them: the next line's first word
    would not have fitted, or the line stops in mid-sentence near the width or
    before a small letter. A link or page label between two halves of a
    sentence does not end the sentence. The headings of an article that has no
    prose, or only the rows of tables, are prose.
    """
    text = mended(text)
    lines = line_spans(text)
    width = max((len(line) for line in lines if " " in line.cut(text)), default=0)
    wrap = width if MIN_WRAP_CHARS <= width <= MAX_WRAP_CHARS else 0
    forms = line_forms(text, lines)
    found = tuple(_with_markup(text, _block(text, group, forms)) for group in _groups(text, lines, wrap, forms))
    if any(block.kind is BlockKind.PROSE and block.span.start not in forms.rows for block in found):
        return found
    told = [b.kind is BlockKind.HEADING and b.span.start not in forms.headings for b in found]
    return tuple(replace(b, kind=BlockKind.PROSE) if tells else b for b, tells in zip(found, told, strict=True))


def ends_sentence(text: str) -> bool:
    """Return whether the text stops where a sentence can stop."""
    return bool(_TERMINAL.search(_MARKS.sub("", text[-40:].replace(FILLER, "").rstrip())))


def _groups(text: str, lines: Sequence[Span], width: int, forms: LineForms) -> Iterator[list[Span]]:
    """The lines that flow together; each furniture line stands alone."""
    current: list[Span] = []
    furniture: list[list[Span]] = []  # Met since the current group's last line.
    blank = False
    for line in lines:
        if not len(line):
            blank = True
            continue
        cut = line.cut(text)
        if line.start in forms.furniture or (line.start not in forms.openers and is_furniture(cut)):
            furniture.append([line])
            continue
        if current and _joins(text, current, line, width, forms, parted=blank or bool(furniture), by_furniture=bool(furniture)):
            current.append(line)
        else:
            if current:
                yield current
            yield from furniture
            current = [line]
        furniture, blank = [], False
    if current:
        yield current
    yield from furniture


def _joins(text: str, group: list[Span], line: Span, width: int, forms: LineForms, *, parted: bool, by_furniture: bool) -> bool:
    """Return whether a line flows on from a group: an opener opens it, or `_goes_on`."""
    if line.start in forms.openers:
        return False
    if group[-1].start in forms.openers:
        return True
    if line.start in forms.alone or group[-1].start in forms.headings:
        return False
    if not parted and text[line.start] == ">" == text[group[-1].start]:  # Of a quotation, whose lines are all marked.
        last, cut = group[-1].cut(text), line.cut(text).lstrip("> ")
        return not ends_sentence(last) and (cut[:1].islower() or bool(width and len(last) >= FULL_LINE * width))
    return _goes_on(text, group, line, width, parted=parted, by_furniture=by_furniture)


def _goes_on(text: str, group: list[Span], line: Span, width: int, *, parted: bool, by_furniture: bool) -> bool:
    """Return whether `line` continues the sentence that the group's last line leaves open."""
    last, cut = group[-1].cut(text), line.cut(text)
    if LIST_ITEM.match(cut) or FACT.match(cut) or _MARKDOWN_HEADING.match(last):
        return False
    unfinished = not ends_sentence(last)
    lower = cut[0].islower()
    if parted:
        near_width = width and len(last) >= FULL_LINE * width and len(group) > 1
        return unfinished and ((lower and len(last) >= 40) or bool(by_furniture and near_width))
    if not width:
        return unfinished and lower
    overflow = len(last) + 1 + len(cut.split(maxsplit=1)[0]) > width
    return overflow or (unfinished and (lower or len(last) >= FULL_LINE * width))


def _block(text: str, lines: list[Span], forms: LineForms) -> Block:
    span = Span(lines[0].start, lines[-1].end)
    gaps = tuple(Span(a.end, b.start) for a, b in pairwise(lines))
    cut = lines[0].cut(text)
    leads = forms.leads(span)
    if len(lines) > 1:
        opener = lines[0] if lines[0].start in forms.openers else None
        return Block(span, BlockKind.PROSE, gaps, leads, opener)
    if span.start in forms.furniture or is_furniture(cut):
        return Block(span, BlockKind.FURNITURE)
    if span.start in forms.prose:
        return Block(span, BlockKind.PROSE, leads=leads)
    listed = LIST_ITEM.match(cut) and not _MARKDOWN_HEADING.match(cut)
    plain = not (listed or ends_sentence(cut) or len(cut.split()) > MAX_HEADING_WORDS)
    if span.start in forms.headings or _MARKDOWN_HEADING.match(cut) or plain:
        return Block(span, BlockKind.HEADING)
    return Block(span, BlockKind.PROSE, leads=leads)


def _with_markup(text: str, block: Block) -> Block:
    """Return a block of prose whose gaps include the marks of Markdown."""
    marks = markup(text, block.span) if block.kind is BlockKind.PROSE else ()
    if not marks:
        return block
    gaps: list[Span] = []
    for gap in sorted((*marks, *block.gaps), key=lambda gap: (gap.start, -gap.end)):
        if gaps and gap.start < gaps[-1].end:
            gaps[-1] = Span(gaps[-1].start, max(gaps[-1].end, gap.end))
        else:
            gaps.append(gap)
    return replace(block, gaps=tuple(gaps))
