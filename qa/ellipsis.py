"""Ellipsis: what a follow-up leaves out, put in from the question before it."""

import re
from collections.abc import Callable, Iterator

from qa.history import Exchange
from qa.question import AnswerType, read_question

# Capitalised words, as a name has them; each begins at a capital, so that a list of names is read in one way only.
_NAME = r"(?:[Tt]he\s+)?[A-Z0-9][\w.’'-]*+(?:\s+(?:of\s+(?:the\s+)?)?[A-Z0-9][\w.’'-]*+){0,5}+"
_LEAD = r"(?i:(?:and|or|but|so)\b,?\s+)?(?i:then\s+)?(?i:(?:what|how)\s+about\s+|what\s+of\s+)?"
_AT = r"(?i:in|at|on|near|for|from|to|with|under|during|after|before|by)"
_END = r"[\s?.!]*$"
# "and Seoul?", "what about the White House?", "and in December?"
_INSTEAD = re.compile(rf"{_LEAD}(?:(?P<at>{_AT})\s+)?(?P<name>{_NAME}){_END}")
# "according to Kyiv?", "and by Ukrainian estimates?"
_ACCORDING = re.compile(
    rf"{_LEAD}(?:(?i:according\s+to|as\s+(?:reported|claimed|told|said)\s+by)\s+(?P<name>[^?!,;]{{2,60}})"
    rf"|(?i:by)\s+(?P<count>[^?!,;]{{2,50}}\s(?i:estimates?|figures?|accounts?|counts?))){_END}"
)
_NAMED = re.compile(rf"\b{_NAME}")
_PERSON = re.compile(r"\b(?P<word>he|she|him|his|her|hers)\b(?P<noun>\s+\w)?", re.IGNORECASE)
_QUESTION_WORDS = frozenset(
    "who whose whom what when where why which how did do does is are was were has have had can could will would should "
    "in on at by for from and or but so tell the a an i".split()
)


def completed(question: str, before: Exchange, *, is_person: Callable[[str], bool]) -> str | None:
    """The follow-up as a whole question, or None where nothing certain can be put in.

    Another speaker, name or day takes the place of the one before ("and
    Seoul?"), and "he" becomes the person who was asked about, or who spoke.
    """
    if match := _ACCORDING.match(question):
        return _according(before.question, (match["name"] or match["count"]).strip())
    if (match := _INSTEAD.match(question)) and match["name"].lower() not in _QUESTION_WORDS:
        return _instead(before.question, match["name"], match["at"] or "")
    if _PERSON.search(question) and (person := next(_persons(before, is_person), None)):
        return _PERSON.sub(lambda match: _in_place(match, person), question)
    return None


def _according(before: str, speaker: str) -> str:
    """The question before, asked of another speaker."""
    asked = read_question(before).speaker
    if asked and asked in before:
        return before.replace(asked, speaker, 1)
    return f"{before.rstrip(' ?.!')}, according to {speaker}?"


def _instead(before: str, name: str, at: str) -> str | None:
    """The question before with another name for its speaker, for what stands after the same word, or for its first name."""
    asked = read_question(before).speaker
    if not at and asked and asked in before:
        return before.replace(asked, name, 1)
    names = list(_names(before))
    if at:
        held = [(start, end) for start, end in names if re.search(rf"\b{at}\s+$", before[:start], re.IGNORECASE)]
        if not held:
            return f"{before.rstrip(' ?.!')} {at} {name}?"
        start, end = held[-1]
    elif names:
        start, end = names[0]
    else:
        return None
    return before[:start] + name + before[end:]


def _names(question: str) -> Iterator[tuple[int, int]]:
    """Where names stand in a question; its own first word is none."""
    for match in _NAMED.finditer(question):
        start, words = match.start(), match.group().split()
        while words and words[0].lower() in _QUESTION_WORDS and not start:
            start = question.index(words[1], start + len(words[0])) if words[1:] else match.end()
            words = words[1:]
        end = match.start() + len(re.sub(r"(?:['’]s?|[.’'-]+)$", "", match.group()))
        if words and start < end:
            yield start, end


def _persons(before: Exchange, is_person: Callable[[str], bool]) -> Iterator[str]:
    """The persons that "he" may mean: those asked about; where somebody's word was asked for, those shown to speak."""
    asked = read_question(before.question)
    yield from (name for start, end in _names(before.question) if is_person(name := before.question[start:end]))
    if asked.asks_for is AnswerType.WHO or asked.speaker:
        yield from (name for name in before.speakers[:1] if is_person(name))


def _in_place(match: re.Match[str], person: str) -> str:
    """The person's name as the pronoun stood: "his name" becomes "Kirby’s name"."""
    noun = match["noun"] or ""
    owned = match["word"].lower() in {"his", "hers"} or (match["word"].lower() == "her" and noun)
    return f"{person}{'’s' if owned else ''}{noun}"
