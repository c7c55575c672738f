"""Known names: bodies under their short and long names, as articles spell them out or initials tell.

Why did the WFP suspend aid?
The articles have "World Food Programme" and never "WFP". Of the names in the
passages found that is the only one with these initials.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from articles_qa.index.english import CAPITALISED
from articles_qa.index.entries.entry import StoredAlias
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.speakers.name_match import Organisation, organisations

MIN_LETTERS, MAX_LETTERS = 3, 6  # Two letters begin too many names.
_SHORT = re.compile(rf"\b[A-Z]{{{MIN_LETTERS},{MAX_LETTERS}}}\b")
_SMALL = "of|the|and|for|on|in|to"
_LONG = re.compile(rf"\b{CAPITALISED}(?:[^\S\n]+(?:(?:{_SMALL})[^\S\n]+)*{CAPITALISED}){{2,5}}")


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The bodies that have a short and a long name, and for each name the `other` one, where there is only one."""

    organisations: tuple[Organisation, ...]
    other: Mapping[str, str]

    def with_initials(self, question: str, texts: Callable[[], Iterable[str]], is_word: Callable[[str], bool]) -> "KnownNames":
        """Return these and the bodies of a question that no article spells out; the same where there are none.

        `texts` returns the passages found for the question; `is_word` tells whether the articles have a term.
        """
        unknown = {short for short in _SHORT.findall(question) if short not in self.other}
        # In a question typed in capitals nothing tells an abbreviation.
        written = _written_out(texts(), unknown) if unknown and not question.isupper() else {}
        pairs = list(written.items())
        pairs += [
            (short, name) for short, name in _long_names(question) if name not in self.other and all(map(is_word, terms(short)))
        ]
        if not pairs:
            return self
        more = tuple(Organisation(tuple(terms(short)), tuple(terms(name)), ()) for short, name in pairs)
        return KnownNames((*self.organisations, *more), {**self.other, **dict(pairs), **{name: short for short, name in pairs}})


def known_names(abbreviations: Sequence[StoredAlias]) -> KnownNames:
    """Return the bodies that articles abbreviate."""
    names: dict[str, set[str]] = {}
    for alias in (stored.alias for stored in abbreviations):
        names.setdefault(alias.short, set()).add(alias.long)
        names.setdefault(alias.long, set()).add(alias.short)
    other = {name: next(iter(others)) for name, others in names.items() if len(others) == 1}
    return KnownNames(organisations(abbreviations), other)


def _long_names(question: str) -> Iterator[tuple[str, str]]:
    """Yield the initials of each name of three words and more in a question, and the name."""
    for match in _LONG.finditer(question):
        words = match.group().split()
        # A question begins with a capital: "Has World Food Programme …".
        for first in range(len(words) - MIN_LETTERS + 1):
            name = " ".join(words[first:])
            if words[first][0].isupper() and MIN_LETTERS <= len(short := _initials(name)) <= MAX_LETTERS:
                yield short, name


def _written_out(texts: Iterable[str], shorts: Collection[str]) -> dict[str, str]:
    """Return the name in the texts with each of these initials, where there is only one."""
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        for match in _LONG.finditer(text):
            words = match.group().split()
            ends = [place for place, word in enumerate(words) if word[0].isupper()]
            for first, last in combinations(ends, 2):
                name = " ".join(words[first : last + 1])
                if (short := _initials(name)) in shorts:
                    found.setdefault(short, {}).setdefault(name.casefold(), name)
    return {short: next(iter(names.values())) for short, names in found.items() if len(names) == 1}


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split() if word[0].isupper())
