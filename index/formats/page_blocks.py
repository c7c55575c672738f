"""The blocks of a page, and the choice of those that are its article.

Every block has a value: the letters of a paragraph of prose count for it, those of links and labels against. The element
with the largest sum is the article; of its blocks those inside menus, comments and boxes of related links are left out.

Source: text density, Kohlschütter et al. 2010; the most valuable subtree instead of a threshold.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from articles_qa.index.articles.forms.tables import MAX_CELL_CHARS
from articles_qa.index.formats.extracted import SourceText

BLOCK_TAGS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr li main nav ol p pre section summary table tbody td th thead tr ul br".split()
)
CELLS = frozenset(("td", "th"))
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_ASIDE_TAGS = frozenset("nav aside footer figcaption dialog form".split())
# Words in the class and id of elements that hold no words of the article.
_ASIDE = re.compile(
    r"comment|disqus|related|recommend|promo|\bshare|sharing|social|sidebar|side-bar|footer|\bnav|menu|breadcrumb|newsletter|"
    r"subscri|advert|\bads?\b|sponsor|cookie|consent|popup|modal|widget|caption|credit|\btags?\b|byline|author|\bbio\b|"
    r"most-?read|popular|trending|read-?more|more-?(?:on|from|stories)|teaser|toolbar|login|sign-?up|paywall|sr-only|"
    r"visually-hidden|screen-reader|copyright|disclaimer|\bmeta\b|timestamp|dateline|\bcta\b|\btool|banner|print-only|noprint|"
    r"next-|prev|outbrain|taboola|\bpoll\b|rating|survey|gallery|slideshow|\bquiz|see-?also|\btopics\b|inline-?link|keywords",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*(?:\s|$)")
_WORD = re.compile(r"\w+")
MIN_BODY_CHARS = 250  # Of a page's own JSON statement of the article; a shorter one is a summary.
MIN_PROSE_CHARS = 200  # Beside a title; the shortest reports have two or three sentences.


@dataclass(slots=True, eq=False)
class Node:
    """An element that holds blocks; `names` are its class, id and role.

    `aside` is the innermost element around it, or it itself, whose tag or names say that it is beside the article.
    `cells` counts the cells of a row, `place` is a cell's place in its row.
    """

    tag: str
    parent: "Node | None"
    names: str
    itemprop: str = ""
    value: float = 0.0
    prose: int = 0
    depth: int = 0
    aside: "Node | None" = None
    cells: int = 0
    place: int = 0

    def __post_init__(self) -> None:
        self.depth = self.parent.depth + 1 if self.parent else 0
        named = self.tag not in ("body", "html", "main") and _ASIDE.search(self.names)
        around = self.parent.aside if self.parent else None
        self.aside = self if named or self.tag in _ASIDE_TAGS else around
        if self.tag in CELLS and self.parent is not None:
            self.place, self.parent.cells = self.parent.cells, self.parent.cells + 1


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the page's source; `text` is what a character reference stands for, None for the source itself."""

    start: int
    end: int
    text: str | None = None


@dataclass(eq=False)
class Block:
    """A stretch of text between two tags that begin a new line."""

    node: Node
    source: SourceText
    follows_break: bool = False
    pieces: list[Piece] = field(default_factory=list)
    chars: int = 0
    link_chars: int = 0

    @cached_property
    def text(self) -> str:
        """The block's words with single blanks."""
        joined = "".join(self.source.text[p.start : p.end] if p.text is None else p.text for p in self.pieces)
        return " ".join(joined.split())

    @cached_property
    def words(self) -> int:
        """The number of its words."""
        return len(_WORD.findall(self.text))

    @property
    def row(self) -> Node | None:
        """The row of which the block is a whole short cell; None for other text, as of a table that only lays out a page."""
        row = self.node.parent if self.node.tag in CELLS and len(self.text) <= MAX_CELL_CHARS else None
        return row if row is not None and row.tag == "tr" and row.cells > 1 else None

    @property
    def is_linked(self) -> bool:
        """Tell whether most of its letters are a link's."""
        return self.link_chars > 0.5 * self.chars

    @property
    def is_prose(self) -> bool:
        """Tell whether it reads like a sentence of an article."""
        if self.is_linked or self.node.tag in HEADINGS:
            return False
        if self.words < 8 and len(self.text) < 80:
            return False
        return bool(_SENTENCE_END.search(self.text)) or self.words >= 25


def main_blocks(blocks: Sequence[Block], title: Block | None, body: str | None) -> list[Block]:
    """Return the blocks of a page's article, in order.

    `title` is the heading that shows the page's title: of several articles on
    a page it is in the right one. `body` is the article's text as the page
    states it for machines.
    """
    if body and len(body) >= MIN_BODY_CHARS and (stated := _stated(blocks, body)):
        return stated
    nodes = _nodes(blocks)
    for block in blocks:
        prose = block.is_prose
        block.node.value += float(len(block.text)) if prose else -0.5 * len(block.text) - (0.5 * block.link_chars)
        block.node.prose += len(block.text) if prose else 0
    for node in reversed(nodes):  # A page may have 2,000 elements inside each other, so each is looked at once.
        if node.parent and node.aside is not node:
            node.parent.value += node.value
            node.parent.prose += node.prose
    if not nodes:
        return []
    own = _around_title(title) if title else None
    best = max(_inside(own, nodes) if own else nodes, key=_worth)
    if best.value <= 0:
        return [block for block in blocks if not _is_beside(block, None) and not block.is_linked]
    inside = {id(node) for node in _inside(best, nodes)}
    return _without_edges([block for block in blocks if id(block.node) in inside and _belongs(block, best)])


def _nodes(blocks: Sequence[Block]) -> list[Node]:
    """Return the elements around blocks, outer ones first, those of one depth in the page's order."""
    found: dict[int, Node] = {}
    for block in blocks:
        node: Node | None = block.node
        while node is not None and id(node) not in found:
            found[id(node)] = node
            node = node.parent
    return sorted(found.values(), key=lambda node: node.depth)


def _inside(outer: Node, nodes: Sequence[Node]) -> list[Node]:
    """Return an element and those inside it, of elements whose outer ones come first."""
    found: dict[int, Node] = {}
    for node in nodes:
        if node is outer or (node.parent is not None and id(node.parent) in found):
            found[id(node)] = node
    return list(found.values())


def _worth(node: Node) -> tuple[float, int]:
    """Return the value of an element as the article's; one that its names put beside an article needs four times as much."""
    return node.value * (0.25 if node.aside else 1.0), node.depth


def _around_title(title: Block) -> Node | None:
    """Return the smallest element that holds the title and some prose."""
    node: Node | None = title.node
    while node is not None and node.prose < MIN_PROSE_CHARS:
        node = node.parent
    return node


def _stated(blocks: Sequence[Block], body: str) -> list[Block]:
    """Return the blocks whose words stand in the body that the page states; none where they are not most of it."""
    squeezed = "".join(_WORD.findall(body.casefold()))
    found = [
        block
        for block in blocks
        if block.words >= 3
        and not block.is_linked
        and block.node.tag != "h1"
        and "".join(_WORD.findall(block.text.casefold())) in squeezed
        and not _is_beside(block, None)
    ]
    size = sum(len("".join(_WORD.findall(block.text))) for block in found)
    return found if 0.8 * len(squeezed) <= size <= 1.3 * len(squeezed) else []


def _belongs(block: Block, best: Node) -> bool:
    """Tell whether a block inside the article's element is of the article."""
    if _is_beside(block, best) or block.is_linked:
        return False
    if block.node.tag in HEADINGS:
        return block.words <= 25
    return block.is_prose or block.node.tag in ("p", "li", "blockquote", "pre", "td", "th", "dd", "dt") or block.words >= 5


def _is_beside(block: Block, best: Node | None) -> bool:
    """Tell whether a block lies in an element beside the article, inside the article's own element where there is one."""
    aside = block.node.aside
    return aside is not None and (best is None or aside.depth > best.depth)


def _without_edges(blocks: list[Block]) -> list[Block]:
    """Leave out headings and labels after the last paragraph or table; they belong to what comes after the article."""
    last = max((place for place, block in enumerate(blocks) if block.is_prose or block.row), default=len(blocks) - 1)
    return blocks[: last + 1]
