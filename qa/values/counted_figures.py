"""What is counted: the figures of a sentence, the noun that each stands before, and what happened to that."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index.articles.span import Span
from qa.values.amounts import Amount, amounts
from qa.values.event_links import Reach, happened
from qa.values.events import Event
from qa.values.noun_spans import Noun, Words, noun_at, words_of

_STANDS_FOR = frozenset("crowd attendance turnout workforce population membership headcount".split())
_ASIDE = re.compile(
    r"(?:\b(?:including|includes?|among\sthem|of\swhom|of\sthem|compared\s(?:with|to)|against|up\sfrom|down\sfrom|"
    r"(?:more|fewer|less)\sthan\sthe|instead\sof|previous(?:ly)?|out\sof)|\d\sof)\W{1,3}$",
    re.IGNORECASE,
)
_OF_THEM = (
    " of the dead",
    " of the injured",
    " of the evacuated",
    " of the missing",
    " of the wounded",
    " of the victims",
    " of them",
    " of these",
    " of those",
    " of whom",
    " of which",
)
_OBLIQUE = re.compile(r"\b(?:from|by|with|to|on|for|treating|visited)\s$", re.IGNORECASE)  # "Seized from three dead soldiers".
_FROM = re.compile(r"\bfrom\s$", re.IGNORECASE)
_JOINED = re.compile(r"[^,;.]{0,40}\sand\s")
_HAPPENS_TO = frozenset(("", "%", "hectares", "acres", "tonnes", "tons", "km²", "square miles", "barrels"))
_MASS = frozenset("aid cash damage losses loans funding compensation fines bail tax taxes sales revenue profits".split())


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount, the noun counted, and its events. `aside`: a part of another figure, or what that is compared with."""

    amount: Amount
    counted: Span | None
    events: tuple[Event, ...]
    aside: bool


@lru_cache(maxsize=5_000)  # The same sentences come again with each turn of a conversation; reading one takes some 50 µs.
def figures(text: str) -> tuple[Figure, ...]:
    """The figures of a sentence with what they count, in order."""
    found = amounts(text)
    return tuple(_figures(text, found)) if found else ()


def _figures(text: str, found: Sequence[Amount]) -> Iterator[Figure]:
    words = words_of(text)
    nouns = [_noun_after(words, amount) for amount in found]
    asides = _asides(text, found)
    before: Figure | None = None
    for place, amount in enumerate(found):
        noun, reach = nouns[place], _reach(words, found, nouns, asides, place)
        events = happened(words, noun, reach, measured=bool(amount.unit)) if amount.unit in _HAPPENS_TO else ()
        aside = asides[place] or bool(noun and noun.events and _OBLIQUE.search(text[: amount.span.start][-12:]))
        figure = Figure(amount, _counted(words, noun, reach, measured=bool(amount.unit)), events, aside)
        before = _completed(figure, before, nouns[place + 1] if place + 1 < len(found) else None, words)
        yield before


def _reach(words: Words, found: Sequence[Amount], nouns: Sequence[Noun], asides: Sequence[bool], place: int) -> Reach:
    """Up to where the words around a figure speak of it: past its own parts, and to the next figure."""
    following = place + 1
    while following < len(found) and asides[following]:
        following += 1
    limit = words.first_at(found[following].span.start) if following < len(found) else len(words.small)
    floor = nouns[place - 1].after if place and not asides[place - 1] else 0
    return Reach(floor, words.first_at(found[place].span.start), nouns[following - 1].after, limit)


def _completed(figure: Figure, before: Figure | None, after: Noun | None, words: Words) -> Figure:
    """A figure with what it leaves to the one before ("nearly 1,000 have been injured") or after ("71 of 88 drones")."""
    if figure.amount.unit:
        alike = before and figure.aside and before.amount.unit == figure.amount.unit and not figure.counted
        return replace(figure, counted=before.counted) if before and alike else figure
    if after and not figure.counted and words.at(words.first_at(figure.amount.span.end)) == "of":
        return replace(figure, counted=after.span(words))
    if before is None:
        return figure
    if figure.aside and not figure.events:
        figure = replace(figure, events=before.events)
    inherits = not figure.counted and (figure.events or figure.aside)
    return replace(figure, counted=before.counted) if inherits else figure


def _noun_after(words: Words, amount: Amount) -> Noun:
    """The noun that follows a figure; for one with a unit, only what it says it is of."""
    place = words.first_at(amount.span.end)
    if not amount.unit:
        return noun_at(words, place)
    is_of = words.at(place) == "of" or (words.at(place) == "in" and words.at(place + 1) in _MASS)
    return noun_at(words, place + 1) if is_of else Noun(place, place, ())


def _counted(words: Words, noun: Noun, reach: Reach, *, measured: bool) -> Span | None:
    """Where the noun counted stands: after the figure, else before it ("the number of dead", "a crowd of")."""
    if noun:
        return noun.span(words)
    for place in () if measured else range(reach.start - 1, reach.floor - 1, -1):
        if words.small[place] in _STANDS_FOR:
            return Span(words.starts[place], words.ends[place])
        if words.small[place] == "of" and place and words.small[place - 1] == "number":
            told = noun_at(words, place + 1)
            return told.span(words) if told else None
    return None


def _asides(text: str, found: Sequence[Amount]) -> list[bool]:
    """Of each figure, whether it is a part of another, or one that another is compared with."""
    asides: list[bool] = []
    part = False  # What follows a part with "and" is one too: "including 500 officers and 3 generals".
    for place, amount in enumerate(found):
        between = text[found[place - 1].span.end if place else 0 : amount.span.start]
        aside = _ASIDE.search(text[: amount.span.start][-24:])
        part = (part and bool(_JOINED.fullmatch(between))) or bool(aside and "includ" in aside.group())
        asides.append(part or bool(aside) or _is_compared(text, amount))
    return asides


def _is_compared(text: str, amount: Amount) -> bool:
    """Whether a figure is of a whole told before ("200 of them"), or where a change began ("from 41 to 52")."""
    after = text[amount.span.end : amount.span.end + 20]
    is_part = not amount.unit and after.startswith(_OF_THEM)
    return is_part or (after.startswith(" to ") and bool(_FROM.search(text[: amount.span.start][-6:])))
