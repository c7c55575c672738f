"""Pronouns: whom "he" and "she" mean in a follow-up."""

import re
from collections.abc import Callable, Iterator

from index.nouns import PERSONS
from qa.capitals import names
from qa.history import Exchange
from qa.question import MAX_QUESTION_CHARS, AnswerType, read_question

_PERSON = re.compile(r"\b(?P<word>he|she|him|his|her|hers)\b(?P<noun>\s+\w)?", re.IGNORECASE)
_SAYING = re.compile(r"\b(they|it)\b", re.IGNORECASE)
_TITLES = frozenset("mr mrs ms dr sir".split())
_OTHERS = frozenset(
    "prisoner captive hostage suspect defendant pilot driver patient passenger defector survivor gunman".split()
)
# "A wounded North Korean soldier": of small words before the noun one at most, since the next may be a verb.
_DESCRIBED = re.compile(
    rf"\b(?i:a|an|the|one)\s+(?P<named>(?:[a-z-]+\s+)?(?:[A-Z][\w-]*+\s+){{0,3}}"
    rf"(?i:{'|'.join(sorted((PERSONS - _TITLES) | _OTHERS))}))\b"
)
_NAME_ASKED = re.compile(r"\b(?:what(?:['’]s|\s+is|\s+was))\s+(.{1,80}?)’s(?:\s+full)?\s+name\W*$", re.IGNORECASE)
_SOMEBODY = "Somebody"


def with_person(question: str, before: Exchange, is_person: Callable[[str], bool]) -> str | None:
    """The question with the person whom "he" or "she" means, or the speaker whom "they" does; None where nobody fits."""
    if (asked := read_question(before.question).speaker) and _asks_their_word(question, _SAYING):
        return _SAYING.sub(asked, question, count=1)
    if not _PERSON.search(question) or not (person := next(_persons(question, before, is_person), None)):
        return None
    return _NAME_ASKED.sub(r"who is \1?", _put(question, person))


def _persons(question: str, before: Exchange, is_person: Callable[[str], bool]) -> Iterator[str]:
    """Those that may be meant, likeliest first: who was asked about, then who was shown to speak or to be spoken of."""
    yield from _named(before.question, is_person)
    asked = read_question(before.question)
    somebodys_word = asked.asks_for is AnswerType.WHO or bool(asked.speaker)
    if somebodys_word:
        yield from (name for name in before.speakers[:1] if is_person(name))
    yield from _described(before.question)
    shown = before.texts[0] if before.texts else ""
    if somebodys_word or _asks_their_word(question, _PERSON):
        yield from _named(shown, is_person)
    yield from _described(shown)


def _asks_their_word(question: str, pronoun: re.Pattern[str]) -> bool:
    """Whether the question asks what the one says for whom the pronoun stands."""
    named = pronoun.sub(lambda match: _SOMEBODY + match.group()[len(match[1]) :], question, count=1)
    return read_question(named[:MAX_QUESTION_CHARS]).speaker == _SOMEBODY


def _named(text: str, is_person: Callable[[str], bool]) -> Iterator[str]:
    return (name for start, end in names(text) if is_person(name := text[start:end]))


def _described(text: str) -> Iterator[str]:
    """Persons that are not named: "a North Korean soldier" is from then on "the North Korean soldier"."""
    return (f"the {match['named']}" for match in _DESCRIBED.finditer(text))


def _put(question: str, person: str) -> str:
    return _PERSON.sub(lambda match: _in_place(match, person), question)


def _in_place(match: re.Match[str], person: str) -> str:
    """The person's name as the pronoun stood: "his name" becomes "Kirby’s name"."""
    noun = match["noun"] or ""
    owned = match["word"].lower() in {"his", "hers"} or (match["word"].lower() == "her" and noun)
    return f"{person}{'’s' if owned else ''}{noun}"
