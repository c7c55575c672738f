"""How an article is laid out: which lines flow together, and what each block of them is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from index.articles.boilerplate import is_furniture
from index.articles.span import Span, without_gaps

# Text is hard-wrapped when its widest line lies between; else each line is a paragraph.
MIN_WRAP_CHARS, MAX_WRAP_CHARS = 40, 120
FULL_LINE = 0.75  # A wrapped line that stops in mid-sentence beyond this share of the width goes on in the next.
MAX_HEADING_WORDS = 20

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_TERMINAL = re.compile(r"[.!?…。！？:;]['\"’”»)\]]*$")
_LIST_ITEM = re.compile(r"(?:[-*•‣▪–—>]|\d{1,3}[.)])\s|#{1,6}\s|\|")
_MARKDOWN_HEADING = re.compile(r"#{1,6}\s")
# A line that gives a fact about the article, as Markdown's front matter does.
FACT = re.compile(
    r"(?P<key>title|headline|date|published(?: on)?|outlet|source|publisher|publication)\s*:\s*(?P<value>\S.*)", re.IGNORECASE
)


class Kind(Enum):
    """What a block of an article is."""

    PROSE = "prose"
    HEADING = "heading"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that flow together; `gaps` are the furniture and blank lines that interrupt them."""

    span: Span
    kind: Kind
    gaps: tuple[Span, ...] = ()

    def flow(self, text: str) -> str:
        """The block's text with each line end and interruption turned into blanks, offset by offset."""
        return without_gaps(text, self.span, self.gaps)


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of an article, in order.

    Lines are joined where a hard wrap parted them: the next line's first word
    would not have fitted, or the line stops in mid-sentence near the width or
    before a small letter. A link or page label between two halves of a
    sentence does not end it. An article with headings only is read as prose.
    """
    lines = [_strip(text, Span(*match.span())) for match in _LINE.finditer(text)]
    width = max((len(line) for line in lines if " " in line.cut(text)), default=0)
    wrap = width if MIN_WRAP_CHARS <= width <= MAX_WRAP_CHARS else 0
    found = tuple(_judge(text, group) for group in _groups(text, lines, wrap))
    if any(block.kind is Kind.PROSE for block in found):
        return found
    return tuple(Block(b.span, Kind.PROSE, b.gaps) if b.kind is Kind.HEADING else b for b in found)


def ends_sentence(text: str) -> bool:
    """Whether the text stops where a sentence can stop."""
    return bool(_TERMINAL.search(text[-12:].rstrip()))


def _strip(text: str, line: Span) -> Span:
    """The line without the blanks around it."""
    cut = line.cut(text)
    start = line.start + len(cut) - len(cut.lstrip())
    return Span(start, max(start, line.start + len(cut.rstrip())))


def _groups(text: str, lines: Sequence[Span], width: int) -> Iterator[list[Span]]:
    """Lines that flow together, furniture lines each alone."""
    current: list[Span] = []
    held: list[list[Span]] = []  # Furniture met since the current group's last line.
    blank = False
    for line in lines:
        if not len(line):
            blank = True
            continue
        cut = line.cut(text)
        if is_furniture(cut):
            held.append([line])
            continue
        if current and _goes_on(text, current, line, width, parted=blank or bool(held), by_furniture=bool(held)):
            current.append(line)
        else:
            if current:
                yield current
            yield from held
            current = [line]
        held, blank = [], False
    if current:
        yield current
    yield from held


def _goes_on(text: str, group: list[Span], line: Span, width: int, *, parted: bool, by_furniture: bool) -> bool:
    """Whether `line` continues the sentence that the group's last line leaves open."""
    last, cut = group[-1].cut(text), line.cut(text)
    if _LIST_ITEM.match(cut) or FACT.match(cut) or _MARKDOWN_HEADING.match(last):
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


def _judge(text: str, lines: list[Span]) -> Block:
    """The block that these lines make."""
    span = Span(lines[0].start, lines[-1].end)
    gaps = tuple(Span(a.end, b.start) for a, b in pairwise(lines))
    cut = lines[0].cut(text)
    if len(lines) > 1:
        return Block(span, Kind.PROSE, gaps)
    if is_furniture(cut):
        return Block(span, Kind.FURNITURE)
    listed = _LIST_ITEM.match(cut) and not _MARKDOWN_HEADING.match(cut)
    if _MARKDOWN_HEADING.match(cut) or not (listed or ends_sentence(cut) or len(cut.split()) > MAX_HEADING_WORDS):
        return Block(span, Kind.HEADING)
    return Block(span, Kind.PROSE)
