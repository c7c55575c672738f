"""Reading word processors' files and books: DOCX, ODT and EPUB, which are archives of XML.

word/document.xml: <w:p><w:r><w:t>Two </w:t></w:r><w:r><w:t>died.</w:t></w:r></w:p>
The text is "Two died."; its two runs are bytes of word/document.xml.
"""

import posixpath
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.parsers import expat

from articles_qa.index.articles.places import Proves, Unit
from articles_qa.index.articles.span import Span
from articles_qa.index.formats.extracted import Extracted, Unreadable
from articles_qa.index.formats.html_page import add_block, decode_page, page_blocks

MAX_MEMBER_BYTES = 100_000_000  # Unpacked; a larger document.xml is a bomb.
MAX_CHAPTERS = 2_000
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"


@dataclass(frozen=True, slots=True)
class _Dialect:
    """The names of elements: paragraphs, where text stands, what is left out, what stands for a blank, rows and cells."""

    paragraphs: frozenset[str]
    texts: frozenset[str]
    skipped: frozenset[str]
    blanks: frozenset[str]
    breaks: frozenset[str]
    cells: frozenset[str]
    is_title: Callable[[str, dict[str, str]], bool]


def _names(spaces: tuple[str, ...], names: str) -> frozenset[str]:
    return frozenset(f"{space} {name}" for space in spaces for name in names.split())


_W = (_WORD, _STRICT)
DOCX = _Dialect(
    paragraphs=_names(_W, "p"),
    texts=_names(_W, "t"),
    skipped=_names(_W, "del moveFrom pict") | {"http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"},
    blanks=_names(_W, "tab"),
    breaks=_names(_W, "br cr"),
    cells=_names(_W, "tc"),
    is_title=lambda name, values: name.endswith(" pStyle") and any(v == "Title" for v in values.values()),
)
ODT = _Dialect(
    paragraphs=_names((_TEXT,), "p h"),
    texts=_names((_TEXT,), "p h"),
    skipped=_names((_TEXT,), "tracked-changes note") | _names((_OFFICE,), "annotation forms"),
    blanks=_names((_TEXT,), "s tab"),
    breaks=_names((_TEXT,), "line-break"),
    cells=_names((_TABLE,), "table-cell"),
    is_title=lambda name, values: name.endswith((" p", " h")) and any(v == "Title" for v in values.values()),
)


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open an archive in memory.

    Raises:
        Unreadable: it is none, or is damaged.
    """
    try:
        return zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError) as error:
        raise Unreadable("a damaged archive; save it again") from error


def member_of(archive: zipfile.ZipFile, name: str, max_bytes: int = MAX_MEMBER_BYTES) -> bytes:
    """Unpack a member.

    Raises:
        Unreadable: it is missing, damaged, locked or too large.
    """
    try:
        info = archive.getinfo(name)
        if info.flag_bits & 1:
            raise Unreadable("locked by a password; save it without")
        with archive.open(info) as file:
            data = file.read(max_bytes + 1)
    except (Unreadable, MemoryError):
        raise
    except KeyError as error:
        raise Unreadable(f"lacks {name}, so no such document; save it again") from error
    except Exception as error:  # zipfile and its codecs raise a dozen kinds.
        raise Unreadable("a damaged archive; save it again") from error
    if len(data) > max_bytes:
        raise Unreadable(f"over {max_bytes // 1_000_000} MB when unpacked; split it")
    return data


def read_docx(data: bytes, *, max_bytes: int = MAX_MEMBER_BYTES) -> Extracted:
    """Return the text of a DOCX file, with headings, lists and the cells of tables as paragraphs.

    Raises:
        Unreadable: it is damaged, or its text is larger than `max_bytes`.
    """
    return _read_xml(member_of(open_archive(data), "word/document.xml", max_bytes), "word/document.xml", DOCX)


def read_odt(data: bytes) -> Extracted:
    """Return the text of an ODT file."""
    return _read_xml(member_of(open_archive(data), "content.xml"), "content.xml", ODT)


def _read_xml(data: bytes, name: str, dialect: _Dialect) -> Extracted:
    reader = _XmlText(data, name, dialect)
    made = reader.read()
    if not made.text.strip():
        raise Unreadable("a document without text; save the article as text")
    return made


class _XmlText:
    """Collects the text of a document's paragraphs, with the bytes at which expat finds it."""

    def __init__(self, data: bytes, part: str, dialect: _Dialect) -> None:
        self._data, self._dialect = data, dialect
        self._made = Extracted(unit=Unit.PARAGRAPH, proves=Proves.PART, parts=[part])
        self._open: list[str] = []
        self._skipped = self._texts = self._cells = 0
        self._paragraphs = 0
        self._begun = False
        self._title = False
        self._begin = 0

    def read(self) -> Extracted:
        parse_xml(self._data, self._start_element, self._end_element, self._text)
        return self._made

    def _start_element(self, name: str, values: dict[str, str]) -> None:
        dialect = self._dialect
        self._skipped += name in dialect.skipped
        self._texts += name in dialect.texts
        self._cells += name in dialect.cells
        if name in dialect.paragraphs:
            self._paragraphs += 1
            self._begun, self._title = False, False
        self._title = self._title or dialect.is_title(name, values)
        if not self._skipped and self._begun and name in dialect.blanks:
            self._made.gap(" ")
        elif not self._skipped and self._begun and name in dialect.breaks:
            self._made.gap("\n")

    def _end_element(self, name: str) -> None:
        dialect = self._dialect
        self._skipped -= name in dialect.skipped
        self._texts -= name in dialect.texts
        self._cells -= name in dialect.cells
        if name in dialect.paragraphs and self._title and self._begun and self._made.title is None:
            self._made.title = Span(self._begin, self._made.size)

    def _text(self, text: str, first: int) -> None:
        if self._skipped or not self._texts or (not self._begun and not text.strip()):
            return
        if not self._begun:
            self._made.gap("\n\n")
            self._begun, self._begin = True, self._made.size
        encoded = text.encode("utf-8", "surrogatepass")
        last = first + len(encoded)
        if self._data[first:last] != encoded:  # A character reference, or a line end that XML reads as another.
            end = self._data.find(b";", first, first + 40)
            last = end + 1 if self._data[first : first + 1] == b"&" and end >= 0 else first + 1
        self._made.add(text, first, last, at=self._paragraphs)


def parse_xml(data: bytes, start: Callable[..., None], end: Callable[..., None], text: Callable[[str, int], None]) -> None:
    """Read UTF-8 XML; names come as "namespace name", text with its first byte. Documents that define entities are refused.

    Raises:
        Unreadable: it is no such XML.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable("XML in UTF-16; save it again")
    parser = expat.ParserCreate("UTF-8", " ")
    parser.buffer_text = False
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda found: text(found, parser.CurrentByteIndex)

    def refuse(*_: Any) -> Any:
        raise Unreadable("XML that defines its own entities; save it again")

    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unreadable(f"damaged XML at line {error.lineno}; save it again") from error


def read_epub(data: bytes) -> Extracted:
    """Return the text of a book, chapter after chapter."""
    archive = open_archive(data)
    package = _attributes(member_of(archive, "META-INF/container.xml"), "rootfile")
    if not package or "full-path" not in package[0]:
        raise Unreadable("an e-book without a list of its parts; convert it again")
    path = package[0]["full-path"]
    said = member_of(archive, path)
    items = {item.get("id", ""): item.get("href", "") for item in _attributes(said, "item")}
    chapters = [items[ref.get("idref", "")] for ref in _attributes(said, "itemref") if ref.get("idref", "") in items]
    made = Extracted(unit=Unit.CHAPTER, proves=Proves.PART, parts=[""])
    for number, href in enumerate(chapters[:MAX_CHAPTERS], 1):
        name = posixpath.normpath(posixpath.join(posixpath.dirname(path), href.partition("#")[0]))
        if name not in archive.NameToInfo:
            continue
        source = decode_page(member_of(archive, name), None)
        if source.encoding != "utf-8":
            raise Unreadable(f"an e-book in {source.encoding}; convert it again")
        part = made.part(name)
        for block in page_blocks(source):
            made.gap("\n\n")
            add_block(made, block, source, part=part, at=number)
    if not made.text.strip():
        raise Unreadable("an e-book without text; convert it again")
    return made


def _attributes(data: bytes, wanted: str) -> list[dict[str, str]]:
    """Return the attributes of all elements of a name, whatever their namespace."""
    found: list[dict[str, str]] = []

    def start(name: str, values: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == wanted:
            found.append(values)

    parse_xml(data, start, lambda name: None, lambda text, at: None)
    return found
