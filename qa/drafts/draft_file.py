"""The text of a draft's file: plain text, Markdown, or a Word file (.docx)."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from index.articles.article import decode_article
from index.errors import InputError
from index.files.printable import printable

MAX_BYTES = 10_000_000
_PART = "word/document.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BREAKS = {f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}tab": "\t", f"{_W}noBreakHyphen": "-"}


def read_draft(path: Path) -> str:
    """Return the text of a draft.

    Raises:
        InputError: the file cannot be read, is too large, or is neither text nor a Word file.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); name a draft") from error
    return draft_text(data, str(path))


def draft_text(data: bytes, name: str) -> str:
    """Return the text of a draft's bytes; as `read_draft`, for bytes already in memory."""
    where = printable(name)
    if len(data) > MAX_BYTES:
        raise InputError(f"{where}: larger than {MAX_BYTES / 1e6:.0f} MB; check it in parts")
    if data.startswith(b"PK"):
        return _word_text(data, where)
    return decode_article(data, name).text


def _word_text(data: bytes, where: str) -> str:
    """Return the text of a Word file: its paragraphs, a blank line between them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_PART) as part:
            xml = part.read(MAX_BYTES + 1)
        # Word writes no document type; one could name entities that expand without end.
        if len(xml) > MAX_BYTES or b"<!DOCTYPE" in xml or b"\0" in xml:
            raise InputError(f"{where}: too large, or no Word file as Word writes it; save it as text")
        root = ElementTree.fromstring(xml)
    except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise InputError(f"{where}: not a Word file (.docx) that can be read; save it as text") from error
    except (ElementTree.ParseError, zlib.error) as error:
        raise InputError(f"{where}: its text is damaged; save it again, or as text") from error
    return "\n\n".join("".join(_pieces(paragraph)) for paragraph in root.iter(f"{_W}p"))


def _pieces(paragraph: ElementTree.Element) -> Iterator[str]:
    """Yield the text of a paragraph; text that tracked changes deleted is not among it."""
    for node in paragraph.iter():
        if node.tag == f"{_W}t":
            yield node.text or ""
        elif node.tag in _BREAKS:
            yield _BREAKS[node.tag]
