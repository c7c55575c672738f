"""Facets of the list of articles: outlets, months and readers' marks, with the numbers of articles that a click leaves."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from articles_qa.index import Index
from articles_qa.index.english import MONTHS
from articles_qa.index.files.printable import one_line
from articles_qa.ui.notes.note import STARRED, TAGGED, WITH_WORDS
from articles_qa.ui.notes.placed_notes import NO_NOTES, PlacedNotes

FACETS_SHOWN = 24  # Of each kind: the outlets with most articles, the latest months.


@dataclass(frozen=True, slots=True)
class Choice:
    """An outlet, a month, "2025-03", and a mark, "star", "note" or "tag:quarry"; "" chooses all."""

    outlet: str = ""
    month: str = ""
    mark: str = ""


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
    """The articles of a list by outlet, month and mark. Each number counts what the other choices leave."""

    numbers: tuple[int, ...]
    outlets: tuple[Facet, ...]
    months: tuple[Facet, ...]
    marks: tuple[Facet, ...]


def facets(index: Index, numbers: Iterable[int], choice: Choice, notes: PlacedNotes = NO_NOTES) -> Facets:
    """Narrow the numbers of articles to the choice, and count them by outlet, by month and by mark."""
    outlets = [one_line(outlet or "") for outlet in index.store.outlets()]
    months = [f"{day:%Y-%m}" if day else "" for day in index.store.dates()]
    marks = {number: notes.marks(number) for number in notes.by_article}

    def left(*, outlet: str = "", month: str = "", mark: str = "") -> list[int]:
        return [
            number
            for number in among
            if outlet in ("", outlets[number]) and month in ("", months[number]) and (not mark or mark in marks.get(number, ()))
        ]

    among = list(numbers)
    by_outlet = Counter(outlets[number] for number in left(month=choice.month, mark=choice.mark))
    by_month = Counter(months[number] for number in left(outlet=choice.outlet, mark=choice.mark))
    by_mark = Counter(
        mark for number in left(outlet=choice.outlet, month=choice.month) for mark in sorted(marks.get(number, ()))
    )
    return Facets(
        tuple(left(outlet=choice.outlet, month=choice.month, mark=choice.mark)),
        _shown(by_outlet, choice.outlet, [name for name, _ in by_outlet.most_common()], str),
        _shown(by_month, choice.month, sorted(by_month, reverse=True), _month_words),
        _shown(by_mark, choice.mark, sorted(by_mark), mark_words, least=1),
    )


def mark_words(mark: str) -> str:
    """Return a mark for people: "★", "with a note", "quarry"."""
    return {STARRED: "★", WITH_WORDS: "with a note"}.get(mark) or one_line(mark.removeprefix(TAGGED))


def _shown(
    counted: Counter[str], chosen: str, order: Sequence[str], words: Callable[[str], str], *, least: int = 2
) -> tuple[Facet, ...]:
    """Return the first facets of an order; the chosen one always, and none where there are fewer than `least`."""
    named = [value for value in order if value]
    if len(named) < least and not chosen:
        return ()
    shown = named[:FACETS_SHOWN]
    shown += [chosen] if chosen and chosen not in shown else []
    return tuple(Facet(value, words(value), counted[value], value == chosen) for value in shown)


def _month_words(month: str) -> str:
    year, _, number = month.partition("-")
    return f"{MONTHS[int(number) - 1][:3]} {year}"
