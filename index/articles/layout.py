"""Layout: which lines of an article flow together, and whether each block of lines is prose, heading or furniture.

The Daily Herald | Dam bursts near Velden | By Anna Lind | The dam burst on Friday. Nobody was hurt.
Four lines, blank lines between. The first three have no full stop and at most
20 words: headings. The last is prose.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from index.articles.boilerplate import is_furniture
from index.articles.span import Span, without_gaps

# The width of a hard wrap. Where the widest line is narrower or wider, each line is a paragraph.
MIN_WRAP_CHARS, MAX_WRAP_CHARS = 40, 120
FULL_LINE = 0.75  # Of the width. A longer line that stops in mid-sentence goes on in the next line.
MAX_HEADING_WORDS = 20

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_TERMINAL = re.compile(r"[.!?…。！？:;]['\"’”»)\]]*$")
_LIST_ITEM = re.compile(r"(?:[-*•‣▪–—>]|\d{1,3}[.)])\s|#{1,6}\s|\|")
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
    """Lines that flow together; `gaps` are the line ends, furniture and blank lines between them."""

    span: Span
    kind: BlockKind
    gaps: tuple[Span, ...] = ()

    def flow(self, text: str) -> str:
        """Return the block's text with each gap turned into blanks, offset by offset."""
        return without_gaps(text, self.span, self.gaps)


def blocks(text: str) -> tuple[Block, ...]:
    """Return the blocks of an article, in order.

    Lines are joined where a hard wrap parted them: the next line's first word
    would not have fitted, or the line stops in mid-sentence near the width or
    before a small letter. A link or page label between two halves of a
    sentence does not end the sentence. An article of headings only is prose.
    """
    lines = [_strip(text, Span(*match.span())) for match in _LINE.finditer(text)]
    width = max((len(line) for line in lines if " " in line.cut(text)), default=0)
    wrap = width if MIN_WRAP_CHARS <= width <= MAX_WRAP_CHARS else 0
    found = tuple(_block(text, group) for group in _groups(text, lines, wrap))
    if any(block.kind is BlockKind.PROSE for block in found):
        return found
    return tuple(Block(b.span, BlockKind.PROSE, b.gaps) if b.kind is BlockKind.HEADING else b for b in found)


def ends_sentence(text: str) -> bool:
    """Return whether the text stops where a sentence can stop."""
    return bool(_TERMINAL.search(text[-12:].rstrip()))


def _strip(text: str, line: Span) -> Span:
    cut = line.cut(text)
    start = line.start + len(cut) - len(cut.lstrip())
    return Span(start, max(start, line.start + len(cut.rstrip())))


def _groups(text: str, lines: Sequence[Span], width: int) -> Iterator[list[Span]]:
    """The lines that flow together; each furniture line stands alone."""
    current: list[Span] = []
    furniture: list[list[Span]] = []  # Met since the current group's last line.
    blank = False
    for line in lines:
        if not len(line):
            blank = True
            continue
        cut = line.cut(text)
        if is_furniture(cut):
            furniture.append([line])
            continue
        if current and _goes_on(text, current, line, width, parted=blank or bool(furniture), by_furniture=bool(furniture)):
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


def _goes_on(text: str, group: list[Span], line: Span, width: int, *, parted: bool, by_furniture: bool) -> bool:
    """Return whether `line` continues the sentence that the group's last line leaves open."""
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


def _block(text: str, lines: list[Span]) -> Block:
    span = Span(lines[0].start, lines[-1].end)
    gaps = tuple(Span(a.end, b.start) for a, b in pairwise(lines))
    cut = lines[0].cut(text)
    if len(lines) > 1:
        return Block(span, BlockKind.PROSE, gaps)
    if is_furniture(cut):
        return Block(span, BlockKind.FURNITURE)
    listed = _LIST_ITEM.match(cut) and not _MARKDOWN_HEADING.match(cut)
    if _MARKDOWN_HEADING.match(cut) or not (listed or ends_sentence(cut) or len(cut.split()) > MAX_HEADING_WORDS):
        return Block(span, BlockKind.HEADING)
    return Block(span, BlockKind.PROSE)
