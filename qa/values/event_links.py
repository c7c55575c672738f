"""What happened: the events that a sentence tells of what a figure counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.values.events import Event, events_at, pair_at, role_event
from qa.values.noun_spans import CONNECTS, QUOTES, Noun, Words

_CLAUSE_ENDS = frozenset(
    (".", ";", ":", "—", "–", "while", "after", "when", "since", "but", "before", "because", "as", "until")
)
_CONTINUES = frozenset("either both all most mostly many among some".split())
_RESUMES = frozenset("have has had were was are is will would may might died marched".split())
_BEFORE_DIRECT = frozenset("the a an total of some its their another off estimated".split()) | QUOTES
_DREW = frozenset("drew draws draw attracted attracting".split())


@dataclass(frozen=True, slots=True)
class Reach:
    """Which words may tell what happened to a figure's noun, as places.

    `floor`: after the noun of the figure before; `start`: of the figure;
    `resumes`: after the parts that it is divided into; `limit`: of the figure
    that follows.
    """

    floor: int
    start: int
    resumes: int
    limit: int


def happened(words: Words, noun: Noun, reach: Reach, *, measured: bool) -> tuple[Event, ...]:
    """What happened to what is counted: told by the noun, right before the figure, after it, or before it, in this order.

    `measured`: the figure has a unit; what is told further before is then of something else.
    """
    small = words.small
    head = small[noun.after - 1] if noun else ""
    named = events_at(small, noun.after - 1) if noun else ()
    after = _after(small, noun.after, reach.limit) or _after(small, reach.resumes, reach.limit)
    own = tuple(dict.fromkeys((*noun.events, *named)))
    if own:
        return after or own if noun and not named else own  # "One wounded soldier has died."
    told = _direct(small, reach.start, reach.floor) or after
    if told:
        return told
    if (not noun and not measured) or (reach.start and small[reach.start - 1] in _DREW):
        return _last_before(small, reach.start, reach.floor)
    return role_event(head) if noun else ()


def _direct(small: Sequence[str], start: int, floor: int) -> tuple[Event, ...]:
    """What the verb right before a figure tells: "killed and wounded 30", "the bodies of two"."""
    place = start - 1
    while place >= floor and small[place] in _BEFORE_DIRECT:
        place -= 1
    told: tuple[Event, ...] = ()
    while place >= floor and (events := events_at(small, place) or (pair_at(small, place - 1) if place > floor else ())):
        told = events + told
        if place - 2 < floor or small[place - 1] not in CONNECTS:
            break
        place -= 2
    return tuple(dict.fromkeys(told))


def _after(small: Sequence[str], first: int, limit: int) -> tuple[Event, ...]:
    """The first event told after a noun in its clause, with those joined to it: "killed or wounded"."""
    place = first
    while place < limit:
        word = small[place]
        if word in _CLAUSE_ENDS:
            return ()
        if word == "," and not (place + 1 < limit and small[place + 1] in _CONTINUES):
            place = _resumed(small, place, limit)
        elif told := events_at(small, place):
            return _joined(small, place, limit, told)
        place += 1
    return ()


def _resumed(small: Sequence[str], place: int, limit: int) -> int:
    """Where a clause goes on after what stands between commas; `limit` where it does not."""
    for later in range(place + 1, min(limit, place + 20)):
        if small[later] in (",", "”", '"') and later + 1 < limit and small[later + 1] in _RESUMES:
            return later
    return limit


def _joined(small: Sequence[str], place: int, limit: int, told: tuple[Event, ...]) -> tuple[Event, ...]:
    while place + 2 < limit and small[place + 1] in CONNECTS and (more := events_at(small, place + 2)):
        told += more
        place += 2
    return tuple(dict.fromkeys(told))


def _last_before(small: Sequence[str], start: int, floor: int) -> tuple[Event, ...]:
    """The last event told before a figure: "the death toll rose to 52"."""
    for place in range(start - 1, floor - 1, -1):
        if told := events_at(small, place) or role_event(small[place]):
            joined = place - 2 >= floor and small[place - 1] in CONNECTS
            return tuple(dict.fromkeys((*(events_at(small, place - 2) if joined else ()), *told)))
    return ()
