"""Extracted texts: an article's text as it is put together from a file, each piece with its place."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from articles_qa.index.articles.places import Proves, Run, Unit
from articles_qa.index.articles.span import Span

MAX_CHARS = 20_000_000  # Of one file's texts; a zip bomb has more.
MAX_ARTICLES = 20_000  # Of one file.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # SQLite and UTF-8 hold neither.


TOO_LARGE = "reading it takes more memory than one file may; split it, or save its text as .txt"
DAMAGED = "damaged, or a fault of its reader; save its text as .txt"


class Unreadable(Exception):
    """A file, or an article in it, that cannot be read; the text says what is wrong and what to do."""


@dataclass(slots=True)
class Extracted:
    """An article's text, put together piece by piece, and its head where the file states it."""

    member: str = ""
    encoding: str = "utf-8"
    unit: Unit = Unit.LINE
    proves: Proves = Proves.MARKUP
    parts: list[str] = field(default_factory=lambda: [""])
    runs: list[Run] = field(default_factory=list)
    title: Span | None = None
    outlet: Span | None = None
    published: str | None = None
    notes: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    size: int = 0
    _last_is_exact: bool = False

    @property
    def text(self) -> str:
        """Return the text, without the line ends after its last word."""
        return "".join(self.pieces)[: self.runs[-1].end if self.runs else 0]

    def part(self, name: str) -> int:
        """Return the number of a part, which is new or the last one."""
        if self.parts[-1] != name:
            self.parts.append(name)
        return len(self.parts) - 1

    def add(self, text: str, first: int, last: int, *, at: int, part: int = 0) -> Span:
        """Add text that stands for `[first, last)` of a part, and return its span."""
        start = self.size
        exact = self._units(text) == last - first
        if exact and _UNSTORABLE.search(text):
            for piece in re.split(f"({_UNSTORABLE.pattern})", text):
                size = self._units(piece)
                self._add(_UNSTORABLE.sub("\ufffd", piece), first, first + size, at, part)
                first += size
        else:
            self._add(_UNSTORABLE.sub("\ufffd", text), first, last, at, part)
        return Span(start, self.size)

    def gap(self, text: str) -> None:
        """Add text that stands for nothing in the file: blanks between words, line ends between paragraphs."""
        if self.pieces and text:
            self.pieces.append(text)
            self.size += len(text)

    def _add(self, text: str, first: int, last: int, at: int, part: int) -> None:
        if not text:
            return
        start, self.size = self.size, self.size + len(text)
        if self.size > MAX_CHARS:
            raise Unreadable(f"more than {MAX_CHARS // 1_000_000} million characters of text; split it")
        self.pieces.append(text)
        exact = self._units(text) == last - first
        before = self.runs[-1] if self.runs and self._last_is_exact and exact else None
        if before and (before.end, before.part, before.last, before.at) == (start, part, first, at):
            self.runs[-1] = Run(before.start, self.size, part, before.first, last, at)
        else:
            self.runs.append(Run(start, self.size, part, first, last, at))
        self._last_is_exact = exact

    def _units(self, text: str) -> int:
        return len(text) if self.proves is Proves.PAGE else len(text.encode(self.encoding, "replace"))

    def to_json(self) -> dict[str, Any]:
        """Return the extracted text as the reading process sends it."""
        spans = [[span.start, span.end] if span else None for span in (self.title, self.outlet)]
        return {
            "member": self.member,
            "text": self.text,
            "encoding": self.encoding,
            "unit": self.unit.value,
            "proves": self.proves.value,
            "parts": self.parts,
            "runs": self.runs,
            "head": [*spans, self.published],
            "notes": self.notes,
        }


@dataclass(frozen=True, slots=True)
class Refusal:
    """An article inside a file that cannot be read, and why."""

    member: str
    reason: str


class SourceText:
    """Decoded text with the bytes and lines of its characters."""

    def __init__(self, text: str, encoding: str, bom_bytes: int = 0) -> None:
        self.text, self.encoding = text, encoding
        self._ascii = text.isascii() and not encoding.startswith(("utf-16", "utf-32"))
        self._bom_bytes, self._at, self._byte = bom_bytes, 0, bom_bytes
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def byte(self, at: int) -> int:
        """Return the byte at which a character begins; quick where places are asked for in order."""
        if self._ascii:
            return self._bom_bytes + at
        if at < self._at:
            self._at, self._byte = 0, self._bom_bytes
        self._byte += len(self.text[self._at : at].encode(self.encoding, "surrogatepass"))
        self._at = at
        return self._byte

    def line(self, at: int) -> int:
        """Return the line of a character, from 1."""
        return bisect_right(self._line_starts, at)

    def offset(self, line: int, column: int) -> int:
        """Return the character at a column of a line, columns from 0."""
        return self._line_starts[line - 1] + column

    def add_to(self, made: Extracted, start: int, end: int, *, text: str | None = None, part: int = 0, at: int = 0) -> Span:
        """Add a stretch, or the text that it stands for, to an extracted text; `at` is its line where it is 0."""
        shown = self.text[start:end] if text is None else text
        return made.add(shown, self.byte(start), self.byte(end), at=at or self.line(start), part=part)
