"""Figures that answer: those of a sentence that count what a question counts."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.articles.span import Span
from index.english import WEEKDAY
from index.search.analyzer import terms
from qa.claims.asked_figure import MEASURE_WORDS, NO_PEOPLE, SOLDIERS, SOME_PEOPLE, AskedFigure
from qa.claims.figure_filters import is_of_other_time, is_owned
from qa.claims.loose_figures import loosely_counted
from qa.claims.statement import SentenceValue, Statement, ValueKind
from qa.claims.word_forms import as_one, count_related, stems
from qa.questions.question import Question
from qa.values.counted_figures import Figure, figures
from qa.values.events import CASUALTIES, Event

LEAST_SHARED = 0.5  # Of a question's plain words in the sentence, and all its names, where no event ties a figure to it.
_IN_PLACE = re.compile(r"\W{1,2}(?:(?:are|were|is|remain)\s)?(?:\w{1,12}\s)?(?:in|at|on|inside|near|along)\s", re.IGNORECASE)
_SPAN = r"(?:hours?|days?|weeks?|months?|years?|decades?|quarters?)"
_PERIOD = re.compile(
    rf"\b(?:(?:in|over|during|within)\s(?:just\s)?(?:the\s)?(?:past|last|previous|first)\s(?:\w{{1,9}}\s)?{_SPAN}\b(?!['’]s)(?:\salone)?"
    rf"|(?:so\sfar\s)?this\s(?:week|month|year)\b(?:\salone)?|last\s(?:week|month|year|night)\b(?!['’]s)|(?:a|per|each|every)\s{_SPAN}\b"
    rf"|on\s{WEEKDAY}\salone|in\s(?:1[89]|20)\d\d\b(?:\salone)?|overnight\b)"
)
# What a figure is given in, where a question asks for another word for it.
_UNITS_ALIKE = {"years": "years old", "": "magnitude"}
_CLAUSE = re.compile(r"[^,;:—]{0,120}")
_OPENING = re.compile(r"In\s(?:1[89]|20)\d\d(?=,)")


def figures_claimed(
    question: Question, asked: AskedFigure, statement: Statement, *, on_topic: bool = False
) -> tuple[SentenceValue, ...]:
    """The figures of a sentence that answer, in order; of an article on the topic (`tied`) also those that say less."""
    text = statement.text
    found = figures(text)
    fitting = [figure for figure in found if _fits(figure, asked, statement)]
    if not asked.tables:
        fitting = _closest(question, asked, statement, found=found, fitting=fitting)
    events = {figure: _events_asked(figure, asked, text) or () for figure in fitting}
    if on_topic:
        loose = ((figure, loosely_counted(figure, asked, statement)) for figure in found if figure not in events)
        events |= {figure: told for figure, told in loose if told is not None}
    values = tuple(
        _value(text, figure, found, events[figure], asked)
        for figure in found
        if figure in events and not is_of_other_time(text, figure.amount.span, statement.published, question.text)
    )
    # "In the past week" is not answered by a figure of all the war.
    return tuple(value for value in values if value.period) if _PERIOD.search(question.text) else values


def _fits(figure: Figure, asked: AskedFigure, statement: Statement) -> bool:
    if figure.amount.unit not in asked.units or (figure.aside and not _is_part_asked(figure, asked, statement.text)):
        return False
    counted = figure.counted.cut(statement.text) if figure.counted else ""
    return (
        _counts(asked, counted, figure)
        and _events_asked(figure, asked, statement.text) is not None
        and is_owned(asked, counted, statement, figure.amount.span.start)
    )


def _is_part_asked(figure: Figure, asked: AskedFigure, text: str) -> bool:
    """Whether a part of another figure is what is asked for: children among the dead."""
    return bool(figure.counted and asked.nouns & SOME_PEOPLE and asked.nouns & set(_terms(figure.counted.cut(text))))


def _counts(asked: AskedFigure, counted: str, figure: Figure) -> bool:
    """Whether the noun counted is the one asked for, by another word or left out."""
    words = _terms(counted)
    if not words or not asked.nouns:
        return bool(asked.tables) or figure.amount.unit != ""
    if asked.of_people:
        return not set(words) & (SOME_PEOPLE | NO_PEOPLE)
    if set(words) & asked.nouns or words[-1] in ("casualti", "death", "fatal", "injuri"):
        return True
    return bool(asked.owners) and set(words) <= asked.owners  # "North Koreans", who are soldiers.


def _events_asked(figure: Figure, asked: AskedFigure, text: str) -> tuple[Event, ...] | None:
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
    question: Question, asked: AskedFigure, statement: Statement, *, found: Sequence[Figure], fitting: Sequence[Figure]
) -> list[Figure]:
    """Of figures that no event ties to the question, those in whose clause most of its words stand; none where two tie."""
    units = MEASURE_WORDS.union(*(_terms(unit) for unit in asked.units))
    wanted = frozenset(question.terms) - question.speaker_terms - asked.nouns - units
    words = as_one(statement.terms) | stems(statement.before)
    plain = as_one(wanted - asked.named)
    if not fitting or count_related(asked.named, words) < len(asked.named):
        return []
    if len(plain & words) < LEAST_SHARED * len(plain):
        return [figure for figure in fitting if _counts_theirs(figure, asked, statement.text)]
    if len(fitting) == 1:
        return list(fitting)
    shared = [len(as_one(wanted) & stems(_clause(statement.text, figure, found))) for figure in fitting]
    best = max(shared)
    closest = [figure for figure, number in zip(fitting, shared, strict=True) if number == best]
    return closest if best and (len(closest) == 1 or asked.nouns) else []


def _counts_theirs(figure: Figure, asked: AskedFigure, text: str) -> bool:
    """Whether a measure is of the very noun that is asked for, of somebody named: "Farrow has 52 percent of the vote"."""
    counted = _terms(figure.counted.cut(text)) if figure.counted and figure.amount.unit else ()
    return bool(asked.named and asked.nouns & set(counted))


def _clause(text: str, figure: Figure, found: Sequence[Figure]) -> str:
    """What stands between the figures before and after one."""
    place = found.index(figure)
    start = found[place - 1].amount.span.end if place else 0
    end = found[place + 1].amount.span.start if place + 1 < len(found) else len(text)
    return text[start:end]


def _value(text: str, figure: Figure, found: Sequence[Figure], events: tuple[Event, ...], asked: AskedFigure) -> SentenceValue:
    amount = figure.amount
    unit = (
        _UNITS_ALIKE.get(amount.unit, amount.unit) if amount.unit not in asked.units and len(asked.units) == 1 else amount.unit
    )
    period = next(_periods(text, figure, found), None)
    return SentenceValue(
        amount.span, ValueKind.FIGURE, amount.low, amount.high, amount.sense, unit, figure.counted, events, period
    )


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
