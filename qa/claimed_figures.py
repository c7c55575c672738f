"""Figures that answer: those of a sentence that count what a question counts."""

import re
from collections.abc import Iterator, Sequence, Set
from functools import lru_cache

from index.span import Span
from index.words import terms
from qa.claimed import Kind, Statement, Value
from qa.counted import Figure, figures
from qa.counting import SOLDIERS, Counting
from qa.events import CASUALTIES, Event
from qa.forms import as_one, stems
from qa.matter import akin
from qa.question import Question

LEAST_SHARED = 0.5  # Of a question's plain words in the sentence, and all its names, where no event ties a figure to it.
# Not all that were hit: beside the toll they would read as another figure of it.
_SOME = frozenset(
    "child children women woman girl boy babi teenag medic offic general journalist foreign american british".split()
)
_NO_PEOPLE = frozenset(
    "hors cattl dog bird sheep pig anim home hous build car vehicl tank drone missil attack strike crash blast day hour week "
    "month year flight job hectar time place case school hospit bomb rocket shell ship boat plane".split()
)
_IN_PLACE = re.compile(r"\W{1,2}(?:(?:are|were|is|remain)\s)?(?:\w{1,12}\s)?(?:in|at|on|inside|near|along)\s", re.IGNORECASE)
_SPAN = r"(?:hours?|days?|weeks?|months?|years?|decades?|quarters?)"
_PERIOD = re.compile(
    rf"\b(?:(?:in|over|during|within)\s(?:just\s)?(?:the\s)?(?:past|last|previous|first)\s(?:\w{{1,9}}\s)?{_SPAN}\b(?:\salone)?"
    rf"|(?:so\sfar\s)?this\s(?:week|month|year)\b(?:\salone)?|last\s(?:week|month|year|night)\b|(?:a|per|each|every)\s{_SPAN}\b"
    r"|on\s(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\salone|in\s(?:1[89]|20)\d\d\b(?:\salone)?|overnight\b)"
)
_CLAUSE = re.compile(r"[^,;:—]{0,120}")
_OPENING = re.compile(r"In\s(?:1[89]|20)\d\d(?=,)")


def figures_claimed(question: Question, asked: Counting, statement: Statement) -> tuple[Value, ...]:
    """The figures of a sentence that answer the question, in order."""
    text = statement.text
    found = figures(text)
    fitting = [figure for figure in found if _fits(figure, asked, statement)]
    if not asked.tables:
        fitting = _closest(question, asked, statement, found=found, fitting=fitting)
    values = tuple(_value(text, figure, found, asked) for figure in fitting)
    # "In the past week" is not answered by a figure of all the war.
    return tuple(value for value in values if value.period) if _PERIOD.search(question.text) else values


def _fits(figure: Figure, asked: Counting, statement: Statement) -> bool:
    if figure.amount.unit not in asked.units or (figure.aside and not _is_part_asked(figure, asked, statement.text)):
        return False
    counted = figure.counted.cut(statement.text) if figure.counted else ""
    return (
        _counts(asked, counted, figure)
        and _events_asked(figure, asked, statement.text) is not None
        and _is_owned(asked, counted, statement)
    )


def _is_part_asked(figure: Figure, asked: Counting, text: str) -> bool:
    """Whether a part of another figure is what is asked for: children among the dead."""
    return bool(figure.counted and asked.nouns & _SOME and asked.nouns & set(_terms(figure.counted.cut(text))))


def _counts(asked: Counting, counted: str, figure: Figure) -> bool:
    """Whether the noun counted is the one asked for, by another word or left out."""
    words = _terms(counted)
    if not words or not asked.nouns:
        return bool(asked.tables) or figure.amount.unit != ""
    if asked.of_people:
        return not set(words) & (_SOME | _NO_PEOPLE)
    if set(words) & asked.nouns or words[-1] in ("casualti", "death", "fatal", "injuri"):
        return True
    return bool(asked.owners) and set(words) <= asked.owners  # "North Koreans", who are soldiers.


def _is_owned(asked: Counting, counted: str, statement: Statement) -> bool:
    """Whether they are those asked for: North Korean ones, not South Korean ones."""
    if not asked.owners:
        return True
    named = {term for word in counted.split() if word[:1].isupper() for term in _terms(word)}
    if named:
        return _all_akin(named, asked.owners) or _all_akin(asked.owners, named)
    return _all_akin(asked.owners, statement.terms | set(_terms(statement.before)))


def _all_akin(words: Set[str], others: Set[str]) -> bool:
    return akin(words, others) == len(words)


def _events_asked(figure: Figure, asked: Counting, text: str) -> tuple[Event, ...] | None:
    """The events of the table that a figure belongs in; None where it belongs in none."""
    if not asked.tables:
        return None if figure.events and figure.amount.unit == "" else ()
    told = figure.events
    if not told and asked.tables == ((Event.DEPLOYED,),) and figure.counted:
        words = _terms(figure.counted.cut(text))
        told = (Event.DEPLOYED,) if set(words) & SOLDIERS and _IN_PLACE.match(text, figure.counted.end) else ()
    for events in asked.tables:
        if events[0] in CASUALTIES:
            if set(told) == set(events):
                return events
        elif set(events) <= set(told):
            return events
    return None


def _closest(
    question: Question, asked: Counting, statement: Statement, *, found: Sequence[Figure], fitting: Sequence[Figure]
) -> list[Figure]:
    """Of figures that no event ties to the question, those in whose clause most of its words stand; none where two tie."""
    wanted = (
        set(question.terms) - question.speaker_terms - asked.nouns - {term for unit in asked.units for term in _terms(unit)}
    )
    words = as_one(statement.terms) | stems(statement.before)
    plain = as_one(wanted - asked.named)
    if not fitting or akin(asked.named, words) < len(asked.named) or len(plain & words) < LEAST_SHARED * len(plain):
        return []
    if len(fitting) == 1:
        return list(fitting)
    shared = [len(as_one(wanted) & stems(_clause(statement.text, figure, found))) for figure in fitting]
    best = max(shared)
    closest = [figure for figure, number in zip(fitting, shared, strict=True) if number == best]
    return closest if best and (len(closest) == 1 or asked.nouns) else []


def _clause(text: str, figure: Figure, found: Sequence[Figure]) -> str:
    """What stands between the figures before and after one."""
    place = found.index(figure)
    start = found[place - 1].amount.span.end if place else 0
    end = found[place + 1].amount.span.start if place + 1 < len(found) else len(text)
    return text[start:end]


def _value(text: str, figure: Figure, found: Sequence[Figure], asked: Counting) -> Value:
    amount = figure.amount
    events = _events_asked(figure, asked, text) or ()
    period = next(_periods(text, figure, found), None)
    return Value(amount.span, Kind.FIGURE, amount.low, amount.high, amount.sense, amount.unit, figure.counted, events, period)


def _periods(text: str, figure: Figure, found: Sequence[Figure]) -> Iterator[Span]:
    """To what time a figure is limited: in its own clause, or by the year that opens the sentence."""
    start = figure.counted.end if figure.counted and figure.counted.start >= figure.amount.span.end else figure.amount.span.end
    end = min((other.amount.span.start for other in found if other.amount.span.start > start), default=len(text))
    clause = _CLAUSE.match(text, start, end)
    for match in _PERIOD.finditer(text, start, clause.end() if clause else start):
        yield Span(*match.span())
    if opening := _OPENING.match(text):
        yield Span(*opening.span())


@lru_cache(maxsize=20_000)
def _terms(text: str) -> tuple[str, ...]:
    """The stems of a few words; the same few come again and again."""
    return tuple(terms(text))
