"""The text of a draft's file: plain text, Markdown, or a Word file (.docx)."""

from pathlib import Path

from articles_qa.index.articles.article import decode_article
from articles_qa.index.errors import InputError
from articles_qa.index.files.printable import printable
from articles_qa.index.formats.extracted import Unreadable
from articles_qa.index.formats.office import read_docx

MAX_BYTES = 10_000_000


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
    if not data.startswith(b"PK"):
        return decode_article(data, name).text
    try:
        return read_docx(data, max_bytes=MAX_BYTES).text
    except Unreadable as error:
        raise InputError(f"{where}: {error}") from error
