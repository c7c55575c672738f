"""Days that answer: the days on which a sentence says that the event asked about happened.

"when did the ferry sink?" and an article published on 6 May 2024:

    "The ferry sank on 3 May, the coast guard said on 5 May."
        parts: "The ferry sank on 3 May", "the coast guard said on 5 May"
        3 May stands beside "ferry" and "sank", forms of the question's words; 5 May is the day of saying
        value: 2024-05-03
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, MINYEAR, date
from itertools import pairwise

from articles_qa.index.english import CAPITALISED
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.claims.related_words import plain_words, unified_stems
from articles_qa.qa.claims.statement import SentenceValue, Statement, ValueKind
from articles_qa.qa.questions.question import Question
from articles_qa.qa.values.amounts import Sense
from articles_qa.qa.values.days import Day, Grain, days

LEAST_SHARED = 0.5  # Share of the question's plain words that the day's part of the sentence has.
_ASKED = (
    (Grain.YEAR, re.compile(r"\b(?:what|which) year\b", re.IGNORECASE)),
    (Grain.MONTH, re.compile(r"\b(?:what|which) month\b", re.IGNORECASE)),
)
_PARTS = re.compile(
    r"[,;:—–]\s|\s(?:that|after|before|while|when|since|as|but|who|which|where|though|although|until|following|days after)\s",
    re.IGNORECASE,
)
_AND = re.compile(r"\sand\s", re.IGNORECASE)
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


def read_days(question: Question, statement: Statement) -> tuple[SentenceValue, ...]:
    """Return the day on which a sentence says that the event happened; no day where the sentence names two such days."""
    text = statement.text
    asked = next((grain for grain, pattern in _ASKED if pattern.search(question.text)), None)
    found = [day for day in days(text) if asked in (None, day.grain)]
    if not found or not (wanted := plain_words(question) - _TIME_WORDS):
        return ()
    said = [day for day in found if _SAID.search(text, max(0, day.span.start - 60), day.span.start)]
    if _SAYING.search(question.text):
        is_asked = len(said) == 1 and len(wanted & unified_stems(text)) >= LEAST_SHARED * len(wanted)
        day = said[0] if is_asked else None
    else:
        day = _event_day(question, text, [day for day in found if day not in said], wanted)
    return (_value(day, statement.published),) if day else ()


def _event_day(question: Question, text: str, found: Sequence[Day], wanted: frozenset[str]) -> Day | None:
    """Return the day in the part of a sentence that has most of the question's words; None where two parts have as many.

    The question's verb alone is enough: "it will open on 9 January".
    """
    if not found:
        return None
    is_future = _AHEAD.search(question.text)
    verb = next((match for pattern in _DEEDS if (match := pattern.search(question.text))), None)
    deed = unified_stems(verb["verb"]) if verb else frozenset()
    moved = [day for day in found if _MOVED.search(text, max(0, day.span.start - 40), day.span.start)]
    if is_future and deed & unified_stems(text) and len(moved) == 1:
        return moved[0]
    worded = [(unified_stems(part), inside) for part, inside in _parts(text, found)]
    best = max(len(wanted & words) for words, _ in worded)
    parts = [(bool(deed & words), inside) for words, inside in worded if len(wanted & words) == best]
    has_deed, inside = parts[0]
    if len(parts) == 1 and len(inside) > 1:  # "It was built in 1980 and shut in 2023."
        pieces = [(unified_stems(piece), some) for piece, some in _parts(text, inside, _AND)]
        inside = [day for words, some in pieces if deed & words and len(some) == 1 for day in some]
    if (best < LEAST_SHARED * len(wanted) and not has_deed) or len(parts) > 1 or len(inside) != 1:
        return None
    # An event in the future did not happen on a past day.
    return None if is_future and not has_deed and not _AHEAD.search(text) else inside[0]


def _value(day: Day, published: date | None) -> SentenceValue:
    """Return a day as a value. A day without its year becomes the one nearest to the day of publication."""
    iso = day.iso
    if published and day.grain is Grain.DAY and iso.startswith("--"):
        nearest = min(_in_years(iso, published.year), key=lambda one: abs(one - published), default=None)
        iso = nearest.isoformat() if nearest else iso
    return SentenceValue(day.span, ValueKind.DATE, iso, iso, Sense.EXACT, day.grain.value)


def _in_years(iso: str, year: int) -> Iterator[date]:
    """Yield the dates of a day in the years around `year`. 29 February is in few years, 30 February in none."""
    month, day = int(iso[2:4]), int(iso[5:7])
    for near in range(max(MINYEAR, year - 4), min(MAXYEAR, year + 4) + 1):
        if day <= monthrange(near, month)[1]:
            yield date(near, month, day)


def _parts(text: str, found: Sequence[Day], joint_words: re.Pattern[str] = _PARTS) -> Iterator[tuple[str, list[Day]]]:
    """Yield the parts of a sentence with their days. A comma inside a day, or after a leading day, is no joint."""

    def is_inside(joint: int) -> bool:
        # "On 3 May, …": a day leads the sentence.
        return any(day.span.start <= joint < day.span.end + (day.span.start <= 4) for day in found)

    joints = [match.start() for match in joint_words.finditer(text) if not is_inside(match.start())]
    for start, end in pairwise([0, *joints, len(text)]):
        if inside := [day for day in found if start <= day.span.start < end]:
            yield text[start:end], inside
