"""Places: what an article's text stands for in its file, where the text is not the file itself.

page.html holds `<p>Two <b>died</b>.</p>` from byte 900 on. The text is "Two died.": three runs, of which the first says
that characters 0 to 4 stand for bytes 903 to 907. The quote "Two died." stands for bytes 903 to 919, without tags.
"""

import hashlib
import json
from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from articles_qa.index.articles.span import Span

_MOST = 2**53


class Unit(Enum):
    """The thing that people count in a file of this format."""

    LINE = "line"
    PAGE = "page"
    PARAGRAPH = "paragraph"
    CHAPTER = "chapter"
    TIME = "time"  # In milliseconds.


class Proves(Enum):
    """The proof of a quote's words: the file's bytes without markup, a part's bytes, or a page's characters."""

    MARKUP = "markup"
    PART = "part"
    PAGE = "page"


class Run(NamedTuple):
    """Text `[start, end)` stands for `[first, last)` of a part: bytes, or characters of a page.

    `at` is the line, page, paragraph or time at which it begins. A run as long as its part of the file is that part
    letter by letter; another run stands for it as a whole, such as "&" for "&amp;".
    """

    start: int
    end: int
    part: int
    first: int
    last: int
    at: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a part of a file, in bytes, of a page in characters; `part` is "" for the file itself."""

    part: str
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        """Return the stretch as the record has it."""
        return {"part": self.part, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a span in its file; `shown` is the place for people: "report.pdf p. 3"."""

    reader: str
    proves: Proves
    text_sha256: str
    shown: str
    stretches: tuple[Stretch, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the place as the record has it."""
        return {
            "reader": self.reader,
            "proves": self.proves.value,
            "text_sha256": self.text_sha256,
            "shown": self.shown,
            "stretches": [stretch.to_dict() for stretch in self.stretches],
        }


@dataclass(frozen=True, slots=True)
class Places:
    """The runs of an article's text, in order, and how they were read.

    `reader` names the reader, its version and its settings. `member` is the article's name inside its file, "" where the
    file is one article. `notes` say what of the file was not read.
    """

    reader: str
    member: str
    unit: Unit
    proves: Proves
    parts: tuple[str, ...]
    runs: tuple[Run, ...]
    notes: tuple[str, ...] = ()

    def of(self, span: Span, source: str, text: str, encoding: str) -> Place:
        """Return the place of a span of the article's text."""
        stretches: list[Stretch] = []
        ats: list[int] = []
        at = max(0, bisect_right(self.runs, span.start, key=lambda run: run.start) - 1)
        for run in self.runs[at:]:
            if run.start >= span.end:
                break
            if run.end > span.start:
                part, (first, last) = self.parts[run.part], self._inside(run, span, text, encoding)
                counts = self.unit is Unit.LINE and self._is_exact(run, text, encoding)
                ends = (min(run.end, max(run.start, at)) for at in (span.start, span.end))
                ats += [run.at + (text.count("\n", run.start, end) if counts else 0) for end in ends]
                if stretches and stretches[-1].part == part and stretches[-1].end == first:
                    stretches[-1] = Stretch(part, stretches[-1].start, last)
                else:
                    stretches.append(Stretch(part, first, last))
        shown = cited(source, self.member, self.unit, (min(ats, default=0), max(ats, default=0)))
        return Place(self.reader, self.proves, sha256_of_text(text), shown, tuple(stretches))

    def _inside(self, run: Run, span: Span, text: str, encoding: str) -> tuple[int, int]:
        """Return what the part of a run inside a span stands for; all that the run stands for where letters do not match."""
        start, end = max(run.start, span.start), min(run.end, span.end)
        if not self._is_exact(run, text, encoding):
            return run.first, run.last
        first = run.first + self._size(text[run.start : start], encoding)
        return first, first + self._size(text[start:end], encoding)

    def _is_exact(self, run: Run, text: str, encoding: str) -> bool:
        return self._size(text[run.start : run.end], encoding) == run.last - run.first

    def _size(self, cut: str, encoding: str) -> int:
        return len(cut) if self.proves is Proves.PAGE else len(cut.encode(encoding, "replace"))

    def to_json(self, text: str) -> str:
        """Return the places as an index keeps them beside the article's text."""
        said = [self.unit.value, self.proves.value, self.parts, self.runs, self.notes, sha256_of_text(text)]
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, reader: str, member: str, said: str) -> "Places":
        """Read what `to_json` wrote.

        Raises:
            ValueError, TypeError: it holds something else.
        """
        unit, proves, parts, runs, notes, _ = json.loads(said)
        made = tuple(Run(*run) for run in runs)
        if not all(isinstance(one, str) for one in (*parts, *notes)) or not are_runs(made, len(parts), _MOST):
            raise ValueError("places out of order")
        return cls(reader, member, Unit(unit), Proves(proves), tuple(parts), made, tuple(notes))


def are_runs(runs: tuple[Run, ...], parts: int, size: int) -> bool:
    """Tell whether runs are in order, without overlaps, of these many parts, and of a text of this size."""
    at = 0
    for run in runs:
        if not all(isinstance(number, int) and 0 <= number <= _MOST for number in run):
            return False
        if not (at <= run.start < run.end <= size and run.part < parts and run.first <= run.last):
            return False
        at = run.end
    return True


def sha256_of_text(text: str) -> str:
    """Return the sha256 of an article's text, in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def cited(source: str, member: str, unit: Unit, ats: tuple[int, int]) -> str:
    """Return a place for people: "page.html:214", "articles.jsonl:12", "report.pdf p. 3-4", "talk.srt 0:01:05"."""
    first, last = ats
    if unit is Unit.TIME:
        seconds = first // 1000
        return f"{source} {seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    numbers = f"{first}-{last}" if last > first else str(first)
    if unit is Unit.LINE:
        name = member.rpartition("/")[2]
        return f"{source.removesuffix(f'/{name}') if name.isdigit() else source}:{numbers}"
    sign = {Unit.PAGE: "p. ", Unit.PARAGRAPH: "¶ ", Unit.CHAPTER: "chapter "}[unit]
    return f"{source} {sign}{numbers}"
