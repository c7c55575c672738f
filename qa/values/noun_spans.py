"""Noun spans: the words of a sentence, and the noun phrase that begins at one of them, by word lists alone.

More than 1,100 North Korean troops were killed or wounded.
From the word after "1,100" on, the noun is "North Korean troops": "were" ends a
noun. In "30 dead or wounded soldiers" the states before the noun are events.
This runs while asking, where no parser is loaded.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from articles_qa.index.articles.span import Span
from articles_qa.qa.values.events import Event, events_at

MAX_NOUN_WORDS = 6  # In a noun with what stands before it: "North Korean military personnel".
QUOTES = frozenset("“”\"'‘’")
CONNECTS = frozenset(("and", "or", "/", "nor"))
_TOKEN = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*|[^\w\s]")
_SKIPPED = frozenset(
    "more other others additional extra further of the its their his her these those all such another a an".split()
)
_ENDS_NOUN = frozenset(
    "is are was were be been being am has have had do does did can could will would may might must shall should not "
    "and or but nor if than that which who whom whose when where while as so since because after before until "
    "in on at by for from to with within without into onto over under of off out up down about against among amid between "
    "during through throughout across along around near per via under inside outside behind plus including said says "
    "the a an its their his her this these those it they he she we i you also still yet now then already only just even "
    "left lost lose loses remain remains remained live lives lived say told killed feared believed took take taken turned "
    "drew went came come go goes got get gets overnight today yesterday worldwide nationwide each last next either both "
    "alone ago earlier later apart dead alive there here however again once too".split()
)
_PLURALS = frozenset(
    "people troops men women children personnel police staff aircraft dead sheep cattle fish mice feet".split()
)
_NO_PLURAL = frozenset("this is was has as its us plus across gas bus always perhaps less press congress species".split())
_STATES = frozenset("dead killed injured wounded hurt missing arrested damaged destroyed deceased captured".split())


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence's words and marks in small letters, and where each begins and ends."""

    small: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def first_at(self, start: int) -> int:
        """Return the place of the first word that begins at `start` or later."""
        return bisect_left(self.starts, start)

    def at(self, place: int) -> str:
        """Return the word at a place; "" beyond the last."""
        return self.small[place] if place < len(self.small) else ""


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun phrase `[first, after)` of the words; `events` are those of states before it ("wounded")."""

    first: int
    after: int
    events: tuple[Event, ...]

    def __bool__(self) -> bool:
        return self.after > self.first

    def span(self, words: Words) -> Span:
        """Return where the noun stands in the sentence."""
        return Span(words.starts[self.first], words.ends[self.after - 1])


def words_of(text: str) -> Words:
    """Return the words and marks of a sentence."""
    matches = list(_TOKEN.finditer(text))
    small = tuple([match.group().lower() for match in matches])
    return Words(small, tuple([match.start() for match in matches]), tuple([match.end() for match in matches]))


def noun_at(words: Words, place: int) -> Noun:
    """Return the noun phrase that begins at a place; an empty one where none does."""
    small, told = words.small, list[Event]()
    while words.at(place) in _SKIPPED or words.at(place) in QUOTES:
        place += 1
    while words.at(place) in _STATES:
        told += events_at(small, place)
        place += 1
        if words.at(place) in CONNECTS and words.at(place + 1) in _STATES:
            place += 1
    after = place
    while after < len(small) and after - place < MAX_NOUN_WORDS and not _ends_noun(small, place, after):
        after += 1
    return Noun(place, after, tuple(dict.fromkeys(told)))


def _ends_noun(small: Sequence[str], first: int, place: int) -> bool:
    """Return whether a noun phrase that began at `first` is over before the word at `place`."""
    word = small[place]
    if not word[0].isalpha() or (word in _ENDS_NOUN and not (place == first and word == "lives")):
        return True
    tells_event = bool(events_at(small, place)) and not _is_plural(word)
    if place == first:
        return tells_event and not (place + 1 < len(small) and _is_plural(small[place + 1]))
    if _is_plural(small[place - 1]):
        return not _is_plural(word)
    return tells_event or word.endswith("ly") or (word.endswith("ed") and len(word) > 4)


def _is_plural(word: str) -> bool:
    ends_so = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "’s", "'s"))
    return word in _PLURALS or (ends_so and word not in _NO_PLURAL)
