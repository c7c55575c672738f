"""Counted figures: the amounts of a sentence, the noun that each counts, and what happened to that.

More than 1,100 North Korean troops were killed or wounded, including 300 officers, on 23 December.
"More than 1,100" counts "North Korean troops", KILLED and INJURED. "300" counts
"officers"; "including" makes it an aside, a part of the 1,100, so it takes over
their events.
Nearly 40 people died and two dozen are missing.
"two dozen" stands before no noun. It takes over "people", and is MISSING.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from articles_qa.index.articles.span import Span
from articles_qa.qa.values.amounts import Amount, amounts
from articles_qa.qa.values.event_links import Reach, events_of_figure
from articles_qa.qa.values.events import Event
from articles_qa.qa.values.noun_spans import Noun, Words, noun_at, words_of

_STANDS_FOR = frozenset("crowd attendance turnout workforce population membership headcount".split())
_ASIDE = re.compile(
    r"(?:\b(?:including|includes?|among\sthem|of\swhom|of\sthem|compared\s(?:with|to)|against|up\sfrom|down\sfrom|"
    r"(?:more|fewer|less)\sthan\sthe|instead\sof|previous(?:ly)?|out\sof)|\d\sof)\W{1,3}$",
    re.IGNORECASE,
)
_OF_THEM = re.compile(r" of (?:the (?:dead|injured|evacuated|missing|wounded|victims)|them|these|those|whom|which)")
_OBLIQUE = re.compile(r"\b(?:from|by|with|to|on|for|treating|visited)\s$", re.IGNORECASE)  # "Seized from three dead soldiers".
_FROM = re.compile(r"\bfrom\s$", re.IGNORECASE)
_IN = re.compile(r"\s(?:in|at|across|from|on|aboard|inside)\s(?:the\s|all\s)?", re.IGNORECASE)
_JOINED = re.compile(r"[^,;.]{0,40}\sand\s")
# Units of things that something can happen to: "300 hectares burnt". Nothing happens to an age or a speed.
_HAPPENS_TO = frozenset(("", "%", "hectares", "acres", "tonnes", "tons", "km²", "square miles", "barrels"))
_MASS = frozenset("aid cash damage losses loans funding compensation fines bail tax taxes sales revenue profits".split())


@dataclass(frozen=True, slots=True)
class CountedFigure:
    """An amount, the noun counted, and its events; `aside`: a part of another figure, or a figure to compare another with."""

    amount: Amount
    counted: Span | None
    events: tuple[Event, ...]
    aside: bool


@lru_cache(maxsize=5_000)  # A conversation reads the same sentences at each turn; reading one takes some 50 µs.
def counted_figures(text: str) -> tuple[CountedFigure, ...]:
    """Return the figures of a sentence with what they count, in order."""
    found = amounts(text)
    return tuple(_counted_figures(text, found)) if found else ()


def _counted_figures(text: str, found: Sequence[Amount]) -> Iterator[CountedFigure]:
    words = words_of(text)
    nouns = [_noun_after(words, amount) for amount in found]
    # "48 marchers in 13 towns were killed": nothing happened to the towns.
    places = {
        i + 1
        for i, noun in enumerate(nouns[:-1])
        if noun and _IN.fullmatch(text, words.ends[noun.after - 1], found[i + 1].span.start)
    }
    asides = [aside or i in places for i, aside in enumerate(_asides(text, found))]
    before: CountedFigure | None = None
    for i, amount in enumerate(found):
        noun, reach, measured = nouns[i], _reach(words, found, nouns, asides, i), bool(amount.unit)
        is_hit = amount.unit in _HAPPENS_TO and i not in places
        events = events_of_figure(words, noun, reach, measured=measured) if is_hit else ()
        aside = asides[i] or bool(noun and noun.events and _OBLIQUE.search(text[: amount.span.start][-12:]))
        counted = noun.span(words) if noun else None if measured else _counted_before(words, reach)
        after = nouns[i + 1] if i + 1 < len(found) else None
        figure = CountedFigure(amount, counted, events, aside)
        before = figure if i in places else _completed(figure, before, after, words)
        yield before


def _reach(words: Words, found: Sequence[Amount], nouns: Sequence[Noun], asides: Sequence[bool], i: int) -> Reach:
    """The words around a figure that speak of it: past its own parts, up to the next figure."""
    following = i + 1
    while following < len(found) and asides[following]:
        following += 1
    limit = words.first_at(found[following].span.start) if following < len(found) else len(words.small)
    floor = nouns[i - 1].after if i and not asides[i - 1] else 0
    return Reach(floor, words.first_at(found[i].span.start), nouns[following - 1].after, limit)


def _completed(figure: CountedFigure, before: CountedFigure | None, after: Noun | None, words: Words) -> CountedFigure:
    """A figure with the noun of the figure before ("nearly 1,000 have been injured") or after ("71 of 88 drones")."""
    if figure.amount.unit:
        is_alike = before and figure.aside and before.amount.unit == figure.amount.unit and not figure.counted
        return replace(figure, counted=before.counted) if before and is_alike else figure
    if after and not figure.counted and words.at(words.first_at(figure.amount.span.end)) == "of":
        return replace(figure, counted=after.span(words))
    if before is None:
        return figure
    if figure.aside and not figure.events:
        figure = replace(figure, events=before.events)
    inherits = not figure.counted and (figure.events or figure.aside)
    return replace(figure, counted=before.counted) if inherits else figure


def _noun_after(words: Words, amount: Amount) -> Noun:
    """The noun that follows a figure; after a unit only one that "of" or "in" joins: "5 tonnes of aid"."""
    i = words.first_at(amount.span.end)
    if not amount.unit:
        return noun_at(words, i)
    is_joined = words.at(i) == "of" or (words.at(i) == "in" and words.at(i + 1) in _MASS)
    return noun_at(words, i + 1) if is_joined else Noun(i, i, ())


def _counted_before(words: Words, reach: Reach) -> Span | None:
    """The noun before a figure that it counts: "the number of dead rose to", "a crowd of"."""
    for i in range(reach.start - 1, reach.floor - 1, -1):
        if words.small[i] in _STANDS_FOR:
            return Span(words.starts[i], words.ends[i])
        if words.small[i] == "of" and i and words.small[i - 1] == "number":
            noun = noun_at(words, i + 1)
            return noun.span(words) if noun else None
    return None


def _asides(text: str, found: Sequence[Amount]) -> list[bool]:
    """Return for each figure whether it is a part of another, or compared with another."""
    asides: list[bool] = []
    is_part = False  # A part goes on after "and": "including 500 officers and 3 generals".
    for i, amount in enumerate(found):
        between = text[found[i - 1].span.end if i else 0 : amount.span.start]
        aside = _ASIDE.search(text[: amount.span.start][-24:])
        is_part = (is_part and bool(_JOINED.fullmatch(between))) or bool(aside and "includ" in aside.group())
        # "200 of them" is of a whole told before, "from 41 to 52" tells where a change began.
        of_them = not amount.unit and _OF_THEM.match(text, amount.span.end)
        began = text.startswith(" to ", amount.span.end) and _FROM.search(text[: amount.span.start][-6:])
        asides.append(bool(is_part or aside or of_them or began))
    return asides
