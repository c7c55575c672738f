"""Cues: by which words a sentence shows, before it is parsed, that it may say whose word it is."""

import re

from index.grammar.noun_classes import COUNTS
from index.grammar.reporting_verbs import CITING, FIGURES_AFTER, LEMMAS

# Words that mostly mean something else, so that they count before "that" or a figure's clause only.
_WEAK = frozenset(
    "set sets setting place places placed placing put puts putting show shows showed shown showing find finds found finding "
    "think thinks thought thinking point points figure figures figured figuring expect expects expected expecting "
    "hope hopes hoped hoping agree agrees agreed agreeing tell state states comment comments post posts posted "
    "project projects fear fears feared quote quotes highlight highlights counter counters write writes written writing "
    "call calls called calling underline underlines underscore underscores maintain maintains maintained maintaining".split()
)
# These before what brings a figure only.
_FIGURED = frozenset(form for form, lemma in LEMMAS.items() if lemma in FIGURES_AFTER)
_STRONG = (frozenset(LEMMAS) | CITING) - _WEAK - _FIGURED
_PHRASES = re.compile(
    r"\baccording to\b|\bin an? (?:\w+ )?(?:statement|interview|briefing)\b|\b(?:hold|holds|held|holding) that\b|"
    rf"\b(?:{'|'.join(sorted(_FIGURED))})\b[^.]{{0,80}}\b(?:at|as|to)\b|\bexpect(?:s|ed)?\b[^.]{{0,40}}\d|"
    r"\bpost(?:s|ed)? on\b|\b(?:quoted|calls?|called)\b|"
    rf"\b(?:{'|'.join(sorted(_WEAK))}) (?:out )?(?:that\b|(?:the|its?|s?he|they|we|some|around|about|more|at|up|nearly)\b|\d)",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"[\"“”«»„]|(?:^|\s)‘")
_COUNT_OF = re.compile(rf"(?:['’]s?|\b(?:its|their|his|her)) (?:\w+ )?(?:{'|'.join(sorted(COUNTS))})\b")
_WORD = re.compile(r"[a-z]+")
# A pronoun near such a verb, on either side; words between them are few.
_PRONOUN = re.compile(
    rf"\b(?:he|she|it|they)\b(?:\W{{1,3}}\w+){{0,3}}\W{{1,3}}(?:{'|'.join(sorted(LEMMAS))})\b"
    rf"|\b(?:{'|'.join(sorted(LEMMAS))})\W{{1,3}}(?:he|she|it|they)\b|\baccording to (?:him|her|it|them)\b",
    re.IGNORECASE,
)
_OPENS = re.compile(r"\W{0,2}[\"“«„‘]")


def has_cue(line: str) -> bool:
    """Whether the sentence may report or quote somebody."""
    if _QUOTES.search(line) or not _STRONG.isdisjoint(_WORD.findall(line.lower())):
        return True
    return bool(_PHRASES.search(line) or _COUNT_OF.search(line))


def asks_back(line: str) -> bool:
    """Whether who speaks in it may be named in the sentence before: by "he said", or a quotation and nothing more."""
    return bool(_OPENS.match(line) or _PRONOUN.search(line))
