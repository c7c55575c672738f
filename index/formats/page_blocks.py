"""The blocks of a page, and the choice of those that are its article.

Every block has a value: the letters of a paragraph of prose count for it, those of links and labels against. The element
with the largest sum is the article; of its blocks those inside menus, comments and boxes of related links are left out.

Source: text density, Kohlschütter et al. 2010; the most valuable subtree instead of a threshold.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from articles_qa.index.formats.extracted import SourceText

BLOCK_TAGS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr li main nav ol p pre section summary table tbody td th thead tr ul br".split()
)
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
    """An element that holds blocks; `names` are its class, id and role."""

    tag: str
    parent: "Node | None"
    names: str
    itemprop: str = ""
    value: float = 0.0
    prose: int = 0
    depth: int = 0

    def __post_init__(self) -> None:
        self.depth = self.parent.depth + 1 if self.parent else 0

    def line(self) -> "list[Node]":
        """Return the element and those around it, inner ones first."""
        found, node = [], self
        while node is not None:
            found.append(node)
            node = node.parent  # type: ignore[assignment]
        return found

    @property
    def is_aside(self) -> bool:
        """Tell whether the element's tag or names say that it is beside the article."""
        return self.tag in _ASIDE_TAGS or (self.tag not in ("body", "html", "main") and bool(_ASIDE.search(self.names)))


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
    for block in blocks:
        prose = block.is_prose
        value = float(len(block.text)) if prose else -0.5 * len(block.text) - (0.5 * block.link_chars)
        aside = next((node for node in block.node.line() if node.is_aside), None)
        for node in block.node.line():
            if aside is None or node.depth >= aside.depth:
                node.value += value
                node.prose += len(block.text) if prose else 0
    nodes = {id(node): node for block in blocks for node in block.node.line()}
    if not nodes:
        return []
    own = _around_title(title) if title else None
    best = max((node for node in nodes.values() if own is None or own in node.line()), key=_worth)
    if best.value <= 0:
        return [block for block in blocks if not _is_beside(block, None) and not block.is_linked]
    inside = [block for block in blocks if best in block.node.line()]
    return _without_edges([block for block in inside if _belongs(block, best)])


def _worth(node: Node) -> tuple[float, int]:
    """Return the value of an element as the article's; one that its names put beside an article needs four times as much."""
    return node.value * (0.25 if any(one.is_aside for one in node.line()) else 1.0), node.depth


def _around_title(title: Block) -> Node | None:
    """Return the smallest element that holds the title and some prose."""
    return next((node for node in title.node.line() if node.prose >= MIN_PROSE_CHARS), None)


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
    return any(node.is_aside for node in block.node.line() if best is None or node.depth > best.depth)


def _without_edges(blocks: list[Block]) -> list[Block]:
    """Leave out headings and labels after the last paragraph; they belong to what comes after the article."""
    last = max((place for place, block in enumerate(blocks) if block.is_prose), default=len(blocks) - 1)
    return blocks[: last + 1]
