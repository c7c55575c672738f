"""Loose figures: those that answer because their article is about the topic, without saying all of it themselves."""

import re
from collections.abc import Sequence

from index.search.analyzer import terms
from qa.claims.asked_figure import NO_PEOPLE, PEOPLE, SOME_PEOPLE, AskedFigure
from qa.claims.figure_filters import is_owned
from qa.claims.statement import Statement
from qa.claims.word_forms import as_one, count_related, stems
from qa.values.counted_figures import Figure
from qa.values.events import CASUALTIES, Event, role_event
from qa.values.units import MONEY

LEAST_BARE = 3  # A smaller number that counts nothing by name is rarely a claim of how many.
_TOLL = re.compile(r"\b(?:toll|dead|deaths|died|fatalit\w{1,4}|bodies|killed|lives)\b", re.IGNORECASE)
_INJURED = re.compile(r"\b(?:injur\w{1,5}|wounded|hurt)\b", re.IGNORECASE)
# What a number that counts nothing by name is the number of.
_COUNT_WORD = re.compile(
    r"\b(?:number|count|counted|total|figures?|estimates?|estimated|toll|crowd|turnout|attendance|tally|sum|area|size|put|puts)\b",
    re.IGNORECASE,
)
_PUT = re.compile(r"\b(?:puts?|share|estimates?|estimated|figures?)\b", re.IGNORECASE)
_NOT_BARE = re.compile(
    r"\b(?:no\.|number|article|section|page|chapter|aged?|route|flight|room|day|line|gate|pier|pit|unit)\s$", re.IGNORECASE
)
_THEMSELVES = frozenset(("us", "them", "ourselves", "themselves"))
_PEOPLE = frozenset(("peopl", "person", "citizen", "men"))
_RATE = re.compile(r"\b(?:a|per|each|every)\s(?:day|week|month|year|hour|minute|head|person)\b", re.IGNORECASE)
_CLOCK = re.compile(r"\b(?:by|at|until|before|after|since|past|till)\s$", re.IGNORECASE)
_TIME = re.compile(r"\b(?:in|for|within|every|after)\s$", re.IGNORECASE)  # "In eight years" is no age.
HOURS = 24
_QUAKE = re.compile(r"\b(?:magnitude|quake|earthquake|tremor)\b", re.IGNORECASE)
_COMMON = MONEY | {"%"}  # Units in which articles give all sorts of things.
STRONGEST = 10  # Of magnitudes.
_MEASURES_ALIKE = (frozenset(("years old", "years")), frozenset(("tonnes", "tons")))


def loosely_counted(figure: Figure, asked: AskedFigure, statement: Statement) -> tuple[Event, ...] | None:
    """The events of the table that a figure belongs in, () where none are asked for; None where it does not answer."""
    text, unit = statement.text, figure.amount.unit
    if _is_magnitude(figure, asked, text):
        return ()
    if unit == "years" and "years old" in asked.units and _TIME.search(text[: figure.amount.span.start][-8:]):
        return None
    if figure.aside or not _is_asked(unit, asked) or _RATE.match(text[figure.amount.span.end :].lstrip()):
        return None
    if unit:
        said = unit in MONEY and any(voice.scope.holds(figure.amount.span) for voice in statement.voices)
        return _table_of(figure, asked, text) if said or unit not in _COMMON or _says_so(asked, statement) else None
    counted = figure.counted.cut(text) if figure.counted else ""
    counted = "" if counted.lower() in _THEMSELVES else counted
    words = terms(counted)
    if _is_anothers(asked, text):
        return None
    if words:
        fits = _is_counted(words, asked) and is_owned(asked, counted, statement, figure.amount.span.start)
    else:
        fits = _is_bare_count(figure, statement)
    return _table_of(figure, asked, text) if fits else None


def _says_so(asked: AskedFigure, statement: Statement) -> bool:
    """Whether a sentence has to do with what is asked: by a word of the question, or by one for figures."""
    words = as_one(statement.terms) | stems(statement.before)
    return count_related(as_one(asked.anchors - asked.named), words) > 0 or bool(_PUT.search(statement.text))


def _is_anothers(asked: AskedFigure, text: str) -> bool:
    """Whether another one did what is asked of somebody: "Chelsea scored one goal", where Arsenal's are asked for."""
    first = text.split(" ", 2)[:2]
    if len(first) < 2 or not asked.named or not first[0][:1].isupper():
        return False
    return bool(stems(first[1]) & as_one(asked.anchors - asked.named)) and not count_related(asked.named, set(terms(first[0])))


def _is_magnitude(figure: Figure, asked: AskedFigure, text: str) -> bool:
    """Whether a number without a unit is how strong a quake was: "measured the quake at 6.1"."""
    bare = not figure.amount.unit and not figure.counted and figure.amount.high <= STRONGEST
    return bare and asked.units == {"magnitude"} and bool(_QUAKE.search(text))


def _is_asked(unit: str, asked: AskedFigure) -> bool:
    return unit in asked.units or any(unit in alike and asked.units & alike for alike in _MEASURES_ALIKE)


def _is_counted(words: Sequence[str], asked: AskedFigure) -> bool:
    """Whether the noun counted is the one asked for, or people where it is one for people."""
    people = frozenset() if asked.nouns & (NO_PEOPLE | SOME_PEOPLE) else _PEOPLE
    return bool(set(words) & (asked.nouns | people | (PEOPLE if asked.of_people else frozenset())))


def _is_bare_count(figure: Figure, statement: Statement) -> bool:
    """Whether a number that counts nothing by name is told as a count: by somebody, or as the toll, the total."""
    text, amount = statement.text, figure.amount
    if not isinstance(amount.high, int) or amount.high < LEAST_BARE or _NOT_BARE.search(text[: amount.span.start][-12:]):
        return False
    if amount.high <= HOURS and _CLOCK.search(text[: amount.span.start][-8:]):
        return False
    said = any(voice.scope.holds(amount.span) for voice in statement.voices)
    return said or bool(_COUNT_WORD.search(text) or _TOLL.search(text))


def _told_by_noun(figure: Figure, text: str) -> set[Event]:
    """What the noun that is counted tells by itself: refugees are displaced, whatever they do."""
    words = figure.counted.cut(text).lower().split() if figure.counted else []
    return {event for word in words for event in role_event(word)}


def _table_of(figure: Figure, asked: AskedFigure, text: str) -> tuple[Event, ...] | None:
    if not asked.tables:
        return None if set(figure.events) - _told_by_noun(figure, text) and not figure.amount.unit else ()
    told = set(figure.events)
    for events in asked.tables:
        if told == set(events) or (told and events[0] not in CASUALTIES and set(events) <= told):
            return events
    if told:
        return None
    if asked.tables[0][0] not in CASUALTIES:
        return asked.tables[0]
    if _TOLL.search(text) and not _INJURED.search(text):
        return next((events for events in asked.tables if events == (Event.KILLED,)), None)
    return None
