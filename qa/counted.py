"""What is counted: the noun that a figure stands before, and what happened to it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.span import Span
from qa.amounts import Amount, amounts
from qa.events import Event, events_at, pair_at, role_event

MAX_NOUN_WORDS = 6  # In a noun with what stands before it: "North Korean military personnel".
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
_CONNECTS = frozenset(("and", "or", "/", "nor"))
_QUOTES = frozenset("“”\"'‘’")
_CLAUSE_ENDS = frozenset(
    (".", ";", ":", "—", "–", "while", "after", "when", "since", "but", "before", "because", "as", "until")
)
_CONTINUES = frozenset("either both all most mostly many among some".split())
_RESUMES = frozenset("have has had were was are is will would may might died marched".split())
_STATES = frozenset("dead killed injured wounded hurt missing arrested damaged destroyed".split())
_BEFORE_DIRECT = frozenset("the a an total of some its their another off estimated".split()) | _QUOTES
_STANDS_FOR = frozenset("crowd attendance turnout workforce population membership headcount".split())
_DREW = frozenset("drew draws draw attracted attracting".split())
_PARTS = frozenset("including includes included".split())
_ASIDE = re.compile(
    r"(?:\b(?:including|includes?|among\sthem|of\swhom|of\sthem|compared\s(?:with|to)|against|up\sfrom|down\sfrom|"
    r"(?:more|fewer|less)\sthan\sthe|instead\sof|previous(?:ly)?|out\sof)|\d\sof)\W{1,3}$",
    re.IGNORECASE,
)
_OF_THEM = (" of them", " of these", " of those", " of whom", " of which")
_OBLIQUE = re.compile(r"\b(?:from|by|with|to|on|for|treating|visited)\s$", re.IGNORECASE)  # "Seized from three dead soldiers".
_FROM = re.compile(r"\bfrom\s$", re.IGNORECASE)
_MEASURED_EVENTS = frozenset(("", "%", "hectares", "acres", "tonnes", "tons", "km²", "square miles", "barrels"))
_MASS = frozenset("aid cash damage losses loans funding compensation fines bail tax taxes sales revenue profits".split())


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount, the noun counted, and its events. `aside`: a part of another figure, or what that is compared with."""

    amount: Amount
    counted: Span | None
    events: tuple[Event, ...]
    aside: bool


@dataclass(frozen=True, slots=True)
class _Words:
    """A sentence's words and marks, in small letters, and where each begins and ends."""

    small: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    def first_at(self, start: int) -> int:
        """The place of the first word that begins at `start` or later."""
        return next((place for place, span in enumerate(self.spans) if span[0] >= start), len(self.spans))


@dataclass(frozen=True, slots=True)
class _Noun:
    """A noun phrase: the places of its words, and what the words before it tell ("wounded soldiers")."""

    first: int
    last: int
    after: int
    events: tuple[Event, ...]


def figures(text: str) -> tuple[Figure, ...]:
    """The figures of a sentence with what they count, in order."""
    found = amounts(text)
    return tuple(_figures(text, found)) if found else ()


def _figures(text: str, found: Sequence[Amount]) -> Iterator[Figure]:
    words = _words(text)
    starts = [words.first_at(amount.span.start) for amount in found]
    nouns = [_noun_after(words, amount) for amount in found]
    asides = [_is_aside(text, amount, earlier=place > 0) for place, amount in enumerate(found)]
    _spread(text, found, asides)
    before: Figure | None = None
    for place, amount in enumerate(found):
        noun = nouns[place]
        following = place + 1
        while following < len(found) and asides[following]:
            following += 1
        limit = starts[following] if following < len(found) else len(words.small)
        resumes = nouns[following - 1].after if following - 1 > place else noun.after
        floor = nouns[place - 1].after if place and not asides[place - 1] else 0
        events = _events(
            words, starts[place], noun, measured=bool(amount.unit), floor=floor, windows=((noun.after, limit), (resumes, limit))
        )
        counted = _counted(words, noun, starts[place], floor) if noun.last >= noun.first or amount.unit == "" else None
        oblique = (
            bool(noun.events)
            and noun.last >= noun.first
            and bool(_OBLIQUE.search(text[max(0, amount.span.start - 12) : amount.span.start]))
        )
        figure = Figure(amount, counted, events if amount.unit in _MEASURED_EVENTS else (), asides[place] or oblique)
        before = _completed(figure, before, nouns[place + 1] if place + 1 < len(found) else None, words, text)
        yield before


def _completed(figure: Figure, before: Figure | None, after: _Noun | None, words: _Words, text: str) -> Figure:
    """A figure with what it leaves to the one before ("nearly 1,000 have been injured") or after ("71 of 88 drones")."""
    if figure.amount.unit:
        alike = figure.aside and before and before.amount.unit == figure.amount.unit and not figure.counted
        return replace(figure, counted=before.counted) if before and alike else figure
    if after and not figure.counted and text[figure.amount.span.end :].startswith(" of ") and after.last >= after.first:
        return replace(figure, counted=_span(words, after))
    if before is None:
        return figure
    if figure.aside and not figure.events:
        figure = replace(figure, events=before.events)
    inherits = not figure.counted and (figure.events or figure.aside)
    return replace(figure, counted=before.counted) if inherits else figure


def _words(text: str) -> _Words:
    matches = list(_TOKEN.finditer(text))
    return _Words(tuple(match.group().lower() for match in matches), tuple(match.span() for match in matches))


def _noun_after(words: _Words, amount: Amount) -> _Noun:
    """The noun that follows a figure; for one with a unit, only what it says it is of."""
    place = words.first_at(amount.span.end)
    if amount.unit:
        of = words.small[place : place + 1] == ("of",)
        mass = (
            words.small[place : place + 1] == ("in",) and words.small[place + 1 : place + 2] and words.small[place + 1] in _MASS
        )
        if not (of or mass):
            return _Noun(place, place - 1, place, ())
        place += 1
    return _noun(words, place)


def _noun(words: _Words, place: int) -> _Noun:
    """The noun phrase that begins at a place; an empty one where none does."""
    small, told = words.small, list[Event]()
    while place < len(small) and (small[place] in _SKIPPED or small[place] in _QUOTES):
        place += 1
    while place < len(small) and small[place] in _STATES | {"deceased", "captured"}:
        told += events_at(small, place)
        place += 1
        if place + 1 < len(small) and small[place] in _CONNECTS and small[place + 1] in _STATES:
            place += 1
    first = last = place
    while last < len(small) and last - first < MAX_NOUN_WORDS and not _ends_noun(small, first, last):
        last += 1
    return _Noun(first, last - 1, last, tuple(dict.fromkeys(told)))


def _ends_noun(small: Sequence[str], first: int, place: int) -> bool:
    """Whether a noun phrase that began at `first` is over before the word at `place`."""
    word = small[place]
    if not word[0].isalpha() or (word in _ENDS_NOUN and not (place == first and word == "lives")):
        return True
    if place == first:
        return (
            bool(events_at(small, place))
            and not _is_plural(word)
            and not _is_plural(small[place + 1] if place + 1 < len(small) else "")
        )
    if _is_plural(small[place - 1]):
        return not _is_plural(word)
    return (
        word.endswith("ly")
        or (word.endswith("ed") and len(word) > 4)
        or (bool(events_at(small, place)) and not _is_plural(word))
    )


def _is_plural(word: str) -> bool:
    return word in _PLURALS or (
        len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "’s", "'s")) and word not in _NO_PLURAL
    )


def _events(
    words: _Words, start: int, noun: _Noun, *, measured: bool, floor: int, windows: tuple[tuple[int, int], tuple[int, int]]
) -> tuple[Event, ...]:
    """What happened to what is counted: told by the noun, right before the figure, after it, or before it, in this order."""
    small = words.small
    head = small[noun.last] if noun.last >= noun.first else ""
    named = events_at(small, noun.last) if head else ()
    direct = _direct(small, start, floor)
    after = _after(small, *windows[0]) or (_after(small, *windows[1]) if windows[1] != windows[0] else ())
    own = tuple(dict.fromkeys((*noun.events, *named)))
    if own:
        beyond = tuple(event for event in after if not named and event not in own)
        return own + beyond if head else own
    if direct or after:
        return direct or after
    if (not head and not measured) or (start and small[start - 1] in _DREW):
        return _last_before(small, start, floor)
    return role_event(head) if head else ()


def _direct(small: Sequence[str], start: int, floor: int) -> tuple[Event, ...]:
    """What the verb right before a figure tells: "killed and wounded 30", "the bodies of two"."""
    place = start - 1
    while place >= floor and small[place] in _BEFORE_DIRECT:
        place -= 1
    told: tuple[Event, ...] = ()
    while place >= floor and (events := events_at(small, place) or (pair_at(small, place - 1) if place > floor else ())):
        told = events + told
        if place - 2 < floor or small[place - 1] not in _CONNECTS:
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
    while place + 2 < limit and small[place + 1] in _CONNECTS and (more := events_at(small, place + 2)):
        told += more
        place += 2
    return tuple(dict.fromkeys(told))


def _last_before(small: Sequence[str], start: int, floor: int) -> tuple[Event, ...]:
    """The last event told before a figure: "the death toll rose to 52"."""
    for place in range(start - 1, floor - 1, -1):
        if told := events_at(small, place) or role_event(small[place]):
            joined = place - 2 >= floor and small[place - 1] in _CONNECTS
            return tuple(dict.fromkeys((*(events_at(small, place - 2) if joined else ()), *told)))
    return ()


def _counted(words: _Words, noun: _Noun, start: int, floor: int) -> Span | None:
    """Where the noun counted stands: after the figure, else before it ("the number of dead", "a crowd of")."""
    if noun.last >= noun.first:
        return _span(words, noun)
    for place in range(start - 1, floor - 1, -1):
        if words.small[place] in _STANDS_FOR:
            return Span(*words.spans[place])
        if words.small[place] == "of" and place and words.small[place - 1] == "number":
            told = _noun(words, place + 1)
            return _span(words, told) if told.last >= told.first else None
    return None


def _span(words: _Words, noun: _Noun) -> Span:
    return Span(words.spans[noun.first][0], words.spans[noun.last][1])


def _is_aside(text: str, amount: Amount, *, earlier: bool) -> bool:
    """Whether a figure is a part of another, or one that another is compared with."""
    before = text[max(0, amount.span.start - 24) : amount.span.start]
    if _ASIDE.search(before):
        return True
    after = text[amount.span.end : amount.span.end + 12]
    return after.startswith(_OF_THEM) or (bool(_FROM.search(before)) and after.startswith(" to "))


def _spread(text: str, found: Sequence[Amount], asides: list[bool]) -> None:
    """Let what follows a part with "and" be a part too: "including 500 officers and 3 generals"."""
    for place in range(1, len(found)):
        between = text[found[place - 1].span.end : found[place].span.start]
        if (
            asides[place - 1]
            and "includ" in text[: found[place - 1].span.start]
            and re.search(r"^[^,;.]{0,40}\sand\s$", between)
        ):
            asides[place] = True
