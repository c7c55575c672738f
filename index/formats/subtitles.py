"""Reading subtitles: the words of SRT and WebVTT, cue by cue, joined to sentences.

00:00:01,000 --> 00:00:03,000
The dam burst
00:00:03,100 --> 00:00:04,000
on Friday.
The text is "The dam burst on Friday."; its runs begin at 1,000 and 3,100 ms.
"""

import re

from articles_qa.index.articles.places import Unit
from articles_qa.index.formats.extracted import Extracted, SourceText, Unreadable
from articles_qa.index.formats.html_page import decode_page

PAUSE_MS, LONG_PAUSE_MS = 1_500, 5_000  # A longer silence parts two paragraphs: after a full stop, or after any word.
_TIME = r"(?:(\d{1,3}):)?(\d\d?):(\d\d)[.,](\d{1,3})"
_CUE = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}[^\n]*\n")
_LINE = re.compile(r"[^\r\n]+")
_TAG = re.compile(r"</?[a-zA-Z][^>\n]{0,100}>|</?\d[\d:.]{0,20}>|\{\\[^}\n]{0,60}\}")
_TURN = re.compile(r"\s*(?:[-–—]\s|>>)")
_NAMED = re.compile(r"<v[ .][^>\n]*>")
_ENDS = re.compile(r"[.!?…][\"'”’)]*\s*$")


def read_subtitles(data: bytes, encoding: str | None) -> Extracted:
    """Return the words of a subtitle file.

    Raises:
        Unreadable: it has no cue.
    """
    source = decode_page(data, encoding)
    cues = list(_CUE.finditer(source.text))
    if not cues:
        raise Unreadable("no subtitles: no line has times with --> between; save it as .txt")
    made = Extracted(encoding=source.encoding, unit=Unit.TIME)
    before_ms = 0
    for cue, following in zip(cues, [*cues[1:], None], strict=True):
        starts, ends = _ms(*cue.groups()[:4]), _ms(*cue.groups()[4:])
        stop = following.start() if following else len(source.text)
        for match in _LINE.finditer(source.text, cue.end(), stop):
            written = match.group()
            if following and _is_number(source, match.end(), stop, written):
                continue
            turn = bool(_TURN.match(written) or _NAMED.match(written))
            done = bool(_ENDS.search("".join(made.pieces[-3:])))
            apart = starts - before_ms > (PAUSE_MS if done else LONG_PAUSE_MS)
            made.gap("\n\n" if turn or apart else " ")
            _add_line(made, source, match.start(), match.end(), starts)
            before_ms = starts
        before_ms = ends
    if not made.text.strip():
        raise Unreadable("subtitles without words; nothing to quote")
    return made


def _is_number(source: SourceText, end: int, stop: int, written: str) -> bool:
    """Tell whether a line is the number of the next cue."""
    return written.strip().isdigit() and not source.text[end:stop].strip()


def _add_line(made: Extracted, source: SourceText, start: int, end: int, at_ms: int) -> None:
    at = start
    for tag in _TAG.finditer(source.text, start, end):
        _plain(made, source, at, tag.start(), at_ms)
        at = tag.end()
    _plain(made, source, at, end, at_ms)


def _plain(made: Extracted, source: SourceText, start: int, end: int, at_ms: int) -> None:
    if end > start:
        source.add_to(made, start, end, at=at_ms or 1)


def _ms(hours: str | None, minutes: str, seconds: str, parts: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(parts.ljust(3, "0"))
