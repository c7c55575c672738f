"""Tables: what sources claim of one thing, laid side by side, like beside like; never averaged and never judged."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from index.search.analyzer import terms
from qa.claims.asked_figure import PEOPLE, SOLDIERS, AskedFigure, asked_figure, asks_for_figure
from qa.claims.find_claims import Claim, find_claims
from qa.claims.statement import Statement, ValueKind
from qa.questions.question import Question
from qa.values.amounts import Sense
from qa.values.days import Grain
from qa.values.events import Event

MANY = 10


@dataclass(frozen=True, slots=True)
class TableValue:
    """A value and all that claim it, best first; `reports` counts those independent of each other."""

    low: float | str
    high: float | str
    sense: Sense
    claims: tuple[Claim, ...]
    reports: int
    asked: bool


@dataclass(frozen=True, slots=True)
class ClaimTable:
    """Comparable values under a heading; `differ`: they do not agree."""

    about: str
    kind: ValueKind
    unit: str
    values: tuple[TableValue, ...]
    differ: bool


@dataclass(frozen=True, slots=True)
class _Heading:
    """What makes values comparable."""

    kind: ValueKind
    unit: str
    events: tuple[Event, ...]


def tabulate_claims(question: Question, statements: Sequence[Statement]) -> tuple[ClaimTable, ...]:
    """What the statements claim in answer to a question for a figure, day or name; () where nothing is comparable.

    Statements come best first. A question for casualties opens a table for the
    killed, one for the injured, and one for figures of both. Within a table
    the speaker asked for comes first, then who published first.
    """
    asked = asked_figure(question) if asks_for_figure(question) else None
    found: dict[_Heading, list[Claim]] = {}
    for claim in find_claims(question, asked, statements):
        value = claim.value
        found.setdefault(_Heading(value.kind, value.unit, value.events), []).append(claim)
    made = [(_table(heading, told, asked, statements), told) for heading, told in _ordered(found, asked)]
    full = [pair for pair in made if _is_comparable(pair[1], statements)]
    if asked and full and question.speaker:
        full = [pair for pair in made if pair in full or pair[0].values[0].asked]
    return tuple(table for table, _ in full)


def _ordered(found: Mapping[_Heading, list[Claim]], asked: AskedFigure | None) -> list[tuple[_Heading, list[Claim]]]:
    """The tables in the order that the question opens them in, else as they were found; "one soldier" is no other toll."""
    order = asked.tables if asked else ()
    totals = [(heading, [claim for claim in told if not _is_one_of_many(claim, told)]) for heading, told in found.items()]
    return sorted(totals, key=lambda item: order.index(item[0].events) if item[0].events in order else len(order))


def _is_one_of_many(claim: Claim, told: Sequence[Claim]) -> bool:
    """Whether a figure of one is somebody's story, since others count at least MANY."""
    most = max((other.value.high for other in told if isinstance(other.value.high, int | float)), default=0)
    return claim.value.kind is ValueKind.FIGURE and not claim.value.unit and claim.value.high == 1 and most >= MANY


def _table(
    heading: _Heading, claims: Sequence[Claim], asked: AskedFigure | None, statements: Sequence[Statement]
) -> ClaimTable:
    groups: list[list[Claim]] = []
    for claim in claims:
        alike = next((group for group in groups if _is_same(group[0], claim, statements)), None)
        if alike is None:
            groups.append([claim])
        else:
            alike.append(claim)
    values = sorted((_value(group, statements) for group in groups), key=lambda value: _rank(value.claims, statements))
    return ClaimTable(_about(heading, asked), heading.kind, heading.unit, tuple(values), _differ(values))


def _is_same(first: Claim, second: Claim, statements: Sequence[Statement]) -> bool:
    """Whether two claims are of one value: as many, meant alike, of one time."""
    one, other = first.value, second.value
    if one.kind is ValueKind.NAME:
        return _is_same_name(str(one.low), str(other.low))
    if one.kind is ValueKind.DATE:
        return _is_same_day(str(one.low), str(other.low), one.unit)
    alike = (one.low, one.high, _exactness(one.sense)) == (other.low, other.high, _exactness(other.sense))
    return alike and _period(first, statements) == _period(second, statements)


def _period(claim: Claim, statements: Sequence[Statement]) -> str:
    """To what time a claim limits its figure, in small letters; "" to none."""
    return claim.value.period.cut(statements[claim.statement].text).lower() if claim.value.period else ""


def _is_same_name(one: str, other: str) -> bool:
    """Whether one name is the other, or its end: "kirby" and "john kirby"."""
    return one.split()[-len(other.split()) :] == other.split() or other.split()[-len(one.split()) :] == one.split()


def _is_same_day(one: str, other: str, unit: str) -> bool:
    """Whether two days can be one: "--12-26" and "2024-12-26"."""
    yearless = "-" in (one[0], other[0]) and unit in (Grain.DAY.value, Grain.MONTH.value)
    return one == other or (yearless and re.sub(r"^(?:\d{4}|-)-", "", one) == re.sub(r"^(?:\d{4}|-)-", "", other))


def _exactness(sense: Sense) -> Sense:
    return Sense.EXACT if sense is Sense.ABOUT else sense


def _value(group: Sequence[Claim], statements: Sequence[Statement]) -> TableValue:
    claims = tuple(sorted(group, key=lambda claim: _rank((claim,), statements)))
    best = min(
        group, key=lambda claim: (claim.value.kind is ValueKind.DATE and str(claim.value.low)[0] == "-", claim.statement)
    ).value
    return TableValue(best.low, best.high, best.sense, claims, _reports(claims, statements), any(map(_is_asked, claims)))


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


def _differ(values: Sequence[TableValue]) -> bool:
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


def _about(heading: _Heading, asked: AskedFigure | None) -> str:
    """The heading: what happened, with the things that it happened to; else what is counted."""
    if heading.kind is not ValueKind.FIGURE or asked is None:
        return heading.unit or heading.kind.value
    told = " or ".join(event.value for event in heading.events)
    stems = set(terms(asked.noun))
    noun = "" if asked.nouns & PEOPLE or (told and stems & _PEOPLE_NOUNS) else asked.noun
    return f"{noun} {told}".strip() or heading.unit or asked.noun
