"""Days that answer: those of a sentence at which it says that what a question asks about happened."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.span import Span
from index.words import terms
from qa.amounts import Sense
from qa.claimed import Kind, Statement, Value
from qa.days import Day, Grain, days
from qa.forms import plain_terms, stems
from qa.question import Question

LEAST_SHARED = 0.5  # Of a question's plain words in the part of a sentence that a day stands in.
_ASKED = (
    (Grain.YEAR, re.compile(r"\b(?:what|which) year\b", re.IGNORECASE)),
    (Grain.MONTH, re.compile(r"\b(?:what|which) month\b", re.IGNORECASE)),
)
_PARTS = re.compile(
    r"[,;:—–]\s|\s(?:that|after|before|while|when|since|as|but|who|which|where|though|although|until|following|days after)\s",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:said|says|told|announced|stated|reported|confirmed|claimed|statement|interview|speaking|spoke|briefing|added|"
    r"condemned|warned|tweeted|posted|wrote|published|reporters|revealed|noted|news\s+conference)"
    r"(?:\s+(?!on\b)[\w’'.-]+){0,3}(?:\s+on)?(?:\s+(?:late|early))?\s*$",
    re.IGNORECASE,
)
_SAYING = re.compile(
    r"\b(?:say|said|tell|told|announce[ds]?|state|report|confirm|claim|speak|spoke|publish|post|write|wrote)\w*\b",
    re.IGNORECASE,
)
_TIME_WORDS = frozenset(terms("day date year month week time exactly first when"))


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a sentence between its joints, and the days in it."""

    span: Span
    days: tuple[Day, ...]


def days_claimed(question: Question, statement: Statement) -> tuple[Value, ...]:
    """The day on which a sentence says that it happened; none where it does not say it of one day alone."""
    text = statement.text
    found = [day for day in days(text) if _is_asked(day, question)]
    wanted = plain_terms(question) - _TIME_WORDS
    if not found or not wanted:
        return ()
    said = [day for day in found if _SAID.search(text, max(0, day.span.start - 60), day.span.start)]
    if _SAYING.search(question.text):
        is_asked = len(said) == 1 and len(wanted & stems(text)) >= LEAST_SHARED * len(wanted)
        return (_value(said[0]),) if is_asked else ()
    found = [day for day in found if day not in said]
    if not found:
        return ()
    shared = [(len(wanted & stems(part.span.cut(text))), part) for part in _parts(text, found)]
    best = max(number for number, _ in shared)
    parts = [part for number, part in shared if number == best]
    if best < LEAST_SHARED * len(wanted) or len(parts) > 1 or len(parts[0].days) > 1:
        return ()
    return (_value(parts[0].days[0]),)


def _value(day: Day) -> Value:
    return Value(day.span, Kind.DATE, day.iso, day.iso, Sense.EXACT, day.grain.value)


def _is_asked(day: Day, question: Question) -> bool:
    """Whether a day is as close as asked for; "when" asks for days and weekdays, which are told more closely than months."""
    grain = next((grain for grain, pattern in _ASKED if pattern.search(question.text)), None)
    return day.grain is grain if grain else True


def _parts(text: str, found: Sequence[Day]) -> list[_Part]:
    """The parts of a sentence that a day stands in; a comma inside a day or right after a leading one parts nothing."""
    joints = [
        match.start()
        for match in _PARTS.finditer(text)
        if not any(day.span.start <= match.start() < day.span.end or _leads(text, day, match) for day in found)
    ]
    edges = [0, *joints, len(text)]
    parts = []
    for start, end in pairwise(edges):
        inside = tuple(day for day in found if start <= day.span.start < end)
        if inside:
            parts.append(_Part(Span(start, end), inside))
    return parts


def _leads(text: str, day: Day, joint: re.Match[str]) -> bool:
    """Whether a joint is the comma after a day that opens the sentence: "On 3 May, …"."""
    return day.span.start <= 4 and joint.start() == day.span.end
