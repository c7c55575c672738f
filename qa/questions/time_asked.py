"""The time that a question asks about: years, days of publication, the newest report or the first.

How many people had been killed in Saro by 4 May?
`until` is 4 May, of the latest year that the articles reach. "In May 2023" is
`since` 2023-05-01 and `until` 2023-06-07. "The latest toll" is `Order.NEWEST`,
"the first reported toll" `Order.FIRST`.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from articles_qa.qa.values.days import Day, Grain, days

REPORTED_WITHIN = timedelta(days=7)  # An article tells of what was a few days ago.
_FIGURE = r"(?:\w+\s+)?(?:reports?|counts?|estimates?|tolls?|figures?|numbers?)\b"
_NEWEST = re.compile(
    r"\b(?:latest|most recent|newest|current(?:ly)?|so far|up to now|to date|as of now|at present|now)\b\s*", re.IGNORECASE
)
_FIRST = re.compile(
    rf"\b(?:first|initially|originally|earliest)\s+reported\b\s*|\b(?:first|initial|earliest)\s+(?={_FIGURE})", re.IGNORECASE
)
_PAST = re.compile(
    r"\b(?:last|previous(?:ly)?|earlier|ago|former|past|record|before|history|once|used|den(?:y|ied)|disputed?|rejected?)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\b(?:by|until|till|up to|as of|before)\s+(?:the\s+end\s+of\s+)?$", re.IGNORECASE)
_SINCE = re.compile(r"\b(?:since|after)\s+$", re.IGNORECASE)
_BEFORE = re.compile(r"\bbefore\s+$", re.IGNORECASE)


class Order(Enum):
    """The report that is asked for, of several of one thing."""

    NEWEST = "newest"
    FIRST = "first"
    PRESENT = "present"  # Of a figure without a time: what an article reports, not what it recalls.


@dataclass(frozen=True, slots=True)
class TimeAsked:
    """The time asked about. `years` are those named; articles of `since` to `until` tell of it.

    `question` is the question without the words that ask for the newest or the first.
    """

    question: str
    years: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None
    order: Order | None = None

    @property
    def names_it(self) -> bool:
        """Tell whether the question itself names the time."""
        return self.order is not Order.PRESENT

    def holds(self, published: date) -> bool:
        """Tell whether an article of this day can tell of the time."""
        return (self.since or date.min) <= published <= (self.until or date.max)


def time_asked(question: str, newest: date | None, *, figure: bool = False) -> TimeAsked | None:
    """Read the time that a question asks about; None where it asks about none. `figure`: it asks for a figure.

    `newest` is the day of the newest article. A day that is named without its
    year is the last one that is not after it.
    """
    order = Order.NEWEST if _NEWEST.search(question) else Order.FIRST if _FIRST.search(question) else None
    named = days(question)
    years = frozenset(day.year for day in named if day.year)
    bounds = [found for day in named if (found := _bounds(question, day, newest))]
    if order is None and not bounds:
        return TimeAsked(question, order=Order.PRESENT) if figure and not named and not _PAST.search(question) else None
    bare = _FIRST.sub("", _NEWEST.sub("", question)) if order else question
    since, until = (bounds[0][0], bounds[-1][1]) if 0 < len(bounds) <= 2 else (None, None)
    if until and not since and order is None:  # What was known by a day is what the last report before it tells.
        order = Order.NEWEST
    return TimeAsked(" ".join(bare.split()), years, since, until, order)


def _bounds(question: str, day: Day, newest: date | None) -> tuple[date | None, date | None] | None:
    """Return the first and the last day of publication of articles that tell of a day, month or year."""
    found = _first_and_last(day, newest)
    if found is None:
        return None
    first, last = found
    before = question[: day.span.start]
    if _UNTIL.search(before):
        return None, (first - timedelta(days=1) if _BEFORE.search(before) else last)
    if _SINCE.search(before):
        return first, None
    return first, last + REPORTED_WITHIN


def _first_and_last(day: Day, newest: date | None) -> tuple[date, date] | None:
    """Return the first and the last day of a day, month or year; None for a weekday, a decade, or a day that never was."""
    if day.grain in (Grain.WEEKDAY, Grain.DECADE):
        return None
    if not day.iso.startswith("--"):
        return _calendar(day.iso)
    this_year = _calendar(f"{newest.year}{day.iso[1:]}") if newest else None
    if newest is None or this_year is None or this_year[0] <= newest:
        return this_year
    return _calendar(f"{newest.year - 1}{day.iso[1:]}")


def _calendar(iso: str) -> tuple[date, date] | None:
    year, month, day = [int(part) for part in iso.split("-")] + [0] * (2 - iso.count("-"))
    try:
        first = date(year, month or 1, day or 1)
        return first, date(year, month or 12, day or monthrange(year, month or 12)[1])
    except ValueError:
        return None
