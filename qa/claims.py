"""Claims: what sources say of one thing, laid side by side, like beside like; never averaged and never judged."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from index.words import terms
from qa.amounts import Sense
from qa.claimed import Kind, Statement, Value, Voice
from qa.claimed_days import days_claimed
from qa.claimed_figures import figures_claimed
from qa.claimed_names import names_claimed
from qa.counting import PEOPLE, SOLDIERS, Counting, counting
from qa.days import Grain
from qa.events import Event
from qa.matter import Matter
from qa.question import AnswerType, Question

NEAR = 0.2  # Of the best statement's relevance: from here on a statement is of the matter, unless it names another.
# Of the best's: below it none counts. Sentences that say "injured" where "casualties" was asked for have but .001 of it.
FAINT = 0.0003
SAME_WORDING = 0.75  # As qa.quoting has it: from this share of words in common two sentences are one report.


@dataclass(frozen=True, slots=True)
class Claim:
    """A value, who says it, and the places among the statements of its sentence and of the one which that repeats."""

    statement: int
    value: Value
    voice: Voice | None
    same_as: int | None


@dataclass(frozen=True, slots=True)
class ClaimedValue:
    """A value and all that claim it, best first; `reports` counts those independent of each other."""

    low: float | str
    high: float | str
    sense: Sense
    claims: tuple[Claim, ...]
    reports: int
    asked: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Comparable values under a heading; `differ`: they do not agree."""

    about: str
    kind: Kind
    unit: str
    values: tuple[ClaimedValue, ...]
    differ: bool


@dataclass(frozen=True, slots=True)
class _Heading:
    """What makes values comparable."""

    kind: Kind
    unit: str
    events: tuple[Event, ...]


def tables(question: Question, statements: Sequence[Statement]) -> tuple[Table, ...]:
    """What the statements claim in answer to a question for a figure, day or name; () where nothing is comparable.

    Statements come best first. A question for casualties opens a table for the
    killed, one for the injured, and one for figures of both. Within a table
    the speaker asked for comes first, then who published first.
    """
    asked = counting(question) if question.asks_for is AnswerType.FIGURE else None
    found: dict[_Heading, list[Claim]] = {}
    for claim in _claims(question, asked, statements):
        value = claim.value
        found.setdefault(_Heading(value.kind, value.unit, value.events), []).append(claim)
    made = [(_table(heading, claims, asked, statements), claims) for heading, claims in _ordered(found, asked)]
    full = [(table, claims) for table, claims in made if _is_comparable(claims, statements)]
    if asked and full and question.speaker:
        full = [pair for pair in made if pair in full or pair[0].values[0].asked]
    return tuple(table for table, _ in full)


def _claims(question: Question, asked: Counting | None, statements: Sequence[Statement]) -> Iterator[Claim]:
    """What each statement claims; of one voice in one sentence, a thing once."""
    best = max((statement.relevance for statement in statements), default=0.0)
    matter = Matter(asked.anchors if asked else frozenset())
    kept: list[int] = []
    for place, statement in enumerate(statements):
        near = statement.relevance >= NEAR * best
        if not near and (statement.relevance < FAINT * best or asked is None or not asked.tables):
            continue
        values = _values(question, asked, statement)
        if not values or not matter.takes(statement, near=near):
            continue
        told: set[tuple[object, ...]] = set()
        same_as = next((other for other in kept if _is_copy(statements[other], statement)), None)
        for value in values:
            voice = _voice(statement, value)
            key = (value.unit, value.events, value.period is None, voice.speaker if voice else "")
            if key not in told:
                yield Claim(place, value, voice, same_as)
            told.add(key)
        if told and same_as is None:
            kept.append(place)


def _values(question: Question, asked: Counting | None, statement: Statement) -> tuple[Value, ...]:
    if asked:
        return figures_claimed(question, asked, statement)
    if question.asks_for is AnswerType.DATE:
        return days_claimed(question, statement)
    return names_claimed(question, statement) if question.asks_for is AnswerType.WHO else ()


def _voice(statement: Statement, value: Value) -> Voice | None:
    """Who says a value: of those whose words it stands in the one asked for, else the closest around it."""
    around = [voice for voice in statement.voices if voice.scope.holds(value.span)]
    return min(around, key=lambda voice: (not voice.asked, len(voice.scope)), default=None)


def _is_copy(one: Statement, other: Statement) -> bool:
    return len(one.terms & other.terms) >= SAME_WORDING * max(1, len(one.terms | other.terms))


def _ordered(found: Mapping[_Heading, list[Claim]], asked: Counting | None) -> list[tuple[_Heading, list[Claim]]]:
    """The tables in the order that the question opens them in, else as they were found."""
    order = asked.tables if asked else ()
    return sorted(found.items(), key=lambda item: order.index(item[0].events) if item[0].events in order else len(order))


def _table(heading: _Heading, claims: Sequence[Claim], asked: Counting | None, statements: Sequence[Statement]) -> Table:
    groups: list[list[Claim]] = []
    for claim in claims:
        alike = next((group for group in groups if _is_same(group[0].value, claim.value, statements, group[0], claim)), None)
        if alike is None:
            groups.append([claim])
        else:
            alike.append(claim)
    values = sorted((_value(group, statements) for group in groups), key=lambda value: _rank(value.claims, statements))
    return Table(_about(heading, asked), heading.kind, heading.unit, tuple(values), _differ(values))


def _is_same(one: Value, other: Value, statements: Sequence[Statement], first: Claim, second: Claim) -> bool:
    """Whether two claims are of one value: as many, meant alike, of one time."""
    if one.kind is Kind.NAME:
        return _is_same_name(str(one.low), str(other.low))
    if one.kind is Kind.DATE:
        return one.low == other.low or _is_same_day(str(one.low), str(other.low), one.unit)
    periods = [
        value.period.cut(statements[claim.statement].text).lower() if value.period else ""
        for value, claim in ((one, first), (other, second))
    ]
    return (one.low, one.high, _exactness(one.sense)) == (other.low, other.high, _exactness(other.sense)) and periods[
        0
    ] == periods[1]


def _is_same_name(one: str, other: str) -> bool:
    """Whether one name is the other, or its end: "kirby" and "john kirby"."""
    return one.split()[-len(other.split()) :] == other.split() or other.split()[-len(one.split()) :] == one.split()


def _is_same_day(one: str, other: str, unit: str) -> bool:
    """Whether two days can be one: "--12-26" and "2024-12-26"."""
    yearless = "-" in (one[0], other[0]) and unit in (Grain.DAY.value, Grain.MONTH.value)
    return yearless and re.sub(r"^(?:\d{4}|-)-", "", one) == re.sub(r"^(?:\d{4}|-)-", "", other)


def _exactness(sense: Sense) -> Sense:
    return Sense.EXACT if sense is Sense.ABOUT else sense


def _value(group: Sequence[Claim], statements: Sequence[Statement]) -> ClaimedValue:
    claims = tuple(sorted(group, key=lambda claim: _rank((claim,), statements)))
    best = min(
        group, key=lambda claim: (claim.value.kind is Kind.DATE and str(claim.value.low)[0] == "-", claim.statement)
    ).value
    return ClaimedValue(best.low, best.high, best.sense, claims, _reports(claims, statements), any(map(_is_asked, claims)))


def _rank(claims: Sequence[Claim], statements: Sequence[Statement]) -> tuple[bool, bool, date, int]:
    """By whom it is asked, when it was published, how good it is."""
    days = [day for claim in claims if (day := statements[claim.statement].published)]
    place = min(claim.statement for claim in claims)
    return not any(map(_is_asked, claims)), not days, min(days, default=date.max), place


def _is_asked(claim: Claim) -> bool:
    return claim.voice is not None and claim.voice.asked


def _reports(claims: Sequence[Claim], statements: Sequence[Statement]) -> int:
    """How many claims are independent; copies of a text are one, and so is what one speaker says twice in an article."""
    groups: list[set[tuple[str, object]]] = []
    for claim in claims:
        speaker = claim.voice.speaker if claim.voice else ""
        text = claim.statement if claim.same_as is None else claim.same_as
        marks: set[tuple[str, object]] = {("text", text), ("article", (statements[claim.statement].article, speaker))}
        touched = [group for group in groups if group & marks]
        groups = [group for group in groups if not group & marks] + [marks.union(*touched)]
    return len(groups)


def _is_comparable(claims: Sequence[Claim], statements: Sequence[Statement]) -> bool:
    """Whether there are two claims, and not one article's one figure said again."""
    told = {
        (statements[claim.statement].article, claim.voice.speaker if claim.voice else "", claim.value.low, claim.value.high)
        for claim in claims
    }
    return len(told) > 1


def _differ(values: Sequence[ClaimedValue]) -> bool:
    """Whether values of one time have other numbers, or one says more than what another says less than."""
    for place, one in enumerate(values):
        for other in values[place + 1 :]:
            if (one.claims[0].value.period is None) != (other.claims[0].value.period is None):
                continue
            if (one.low, one.high) != (other.low, other.high) or _contradict(one.sense, other.sense):
                return True
    return False


_MORE, _LESS = (Sense.MORE_THAN, Sense.AT_LEAST), (Sense.LESS_THAN, Sense.AT_MOST)


def _contradict(one: Sense, other: Sense) -> bool:
    """Whether no number can be both: more than and less than the same."""
    both = {one, other}
    return bool(both & set(_MORE)) and bool(both & set(_LESS)) and both != {Sense.AT_LEAST, Sense.AT_MOST}


_PEOPLE_NOUNS = SOLDIERS | frozenset("protest prison hostag migrant passeng resid casualti victim".split())


def _about(heading: _Heading, asked: Counting | None) -> str:
    """The heading: what happened, with the things that it happened to; else what is counted."""
    if heading.kind is not Kind.FIGURE or asked is None:
        return heading.unit or heading.kind.value
    told = " or ".join(event.value for event in heading.events)
    stems = set(terms(asked.noun))
    noun = "" if asked.nouns & PEOPLE or (told and stems & _PEOPLE_NOUNS) else asked.noun
    return f"{noun} {told}".strip() or heading.unit
