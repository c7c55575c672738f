"""Abbreviations that an article spells out, and the record of a short name.

South Korea's National Intelligence Service (NIS) said so.
The letters N, I, S begin the last three words before the bracket, and a
possessive stands before those: short "NIS", long "National Intelligence
Service", owner "South Korea".
"""

import re
from dataclasses import dataclass
from enum import Enum

from articles_qa.index.articles.span import Span
from articles_qa.index.english import POSSESSIVE_ENDING

_SMALL = frozenset("of the and for on in to".split())
MAX_NAME_CHARS = 160  # Of the words before an abbreviation, ten at most.
# The abbreviation is found first and its name read leftwards: looking for names first took forty times as long.
_BRACKETED = r"\((?:the\s+)?(?P<bracketed>[A-Z][A-Z&.-]{1,9})(?:[;,][^()]{0,40})?\)"
_SHORT = re.compile(rf"{_BRACKETED}|,?\s{{1,3}}or\s{{1,3}}(?:the\s{{1,3}})?(?P<or>[A-Z]{{2,9}})\b")
_GAP = r"(?:[^\S\n]+\n?[^\S\n]*|\n[^\S\n]*)"  # Blanks inside a paragraph: a hard wrap at most.
# Up to ten words, read from the last to the first: a search for where they begin tries every place.
_WORDS = re.compile(rf"{_GAP}?[\w’'.&-]++(?:{_GAP}[\w’'.&-]++){{0,9}}")


class AliasKind(Enum):
    """An abbreviation that is spelt out, or a surname with its full name before."""

    ABBREVIATION = "abbreviation"
    SURNAME = "surname"


@dataclass(frozen=True, slots=True)
class Alias:
    """`short` stands for `long`; `owner` is the possessive before `long`, or ""; `span` is where the article says so."""

    kind: AliasKind
    short: str
    long: str
    owner: str
    span: Span


def aliases(text: str) -> tuple[Alias, ...]:
    """Return the abbreviations that an article spells out, in order.

    Either the initials agree, or a possessive begins the name: "Ukraine's
    military intelligence agency (GUR)".

    Source: initials matched from the right, after Schwartz & Hearst 2003.
    """
    found: list[Alias] = []
    for match in _SHORT.finditer(text):
        short = (match["bracketed"] or match["or"]).rstrip(".-&")
        before = text[max(0, match.start() - MAX_NAME_CHARS) : match.start()]
        long = _WORDS.match(before[::-1])
        if long is None:
            continue
        words = long.group()[::-1].split()
        possessive = max((i for i, word in enumerate(words) if POSSESSIVE_ENDING.search(word)), default=-1)
        size = _matching_initials(short, words)
        if not size and match["bracketed"] and 0 <= possessive < len(words) - 1:
            size = len(words) - 1 - possessive
        if not size:
            continue
        owner = _owner(words[: len(words) - size]) if possessive == len(words) - size - 1 else ""
        at = match.start() - long.end()
        starts = [at + word.start() for word in re.finditer(r"\S+", text[at : match.start()])]
        start = starts[-(size + len(owner.split()))]
        found.append(Alias(AliasKind.ABBREVIATION, short, " ".join(words[-size:]), owner, Span(start, match.end())))
    return tuple(found)


def _matching_initials(short: str, words: list[str]) -> int:
    """Return how many of the last words begin with the letters of `short`, small words passed over; 0 for no match."""
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
    return POSSESSIVE_ENDING.sub("", " ".join(owner))
