"""Full names: which surnames an article uses for people whom it names in full."""

import re
from collections.abc import Iterator, Sequence

from index.articles.span import Span
from index.english import CAPITALISED, NAME_PARTICLES, TITLES
from index.grammar.noun_classes import BODIES, PERSONS, TIMES
from index.speakers.abbreviations import Alias, AliasKind

# Two to five capitalised words with one blank or line end between them, initials and particles included.
_RUN = re.compile(rf"(?<![\w’'-]){CAPITALISED}\.?(?:[ \n](?:(?:{'|'.join(NAME_PARTICLES)}) ){{0,2}}{CAPITALISED}\.?){{1,5}}")
_POSSESSIVE = re.compile(r"['’]s?$")
# With one of these before two short names or one with a hyphen, the surname stands first: "Kim Jong Un".
_FIRST_SURNAMES = frozenset(
    "Kim Lee Park Choi Jung Jeong Chung Kang Cho Yoon Yun Jang Chang Lim Im Han Oh Seo Shin Kwon Hwang Ahn An Song Yang "
    "Hong Moon Ryu Yoo Baek Nam Noh Roh Ha Ko Son Li Wang Zhang Liu Chen Zhao Wu Zhou Xu Sun Ma Hu "
    "Guo He Gao Lin Luo Nguyen Tran Le Pham".split()
)
_NO_NAMES = PERSONS | BODIES | TITLES | TIMES
MAX_FULL_WORDS = 4


def surnames(text: str, people: Sequence[Span]) -> tuple[Alias, ...]:
    """A surname each for the people who speak or are named, with the first mention of the full name.

    "Yevhen Yerin" gives Yerin. "Lee Seong-kweun" gives Lee, and "Yang Uk" Yang
    where a "Mr. Yang" is named: in Korean and Chinese names the surname
    stands first.
    """
    found: dict[str, Alias] = {}
    for alias in _read(text, people):
        found.setdefault(alias.long, alias)
    return tuple(found.values())


def _read(text: str, people: Sequence[Span]) -> Iterator[Alias]:
    by_last: dict[str, Span] = {}
    by_first: dict[str, Span] = {}
    for match in _RUN.finditer(text):
        span = _bare(match.group(), match.start())
        words = span.cut(text).split()
        if 2 <= len(words) <= MAX_FULL_WORDS:
            by_last.setdefault(words[-1], span)
            by_first.setdefault(words[0], span)
    names = [(_bare(person.cut(text), person.start).cut(text).split(), person) for person in people]
    given = dict.fromkeys(words[0] for words, person in names if len(words) == 1 and _is_courteous(person.cut(text)))
    for short in given:
        if short not in by_last and short in by_first:
            yield _surname(text, short, by_first[short])
    for words, _ in names:
        full = by_last.get(words[-1]) if words and words[-1][0].isupper() else None
        if full is not None:
            parts = full.cut(text).split()
            yield _surname(text, parts[0] if _begins_with_surname(parts) else parts[-1], full)


def _surname(text: str, short: str, full: Span) -> Alias:
    return Alias(AliasKind.SURNAME, short, " ".join(full.cut(text).split()), "", full)


def _is_courteous(name: str) -> bool:
    return name.split(maxsplit=1)[0].rstrip(".").lower() in TITLES


def _begins_with_surname(words: Sequence[str]) -> bool:
    """Whether the surname stands first, as the form of what follows it shows."""
    hyphenated = "-" in words[-1] and words[-1].split("-")[1][:1].islower()
    return words[0] in _FIRST_SURNAMES and (hyphenated or len(words) == 3)


def _bare(name: str, start: int) -> Span:
    """The name without the titles, roles and owners before it, and without a possessive ending."""
    words = list(re.finditer(r"\S+", name))
    first = 0
    for number, word in enumerate(words):
        plain = word.group().rstrip(".").lower()
        owner = number + 1 < len(words) and _POSSESSIVE.search(word.group())
        common = word.group()[0].islower() and word.group() not in NAME_PARTICLES
        if common or owner or plain in _NO_NAMES or _is_title(plain):
            first = number + 1
    if first >= len(words):
        return Span(start, start)
    last = words[-1]
    ending = _POSSESSIVE.search(last.group())
    return Span(start + words[first].start(), start + last.start() + (ending.start() if ending else len(last.group())))


def _is_title(word: str) -> bool:
    """Whether the word ends what goes before a name: "spokeswoman", "Secretary-General"."""
    return word.endswith(("man", "woman", "person", "-general", "-chief", "elect")) and len(word) > 6
