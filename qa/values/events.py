"""Events: what news counts things for, by the words that tell it.

"killed", "died" and "death" tell KILLED, "shot dead" together as well.
"casualties" tells KILLED and INJURED. "protesters" tells PROTESTING only where
no other word tells an event.
"""

from collections.abc import Sequence
from enum import Enum


class Event(Enum):
    """An event that happens to things counted, or their state. The values are headings of tables."""

    KILLED = "killed"
    INJURED = "injured"
    MISSING = "missing"
    CAPTURED = "captured"
    DEPLOYED = "deployed"
    DISPLACED = "displaced"
    ARRESTED = "arrested"
    RELEASED = "released"
    RESCUED = "rescued"
    TRAPPED = "trapped"
    HOSPITALISED = "hospitalised"
    INFECTED = "infected"
    PROTESTING = "took part"
    CUT = "cut"
    CREATED = "created"
    CANCELLED = "cancelled"
    DELAYED = "delayed"
    POWERLESS = "without power"
    BURNT = "burnt"
    DESTROYED = "destroyed"
    DAMAGED = "damaged"
    SHOT_DOWN = "shot down"
    VOTED_FOR = "voted for"
    VOTED_AGAINST = "voted against"


CASUALTIES = (Event.KILLED, Event.INJURED)

_WORDS = {
    Event.KILLED: "killed kill kills killing dead died die dies dying death deaths deceased fatality fatalities slain murdered "
    "massacred perished drowned executed lives bodies corpses assassinated",
    Event.INJURED: "injured injure injures injuring injuries injury wounded wound wounds wounding hurt hurting maimed",
    Event.MISSING: "missing unaccounted",
    Event.CAPTURED: "captured capture captures capturing prisoner prisoners captives pows",
    Event.DEPLOYED: "deployed deploy deploys deploying deployment stationed sent send sends sending dispatched dispatch "
    "imported import mobilised mobilized currently present presence",
    Event.DISPLACED: "displaced displacing evacuated evacuate evacuating fled flee fleeing homeless uprooted",
    Event.ARRESTED: "arrested arrest arrests arresting detained detain detaining detentions rounded",
    Event.RELEASED: "released release releasing freed free freeing",
    Event.RESCUED: "rescued rescue rescuing saved saving",
    Event.TRAPPED: "trapped",
    Event.HOSPITALISED: "hospitalised hospitalized",
    Event.INFECTED: "infected infections infection infecting cases contracted",
    Event.PROTESTING: "marched march marching protested protest protests protesting rallied rally rallies rallying "
    "demonstrated demonstration demonstrating gathered gathering attended attend attendance turnout crowd crowds",
    Event.CUT: "cut cuts cutting axed axe axing slashed slash slashing shed redundant redundancies layoffs",
    Event.CREATED: "created create creates creating hired hire hires hiring",
    Event.CANCELLED: "cancelled canceled cancel cancelling canceling cancellations scrapped grounded",
    Event.DELAYED: "delayed delay delays delaying",
    Event.POWERLESS: "blackout outage outages",
    Event.BURNT: "burnt burned burning burn scorched charred torched",
    Event.DESTROYED: "destroyed destroy destroying destroys levelled flattened demolished",
    Event.DAMAGED: "damaged damage damages damaging",
    Event.SHOT_DOWN: "downed intercepted",
}
_PAIRS = {
    Event.CAPTURED: "taken prisoner, took prisoner, taken hostage",
    Event.KILLED: "shot dead",
    Event.POWERLESS: "lost power, without power, without electricity, lost electricity",
    Event.DEPLOYED: "brought in, to station",
    Event.PROTESTING: "turned out, took part, taken part, the streets",
    Event.CUT: "lay off, laid off, laying off, their jobs",
    Event.INFECTED: "tested positive",
    Event.VOTED_FOR: "in favour, in favor, voted for",
    Event.VOTED_AGAINST: "voted against, against ., against ,",
    Event.SHOT_DOWN: "shot down, shoot down",
}
_EVENT = {word: event for event, words in _WORDS.items() for word in words.split()}
_PAIR = {tuple(pair.split()): event for event, pairs in _PAIRS.items() for pair in pairs.split(", ")}
# Words that hold both the dead and the injured.
_BOTH = frozenset("casualty casualties losses victim victims".split())
# Nouns that name the people counted, and tell what happened only where no other word does.
_ROLES = dict.fromkeys("protester protesters demonstrator demonstrators marchers crowd".split(), Event.PROTESTING)
_ROLES |= dict.fromkeys("hostage hostages prisoners captives".split(), Event.CAPTURED)
_ROLES |= dict.fromkeys(("cases",), Event.INFECTED) | dict.fromkeys("refugees evacuees".split(), Event.DISPLACED)


def events_at(words: Sequence[str], place: int) -> tuple[Event, ...]:
    """Return what the word at a place tells, together with the word after it; words in small letters."""
    word = words[place]
    if word in _BOTH:
        return CASUALTIES
    if word not in _ROLES and (event := _EVENT.get(word)):
        return (event,)
    return pair_at(words, place)


def pair_at(words: Sequence[str], place: int) -> tuple[Event, ...]:
    """Return what two words tell together: "shot dead"."""
    pair = _PAIR.get((words[place], words[place + 1])) if place + 1 < len(words) else None
    return (pair,) if pair else ()


def role_event(word: str) -> tuple[Event, ...]:
    """Return what the noun for the people counted tells by itself: "protesters" protest."""
    return (_ROLES[word],) if word in _ROLES else ()
