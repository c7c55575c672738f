"""Amounts: figures as sentences give them, with how exactly they are meant, their unit, and ranges as one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from index.articles.span import Span
from qa.values.units import Unit, unit_of
from qa.values.written_numbers import Number, written_numbers


class Sense(Enum):
    """How exactly a figure is meant."""

    EXACT = "exact"
    ABOUT = "about"
    MORE_THAN = "more than"
    AT_LEAST = "at least"
    LESS_THAN = "less than"
    AT_MOST = "at most"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure. `span`: where it stands, with its qualifier and unit; `low` and `high` differ in a range only."""

    span: Span
    low: float
    high: float
    sense: Sense
    unit: str


_SENSES = {
    Sense.AT_MOST: "no more than|not more than|up to|as many as|as high as|as much as|at most|a maximum of|at the most",
    Sense.AT_LEAST: "no fewer than|no less than|not less than|at least|a minimum of|at minimum",
    Sense.MORE_THAN: "(?:well |far |just )?(?:more than|over|above|exceeding|in excess of|upwards? of|greater than|north of)",
    Sense.LESS_THAN: "(?:just |well )?(?:nearly|almost|under|below|fewer than|less than|short of)",
    Sense.ABOUT: "about|around|some|roughly|approximately|circa|an estimated|estimated|close to|in the region of|"
    "somewhere around|closer to|approx\\.?",
}
_QUALIFIER = re.compile(
    r"(?:^|(?<=[\s“\"'‘(—–-]))(?:"
    + "|".join(f"(?P<{sense.name}>{words.replace(' ', chr(92) + 's')})" for sense, words in _SENSES.items())
    + r")\s$",
    re.IGNORECASE,
)
_QUALIFIER_CHARS = 32  # Before a figure; the longest is shorter.
_OR_MORE = re.compile(r"\+|-plus\b|\sor\smore\b|\sand\scounting\b", re.IGNORECASE)
_MINUS = re.compile(r"(?:\bminus\s|(?<![\w.,])[-−–])$", re.IGNORECASE)
_TO = re.compile(r"\s?[-–—]\s?|\sto\s", re.IGNORECASE)
_AND = re.compile(r"\sand\s", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s$", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s(?:\w{2,12}\s)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Measured:
    """A number with its unit."""

    number: Number
    unit: Unit


def amounts(text: str) -> tuple[Amount, ...]:
    """The figures that a sentence counts or measures with, in order, none over another."""
    return tuple(_amounts(text))


def _amounts(text: str) -> Iterator[Amount]:
    measured = [_Measured(number, unit_of(text, number.span.start, number.span.end)) for number in written_numbers(text)]
    taken = -1
    for place, one in enumerate(measured):
        if place <= taken:
            continue
        if place + 1 < len(measured) and (joined := _range(text, one, measured[place + 1])):
            taken = place + 1
            yield joined
        elif place + 1 < len(measured) and _is_score(text, one, measured[place + 1]):
            taken = place + 1
        else:
            yield _amount(text, one)


def _amount(text: str, one: _Measured) -> Amount:
    """One number as an amount."""
    start, end, unit = one.unit.start, one.unit.end, "%" if one.number.share else one.unit.name
    low = one.number.value
    if minus := _MINUS.search(text, max(0, start - 6), start):
        low, start = -low, minus.start()
    sense, start = _qualified(text, start)
    if one.number.vague and sense in (Sense.EXACT, Sense.ABOUT):
        sense = Sense.AT_LEAST
    if more := _OR_MORE.match(text, end):
        sense, end = Sense.AT_LEAST, more.end()
    return Amount(Span(start, end), _plain(low), _plain(low), sense, unit)


def _range(text: str, one: _Measured, other: _Measured) -> Amount | None:
    """Two numbers as one amount: "between 11,000 and 12,000", "200-300", "2 to 3 million"."""
    between = text[one.unit.end : other.unit.start]
    bounds = _BETWEEN.search(text, max(0, one.unit.start - 10), one.unit.start)
    named = {one.unit.name, other.unit.name} - {""}
    if len(named) > 1 or not (_AND.fullmatch(between) if bounds else _TO.fullmatch(between)):
        return None
    scaled = one.number.scale == 1 and one.number.value * other.number.scale < other.number.value
    low = one.number.value * (other.number.scale if scaled else 1)
    if low >= other.number.value or (not bounds and _FROM.search(text, max(0, one.unit.start - 18), one.unit.start)):
        return None
    start = bounds.start() if bounds else _qualified(text, one.unit.start)[1]
    return Amount(Span(start, other.unit.end), _plain(low), _plain(other.number.value), Sense.RANGE, next(iter(named), ""))


def _is_score(text: str, one: _Measured, other: _Measured) -> bool:
    """Whether two numbers are a result or a telephone number: "3-2"."""
    between = text[one.unit.end : other.unit.start]
    return between in ("-", "–") and not one.unit.name and one.number.value >= other.number.value


def _qualified(text: str, start: int) -> tuple[Sense, int]:
    """How a figure at `start` is meant, and where it begins with the words that say so."""
    at = max(0, start - _QUALIFIER_CHARS)
    found = _QUALIFIER.search(text[at:start])
    if found and found.lastgroup:
        return Sense[found.lastgroup], at + found.start()
    return Sense.EXACT, start


def _plain(value: float) -> float:
    """A whole number as one, so that it is written without a point."""
    return int(value) if value == int(value) else value
