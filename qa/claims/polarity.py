"""Polarity: whether a sentence asserts a value, denies it, or only supposes it.

"Police denied that 40 people had died."       40 denied
"Up to 40 people could have died."             40 supposed
"Forty people died, and the toll could rise."  Forty asserted: the other clause supposes
"""

import re
from enum import Enum

from articles_qa.index.articles.span import Span
from articles_qa.index.english import DENYING

_JOINT = re.compile(
    r"[;:—–]\s|[,\s]\s?(?:but|while|although|though|whereas|and\sthat)\s|,\s(?:and|so|or|\w{2,}ing)\s", re.IGNORECASE
)
_NOT = r"(?:not|never|n['’]t)"
_DENIED_BEFORE = re.compile(
    rf"\b(?:{DENYING}|(?:no|without)\s(?:evidence|proof|sign|truth|way)|false|falsely|untrue"
    rf"|contrary\sto|(?:did|does|do|had|has|have|was|were|is|are){_NOT}|{_NOT}\strue)\b"
    r"|\b(?:did|does|do|had|has|have|was|were|is|are)\snot\b(?!\s(?:only|just|least))",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"\b(?:is|are|was|were|as|be|been)\s(?:\w+\s){0,2}?"
    r"(?:false|untrue|wrong|baseless|fake|hoax|denied|rejected|dismissed|disputed|debunked|incorrect|fabricated|not\strue)\b",
    re.IGNORECASE,
)
_BEFORE_SUBJECT = re.compile(r"\W*(?:\w+ly\s|the\s|some\s|about\s|over\s|more\sthan\s|at\sleast\s)*", re.IGNORECASE)
_NEGATED_AFTER = re.compile(  # "Twelve thousand fish did not die".
    r"(?:\s[\w’'-]+){0,4}?\s(?:did|does|do|had|has|have|was|were|is|are|will)(?:\snot|n['’]t)\b(?!\s(?:only|just|least))",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:could|may|might|would|if|unless|fear(?:s|ed|ing)?|forecast(?:s|ing)?|predict(?:s|ed|ing)?|expect(?:s|ed|ing)?"
    r"|propos(?:es?|ed|ing)|rumou?r(?:s|ed)?|unconfirmed|hypothetical(?:ly)?|drill|simulat\w{1,5}|scenario|possibly|perhaps"
    r"|potential(?:ly)?|(?:not|n['’]t|cannot|unable\sto)\s(?:yet\s)?(?:be\s)?(?:confirm|verif)\w{1,5})\b(?!\s\d{1,2},?\s\d{4})",
    re.IGNORECASE,
)
_UNCONFIRMED = re.compile(
    r"\b(?:not|cannot|unable\sto|declined\sto|refused\sto|\w+n['’]t)\s(?:yet\s)?(?:be\s)?(?:been\s)?(?:able\sto\s)?"
    r"(?:confirm|verif)\w{0,5}\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|would|could|may|might|expect\w{0,3}|plan\w{0,4}|forecast\w{0,3}|predict\w{0,3}|fear\w{0,3}|propos\w{1,3}|if|rumou?r\w{0,3})\b",
    re.IGNORECASE,
)


class Polarity(Enum):
    """The polarity of a claim."""

    ASSERTED = "asserted"
    DENIED = "denied"
    SUPPOSED = "supposed"


def asks_ahead(question: str) -> bool:
    """Return whether a question asks for what is planned, feared or expected. What is supposed then answers as asserted."""
    return _AHEAD.search(question) is not None


def polarity(text: str, value: Span) -> Polarity | None:
    """Return what a sentence says of the value at a span, None where it confirms nothing: the words of its clause decide.

    A month, "May 3", supposes nothing.
    """
    joints = list(_JOINT.finditer(text))
    start = max((joint.end() for joint in joints if joint.end() <= value.start), default=0)
    end = min((joint.start() for joint in joints if joint.start() >= value.end), default=len(text))
    if _UNCONFIRMED.search(text, start, value.start):
        return None
    supposes = any(found.group() != "May" for found in _SUPPOSED.finditer(text, start, end))
    is_subject = _BEFORE_SUBJECT.fullmatch(text, start, value.start)
    is_negated = is_subject and _NEGATED_AFTER.match(text, value.end, end)
    if is_negated or _DENIED_BEFORE.search(text, start, value.start) or _DENIED_AFTER.search(text, value.end, end):
        return Polarity.SUPPOSED if supposes else Polarity.DENIED
    return Polarity.SUPPOSED if supposes else Polarity.ASSERTED
