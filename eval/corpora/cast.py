"""A cast: the names, places, days and figures drawn for one invented event."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from articles_qa.index import InputError

_MEN = (
    "Tomas Anton Pavel Emil Rafael Henrik Marco Stefan Idris Samuel Viktor Daniel Oskar Mateo Julian Karim Andrei Felix Luis"
).split()
_WOMEN = (
    "Ines Karin Lena Marta Sofia Helen Amina Clara Judith Nadia Elena Ruth Paula Vera Miriam Greta Laura Irene Teresa Hanna"
).split()
_LAST = (
    "Brandt Okafor Lindqvist Ferrer Novak Haddad Moreau Castellan Tamm Ravel Petrov Sorensen Duarte Kovacs Marchetti Aldous "
    "Halloran Nakamura Bergstrom Valtin Osei Rourke Zeller Quist Mancini Dragomir Farrow Iversen Beltran Sandoval Keller "
    "Pryce Lazar Weir"
).split()
_TOWNS = (
    "Velden Marrow Oststad Caldera Brinmore Tarvik Lowen Esperance Kirnach Dunmere Rosvik Altamar Pellworth Sandrup Corvane "
    "Holmgard Trevise Ashcombe Narva Belmora Winsted Garrick"
).split()
_COUNTRIES = "Tavoria Merania Costavia Ostrania Belgravia Karvelia".split()
_FIRST_DAYS = (date(2022, 2, 1), 200, 4)  # The first day lies at most so many days after this date, in one of so many years.
_FORMS = {
    "": "%B {day}, %Y",
    "mdy": "%B {day}, %Y",
    "eu": "{day} %B %Y",
    "iso": "%Y-%m-%d",
    "md": "%B {day}",
    "dm": "{day} %B",
    "week": "%A",
}
_DAY = re.compile(r"d(-?\d+)(?:\.(\w+))?")


@dataclass(frozen=True, slots=True)
class Person:
    """A person's name, and the titles that may stand before it."""

    first: str
    last: str
    titles: tuple[str, ...]

    @property
    def name(self) -> str:
        """First name and surname."""
        return f"{self.first} {self.last}"

    @property
    def names(self) -> tuple[str, ...]:
        """All names that articles may use for the person, the full names first."""
        both = (self.name, self.last)
        return (self.name, *(f"{title} {name}" for name in both for title in self.titles), self.last)


@dataclass(frozen=True, slots=True)
class Cast:
    """The people, places and whole numbers drawn, by name. Days count from `first`."""

    people: Mapping[str, Person]
    places: Mapping[str, str]
    numbers: Mapping[str, int]
    first: date

    def day(self, slot: str) -> tuple[date, str] | None:
        """Return the day of a slot such as "d3.week", and its text; None for other slots."""
        match = _DAY.fullmatch(slot)
        if match is None:
            return None
        day = self.first + timedelta(days=int(match[1]))
        return day, day.strftime(_FORMS[match[2] or ""]).format(day=day.day)

    def fill(self, text: str) -> str:
        """Return the text with each {slot} filled: {mayor}, {mayor.last}, {town.upper}, {d3.week}, {dead+7}.

        Raises:
            InputError: nothing was drawn for a slot.
        """
        return re.sub(r"\{([^{}]+)\}", lambda match: self._filled(match[1]), text)

    def _filled(self, slot: str) -> str:
        if day := self.day(slot):
            return day[1]
        match = re.fullmatch(r"(?P<name>\w+)(?:\.(?P<form>last|upper)|(?P<more>[+-]\d+))?", slot)
        name, form = (match["name"], match["form"]) if match else (slot, None)
        if name in self.people:
            return self.people[name].last if form == "last" else self.people[name].name
        if name in self.places:
            return self.places[name].upper() if form == "upper" else self.places[name]
        if match and name in self.numbers:
            return str(self.numbers[name] + int(match["more"] or 0))
        raise InputError(f"eval/corpora/corpora.txt: nothing is drawn for {{{slot}}}; name it in the head of its corpus")


def draw(lines: Sequence[str], random: Random) -> Cast:
    """Draw the cast of a corpus from the lines of its head: "woman chief Agency director", "town port", "draw dead 31 37"."""
    men, women, last, towns, countries = (
        random.sample(names, len(names)) for names in (_MEN, _WOMEN, _LAST, _TOWNS, _COUNTRIES)
    )
    people: dict[str, Person] = {}
    places: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for line in lines:
        what, name, rest = [*line.split(maxsplit=2), ""][:3]
        if what in ("man", "woman"):
            titles = tuple(title.strip() for title in rest.split(";") if title.strip())
            people[name] = Person((men if what == "man" else women).pop(), last.pop(), titles)
        elif what in ("town", "country"):
            places[name] = (towns if what == "town" else countries).pop()
        elif what == "draw":
            low, high, step = [int(number) for number in [*rest.split(), "1"][:3]]
            numbers[name] = random.randrange(low, high + 1, step)
        else:
            raise InputError(
                f"eval/corpora/corpora.txt: {line[:40]!r} names nothing to draw; begin it with man, woman, town or draw"
            )
    start, days, years = _FIRST_DAYS
    first = date(start.year + random.randrange(years), start.month, start.day) + timedelta(days=random.randrange(days))
    return Cast(people, places, numbers, first)
