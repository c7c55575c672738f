"""Full names: which surnames an article uses for people whom it names in full."""

import re
from collections.abc import Iterator, Sequence

from index.names import Alias, AliasKind
from index.nouns import BODIES, PERSONS, TIMES
from index.span import Span

# Two to five capitalised words with one blank or line end between them, initials and particles included.
_RUN = re.compile(
    r"(?<![\w’'-])[A-Z][\w’'-]*+\.?(?:[ \n](?:(?:van|von|de|da|del|der|bin|al|el|la|le|den|ter) ){0,2}[A-Z][\w’'-]*+\.?){1,5}"
)
_POSSESSIVE = re.compile(r"['’]s?$")
_COURTESY = frozenset("mr mrs ms miss dr sir dame lord lady prof".split())
_NO_NAMES = PERSONS | BODIES | _COURTESY | TIMES
MAX_FULL_WORDS = 4


def surnames(text: str, people: Sequence[Span]) -> tuple[Alias, ...]:
    """A surname each for the people who speak or are named, with the first mention of the full name.

    "Yevhen Yerin" gives Yerin. "Mr. Yang" after "Yang Uk" gives Yang: in
    Korean and Chinese names the surname stands first.
    """
    return tuple(_read(text, people))


def _read(text: str, people: Sequence[Span]) -> Iterator[Alias]:
    by_last: dict[str, tuple[str, Span]] = {}
    by_first: dict[str, tuple[str, Span]] = {}
    for match in _RUN.finditer(text):
        span = _bare(match.group(), match.start())
        words = span.cut(text).split()
        if 2 <= len(words) <= MAX_FULL_WORDS:
            by_last.setdefault(words[-1], (" ".join(words), span))
            by_first.setdefault(words[0], (" ".join(words), span))
    full = {" ".join(bare.cut(text).split()) for person in people if len(bare := _bare(person.cut(text), person.start))}
    given: set[str] = set()
    for person in people:
        bare_words = _bare(person.cut(text), person.start).cut(text).split()
        if not bare_words or bare_words[-1] in given or not bare_words[-1][0].isupper():
            continue
        short = bare_words[-1]
        found = by_last.get(short)
        if found is None and len(bare_words) == 1 and (first := by_first.get(short)) is not None:
            courteous = person.cut(text).split()[0].rstrip(".").lower() in _COURTESY
            found = first if courteous or first[0] in full else None
        if found is not None:
            given.add(short)
            yield Alias(AliasKind.SURNAME, short, found[0], "", found[1])


def _bare(name: str, start: int) -> Span:
    """The name without the titles, roles and owners before it, and without a possessive ending."""
    words = list(re.finditer(r"\S+", name))
    first = 0
    for number, word in enumerate(words):
        plain = word.group().rstrip(".").lower()
        owner = number + 1 < len(words) and _POSSESSIVE.search(word.group())
        common = word.group()[0].islower() and not _is_particle(word.group())
        if common or owner or plain in _NO_NAMES or _is_title(plain):
            first = number + 1
    if first >= len(words):
        return Span(start, start)
    last = words[-1]
    ending = _POSSESSIVE.search(last.group())
    return Span(start + words[first].start(), start + last.start() + (ending.start() if ending else len(last.group())))


def _is_particle(word: str) -> bool:
    return word in ("van", "von", "de", "da", "del", "der", "bin", "al", "el", "la", "le", "den", "ter")


def _is_title(word: str) -> bool:
    """Whether the word ends what goes before a name: "spokeswoman", "Secretary-General"."""
    return word.endswith(("man", "woman", "person", "-general", "-chief", "elect")) and len(word) > 6
