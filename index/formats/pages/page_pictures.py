"""Pictures of a PDF's pages, with the boxes of some of their characters; this runs in the reading process alone.

The words "dam bur-" and "st" of a quote stand at the end of one line and at the beginning of the next: two boxes.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from ctypes import byref, c_int
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from articles_qa.index.articles.places import Stretch
from articles_qa.index.formats.extracted import Unreadable

MAX_PAGES = 3  # Of one quote.
MAX_WIDTH, MAX_HEIGHT, MAX_SCALE = 1_100, 1_700, 2.0  # In pixels; some 130 dots an inch of a common page.
MAX_BOXES = 400


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of a picture, in pixels from the left and the top."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PagePicture:
    """The picture of a page as PNG, its size in pixels, and the boxes of what is lit up."""

    number: int
    width: int
    height: int
    png: bytes
    boxes: tuple[Box, ...]


def page_pictures(data: bytes, stretches: Sequence[Stretch]) -> Iterator[PagePicture]:
    """Yield the pictures of the pages that stretches of characters lie on.

    Raises:
        Unreadable: it is no PDF, or it has no such page.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        for place, (part, group) in enumerate(groupby(stretches, key=lambda stretch: stretch.part)):
            number = int(part.removeprefix("page ")) if part.removeprefix("page ").isdecimal() else 0
            if place == MAX_PAGES or not 0 < number <= len(document):
                break
            yield _picture(document[number - 1], number, [(one.start, one.end) for one in group])
    except pypdfium2.PdfiumError as error:
        raise Unreadable("a damaged PDF; save or print it again") from error


def _picture(page: Any, number: int, stretches: Sequence[tuple[int, int]]) -> PagePicture:
    wide, high = page.get_size()
    scale = min(MAX_SCALE, MAX_WIDTH / max(wide, 1.0), MAX_HEIGHT / max(high, 1.0))
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True)
    boxes: list[Box] = []
    text_page = page.get_textpage()
    for first, last in stretches:
        boxes += _boxes(page, text_page, (first, last), (bitmap.width, bitmap.height))
    return PagePicture(number, bitmap.width, bitmap.height, _png(bitmap), tuple(boxes[:MAX_BOXES]))


def _boxes(page: Any, text_page: Any, stretch: tuple[int, int], size: tuple[int, int]) -> Iterator[Box]:
    """Yield a box for each line of a stretch of a page's characters."""
    from pypdfium2 import raw

    text = text_page.get_text_range(errors="replace")
    # PDFium counts UTF-16 units, and has characters that its text leaves out.
    first, last = (len(text[:at].encode("utf-16-le")) // 2 for at in stretch)
    first, last = (raw.FPDFText_GetCharIndexFromTextIndex(text_page.raw, at) for at in (first, last - 1))
    if not 0 <= first <= last:
        return

    def pixel(x: float, y: float) -> tuple[int, int]:
        across, down = c_int(), c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, byref(across), byref(down))
        return across.value, down.value

    for place in range(text_page.count_rects(first, last + 1 - first)):
        left, bottom, right, top = text_page.get_rect(place)
        (x, y), (other_x, other_y) = pixel(left, top), pixel(right, bottom)
        width, height = abs(other_x - x), abs(other_y - y)
        if width and height:
            yield Box(max(0, min(x, other_x)), max(0, min(y, other_y)), width, height)


def _png(bitmap: Any) -> bytes:
    """Return a bitmap of four bytes a pixel as a PNG of three.

    Source: PNG (W3C recommendation), sections 5 and 11; no filter, since pages are mostly white.
    """
    width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    buffer = bytes(bitmap.buffer)
    rows = bytearray()
    for row in range(height):
        line = buffer[row * stride : row * stride + 4 * width]
        pixels = bytearray(3 * width)
        for colour in range(3):
            pixels[colour::3] = line[colour::4]
        rows += b"\0" + pixels

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(rows), 6)) + chunk(b"IEND", b"")
