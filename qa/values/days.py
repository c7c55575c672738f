"""Days: the days, months and years that a sentence names, as ISO texts that can be compared.

He was wounded on 26 December 2024, a Friday in May 2019.
Days: "26 December 2024" is 2024-12-26, "Friday" is friday, "May 2019" is 2019-05.
"It may rain" names no month, and "2000 people" no year. "Late in May 2019" and
"the early 1980s" keep the words that say when in it.
"""

import re
from dataclasses import dataclass
from enum import Enum
from itertools import islice

from articles_qa.index.articles.span import Span
from articles_qa.index.english import MONTH, WEEKDAY, month_number

MAX_DAYS = 40  # Read of a sentence; a sentence with more is a list.
_NUMBER = r"[0-3]?\d(?:st|nd|rd|th)?"
_YEAR = r"(?:1[5-9]|20)\d\d"
_DAY = re.compile(
    rf"\b(?=[\dJFMASONDTW])(?:(?P<iso>{_YEAR}-[01]\d-[0-3]\d)\b"
    rf"|(?:{WEEKDAY},?\s+)?(?:(?P<after>{MONTH})\s+(?:the\s+)?(?P<n>{_NUMBER})\b(?!\s*(?:,\d|[ap]\.?m\b))"
    rf"|(?P<m>{_NUMBER})\s+(?:of\s+)?(?P<before>{MONTH}))(?:,?\s+(?P<year>{_YEAR})\b)?"
    rf"|(?P<month>{MONTH})(?:,?\s+(?:of\s+)?(?P<of>{_YEAR})\b)?"
    rf"|(?P<alone>{WEEKDAY})\b|(?P<decade>(?:1[5-9]|20)\d0)['’]?s\b|(?P<only>{_YEAR})\b(?![,.]\d|%|-\d))"
)
_PART_OF = re.compile(
    r"(?:\b(?:early|mid|late)(?:-|\s(?:in\s)?)|\b(?:the\s)?(?:beginning|start|middle|end)\sof\s"
    r"|\b(?:spring|summer|autumn|fall|winter)\s(?:of\s)?)(?:the\s)?$",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"\s+(?:[a-z]+s|people|men|women|children)\b")
_DATES = re.compile(r"\b(?:in|since|until|by|of|from|before|after|during|early|late|and|to)\s+$", re.IGNORECASE)


class Grain(Enum):
    """The grain in which a day is told; only days of one grain are compared. The values are the units of a table."""

    DAY = ""
    WEEKDAY = "weekday"
    MONTH = "month"
    YEAR = "year"
    DECADE = "decade"


@dataclass(frozen=True, slots=True)
class Day:
    """A day at `span`. `iso`: "2024-12-26", "--12-26" without its year, "2024-12", "--12", "2024", "1980s", "friday"."""

    span: Span
    iso: str
    grain: Grain

    @property
    def year(self) -> str:
        """The year that it lies in; "" where it names none, or a decade."""
        return self.iso[:4] if self.iso[:4].isdigit() and self.grain is not Grain.DECADE else ""


def days(text: str) -> tuple[Day, ...]:
    """Return the days, months and years that a sentence names, in order, each as closely as it is told."""
    return tuple(day for match in islice(_DAY.finditer(text), MAX_DAYS) if (day := _day(match)))


def _day(match: re.Match[str]) -> Day | None:
    part = _PART_OF.search(match.string, max(0, match.start() - 20), match.start())
    span = Span(part.start() if part else match.start(), match.end())
    for name, grain, ending in (("iso", Grain.DAY, ""), ("alone", Grain.WEEKDAY, ""), ("decade", Grain.DECADE, "s")):
        if match[name]:
            return Day(span, match[name].lower() + ending, grain)
    if match["only"]:
        # "2000 people" is a count, "in 2000 people" none.
        is_count = int(match["only"]) % 100 == 0 and _COUNTS.match(match.string, match.end())
        is_dated = _DATES.search(match.string, max(0, match.start() - 12), match.start())
        return Day(span, match["only"], Grain.YEAR) if is_dated or not is_count else None
    if match["month"]:
        return _month(match, span)
    number = int(re.sub(r"\D", "", match["n"] or match["m"]))
    if not 1 <= number <= 31:
        return None
    return Day(span, f"{match['year'] or '-'}-{month_number(match['after'] or match['before']):02d}-{number:02d}", Grain.DAY)


def _month(match: re.Match[str], span: Span) -> Day | None:
    """A month by itself; None for the verb "may" and the names May, March, Jan and the like."""
    is_dated = match["of"] or _DATES.search(match.string, max(0, match.start() - 12), match.start())
    if not is_dated or (len(match["month"]) <= 3 and match["month"] != "May" and not match["of"]):
        return None
    return Day(span, f"{match['of'] or '-'}-{month_number(match['month']):02d}", Grain.MONTH)
