"""Amounts: figures as sentences give them, with how exactly they are meant, their unit, and a range as one amount.

The fire burnt between 11,000 and 12,000 hectares.
Numbers: 11,000 without unit and 12,000 in hectares, with "between" before and
"and" between. One amount, "between 11,000 and 12,000 hectares": low 11000, high
12000, sense RANGE, unit hectares.
Nearly 40 people died. Amount "Nearly 40": 40, LESS_THAN, no unit.
"""

import re
from dataclasses import dataclass
from enum import Enum

from articles_qa.index.articles.span import Span
from articles_qa.qa.values.units import Unit, unit_of
from articles_qa.qa.values.written_numbers import WrittenNumber, written_numbers


class Sense(Enum):
    """The exactness of a figure: "more than 40" is MORE_THAN."""

    EXACT = "exact"
    ABOUT = "about"
    MORE_THAN = "more than"
    AT_LEAST = "at least"
    LESS_THAN = "less than"
    AT_MOST = "at most"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure at `span`, qualifier and unit included; `low` and `high` differ in a range only."""

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


def amounts(text: str) -> tuple[Amount, ...]:
    """Return the figures that a sentence counts or measures with, in order, none over another."""
    numbers = list(written_numbers(text))
    units = [unit_of(text, number.span.start, number.span.end) for number in numbers]
    found: list[Amount] = []
    i = 0
    while i < len(numbers):
        both = i + 1 < len(numbers)
        between = text[units[i].end : units[i + 1].start] if both else ""
        if both and (joined := _range(text, numbers[i : i + 2], units[i : i + 2], between)):
            found.append(joined)
            i += 2
        elif both and between in ("-", "–") and not units[i].name and numbers[i].value >= numbers[i + 1].value:
            i += 2  # A result or a telephone number: "3-2".
        else:
            found.append(_amount(text, numbers[i], units[i]))
            i += 1
    return tuple(found)


def _amount(text: str, number: WrittenNumber, unit: Unit) -> Amount:
    start, end, value = unit.start, unit.end, _whole(number.value)
    if minus := _MINUS.search(text, max(0, start - 6), start):
        value, start = -value, minus.start()
    sense, start = _qualified(text, start)
    if number.is_vague and sense in (Sense.EXACT, Sense.ABOUT):
        sense = Sense.AT_LEAST
    if more := _OR_MORE.match(text, end):
        sense, end = Sense.AT_LEAST, more.end()
    return Amount(Span(start, end), value, value, sense, "%" if number.is_share else unit.name)


def _range(text: str, numbers: list[WrittenNumber], units: list[Unit], between: str) -> Amount | None:
    """Two numbers as one amount: "between 11,000 and 12,000", "200-300", "2 to 3 million"."""
    (first, second), at = numbers, units[0].start
    bounds = _BETWEEN.search(text, max(0, at - 10), at)
    named = {unit.name for unit in units} - {""}
    if len(named) > 1 or not (_AND.fullmatch(between) if bounds else _TO.fullmatch(between)):
        return None
    is_scaled = first.scale == 1 and first.value * second.scale < second.value  # "2 to 3 million".
    low = first.value * (second.scale if is_scaled else 1)
    if low >= second.value or (not bounds and _FROM.search(text, max(0, at - 18), at)):
        return None
    start = bounds.start() if bounds else _qualified(text, at)[1]
    return Amount(Span(start, units[1].end), _whole(low), _whole(second.value), Sense.RANGE, next(iter(named), ""))


def _qualified(text: str, start: int) -> tuple[Sense, int]:
    """The sense of a figure at `start`, and where the words that say so begin."""
    at = max(0, start - _QUALIFIER_CHARS)
    found = _QUALIFIER.search(text[at:start])
    return (Sense[found.lastgroup], at + found.start()) if found and found.lastgroup else (Sense.EXACT, start)


def _whole(value: float) -> float:
    """A whole number as an int, so that it is written without a point."""
    return int(value) if value == int(value) else value
