"""Figures that answer: the figures of a sentence that count what a question counts.

Question: "how many North Korean soldiers were killed?"

    "The NIS claims over 100 North Korean troops have been killed, plus a thousand more injured."
        over 100 | more than 100 | noun: North Korean troops | event: killed   answers
        a thousand | noun: North Korean troops | event: injured                another event
    "Ukraine and its North Korean foes agree: 43,000 Ukrainian soldiers have been killed."
        43,000 | noun: Ukrainian soldiers | event: killed                      another owner

Question: "how many people died when the ferry sank?"

    "The toll has risen to 54."
        54 | no noun | no event     does not answer by itself; killed, in an article about the ferry
"""

import re
from collections.abc import Sequence

from articles_qa.index.articles.span import Span
from articles_qa.index.english import WEEKDAY
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.claims.asked_figure import LASTING, MEASURE_WORDS, NO_PEOPLE, PEOPLE, SOLDIERS, SOME_PEOPLE, AskedFigure
from articles_qa.qa.claims.other_figures import (
    JOINED,
    PRICES,
    is_of_another,
    is_of_other_time,
    is_owned,
    names_another,
    prices_another,
)
from articles_qa.qa.claims.related_words import count_related, unified, unified_stems
from articles_qa.qa.claims.statement import SentenceValue, Statement, ValueKind
from articles_qa.qa.questions.question import Question, stems
from articles_qa.qa.values.amounts import Amount
from articles_qa.qa.values.counted_figures import CountedFigure, counted_figures
from articles_qa.qa.values.events import CASUALTIES, Event, role_event
from articles_qa.qa.values.units import MONEY

LEAST_SHARED = 0.5  # Share of the question's plain words that a sentence has, where no event ties a figure to the question.
LEAST_BARE = 3  # A smaller number without a noun is rarely a count.
HOURS = 24
STRONGEST = 10  # The largest magnitude.


_SPAN = r"(?:hours?|days?|weeks?|months?|years?|decades?|quarters?)"
_PERIOD = re.compile(
    rf"\b(?:(?:in|over|during|within)\s(?:just\s)?(?:the\s)?(?:past|last|previous|first)\s(?:\w{{1,9}}\s)?{_SPAN}\b(?!['’]s)(?:\salone)?"
    rf"|(?:so\sfar\s)?this\s(?:week|month|year)\b(?:\salone)?|last\s(?:week|month|year|night)\b(?!['’]s)|(?:a|per|each|every)\s{_SPAN}\b"
    rf"|on\s{WEEKDAY}\salone|in\s(?:1[89]|20)\d\d\b(?:\salone)?|overnight\b)"
)
_OPENING_YEAR = re.compile(r"In\s(?:1[89]|20)\d\d(?=,)")
_RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[^,;:—]{0,120}")
# The unit of a figure, and the unit that it answers for where a question asks for that one alone.
_UNITS_ALIKE = {"years": "years old", "": "magnitude"}


def read_figures(question: Question, asked: AskedFigure, statement: Statement) -> tuple[SentenceValue, ...]:
    """Return the figures of a sentence that answer, in order."""
    text = statement.text
    if _RESPECTIVELY.search(text):  # Which figure is whose is not read.
        return ()
    found = counted_figures(text)
    fitting = [figure for figure in found if _fits(figure, asked, statement)]
    if not asked.tables:
        fitting = _closest(question, asked, statement, found=found, fitting=fitting)
    alone = {figure: _events_of(figure, asked, text) or () for figure in fitting}
    loose = {} if alone else {figure: _loose_events(figure, asked, statement) for figure in found}
    chosen = alone | {figure: events for figure, events in loose.items() if events is not None}
    values = [
        (figure, _value(text, figure, found, chosen[figure], asked))
        for figure in found
        if figure in chosen
        and not names_another(question.text, text[: figure.amount.span.start])
        and not is_of_other_time(text, figure.amount.span, statement.published, question.text)
    ]
    if _PERIOD.search(question.text):  # "How many in the past week?" is not answered by a figure of the whole war.
        values = [(figure, value) for figure, value in values if value.period]
    return tuple(value for _, value in values)


def _value(
    text: str, figure: CountedFigure, found: Sequence[CountedFigure], events: tuple[Event, ...], asked: AskedFigure
) -> SentenceValue:
    amount, unit = figure.amount, figure.amount.unit
    if unit not in asked.units and len(asked.units) == 1:
        unit = _UNITS_ALIKE.get(unit, unit)
    period, kind = _period(text, figure, found), ValueKind.FIGURE
    return SentenceValue(amount.span, kind, amount.low, amount.high, amount.sense, unit, figure.counted, events, period)


def _period(text: str, figure: CountedFigure, found: Sequence[CountedFigure]) -> Span | None:
    """Return the time that a figure is limited to: in its own clause, or by the year that opens the sentence."""
    start = figure.counted.end if figure.counted and figure.counted.start >= figure.amount.span.end else figure.amount.span.end
    end = min((other.amount.span.start for other in found if other.amount.span.start > start), default=len(text))
    clause = _CLAUSE.match(text, start, end)
    match = _PERIOD.search(text, start, clause.end() if clause else start) or _OPENING_YEAR.match(text)
    return Span(*match.span()) if match else None


# Figures that answer by the sentence alone.

_IN_PLACE = re.compile(r"\W{1,2}(?:(?:are|were|is|remain)\s)?(?:\w{1,12}\s)?(?:in|at|on|inside|near|along)\s", re.IGNORECASE)


def _fits(figure: CountedFigure, asked: AskedFigure, statement: Statement) -> bool:
    """Return whether unit, noun, event and owner of a figure are those that are asked for."""
    text, counted = statement.text, _counted(figure, statement.text)
    # A part of another figure answers where the part is asked for: children among the dead.
    is_part_asked = bool(counted and asked.nouns & SOME_PEOPLE and asked.nouns & stems(counted))
    if figure.amount.unit not in asked.units or (figure.aside and not is_part_asked):
        return False
    if not _has_noun(asked, counted, figure) or _events_of(figure, asked, text) is None:
        return False
    return is_owned(asked, counted, statement, figure.amount)


def _counted(figure: CountedFigure, text: str) -> str:
    return figure.counted.cut(text) if figure.counted else ""


def _has_noun(asked: AskedFigure, counted: str, figure: CountedFigure) -> bool:
    """Return whether the noun that is counted is the noun asked for, or a synonym, or left out."""
    words = stems(counted)
    if not words or not asked.nouns:
        return bool(asked.tables) or figure.amount.unit != ""
    if asked.of_people:
        return not words & (SOME_PEOPLE | NO_PEOPLE)
    if words & asked.nouns or terms(counted)[-1] in ("casualti", "death", "fatal", "injuri"):
        return True
    return bool(asked.owners) and words <= asked.owners  # "3,000 North Koreans", where North Korean soldiers are asked for.


def _events_of(figure: CountedFigure, asked: AskedFigure, text: str) -> tuple[Event, ...] | None:
    """Return the events of the table that a figure belongs in, () where any event will do; None for no table."""
    if not asked.tables:
        return None if figure.events and figure.amount.unit == "" else ()
    told = set(figure.events)
    is_in_place = figure.counted and _IN_PLACE.match(text, figure.counted.end)  # "11,000 troops are in Kursk".
    if not told and asked.tables == ((Event.DEPLOYED,),) and is_in_place and stems(_counted(figure, text)) & SOLDIERS:
        told = {Event.DEPLOYED}
    for events in asked.tables:
        if told == set(events) or (events[0] not in CASUALTIES and set(events) <= told):
            return events
    return None


def _closest(
    question: Question,
    asked: AskedFigure,
    statement: Statement,
    *,
    found: Sequence[CountedFigure],
    fitting: Sequence[CountedFigure],
) -> list[CountedFigure]:
    """Return the figures whose clause has most of the question's words, where no event ties a figure to the question.

    Where two clauses have as many, both figures answer if the question names a noun, else neither.
    """
    units = MEASURE_WORDS.union(*(stems(unit) for unit in asked.units))
    # Money counts nothing: "how much rent" is told by "rent", not by "pay".
    counted = PRICES if asked.units <= MONEY else asked.nouns
    wanted = frozenset(question.terms) - question.speaker_terms - counted - units
    words = unified(statement.terms) | unified_stems(statement.before)
    plain = unified(wanted - asked.topic_names)
    if not fitting or count_related(asked.topic_names, words) < len(asked.topic_names):
        return []
    if len(plain & words) < LEAST_SHARED * len(plain):
        # "Farrow has 52 percent of the vote": the measure is of the very noun that is asked for, and of somebody named.
        theirs = (figure for figure in fitting if asked.topic_names and figure.amount.unit)
        return [figure for figure in theirs if asked.nouns & stems(_counted(figure, statement.text))]
    if len(fitting) == 1:
        return list(fitting)
    shared: dict[int, int] = {}
    for figure in fitting:  # The words between the figures before and after this one.
        place = found.index(figure)
        start = found[place - 1].amount.span.end if place else 0
        end = found[place + 1].amount.span.start if place + 1 < len(found) else None
        around = statement.text[start : figure.amount.span.start], statement.text[figure.amount.span.end : end]
        clause = f"{JOINED.split(around[0])[-1]} {JOINED.split(around[1])[0]}"
        shared[place] = len(unified(wanted) & unified_stems(clause))
    best = max(shared.values())
    closest = [found[place] for place, number in shared.items() if number == best]
    return closest if best and (len(closest) == 1 or asked.nouns) else []


# Figures that answer because their article is on the topic. The sentence itself need not say all of it.

_TOLL = re.compile(r"\b(?:toll|dead|deaths|died|fatalit\w{1,4}|bodies|killed|lives)\b", re.IGNORECASE)
_INJURED = re.compile(r"\b(?:injur\w{1,5}|wounded|hurt)\b", re.IGNORECASE)
_COUNT_WORD = re.compile(  # A number without a noun is then the number of these: "the toll reached 52".
    r"\b(?:number|count|counted|total|figures?|estimates?|estimated|toll|crowd|turnout|attendance|tally|sum|area|size|put|puts)\b",
    re.IGNORECASE,
)
_PUT = re.compile(r"\b(?:puts?|share|estimates?|estimated|figures?)\b", re.IGNORECASE)
_LABEL = re.compile(  # "Route 9" counts nothing.
    r"\b(?:no\.|number|article|section|page|chapter|aged?|route|flight|room|day|line|gate|pier|pit|unit)\s$", re.IGNORECASE
)
_CLOCK = re.compile(r"\b(?:by|at|until|before|after|since|past|till)\s$", re.IGNORECASE)  # "By 9 the fire was out".
_THEMSELVES = frozenset(("us", "them", "ourselves", "themselves"))
_PEOPLE = frozenset(("peopl", "person", "citizen", "men"))
_RATE = re.compile(r"\b(?:a|per|each|every)\s(?:day|week|month|year|hour|minute|head|person)\b", re.IGNORECASE)
_DURATION = re.compile(r"\b(?:in|for|within|every|after)\s$", re.IGNORECASE)  # "In eight years" is no age.
_DISTANCE = re.compile(r"\s(?:later|earlier|before|after)\b")  # "Two hours later" is no duration.
_QUAKE = re.compile(r"\b(?:magnitude|quake|earthquake|tremor)\b", re.IGNORECASE)
_COMMON_UNITS = MONEY | {"%"}  # Articles give all sorts of things in these units.
_SAME_MEASURE = (frozenset(("years old", "years")), frozenset(("tonnes", "tons")))


def _loose_events(figure: CountedFigure, asked: AskedFigure, statement: Statement) -> tuple[Event, ...] | None:
    """Return the events of the table that a figure belongs in, () where any event will do; None where it does not answer."""
    text, amount = statement.text, figure.amount
    unit = amount.unit
    # "Measured the quake at 6.1": a number without a unit is the quake's strength.
    is_bare = not unit and not figure.counted and amount.high <= STRONGEST
    if is_bare and asked.units == {"magnitude"} and _QUAKE.search(text):
        return ()
    in_time = unit == "years" and "years old" in asked.units and _DURATION.search(text[: amount.span.start][-8:])
    if in_time or (unit in LASTING and _DISTANCE.match(text, amount.span.end)):
        return None
    is_asked = unit in asked.units or any(unit in alike and asked.units & alike for alike in _SAME_MEASURE)
    if figure.aside or not is_asked or _RATE.match(text[amount.span.end :].lstrip()):
        return None
    if unit:
        is_said = unit in MONEY and _is_said(amount, statement) and not prices_another(asked, text[: amount.span.start])
        is_tied = unit not in _COMMON_UNITS or is_said or _has_word(asked, statement)
        return _loose_table(figure, asked, text) if is_tied else None
    counted = _counted(figure, text)
    counted = "" if counted.lower() in _THEMSELVES else counted
    if is_of_another(asked, text):
        return None
    if terms(counted):
        fits = _has_loose_noun(asked, counted) and is_owned(asked, counted, statement, amount)
    else:
        fits = _is_bare_count(amount, statement)
    return _loose_table(figure, asked, text) if fits else None


def _is_said(amount: Amount, statement: Statement) -> bool:
    return any(voice.scope.holds(amount.span) for voice in statement.voices)


def _has_word(asked: AskedFigure, statement: Statement) -> bool:
    """Return whether a sentence has a topic word, or a word for figures ("the estimate")."""
    words = unified(statement.terms) | unified_stems(statement.before)
    plain = unified(asked.topic_words - asked.topic_names - PRICES)
    return count_related(plain, words) > 0 or bool(_PUT.search(statement.text))


def _has_loose_noun(asked: AskedFigure, counted: str) -> bool:
    """Return whether the noun that is counted is the noun asked for, or people where a noun for people is asked for."""
    people = frozenset() if asked.nouns & (NO_PEOPLE | SOME_PEOPLE) else _PEOPLE
    return bool(stems(counted) & (asked.nouns | people | (PEOPLE if asked.of_people else frozenset())))


def _is_bare_count(amount: Amount, statement: Statement) -> bool:
    """Return whether a number without a noun is a count: "police put it at 52", "the toll rose to 52"."""
    text, before = statement.text, statement.text[: amount.span.start]
    if not isinstance(amount.high, int) or amount.high < LEAST_BARE or _LABEL.search(before[-12:]):
        return False
    if amount.high <= HOURS and _CLOCK.search(before[-8:]):
        return False
    return _is_said(amount, statement) or bool(_COUNT_WORD.search(text) or _TOLL.search(text))


def _loose_table(figure: CountedFigure, asked: AskedFigure, text: str) -> tuple[Event, ...] | None:
    told = set(figure.events)
    if not asked.tables:
        # Refugees are displaced by their noun alone, whatever the sentence says of them.
        by_noun = {event for word in _counted(figure, text).lower().split() for event in role_event(word)}
        return None if told - by_noun and not figure.amount.unit else ()
    for events in asked.tables:
        if told == set(events) or (told and events[0] not in CASUALTIES and set(events) <= told):
            return events
    if told:
        return None
    if asked.tables[0][0] not in CASUALTIES:
        return asked.tables[0]
    if (Event.KILLED,) in asked.tables and _TOLL.search(text) and not _INJURED.search(text):
        return (Event.KILLED,)
    return None
