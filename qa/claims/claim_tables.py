"""Tables: the claims of one kind, unit and event, side by side. Values are neither averaged nor judged.

"how many people died when the ferry sank?" and the claims 52, said by police,
and 54, said by the mayor, make one table:

    killed   52   1 report   police
             54   1 report   mayor      the values differ
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, product

from articles_qa.index.search.analyzer import terms
from articles_qa.qa.claims.asked_figure import PEOPLE, SOLDIERS, AskedFigure
from articles_qa.qa.claims.find_claims import Claim, find_claims
from articles_qa.qa.claims.polarity import Polarity
from articles_qa.qa.claims.statement import SentenceValue, Statement, ValueKind
from articles_qa.qa.questions.question import Question
from articles_qa.qa.values.amounts import Sense
from articles_qa.qa.values.days import Grain
from articles_qa.qa.values.events import Event

MANY = 10
ONE_DAY = 1  # Papers print a day's news that day or the next.


@dataclass(frozen=True, slots=True)
class TableValue:
    """A value and its claims, best first, all of one polarity.

    `reports` counts the independent claims. `asked`: by the speaker asked for.
    """

    low: float | str
    high: float | str
    sense: Sense
    claims: tuple[Claim, ...]
    reports: int
    asked: bool


@dataclass(frozen=True, slots=True)
class ClaimTable:
    """Comparable values under a heading.

    `differ`: different speakers assert different values of one time. `updated`:
    values differ only from day to day, or by one speaker. `denied` are the values
    that somebody denies.
    """

    about: str
    kind: ValueKind
    unit: str
    values: tuple[TableValue, ...]
    differ: bool
    updated: bool
    denied: tuple[TableValue, ...]


def tabulate_claims(
    question: Question, asked: AskedFigure | None, statements: Sequence[Statement], readings: Sequence[Sequence[SentenceValue]]
) -> tuple[ClaimTable, ...]:
    """Return the tables that answer a question for a figure, a day or a name; none where nothing is comparable.

    `asked` is the figure that is asked for, or None. Statements come best
    first; `readings` are their values. A question for casualties opens a table
    for the killed, one for the injured, and one for figures of both. In a table
    the speaker asked for comes first, then the earliest publication.
    """
    found: dict[tuple[ValueKind, str, tuple[Event, ...]], list[Claim]] = {}  # Values with one key are comparable.
    for claim in find_claims(question, statements, readings):
        value = claim.value
        found.setdefault((value.kind, value.unit, value.events), []).append(claim)
    made = [(_table(claims, asked, statements), claims) for claims in _ordered(found.values(), asked)]
    made = [pair for pair in made if pair[0].values]
    full = [pair for pair in made if _is_comparable(pair[1], statements)]
    if asked and full and question.speaker:
        full = [pair for pair in made if pair in full or pair[0].values[0].asked]
    return tuple(table for table, _ in full)


def _ordered(found: Iterable[Sequence[Claim]], asked: AskedFigure | None) -> list[list[Claim]]:
    """Return the tables in the question's order, else as they were found; without stories of one ("one soldier died")."""
    order, totals = asked.tables if asked else (), []
    for claims in found:
        counted = claims[0].value.kind is ValueKind.FIGURE and not claims[0].value.unit
        most = max((one.value.high for one in claims if isinstance(one.value.high, int | float)), default=0)
        totals.append([one for one in claims if not (counted and one.value.high == 1 and most >= MANY)])
    return sorted(totals, key=lambda claims: [*order, claims[0].value.events].index(claims[0].value.events))


def _table(claims: Sequence[Claim], asked: AskedFigure | None, statements: Sequence[Statement]) -> ClaimTable:
    groups: list[list[Claim]] = []
    for claim in claims:
        alike = next((group for group in groups if _is_same(group[0], claim, statements)), None)
        if alike is None:
            groups.append([claim])
        else:
            alike.append(claim)
    every = sorted((_value(group, statements) for group in groups), key=lambda value: _rank(value.claims, statements))
    values = tuple(value for value in every if not _is_denied(value.claims[0]))
    first = claims[0].value
    disputes = [_is_dispute(one, other, statements) for one, other in _contradictions(values)]
    differ = any(disputes)
    return ClaimTable(
        _about(first, asked),
        first.kind,
        first.unit,
        values,
        differ,
        updated=bool(disputes) and not differ,
        denied=tuple(value for value in every if _is_denied(value.claims[0])),
    )


def _is_denied(claim: Claim) -> bool:
    return claim.polarity is Polarity.DENIED


def _is_same(first: Claim, second: Claim, statements: Sequence[Statement]) -> bool:
    """Return whether two claims give one value: the same figure, meant alike, of the same time; one day; or one name."""
    one, other = first.value, second.value
    if first.polarity is not second.polarity:
        return False
    if one.kind is ValueKind.NAME:  # One name is the other, or its end: "kirby" and "john kirby".
        words, more = sorted((str(one.low).split(), str(other.low).split()), key=len)
        return more[-len(words) :] == words
    if one.kind is ValueKind.DATE:  # Without a year: "--12-26" and "2024-12-26".
        low, high = str(one.low), str(other.low)
        yearless = "-" in (low[0], high[0]) and one.unit in (Grain.DAY.value, Grain.MONTH.value)
        return low == high or (yearless and re.sub(r"^(?:\d{4}|-)-", "", low) == re.sub(r"^(?:\d{4}|-)-", "", high))
    return _figure_key(first, statements) == _figure_key(second, statements)


def _figure_key(claim: Claim, statements: Sequence[Statement]) -> tuple[object, ...]:
    """Return what two claims of one figure have in common. "About 100" and "100" are one figure."""
    value = claim.value
    period = value.period.cut(statements[claim.statement].text).lower() if value.period else ""
    return value.low, value.high, Sense.EXACT if value.sense is Sense.ABOUT else value.sense, period


def _value(group: Sequence[Claim], statements: Sequence[Statement]) -> TableValue:
    claims = tuple(sorted(group, key=lambda claim: _rank((claim,), statements)))
    best = min(
        group, key=lambda claim: (claim.value.kind is ValueKind.DATE and str(claim.value.low)[0] == "-", claim.statement)
    ).value
    return TableValue(best.low, best.high, best.sense, claims, _reports(claims, statements), any(map(_is_asked, claims)))


def _rank(claims: Sequence[Claim], statements: Sequence[Statement]) -> tuple[bool, bool, date, int]:
    """Return the sort key of a value: the speaker asked for, then the earliest publication, then the best statement."""
    days = [day for claim in claims if (day := statements[claim.statement].published)]
    place = min(claim.statement for claim in claims)
    return not any(map(_is_asked, claims)), not days, min(days, default=date.max), place


def _is_asked(claim: Claim) -> bool:
    return claim.voice is not None and claim.voice.asked


def _reports(claims: Sequence[Claim], statements: Sequence[Statement]) -> int:
    """Count the independent claims. Copies of a text are one; what a speaker says twice in an article is one."""
    groups: list[set[tuple[str, object]]] = []
    for claim in claims:
        speaker = claim.voice.speaker if claim.voice else ""
        text = claim.statement if claim.same_as is None else claim.same_as
        marks: set[tuple[str, object]] = {("text", text), ("article", (statements[claim.statement].article, speaker))}
        touched = [group for group in groups if group & marks]
        groups = [group for group in groups if not group & marks] + [marks.union(*touched)]
    return len(groups)


def _is_comparable(claims: Sequence[Claim], statements: Sequence[Statement]) -> bool:
    """Return whether two articles make the claims, or two speakers in one article, of one event or in one sentence."""
    articles = {statements[claim.statement].article for claim in claims}
    speakers = {claim.voice.speaker for claim in claims if claim.voice}
    is_tied = bool(claims[0].value.events) or len({claim.statement for claim in claims}) == 1
    return len(articles) > 1 or (len(speakers) > 1 and is_tied)


def _contradictions(values: Sequence[TableValue]) -> Iterator[tuple[TableValue, TableValue]]:
    """Yield the pairs of asserted values of one time that do not agree: 12 and 14, or "over 100" and "under 100"."""
    asserted = [value for value in values if value.claims[0].polarity is Polarity.ASSERTED]
    for one, other in combinations(asserted, 2):
        if (one.claims[0].value.period is None) != (other.claims[0].value.period is None):
            continue
        both = {one.sense, other.sense}
        more, less = both & {Sense.MORE_THAN, Sense.AT_LEAST}, both & {Sense.LESS_THAN, Sense.AT_MOST}
        exclude = more and less and both != {Sense.AT_LEAST, Sense.AT_MOST}
        if exclude or (one.low, one.high) != (other.low, other.high):
            yield one, other


def _is_dispute(one: TableValue, other: TableValue, statements: Sequence[Statement]) -> bool:
    """Return whether different speakers give two values at one time. A toll that rises from day to day is no dispute."""
    for first, second in product(one.claims, other.claims):
        days = [statements[claim.statement].published for claim in (first, second)]
        speakers = {claim.voice.speaker if claim.voice else (statements[claim.statement].article,) for claim in (first, second)}
        if len(speakers) > 1 and not _is_update(first, second, *days):
            return True
    return False


def _is_update(first: Claim, second: Claim, day: date | None, other: date | None) -> bool:
    """Return whether two claims of different days give a figure that grew, or another day or name."""
    if day is None or other is None or abs((day - other).days) <= ONE_DAY:
        return False
    earlier, later = (first, second) if day < other else (second, first)
    low, high = earlier.value.low, later.value.high
    return not isinstance(low, int | float) or not isinstance(high, int | float) or low < high


_PEOPLE_NOUNS = SOLDIERS | frozenset("protest prison hostag migrant passeng resid casualti victim".split())


def _about(value: SentenceValue, asked: AskedFigure | None) -> str:
    """Return a table's heading: the event and the noun that it happened to ("jobs cut"), else the unit or the noun."""
    if value.kind is not ValueKind.FIGURE or asked is None:
        return value.unit or value.kind.value
    told = " or ".join(event.value for event in value.events)
    stems = set(terms(asked.noun))
    noun = "" if asked.nouns & PEOPLE or (told and stems & _PEOPLE_NOUNS) else asked.noun
    return f"{noun} {told}".strip() or value.unit or asked.noun
