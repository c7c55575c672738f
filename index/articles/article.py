"""Articles: the exact text of a source file or of a part of it, and its title, outlet and date."""

import codecs
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from articles_qa.index.articles.masthead import Masthead, read_masthead
from articles_qa.index.articles.places import Place, Places
from articles_qa.index.articles.span import Span
from articles_qa.index.articles.traits import NO_TRAITS, Traits
from articles_qa.index.errors import ArticleRefused, InputError

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    # UTF-32-LE starts with the bytes of UTF-16-LE's mark, so it is looked for first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Codecs that look for a mark by themselves, and those that read the same bytes without a mark.
UNMARKED = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
# Places are counted from the nearest multiple of STRIDE characters: from the start of 10 MB, 80 quotes at its end took
# 3.4 s. LONG_KEPT long articles' counts are kept in memory, and with them their texts.
STRIDE, LONG_KEPT = 1 << 16, 4
# In these encodings a byte's meaning depends on the bytes before, so no slice of a file can be read alone.
STATEFUL = ("utf-7", "iso2022", "hz", "punycode", "idna", "escape", "undefined")


class Content(NamedTuple):
    """The identity of an article's text, wherever its file lies: other bytes or another encoding are another text.

    `reader` and `member` are those of its places, "" where the text is the file.
    """

    sha256: str
    encoding: str
    reader: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """A source file as it was read.

    `text` holds every character after the byte-order mark, line endings
    included. `encoding` reads any slice of the bytes that begins and ends
    between characters. `bom_bytes` is the length of the mark. `traits` are read
    when the article is indexed. `places` lead from
    the text to the file where the text is not the file itself; None: it is.
    """

    source: str
    sha256: str
    size_bytes: int
    encoding: str
    bom_bytes: int
    text: str
    masthead: Masthead
    places: Places | None = None
    traits: Traits = NO_TRAITS

    @property
    def content(self) -> Content:
        """Return the identity of its text."""
        if self.places is None:
            return Content(self.sha256, self.encoding)
        return Content(self.sha256, self.encoding, self.places.reader, self.places.member)

    @property
    def text_bytes(self) -> int:
        """Return the size of what it was read from; of one article of many in a file, of its text."""
        return self.size_bytes if self.places is None else len(self.text)

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what of the file was not read."""
        return self.places.notes if self.places else ()

    def place(self, span: Span) -> Place | None:
        """Return the place of a span in the file; None where the text is the file, so that `byte_offset` tells it."""
        return self.places.of(span, self.source, self.text, self.encoding) if self.places else None

    @property
    def title(self) -> str | None:
        """Return the headline, where the first lines show one."""
        return self.masthead.title.cut(self.text) if self.masthead.title else None

    @property
    def outlet(self) -> str | None:
        """Return the publisher's name, where the first lines show one."""
        return self.masthead.outlet.cut(self.text) if self.masthead.outlet else None

    def byte_offset(self, offset: int) -> int:
        """Return the place in the file, in bytes, of the code point at `offset`."""
        if offset < STRIDE or not self.encoding.startswith("utf-"):  # In other encodings two characters may share a code.
            return self.bom_bytes + len(self.text[:offset].encode(self.encoding))
        strides = min(offset, len(self.text)) // STRIDE
        after = self.text[strides * STRIDE : offset].encode(self.encoding)
        return self.bom_bytes + _bytes_before(self.text, self.encoding)[strides] + len(after)

    def line(self, offset: int) -> int:
        """Return the line, counted from 1, of the code point at `offset`."""
        if offset < STRIDE:
            return 1 + self.text.count("\n", 0, offset)
        strides = min(offset, len(self.text)) // STRIDE
        return 1 + _lines_before(self.text)[strides] + self.text.count("\n", strides * STRIDE, offset)


@lru_cache(LONG_KEPT)
def _bytes_before(text: str, encoding: str) -> tuple[int, ...]:
    """The number of bytes before each whole STRIDE of a text."""
    sizes = (len(text[start : start + STRIDE].encode(encoding)) for start in range(0, len(text), STRIDE))
    return tuple(accumulate(sizes, initial=0))


@lru_cache(LONG_KEPT)
def _lines_before(text: str) -> tuple[int, ...]:
    """The number of line ends before each whole STRIDE of a text."""
    ends = (text.count("\n", start, start + STRIDE) for start in range(0, len(text), STRIDE))
    return tuple(accumulate(ends, initial=0))


def known_encoding(encoding: str) -> str:
    """Return the codec's own name for an encoding whose files can be read slice by slice.

    Raises:
        InputError: the encoding is unknown, not of text, or depends on earlier bytes.
    """
    try:
        name = codecs.lookup(encoding).name
        "a".encode(name)
    except (LookupError, ValueError, UnicodeError):
        raise InputError(f"--encoding {encoding[:40]!r}: not a known text encoding; try utf-8, cp1252 or utf-16-le") from None
    if any(stateful in name for stateful in STATEFUL):
        raise InputError(f"--encoding {encoding}: cannot be quoted byte for byte; convert the files to UTF-8")
    return UNMARKED.get(name, name)


def read_article(path: Path, source: str, *, encoding: str | None = None) -> Article:
    """Read one file without changing a character.

    The byte-order mark decides the encoding; without a mark `encoding` does,
    by default UTF-8.

    Raises:
        ArticleRefused: the file is unreadable, empty, binary or not in its encoding.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArticleRefused(source, f"cannot be read ({error.strerror}); check that it exists and may be read") from error
    return decode_article(data, source, encoding=encoding)


def content_of(data: bytes, *, encoding: str | None = None) -> Content:
    """Return the identity that an article of these bytes has; they need not make an article."""
    return Content(hashlib.sha256(data).hexdigest(), _encoding(data, encoding)[1])


def decode_article(data: bytes, source: str, *, encoding: str | None = None) -> Article:
    """Return the article of a file's bytes; as `read_article`, for bytes already in memory."""
    bom, chosen = _encoding(data, encoding)
    try:
        text = data[len(bom) :].decode(chosen)
    except UnicodeError as error:
        at = len(bom) + getattr(error, "start", 0)
        nul = data.find(b"\0")
        if nul >= 0 and not chosen.startswith(("utf-16", "utf-32")):
            raise ArticleRefused(source, f"binary or unmarked UTF-16 (NUL at byte {nul}); save it as UTF-8 text") from error
        advice = "save it as UTF-8 or name its encoding with --encoding"
        raise ArticleRefused(source, f"not {chosen.upper()} at byte {at}; {advice}") from error
    if chosen != "utf-8" and not _reads_back(text, chosen, data[len(bom) :]):
        raise ArticleRefused(source, f"cannot be quoted byte for byte as {chosen}; save it as UTF-8")
    nul = text.find("\0")
    if nul >= 0:
        at = len(bom) + len(text[:nul].encode(chosen))
        raise ArticleRefused(source, f"binary or unmarked UTF-16 (NUL at byte {at}); save it as UTF-8 text")
    if not text.strip():
        raise ArticleRefused(source, "empty; there is nothing to quote")
    return Article(
        source=source,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        encoding=chosen,
        bom_bytes=len(bom),
        text=text,
        masthead=read_masthead(text),
    )


def _reads_back(text: str, encoding: str, data: bytes) -> bool:
    """Return whether the text in this encoding is these bytes again; some codecs read bytes that they cannot write."""
    try:
        return text.encode(encoding) == data
    except UnicodeError:
        return False


def _encoding(data: bytes, encoding: str | None) -> tuple[bytes, str]:
    """A file's byte-order mark, and the encoding of its text."""
    bom, marked = next(((mark, name) for mark, name in BOMS if data.startswith(mark)), (b"", None))
    return bom, marked or encoding or "utf-8"
