"""Live blogs: the lines and openings that say at what time an entry was written.

18:42                             Two lines hold a time and no more, so the text is a live blog. The time belongs
The search was called off.        to the sentence after it, and is read with all others of its entry.
17:10
Power is back for 30,000 homes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from articles_qa.index.articles.forms.turns import CLOCK
from articles_qa.index.articles.span import Span
from articles_qa.index.english import MONTH, WEEKDAY

MIN_ENTRIES = 2
_TIME = rf"(?:{CLOCK}\s*(?:[ap]\.?m\b\.?)?|\d{{1,2}}\s*[ap]\.?m\b\.?)(?:\s*(?:[A-Z]{{2,5}}\b|local time))?"
_DAY = rf"(?:{WEEKDAY},?\s+)?(?:{MONTH}\s+\d{{1,2}}|\d{{1,2}}\s+{MONTH})(?:,?\s+\d{{4}})?"
_AGO = r"\d{1,2}\s*(?:h|hrs?|hours?|m|mins?|minutes?)\s+ago"
# "14.31 CET", "Updated at 9:05am", "6 May 2024, 18:42", "18:42 | 6 May"
_STAMP = re.compile(
    rf"\W{{0,3}}(?:(?:updated?|posted|published)\W{{0,2}}\s*)?(?:at\s+)?"
    rf"(?:{_TIME}(?:\s*[·•|,–—-]?\s*{_DAY})?|{_DAY}\s*[·•|,–—-]?\s*(?:at\s+)?{_TIME}|{_AGO})\W{{0,3}}",
    re.IGNORECASE,
)
_OPENING = re.compile(rf"\W{{0,3}}(?P<time>{_TIME})\W{{0,2}}\s*[:–—|-]\W{{0,2}}\s+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """An entry: its time, the line on which the time stands by itself, else None, and the start of the next entry."""

    time: Span
    line: Span | None
    end: int


def stamp_at(text: str, span: Span) -> Span | None:
    """Return the first line of a sentence where it is the time of its entry."""
    end = text.find("\n", span.start, min(span.end, span.start + 62))
    line = text[span.start : end].rstrip() if end >= 0 else ""
    return Span(span.start, span.start + len(line)) if line and _STAMP.fullmatch(line) else None


def find_entries(text: str, lines: Sequence[Span]) -> tuple[LiveEntry, ...]:
    """Return the entries of a live blog, in order; none where a text is none."""
    found: list[tuple[Span, Span | None]] = []
    shown = [line for line in lines if len(line)]
    for place, line in enumerate(shown):
        cut = line.cut(text)
        if len(cut) <= 60 and _STAMP.fullmatch(cut):
            after = shown[place + 1].cut(text) if place + 1 < len(shown) else ""
            if after and not _STAMP.fullmatch(after[:60]):
                found.append((line, line))
        elif match := _OPENING.match(cut):
            time = match["time"].rstrip()
            found.append((Span(line.start + match.start("time"), line.start + match.start("time") + len(time)), None))
    if len(found) < MIN_ENTRIES:
        return ()
    ends = [time.start for time, _ in found[1:]] + [len(text)]
    return tuple(LiveEntry(time, line, end) for (time, line), end in zip(found, ends, strict=True))
