"""Names that the articles themselves say are one: abbreviations and what they stand for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.span import Span

# Heads of a body's name that news writers use for one another: "intelligence agency" for "Intelligence Service".
GENERIC_HEADS = frozenset(
    "agency service organization organisation office bureau ministry department authority body institute council "
    "committee commission association company group union force forces fund bank court".split()
)
_SMALL = frozenset("of the and for on in to".split())
_GAP = r"(?:[^\S\n]+\n?[^\S\n]*|\n[^\S\n]*)"  # Blanks inside a paragraph: a hard wrap at most.
_SPELT_OUT = re.compile(
    rf"(?P<long>(?:[\w’'.&-]+{_GAP}){{1,10}})\((?:the\s+)?(?P<short>[A-Z][A-Z&.-]{{1,9}})(?:[;,][^()]{{0,40}})?\)"
)
_OR = re.compile(
    r"(?P<long>[A-Z][\w’'.&-]+(?:\s+(?:(?:of|the|and|for|on)\s+)*[A-Z][\w’'.&-]+){1,8}?),?\s+or\s+(?:the\s+)?(?P<short>[A-Z]{2,9})\b"
)


@dataclass(frozen=True, slots=True)
class Alias:
    """`short` stands for `long`; `owner` is whose it is, where a possessive says so; `span` justifies it."""

    short: str
    long: str
    owner: str
    span: Span


def aliases(text: str) -> tuple[Alias, ...]:
    """The abbreviations that an article spells out.

    "South Korea's National Intelligence Service (NIS)" gives NIS, National
    Intelligence Service, South Korea. Either the initials agree, or a
    possessive begins the name ("Ukraine's military intelligence agency (GUR)").

    Source: initials matched from the right, after Schwartz & Hearst 2003.
    """
    return tuple(_read(text))


def _read(text: str) -> Iterator[Alias]:
    for match in _candidates(text):
        short = match["short"].rstrip(".-&")
        words = match["long"].split()
        possessive = max((i for i, word in enumerate(words) if re.search(r"['’]s?$", word)), default=-1)
        size = _matching_initials(short, words)
        if not size and 0 <= possessive < len(words) - 1:
            size = len(words) - 1 - possessive
        if not size:
            continue
        owner = _owner(words[: len(words) - size]) if possessive == len(words) - size - 1 else ""
        yield Alias(short, " ".join(words[-size:]).strip(","), owner, Span(*match.span()))


def _candidates(text: str) -> Iterable[re.Match[str]]:
    yield from _SPELT_OUT.finditer(text)
    yield from _OR.finditer(text)


def _matching_initials(short: str, words: list[str]) -> int:
    """How many of the last words the letters of `short` begin, small words passed over; 0 where they do not."""
    letters = [letter for letter in short.lower() if letter.isalpha()]
    at = len(words)
    while letters and at:
        at -= 1
        word = words[at].strip("\"'“”‘’(").lower()
        if word[:1] == letters[-1]:
            letters.pop()
        elif word not in _SMALL:
            return 0
    return 0 if letters else len(words) - at


def _owner(words: list[str]) -> str:
    """The capitalised words that end in a possessive: "South Korea" of "that South Korea's"."""
    owner: list[str] = []
    for word in reversed(words):
        if not word[:1].isupper():
            break
        owner.insert(0, word)
    return re.sub(r"['’]s?$", "", " ".join(owner))
