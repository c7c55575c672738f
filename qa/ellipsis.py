"""Ellipsis: what a follow-up leaves out, put in from the question before it."""

import re
from collections.abc import Callable

from index.nouns import BODIES
from qa.capitals import NAME, QUESTION_WORDS, names
from qa.history import Exchange
from qa.pronouns import with_person
from qa.question import read_question

_LEAD = r"(?i:(?:and|or|but|so)\b,?\s+)?(?i:then\s+)?(?i:(?:what|how)\s+about\s+|what\s+of\s+)?"
_AT = r"(?i:in|at|on|near|for|from|to|with|under|during|after|before|by)"
_END = r"[\s?.!]*$"
_BODY = rf"(?:\s+(?:officials|{'|'.join(sorted(BODIES))}))?"
# "and Seoul?", "what about the White House?", "and in December?", "and the Ukrainian army?"
_INSTEAD = re.compile(rf"{_LEAD}(?:(?P<at>{_AT})\s+)?(?P<name>{NAME}{_BODY}){_END}")
# "according to Kyiv?", "and by Ukrainian estimates?"
_ACCORDING = re.compile(
    rf"{_LEAD}(?:(?i:according\s+to|as\s+(?:reported|claimed|told|said)\s+by)\s+(?P<name>[^?!,;]{{2,60}})"
    rf"|(?i:by)\s+(?P<count>[^?!,;]{{2,50}}\s(?i:estimates?|figures?|accounts?|counts?))){_END}"
)


def completed(question: str, before: Exchange, *, is_person: Callable[[str], bool]) -> str | None:
    """The follow-up as a whole question, or None where nothing certain can be put in.

    Another speaker, name or day takes the place of the one before ("and
    Seoul?"), and "he" becomes the person who was asked about or shown.
    """
    if match := _ACCORDING.match(question):
        return _according(before.question, (match["name"] or match["count"]).strip())
    if (match := _INSTEAD.match(question)) and match["name"].lower() not in QUESTION_WORDS:
        return _instead(before.question, match["name"], match["at"] or "")
    return with_person(question, before, is_person)


def _according(before: str, speaker: str) -> str:
    """The question before, asked of another speaker."""
    if other := _other_speaker(before, speaker):
        return other
    return f"{before.rstrip(' ?.!')}, according to {speaker}?"


def _instead(before: str, name: str, at: str) -> str | None:
    """The question before with another name for its speaker, for what stands after the same word, or for its first name."""
    if not at and (other := _other_speaker(before, name)):
        return other
    named = list(names(before))
    if at:
        held = [(start, end) for start, end in named if re.search(rf"\b{at}\s+$", before[:start], re.IGNORECASE)]
        if not held:
            return f"{before.rstrip(' ?.!')} {at} {name}?"
        start, end = held[-1]
    elif named:
        start, end = named[0]
    else:
        return None
    return before[:start] + name + before[end:]


def _other_speaker(before: str, speaker: str) -> str | None:
    """The question before with another speaker, the first one's article left out with the name; None where it names none."""
    asked = read_question(before).speaker
    if not asked or asked not in before:
        return None
    return re.sub(rf"(?:\b[Tt]he\s+)?{re.escape(asked)}", lambda _: speaker, before, count=1)
