"""Days that answer: those of a sentence at which it says that what a question asks about happened."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from itertools import pairwise

from index.articles.span import Span
from index.english import CAPITALISED
from index.search.analyzer import terms
from qa.claims.statement import SentenceValue, Statement, ValueKind
from qa.claims.word_forms import plain_terms, stems
from qa.questions.question import Question
from qa.values.amounts import Sense
from qa.values.days import Day, Grain, days

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
_AUXILIARY = r"\b(?:did|does|do|will|would|was|were|is|are|has|have|had|been|be)\s"
_DEEDS = (  # "Did the ferry sink", "was the truce signed in Geneva", "did Bulgaria join the EU".
    re.compile(rf"{_AUXILIARY}[^?]*\s(?P<verb>[a-z]{{3,}})\W*$"),
    re.compile(rf"{_AUXILIARY}[^?]*?\s(?P<verb>[a-z]{{3,}})\s(?:in|at|on|near|to|from|by|for|into|of)\s[^?]*$"),
    re.compile(rf"{_AUXILIARY}(?:the\s)?(?:{CAPITALISED}\s)+(?P<verb>[a-z]{{3,}})\b"),
)
_AHEAD = re.compile(
    r"\b(?:will|would|won['’]t|set|due|scheduled|planned|expected|slated|moved|postponed|delayed|(?:is|are|was|were)\sto)\b",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"\b(?:moved|postponed|delayed|rescheduled|pushed\sback|put\soff|put\sback|brought\sforward)\s(?:to|until|till)\s(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
_TIME_WORDS = frozenset(terms("day date year month week time exactly first when"))


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a sentence between its joints, and the days in it."""

    span: Span
    days: tuple[Day, ...]


def days_claimed(question: Question, statement: Statement, *, on_topic: bool = False) -> tuple[SentenceValue, ...]:
    """The day on which a sentence says that it happened; none where it does not say it of one day alone.

    In an article on the topic (`tied`) the deed alone says it: "it will open on 9 January".
    """
    text = statement.text
    found = [day for day in days(text) if _is_asked(day, question)]
    if not found or not (wanted := plain_terms(question) - _TIME_WORDS):
        return ()
    said = [day for day in found if _SAID.search(text, max(0, day.span.start - 60), day.span.start)]
    if _SAYING.search(question.text):
        is_asked = len(said) == 1 and len(wanted & stems(text)) >= LEAST_SHARED * len(wanted)
        day = said[0] if is_asked else None
    else:
        day = _day_of(question, text, [day for day in found if day not in said], on_topic=on_topic)
    return (_value(day, statement.published),) if day else ()


def _day_of(question: Question, text: str, found: Sequence[Day], *, on_topic: bool) -> Day | None:
    """The day in the part of a sentence that has most of the question's words, or the deed; None where two have."""
    if not found:
        return None
    ahead, deed, wanted = _AHEAD.search(question.text), _deed(question), plain_terms(question) - _TIME_WORDS
    moved = [day for day in found if _MOVED.search(text, max(0, day.span.start - 40), day.span.start)]
    if ahead and on_topic and deed & stems(text) and len(moved) == 1:
        return moved[0]
    shared = [(len(wanted & words), bool(deed & words), part) for part, words in _worded(_parts(text, found), text)]
    best = max(number for number, _, _ in shared)
    parts = [(done, part) for number, done, part in shared if number == best]
    done, part = parts[0]
    if (best < LEAST_SHARED * len(wanted) and not (on_topic and done)) or len(parts) > 1 or len(part.days) > 1:
        return None
    # What is yet to come did not happen on a day that went by.
    return None if ahead and not done and not _AHEAD.search(text) else part.days[0]


def _deed(question: Question) -> frozenset[str]:
    """What happened, by the question's verb."""
    found = next((found for pattern in _DEEDS if (found := pattern.search(question.text))), None)
    return stems(found["verb"]) if found else frozenset()


def _worded(parts: Sequence[_Part], text: str) -> list[tuple[_Part, frozenset[str]]]:
    return [(part, stems(part.span.cut(text))) for part in parts]


def _value(day: Day, published: date | None) -> SentenceValue:
    """A day as a value; one without its year is the one nearest to the day of publication."""
    iso = day.iso
    if published and day.grain is Grain.DAY and iso.startswith("--"):
        nearest = min(_in_years(iso, published.year), key=lambda one: abs(one - published), default=None)
        iso = nearest.isoformat() if nearest else iso
    return SentenceValue(day.span, ValueKind.DATE, iso, iso, Sense.EXACT, day.grain.value)


def _in_years(iso: str, year: int) -> Iterator[date]:
    """A day without its year in the years around one: 29 February is in few of them, and 30 February in none."""
    month, day = int(iso[2:4]), int(iso[5:7])
    for near in range(max(MINYEAR, year - 4), min(MAXYEAR, year + 4) + 1):
        if day <= monthrange(near, month)[1]:
            yield date(near, month, day)


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
