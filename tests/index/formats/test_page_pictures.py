"""Pictures of PDF pages: boxes around exactly the words that were asked for."""

import struct
import zlib
from pathlib import Path

import pytest

from articles_qa.index import ArticleRefused, Index, Span, build
from articles_qa.index.formats.article_reader import ArticleReader
from articles_qa.index.formats.pages.page_pictures import MAX_HEIGHT, MAX_WIDTH, Box, PagePicture
from tests.made_files import pdf_of_lines

PDF = pdf_of_lines(
    [["Quay fire", "", "Two cranes burnt on the quay when the bur-", "ner fell.", "Nobody was there."], ["It rained."]]
)
QUOTE = "Two cranes burnt on the quay when the burner fell."


def ink(picture: PagePicture) -> set[tuple[int, int]]:
    """The dark points of a picture, x and y."""
    data, at = b"", 8
    while at < len(picture.png):
        size, kind = struct.unpack_from(">I4s", picture.png, at)
        data += picture.png[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    rows, width = zlib.decompress(data), 3 * picture.width + 1
    return {(x, y) for y in range(picture.height) for x in range(picture.width) if rows[y * width + 1 + 3 * x] < 128}


def inside(box: Box, point: tuple[int, int]) -> bool:
    return box.x <= point[0] <= box.x + box.width and box.y <= point[1] <= box.y + box.height


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a PDF and the index of it."""
    folder = tmp_path_factory.mktemp("pdf")
    (folder / "quay.pdf").write_bytes(PDF)
    build([folder / "quay.pdf"], folder / "index")
    return folder


def test_the_boxes_hold_the_ink_of_the_words_and_no_other(indexed: Path) -> None:
    opened = Index.open(indexed / "index")
    article = opened.store.article(0)
    at = article.text.index(QUOTE)
    (picture,) = opened.page_pictures(article, Span(at, at + len(QUOTE)))
    assert picture.number == 1 and picture.width <= MAX_WIDTH and picture.height <= MAX_HEIGHT
    assert len(picture.boxes) == 2  # The word that is divided stands in both, without its hyphen.
    points = ink(picture)
    lit = {point for point in points if any(inside(box, point) for box in picture.boxes)}
    rows = [sorted({y for _, y in part}) for part in (points - lit, lit)]
    first, last = rows[1][0], rows[1][-1]
    assert lit and all(y < first or y > last for _, y in points - lit if y not in range(first, first + 20))
    other = article.text.index("Nobody")
    (picture,) = opened.page_pictures(article, Span(other, other + 6))
    (box,) = picture.boxes
    assert box.y > last - 3 and box.width < picture.width / 8


def test_a_page_of_a_changed_file_is_not_drawn(indexed: Path) -> None:
    opened = Index.open(indexed / "index")
    article = opened.store.article(0)
    (indexed / "quay.pdf").write_bytes(pdf_of_lines([["Another text."]]))
    with pytest.raises(ArticleRefused, match="has changed since it was indexed"):
        opened.page_pictures(article, Span(0, 4))


def test_what_is_no_pdf_has_no_pages(reader: ArticleReader) -> None:
    (article,) = reader.read(b"<p>Two cranes burnt on the quay today.</p>", "a.html").articles
    place = article.place(Span(0, 3))
    assert place is not None and reader.page_pictures(b"<p>Two cranes</p>", "a.html", "", place.stretches) == ()
    with pytest.raises(ArticleRefused, match="cannot be drawn"):
        reader.page_pictures(b"%PDF-1.4 broken", "a.pdf", "", place.stretches)
