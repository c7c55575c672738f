"""Facets of the list of articles: outlets and months, with the numbers of articles that a click leaves."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from articles_qa.index import Index
from articles_qa.index.english import MONTHS
from articles_qa.index.files.printable import one_line

FACETS_SHOWN = 24  # Of each kind: the outlets with most articles, the latest months.


@dataclass(frozen=True, slots=True)
class Choice:
    """An outlet and a month, "2025-03"; "" chooses all."""

    outlet: str = ""
    month: str = ""


ALL = Choice()


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that the list can be narrowed to, and the number of articles that have it."""

    value: str
    words: str
    articles: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facets:
    """The articles of a list by outlet and by month. Each number counts what the other choice leaves."""

    numbers: tuple[int, ...]
    outlets: tuple[Facet, ...]
    months: tuple[Facet, ...]


def facets(index: Index, numbers: Iterable[int], choice: Choice) -> Facets:
    """Narrow the numbers of articles to the choice, and count them by outlet and by month."""
    outlets = [one_line(outlet or "") for outlet in index.store.outlets()]
    months = [f"{day:%Y-%m}" if day else "" for day in index.store.dates()]
    of_month = [number for number in numbers if choice.month in ("", months[number])]
    of_outlet = [number for number in numbers if choice.outlet in ("", outlets[number])]
    by_outlet = Counter(outlets[number] for number in of_month)
    by_month = Counter(months[number] for number in of_outlet)
    return Facets(
        tuple(number for number in of_month if choice.outlet in ("", outlets[number])),
        _shown(by_outlet, choice.outlet, [name for name, _ in by_outlet.most_common()], str),
        _shown(by_month, choice.month, sorted(by_month, reverse=True), _month_words),
    )


def _shown(counted: Counter[str], chosen: str, order: Sequence[str], words: Callable[[str], str]) -> tuple[Facet, ...]:
    """Return the first facets of an order; the chosen one always, and none where there is no choice."""
    named = [value for value in order if value]
    if len(named) < 2 and not chosen:
        return ()
    shown = named[:FACETS_SHOWN]
    shown += [chosen] if chosen and chosen not in shown else []
    return tuple(Facet(value, words(value), counted[value], value == chosen) for value in shown)


def _month_words(month: str) -> str:
    year, _, number = month.partition("-")
    return f"{MONTHS[int(number) - 1][:3]} {year}"
