"""Surnames: the short names that an article uses for people whom it names in full.

White House spokesman John Kirby said so. Kirby said more.
Runs of capitals: "White House", "John Kirby". The speaker "Kirby" ends the
second, so "Kirby" stands for "John Kirby".
"""

import re
from collections.abc import Iterator, Sequence

from articles_qa.index.articles.span import Span
from articles_qa.index.english import CAPITALISED, NAME_PARTICLES, POSSESSIVE_ENDING, TITLES
from articles_qa.index.grammar.noun_classes import BODIES, PERSONS, TIME_WORDS
from articles_qa.index.speakers.abbreviations import Alias, AliasKind

# Two to six capitalised words with one blank or line end between them, initials and particles included.
_RUN = re.compile(rf"(?<![\w’'-]){CAPITALISED}\.?(?:[ \n](?:(?:{'|'.join(NAME_PARTICLES)}) ){{0,2}}{CAPITALISED}\.?){{1,5}}")
# With one of these before two short names or a name with a hyphen, the surname stands first: "Kim Jong Un".
_FIRST_SURNAMES = frozenset(
    "Kim Lee Park Choi Jung Jeong Chung Kang Cho Yoon Yun Jang Chang Lim Im Han Oh Seo Shin Kwon Hwang Ahn An Song Yang "
    "Hong Moon Ryu Yoo Baek Nam Noh Roh Ha Ko Son Li Wang Zhang Liu Chen Zhao Wu Zhou Xu Sun Ma Hu "
    "Guo He Gao Lin Luo Nguyen Tran Le Pham".split()
)
_NO_NAMES = PERSONS | BODIES | TITLES | TIME_WORDS
_TITLE_ENDINGS = ("man", "woman", "person", "-general", "-chief", "elect")  # "Spokeswoman", "Secretary-General".
MAX_FULL_WORDS = 4
MAX_INITIALS = 2  # Letters of a word with a stop inside a name: "J. Berg", "St. John"; "Kursk. Berg" is no name.


def surnames(text: str, people: Sequence[Span]) -> tuple[Alias, ...]:
    """Return a surname each for the people who speak or are subjects, with the first mention of the full name.

    "Yevhen Yerin" gives Yerin. "Lee Seong-kweun" gives Lee, and "Yang Uk" Yang
    where a "Mr. Yang" is named: in Korean and Chinese names the surname
    stands first.
    """
    found: dict[str, Alias] = {}
    for short, full in _full_names(text, people):
        long = " ".join(full.cut(text).split())
        found.setdefault(long, Alias(AliasKind.SURNAME, short, long, "", full))
    return tuple(found.values())


def _full_names(text: str, people: Sequence[Span]) -> Iterator[tuple[str, Span]]:
    by_last: dict[str, list[Span]] = {}
    by_first: dict[str, Span] = {}
    for match in _RUN.finditer(text):
        span = _without_titles(match.group(), match.start())
        words = span.cut(text).split()
        if 2 <= len(words) <= MAX_FULL_WORDS:
            by_last.setdefault(words[-1], []).append(span)
            by_first.setdefault(words[0], span)
    names = [(_without_titles(person.cut(text), person.start).cut(text).split(), person) for person in people]
    for words, person in names:  # "Mr. Yang"
        title = person.cut(text).split(maxsplit=1)[0].rstrip(".").lower()
        if len(words) == 1 and title in TITLES and words[0] not in by_last and words[0] in by_first:
            yield words[0], by_first[words[0]]
    for words, _ in names:
        for full in by_last.get(words[-1], ()) if words and words[-1][0].isupper() else ():
            parts = full.cut(text).split()
            is_hyphenated = "-" in parts[-1] and parts[-1].split("-")[1][:1].islower()
            is_surname_first = parts[0] in _FIRST_SURNAMES and (is_hyphenated or len(parts) == 3)
            yield (parts[0] if is_surname_first else parts[-1]), full


def _without_titles(name: str, start: int) -> Span:
    """The name without the titles, roles and owners before it, and without a possessive ending."""
    words = list(re.finditer(r"\S+", name))
    first = 0
    for number, word in enumerate(words):
        plain = word.group().rstrip(".").lower()
        is_owner = number + 1 < len(words) and POSSESSIVE_ENDING.search(word.group())
        is_common = word.group()[0].islower() and word.group() not in NAME_PARTICLES
        ends_sentence = number + 1 < len(words) and word.group().endswith(".") and len(plain) > MAX_INITIALS
        if ends_sentence or is_common or is_owner or plain in _NO_NAMES or (plain.endswith(_TITLE_ENDINGS) and len(plain) > 6):
            first = number + 1
    if first >= len(words):
        return Span(start, start)
    last = words[-1]
    ending = POSSESSIVE_ENDING.search(last.group())
    return Span(start + words[first].start(), start + last.start() + (ending.start() if ending else len(last.group())))
