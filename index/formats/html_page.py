"""Reading HTML: the article of a page as text, each word with its bytes in the file.

<nav>Home | News</nav><h1>Dam bursts</h1><p>Two <b>died</b>,
police said.</p>
The text is "Dam bursts", a blank line, "Two died, police said."; the navigation is left out by `main_blocks`.
"""

import html
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from articles_qa.index.articles.article import BOMS, known_encoding
from articles_qa.index.articles.span import Span
from articles_qa.index.errors import InputError
from articles_qa.index.formats.extracted import Extracted, SourceText, Unreadable
from articles_qa.index.formats.page_blocks import BLOCK_TAGS, CELLS, Block, Node, Piece, main_blocks
from articles_qa.index.formats.page_head import PageHead

MAX_DEPTH = 2_000  # Of nested tags; no page has a tenth of them.
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# Elements whose text is no text of the page.
_SILENT = frozenset("script style noscript template svg math iframe object select textarea button canvas audio video".split())
_CLOSES_P = BLOCK_TAGS - {"br"}
# Open elements without an end tag that a start tag ends.
_ROW, _PARTS = CELLS | {"tr"}, frozenset(("thead", "tbody", "tfoot"))
_CLOSES: Mapping[str, Collection[str]] = {
    **dict.fromkeys(CELLS, CELLS),
    **dict.fromkeys(("dt", "dd"), ("dt", "dd")),
    **dict.fromkeys(_PARTS, _ROW | _PARTS),
    **{tag: (tag,) for tag in ("li", "option")},
    "tr": _ROW,
}
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{1,40})""")
_HEAD_BYTES = 4096
_SPACE = re.compile(r"\s+")


def read_html(data: bytes, *, encoding: str | None = None) -> Extracted:
    """Return the article of a page.

    Raises:
        Unreadable: the page is in no known encoding, or has no text.
    """
    source = decode_page(data, encoding)
    blocks, head = _parsed(source)
    made = Extracted(encoding=source.encoding)
    title = head.title_block(blocks)
    _add_head(made, head, source, title)
    begin = made.size
    before: Block | None = None
    for block in main_blocks(blocks, title, head.article_body):
        if block is title:
            continue
        made.gap(_gap(before, block))
        add_block(made, block, source)
        before = block
    if made.size == begin:
        raise Unreadable("a page without text; the article may be loaded by a script, save it as text")
    return made


def _gap(before: Block | None, block: Block) -> str:
    """Return what parts two blocks: the cells of a row tabs, the rows of a table a line end, so that they are read as rows."""
    row, last = block.row, before.row if before else None
    if before is None or row is None or last is None:
        return "\n" if block.follows_break else "\n\n"
    if row is last:
        return "\t" * (block.node.place - before.node.place) or "\n\n"
    follows = _table(row) is _table(last) and row.cells == last.cells and not block.node.place
    return "\n" if follows else "\n\n"  # Of a cell over two rows the second row knows nothing.


def _columns(said: str | None) -> int:
    """Return how many columns a cell has."""
    return min(int(said), 50) if said and said.isascii() and said.isdigit() and 0 < len(said) < 4 and int(said) else 1


def _table(row: Node) -> Node | None:
    """Return the table of a row, which may stand in a part of its own."""
    part = row.parent
    return part.parent if part is not None and part.tag in _PARTS else part


def page_blocks(source: SourceText) -> list[Block]:
    """Return all blocks of a page that have text, as of a mail or a chapter of a book.

    Raises:
        Unreadable: it cannot be read.
    """
    return _parsed(source)[0]


def _parsed(source: SourceText) -> tuple[list[Block], PageHead]:
    parser = _PageParser(source)
    try:
        parser.feed(source.text)
        parser.close()
    except (AssertionError, RecursionError, ValueError) as error:
        raise Unreadable("HTML that cannot be read; save the article as text") from error
    return [block for block in parser.blocks if block.text], parser.head


def decode_page(data: bytes, encoding: str | None) -> SourceText:
    """Decode a page: by its byte-order mark, as UTF-8, or in the encoding that the page or `encoding` names."""
    bom, marked = next(((mark, name) for mark, name in BOMS if data.startswith(mark)), (b"", None))
    named = _CHARSET.search(data[:_HEAD_BYTES]) or _XML_CHARSET.search(data[:_HEAD_BYTES])
    own = named[1].decode("ascii") if named else None
    for name in dict.fromkeys((marked,) if marked else ("utf-8", _known(own), _known(encoding))):
        if name is None:
            continue
        try:
            text = data[len(bom) :].decode(name)
            if name == "utf-8" or text.encode(name) == data[len(bom) :]:
                return SourceText(text, name, len(bom))
        except (UnicodeError, LookupError):
            continue
    said = f", nor the {own} that it names" if own and own.lower() not in ("utf-8", "utf8") else ""
    raise Unreadable(f"not UTF-8{said}; name its encoding with --encoding")


def _known(name: str | None) -> str | None:
    """Return Python's name of an encoding that reads slice by slice, as browsers understand the name."""
    if name is None:
        return None
    try:  # Browsers read Latin-1 as Windows-1252, of which it is a part.
        return "cp1252" if name.lower() in ("iso-8859-1", "latin1", "ascii", "us-ascii") else known_encoding(name)
    except InputError:
        return None


def add_block(made: Extracted, block: Block, source: SourceText, part: int = 0, at: int = 0) -> None:
    """Add a block's words, with one blank for each stretch of blanks; blanks at its ends are left out."""
    blank: tuple[int, int] | None = None
    begun = False
    for piece in block.pieces:
        if piece.text is not None:  # A character reference.
            shown = " " if piece.text == "\xa0" else piece.text
            words: Sequence[tuple[str | None, int, int]] = [(shown, piece.start, piece.end)]
        else:
            words = _words(source.text, piece.start, piece.end)
        for word, start, end in words:
            if (source.text[start:end] if word is None else word).isspace():
                blank = blank or (start, end)
                continue
            if blank and begun:
                source.add_to(made, *blank, text=" ", part=part, at=at)
            source.add_to(made, start, end, text=word, part=part, at=at)
            blank, begun = None, True


def _words(text: str, start: int, end: int) -> list[tuple[str | None, int, int]]:
    """Cut a stretch into blanks and what is between them."""
    found: list[tuple[str | None, int, int]] = []
    at = start
    for match in _SPACE.finditer(text, start, end):
        if match.group() == " " and start < match.start() and match.end() < end:
            continue  # One blank between words of one piece is text like any other.
        if at < match.start():
            found.append((None, at, match.start()))
        found.append((None, *match.span()))
        at = match.end()
    return [*found, *([(None, at, end)] if at < end else [])]


def _add_head(made: Extracted, head: PageHead, source: SourceText, title: Block | None) -> None:
    """Add title and outlet as lines of their own."""
    if title is not None:
        add_block(made, title, source)
        made.title = Span(0, made.size)
    elif head.title:
        made.title = source.add_to(made, *head.title)
    if head.outlet:
        made.gap("\n")
        made.outlet = source.add_to(made, *head.outlet)
    made.published = head.published


@dataclass(slots=True)
class _Open:
    """An open element."""

    tag: str
    node: Node
    silent: bool = field(default=False)


class _PageParser(HTMLParser):
    """Cuts a page into blocks of text."""

    def __init__(self, source: SourceText) -> None:
        super().__init__(convert_charrefs=False)
        self.source = source
        self.blocks: list[Block] = []
        self.head = PageHead(source)
        self._root = Node("html", None, "")
        self._stack: list[_Open] = [_Open("html", self._root)]
        self._block: Block | None = None
        self._breaks = 0
        self._links = 0
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = self._offset()
        self.head.start(tag, attrs, at, self.get_starttag_text() or "")
        if tag == "br":
            self._end_block()
            self._breaks += 1
            return
        if tag in _CLOSES_P:
            self._end_block()
            self._breaks = 0
            if self._stack[-1].tag == "p":
                self._pop()
        while self._stack[-1].tag in _CLOSES.get(tag, ()):
            self._pop()
        if tag in _VOID or len(self._stack) >= MAX_DEPTH:
            return
        values = dict(attrs)
        hidden = (
            "hidden" in values
            or values.get("aria-hidden") == "true"
            or "display:none" in (values.get("style") or "").replace(" ", "")
        )
        node = self._stack[-1].node
        if tag in BLOCK_TAGS:
            names = f"{values.get('class') or ''} {values.get('id') or ''} {values.get('role') or ''}"
            node = Node(tag, node, names, itemprop=values.get("itemprop") or "")
            if tag in CELLS and node.parent:
                node.parent.cells += _columns(values.get("colspan")) - 1
        self._stack.append(_Open(tag, node, tag in _SILENT or hidden))
        self._silent += self._stack[-1].silent
        self._links += tag == "a"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self.head.end(tag, self._offset())
        if tag in BLOCK_TAGS:
            self._end_block()
            self._breaks = 0
        # A stray end tag closes nothing; an end tag closes what was left open inside its element.
        for depth in range(len(self._stack) - 1, max(0, len(self._stack) - 40), -1):
            if self._stack[depth].tag == tag:
                while len(self._stack) > depth:
                    self._pop()
                return

    def handle_data(self, data: str) -> None:
        start = self._offset()
        self.head.data(start, start + len(data))
        self._piece(Piece(start, start + len(data)))

    def handle_entityref(self, name: str) -> None:
        self._reference(len(name) + 1)

    def handle_charref(self, name: str) -> None:
        self._reference(len(name) + 2)

    def _reference(self, size: int) -> None:
        start = self._offset()
        text = self.source.text
        end = start + size + (text[start + size : start + size + 1] == ";")
        shown = html.unescape(text[start:end])
        self._piece(Piece(start, end, None if shown == text[start:end] else shown))

    def _piece(self, piece: Piece) -> None:
        if self._silent or any(one.tag in ("head", "title") for one in self._stack[1:3]):
            return
        if self._block is None:
            if piece.text is None and self.source.text[piece.start : piece.end].isspace():
                return
            self._block = Block(self._stack[-1].node, self.source, follows_break=self._breaks == 1)
            self._breaks = 0
        self._block.pieces.append(piece)
        size = len(self.source.text[piece.start : piece.end].strip())
        self._block.chars += size
        self._block.link_chars += size if self._links else 0

    def _end_block(self) -> None:
        if self._block is not None:
            self.blocks.append(self._block)
            self._block = None

    def _pop(self) -> None:
        gone = self._stack.pop() if len(self._stack) > 1 else None
        if gone is not None:
            self._silent -= gone.silent
            self._links -= gone.tag == "a"

    def _offset(self) -> int:
        line, column = self.getpos()
        return self.source.offset(line, column)

    def close(self) -> None:
        super().close()
        self._end_block()
