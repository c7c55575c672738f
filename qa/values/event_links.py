"""Links from a figure to events: which words of a sentence tell what happened to the things counted.

Nearly 40 people died and two dozen are missing.
For "Nearly 40 people" the words from "died" up to the next figure count: KILLED.
For "two dozen" those after it: MISSING. In "the storm killed 12 people" the verb
right before the figure tells it; in "the death toll rose to 52" the last event
before it, since no noun follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from articles_qa.qa.values.events import Event, events_at, pair_at, role_event
from articles_qa.qa.values.noun_spans import CONNECTS, QUOTES, Noun, Words

_CLAUSE_ENDS = frozenset(". ; : — – while after when since but before because as until".split())
_CONTINUES = frozenset("either both all most mostly many among some".split())
_RESUMES = frozenset("have has had were was are is will would may might died marched".split())
_BEFORE_DIRECT = frozenset("the a an total of some its their another off estimated".split()) | QUOTES
_DREW = frozenset("drew draws draw attracted attracting".split())


@dataclass(frozen=True, slots=True)
class Reach:
    """The words, by place, that may tell what happened to a figure's noun.

    `floor`: after the noun of the figure before. `start`: the figure itself.
    `resumes`: after the parts that it is divided into. `limit`: the figure
    that follows.
    """

    floor: int
    start: int
    resumes: int
    limit: int


def events_of_figure(words: Words, noun: Noun, reach: Reach, *, measured: bool) -> tuple[Event, ...]:
    """Return what happened to the things counted, by the noun, the words right before the figure, after or further before.

    `measured`: the figure has a unit, and what is told further before is of
    something else.
    """
    small = words.small
    head = small[noun.after - 1] if noun else ""
    named = events_at(small, noun.after - 1) if noun else ()
    after = _after(small, noun.after, reach.limit) or _after(small, reach.resumes, reach.limit)
    own = tuple(dict.fromkeys((*noun.events, *named)))
    if own:
        return after or own if noun and not named else own  # "One wounded soldier has died."
    told = _right_before(small, reach.start, reach.floor) or after
    if told:
        return told
    if (not noun and not measured) or (reach.start and small[reach.start - 1] in _DREW):
        return _last_before(small, reach.start, reach.floor)
    return role_event(head) if noun else ()


def _right_before(small: Sequence[str], start: int, floor: int) -> tuple[Event, ...]:
    """The events of the verb right before a figure: "killed and wounded 30", "the bodies of two"."""
    i = start - 1
    while i >= floor and small[i] in _BEFORE_DIRECT:
        i -= 1
    told: tuple[Event, ...] = ()
    while i >= floor and (events := events_at(small, i) or (pair_at(small, i - 1) if i > floor else ())):
        told = events + told
        if i - 2 < floor or small[i - 1] not in CONNECTS:
            break
        i -= 2
    return tuple(dict.fromkeys(told))


def _after(small: Sequence[str], first: int, limit: int) -> tuple[Event, ...]:
    """The first event after a noun in its clause, with those joined to it: "killed or wounded"."""
    i = first
    while i < limit:
        if small[i] in _CLAUSE_ENDS:
            return ()
        if small[i] == "," and not (i + 1 < limit and small[i + 1] in _CONTINUES):
            # The clause goes on after what stands between commas, or not at all.
            ends = (j for j in range(i + 1, min(limit, i + 20)) if small[j] in (",", "”", '"'))
            i = next((j for j in ends if j + 1 < limit and small[j + 1] in _RESUMES), limit)
        elif told := events_at(small, i):
            while i + 2 < limit and small[i + 1] in CONNECTS and (more := events_at(small, i + 2)):
                told += more
                i += 2
            return tuple(dict.fromkeys(told))
        i += 1
    return ()


def _last_before(small: Sequence[str], start: int, floor: int) -> tuple[Event, ...]:
    """The last event before a figure: "the death toll rose to 52"."""
    for i in range(start - 1, floor - 1, -1):
        if told := events_at(small, i) or role_event(small[i]):
            is_joined = i - 2 >= floor and small[i - 1] in CONNECTS
            return tuple(dict.fromkeys((*(events_at(small, i - 2) if is_joined else ()), *told)))
    return ()
