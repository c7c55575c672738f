"""The first screen: what the index holds, from when to when, its newest articles, and questions to start with."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from articles_qa.index import Index
from articles_qa.index.english import MONTHS, count
from articles_qa.index.files.printable import printable
from articles_qa.index.search.analyzer import folded
from articles_qa.ui.page.html import fill_template
from articles_qa.ui.text.headline import Headline, headline
from articles_qa.ui.text.wording import about_line, day

NEWEST = 5  # Articles that are named.
MOST_BARS = 36
OUTLETS_OFFERED = 200


@dataclass(frozen=True, slots=True)
class Bar:
    """The articles of a day, a month or a year: from `since` to `until`, as a record has days. `share` of the highest bar."""

    words: str
    since: str
    until: str
    articles: int
    share: float


@dataclass(frozen=True, slots=True)
class NamedArticle:
    """An article in a short list."""

    source: str
    headline: Headline
    about: str


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet, and the number of its articles."""

    name: str
    articles: int


def welcome_html(index: Index, examples: Sequence[str]) -> str:
    """Render the first screen."""
    days = [published for published in index.store.dates() if published]
    outlets, dates = index.outlets(), index.date_range()
    undated = index.info.articles - len(days)
    facts = [
        count(index.info.articles, "article"),
        count(len(outlets), "outlet") if outlets else "",
        _from_to(*dates) if dates else "",
        f"{undated:,} without a day" if dates and undated else "",
    ]
    values = {
        "name": printable(index.info.root.name),
        "facts": " · ".join(fact for fact in facts if fact),
        "bars": bars(days),
        "newest": newest(index),
        "is_dated": bool(days),
        "examples": examples,
    }
    return fill_template("welcome.html", values)


def limits_html(index: Index) -> str:
    """Render the form that chooses among the articles: outlets with the number of their articles, and days."""
    counted = Counter(folded(" ".join(name.split())) for name in index.store.outlets() if name)
    dates = index.date_range()
    values = {
        "outlets": [Outlet(name, counted[folded(name)]) for name in index.outlets()[:OUTLETS_OFFERED]],
        "dates": [published.isoformat() for published in dates] if dates else [],
    }
    return fill_template("limits.html", values)


def newest(index: Index) -> list[NamedArticle]:
    """Return the newest articles; where none shows a day, the first ones."""
    days = index.store.dates()
    latest = sorted(range(len(days)), key=lambda number: (-(days[number] or date.min).toordinal(), number))[:NEWEST]
    made = []
    for article in map(index.store.article, latest):
        published = article.masthead.published
        about = about_line(article.outlet, day(published.isoformat()) if published else None)
        made.append(NamedArticle(article.source, headline(article.title, article.source, article), about))
    return made


def bars(days: Sequence[date]) -> list[Bar]:
    """Return the articles by day, by month or by year, whatever gives at most MOST_BARS bars; none for a single bar."""
    if not days:
        return []
    for made in (_by_day(days), _by_month(days), _by_year(days)):
        if len(made) <= MOST_BARS:
            return made if len(made) > 1 else []
    return []


def _by_day(days: Sequence[date]) -> list[Bar]:
    first, span = min(days), (max(days) - min(days)).days
    every = [first + timedelta(number) for number in range(span + 1)] if span <= MOST_BARS else [first] * (MOST_BARS + 1)
    return _bars(Counter(days), [(day(one.isoformat()), one, one) for one in every])


def _by_month(days: Sequence[date]) -> list[Bar]:
    first, last = min(days), max(days)
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    every = [(f"{MONTHS[number % 12][:3]} {number // 12}", *_month(number)) for number in numbers]
    return _bars(Counter(one.replace(day=1) for one in days), every)


def _by_year(days: Sequence[date]) -> list[Bar]:
    every = [(f"{year}", date(year, 1, 1), date(year, 12, 31)) for year in range(min(days).year, max(days).year + 1)]
    return _bars(Counter(one.replace(month=1, day=1) for one in days), every[-MOST_BARS:])


def _month(number: int) -> tuple[date, date]:
    """Return the first and the last day of a month, which is counted from the year 0."""
    first = date(number // 12, number % 12 + 1, 1)
    return first, (first + timedelta(31)).replace(day=1) - timedelta(1)


def _bars(counted: Counter[date], every: Sequence[tuple[str, date, date]]) -> list[Bar]:
    highest = max(counted.values())
    return [
        Bar(words, since.isoformat(), until.isoformat(), counted[since], round(counted[since] / highest, 3))
        for words, since, until in every
    ]


def _from_to(first: date, last: date) -> str:
    """Return two days in words, without what they share: "12 Mar to 21 Jun 2025"."""
    since, until = day(first.isoformat()), day(last.isoformat())
    if first == last:
        return until
    return f"{since.removesuffix(f' {last.year}')} to {until}"
