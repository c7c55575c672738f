"""Reading PDF: the text of each page, line by line, without running heads and without the hyphens of line ends.

Page 1: "Dam bursts\r\nTwo died when the dam bur-\r\nst on Friday."
The text is "Dam bursts", "Two died when the dam burst on Friday."; "bur" and "st" are two runs of the page's characters.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from articles_qa.index.articles.masthead import find_date
from articles_qa.index.articles.places import Proves, Unit
from articles_qa.index.articles.span import Span
from articles_qa.index.formats.extracted import Extracted, Unreadable

MAX_PAGES = 5_000
EDGE_LINES = 2  # A running head or foot is one of so many lines at the top or bottom.
LEAST_REPEATED = 3  # Pages on which an edge line stands, but for its numbers.
# A gap between two lines that is so many times the usual one parts two paragraphs.
PARAGRAPH_GAP = 1.35
_SOFT_HYPHEN, _END_HYPHEN = "\xad", "\x02"
_DIGITS = re.compile(r"\d+")
_LINE_END = re.compile(rf"\r\n|\r|\n|(?<={_END_HYPHEN})")
_DAY = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–— ]*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?[-–— ]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page: `[start, end)` in the page's characters, and how high it stands, None where that is not known."""

    page: int
    start: int
    end: int
    text: str
    y: float | None


def page_texts(data: bytes) -> Iterator[tuple[int, str, Any]]:
    """Yield the number, characters and text page of each page; a page that cannot be read has no characters.

    PDFium writes one sign for a hyphen and the line end after it.

    Raises:
        Unreadable: pypdfium2 is not installed, or the file is no PDF, needs a password or has too many pages.
    """
    try:
        import pypdfium2
    except ImportError as error:
        raise Unreadable("PDF needs the package pypdfium2; install it: pip install pypdfium2") from error
    try:
        document = pypdfium2.PdfDocument(data)
        pages = len(document)
    except pypdfium2.PdfiumError as error:
        secret = "password" in str(error).lower()
        raise Unreadable(
            "locked by a password; save it without" if secret else "a damaged PDF; save or print it again"
        ) from error
    if pages > MAX_PAGES:
        raise Unreadable(f"a PDF of {pages:,} pages; split it")
    for number in range(pages):
        try:
            text_page = document[number].get_textpage()
            text = text_page.get_text_range(errors="replace")
            yield number + 1, text.replace("\ufffe", _END_HYPHEN), text_page
        except pypdfium2.PdfiumError:
            yield number + 1, "", None


def pdf_title(data: bytes) -> tuple[str, str]:
    """Return the title and the day of making that a PDF states, "" where it states none."""
    import pypdfium2

    try:
        said = pypdfium2.PdfDocument(data).get_metadata_dict(skip_empty=True)
    except (pypdfium2.PdfiumError, UnicodeError):
        return "", ""
    return str(said.get("Title", "")), str(said.get("CreationDate", ""))


def read_pdf(data: bytes) -> Extracted:
    """Return the text of a PDF as one article.

    Raises:
        Unreadable: see `page_texts`; or no page has text.
    """
    pages = [(number, text, list(_lines(number, text, text_page))) for number, text, text_page in page_texts(data)]
    heads = _running(pages)
    kept = [line for _, _, lines in pages for place, line in enumerate(lines) if not _is_edge(line, place, len(lines), heads)]
    if not kept:
        raise Unreadable("no page holds text (a scan?); give its text as .txt")
    made = Extracted(unit=Unit.PAGE, proves=Proves.PAGE, parts=[f"page {kept[0].page}"])
    words = Counter(re.findall(r"[\w-]+", " ".join(line.text for line in kept)))
    gap = _usual_gap(kept)
    for place, line in enumerate(kept):
        before = kept[place - 1] if place else None
        hyphen = before is not None and _is_hyphened(before, line, words)
        if before is not None and not hyphen:
            made.gap(_between(before, line, gap))
        _add_line(made, line, _goes_on(kept, place, words))
    _add_head(made, data, kept)
    empty = [number for number, text, _ in pages if not text.strip()]
    if empty:
        made.notes.append(f"{len(pages):,} pages; {_numbered(empty)} no text (a scan?)")
    return made


def _lines(number: int, text: str, text_page: Any) -> Iterator[_Line]:
    """Yield the lines of a page that have text."""
    at = 0
    for match in [*_LINE_END.finditer(text), None]:
        start, end = at, match.start() if match else len(text)
        at = match.end() if match else end
        cut = text[start:end]
        start, end = start + len(cut) - len(cut.lstrip()), start + len(cut.rstrip())
        if end > start:
            yield _Line(number, start, end, written(text[start:end]), _height(text_page, start))


def written(text: str) -> str:
    """Return characters of a page as the page shows them."""
    return text.replace(_END_HYPHEN, "-")


def _height(text_page: Any, at: int) -> float | None:
    try:
        _, bottom, _, top = text_page.get_charbox(at, loose=True)
        return float(top + bottom) / 2
    except Exception:  # Of whatever kind: a height only helps to part paragraphs.
        return None


def _running(pages: Sequence[tuple[int, str, list[_Line]]]) -> set[str]:
    """Return the lines, without their numbers, that stand at the edge of several pages."""
    seen: Counter[str] = Counter()
    for _, _, lines in pages:
        edges = {_DIGITS.sub("#", line.text) for line in (*lines[:EDGE_LINES], *lines[-EDGE_LINES:])}
        seen.update(edges)
    return {text for text, count in seen.items() if count >= LEAST_REPEATED}


def _is_edge(line: _Line, place: int, lines: int, heads: set[str]) -> bool:
    if EDGE_LINES <= place < lines - EDGE_LINES:
        return False
    return _DIGITS.sub("#", line.text) in heads or (lines > 1 and bool(_PAGE_NUMBER.match(line.text)))


def _is_hyphened(before: _Line, line: _Line, words: Counter[str]) -> bool:
    """Tell whether a word goes on from one line to the next: its parts with a hyphen stand nowhere else as one word."""
    last = before.text[-1]
    if last == _SOFT_HYPHEN:
        return True
    if last not in "-‐" or len(before.text) < 3 or not before.text[-2].isalpha() or not line.text[0].islower():
        return False
    left, right = re.search(r"[\w-]+$", before.text[:-1]), re.match(r"\w+", line.text)
    if left is None or right is None:
        return False
    return words[f"{left.group()}-{right.group()}"] <= words[left.group() + right.group()]


def _goes_on(lines: Sequence[_Line], place: int, words: Counter[str]) -> bool:
    return place + 1 < len(lines) and _is_hyphened(lines[place], lines[place + 1], words)


def _add_line(made: Extracted, line: _Line, hyphened: bool) -> None:
    """Add a line without the hyphen at its end, and without soft hyphens inside."""
    end = line.end - 1 if hyphened else line.end
    part, at = made.part(f"page {line.page}"), line.start
    for piece in re.split(f"({_SOFT_HYPHEN})", line.text[: end - line.start]):
        if piece and piece != _SOFT_HYPHEN:
            made.add(piece, at, at + len(piece), at=line.page, part=part)
        at += len(piece)


def _usual_gap(lines: Sequence[_Line]) -> float:
    pairs = [(a, b) for a, b in pairwise(lines) if a.page == b.page]
    gaps = sorted(a.y - b.y for a, b in pairs if a.y is not None and b.y is not None and a.y > b.y)
    return gaps[len(gaps) // 4] if gaps else 0.0


def _between(before: _Line, line: _Line, gap: float) -> str:
    """Return the line end between two lines, with a blank line between two paragraphs."""
    if before.page != line.page:
        return "\n" if before.text[-1] not in '.!?”"' and line.text[0].islower() else "\n\n"
    if before.y is None or line.y is None or not gap:
        return "\n"
    fall = before.y - line.y
    return "\n\n" if fall > PARAGRAPH_GAP * gap or fall < -2 * gap else "\n"


def _add_head(made: Extracted, data: bytes, kept: Sequence[_Line]) -> None:
    """Take title and day from what the file states, the title where the first page shows it."""
    title, _ = pdf_title(data)
    squeezed = " ".join(title.split())
    text = made.text
    at = text[:3000].find(squeezed) if len(squeezed) > 3 else -1
    if at >= 0:
        made.title = Span(at, at + len(squeezed))
    day = find_date(" ".join(line.text for line in kept[:6]))
    made.published = day.isoformat() if day else None


def _numbered(numbers: Sequence[int]) -> str:
    """Return "page 2 holds" or "pages 4 to 9, 12 hold"."""
    stretches: list[list[int]] = []
    for number in numbers:
        if stretches and stretches[-1][-1] == number - 1:
            stretches[-1] = [stretches[-1][0], number]
        else:
            stretches.append([number])
    named = ", ".join(" to ".join(map(str, dict.fromkeys(stretch))) for stretch in stretches[:20])
    return f"page {named} holds" if len(numbers) == 1 else f"pages {named} hold"
