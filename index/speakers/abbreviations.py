"""Names that the articles themselves say are one: abbreviations and what they stand for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from index.articles.span import Span

_SMALL = frozenset("of the and for on in to".split())
MAX_NAME_CHARS = 160  # Of the words before an abbreviation, ten at most.
# The abbreviation is found first and its name read leftwards: looking for names first took forty times as long.
_BRACKETED = r"\((?:the\s+)?(?P<bracketed>[A-Z][A-Z&.-]{1,9})(?:[;,][^()]{0,40})?\)"
_SHORT = re.compile(rf"{_BRACKETED}|,?\s{{1,3}}or\s{{1,3}}(?:the\s{{1,3}})?(?P<or>[A-Z]{{2,9}})\b")
_GAP = r"(?:[^\S\n]+\n?[^\S\n]*|\n[^\S\n]*)"  # Blanks inside a paragraph: a hard wrap at most.
# Up to ten words, read from the last to the first: a search for where they begin tries every place.
_WORDS = re.compile(rf"{_GAP}?[\w’'.&-]++(?:{_GAP}[\w’'.&-]++){{0,9}}")


class AliasKind(Enum):
    """What kind of short name it is: an abbreviation that is spelt out, or a surname with its full name before it."""

    ABBREVIATION = "abbreviation"
    SURNAME = "surname"


@dataclass(frozen=True, slots=True)
class Alias:
    """`short` stands for `long`; `owner` is whose it is, where a possessive says so; `span` justifies it."""

    kind: AliasKind
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
    for match in _SHORT.finditer(text):
        short = (match["bracketed"] or match["or"]).rstrip(".-&")
        before = text[max(0, match.start() - MAX_NAME_CHARS) : match.start()]
        long = _WORDS.match(before[::-1])
        if long is None:
            continue
        words = long.group()[::-1].split()
        possessive = max((i for i, word in enumerate(words) if re.search(r"['’]s?$", word)), default=-1)
        size = _matching_initials(short, words)
        if not size and match["bracketed"] and 0 <= possessive < len(words) - 1:
            size = len(words) - 1 - possessive
        if not size:
            continue
        owner = _owner(words[: len(words) - size]) if possessive == len(words) - size - 1 else ""
        start = _start(text, Span(match.start() - long.end(), match.start()), words=size + len(owner.split()))
        yield Alias(AliasKind.ABBREVIATION, short, " ".join(words[-size:]), owner, Span(start, match.end()))


def _start(text: str, span: Span, *, words: int) -> int:
    """Where the last so many words of a span begin."""
    starts = [match.start() for match in re.finditer(r"\S+", span.cut(text))]
    return span.start + starts[-words]


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
