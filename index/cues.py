"""Cues: by which words a sentence shows, before it is parsed, that it may say whose word it is."""

import re

from index.nouns import COUNTS
from index.reporting_verbs import CITING, LEMMAS

# All forms that begin what can be a report; "figures" and "set" alone are no cue, so they count with their neighbours only.
_WEAK = frozenset(
    "set sets setting place places placed placing put puts putting continue continues continued continuing see sees saw seeing "
    "show shows showed shown find finds found finding agree agrees agreed think thinks thought point points learn learns "
    "figure figures figured expect expects expected hope hopes hoped ask asks asked place tell state states comment "
    "set post posts posted project projects fear fears quote highlight highlights advised counter counters "
    "write writes written see".split()
)
_STRONG = (frozenset(LEMMAS) | CITING) - _WEAK
_PHRASES = re.compile(
    r"\baccording to\b|\bin an? (?:\w+ )?(?:statement|interview|briefing)\b|\b(?:put|puts|placed?|places|set)\b[^.]{0,80}\bat\b|"
    r"\bpost(?:s|ed)? (?:on|that)\b|\b(?:write|writes|written|show|shows|showed|shown|find|finds|found|think|thinks|thought|hopes?|hoped|"
    r"expects?|expected|agrees?|agreed|fears?|feared|learn(?:s|ed)?|states?|quoted?) (?:that|as)\b|"
    r"\b(?:agrees?|agreed|asks?|asked|thinks?|thought|hopes?|hoped|expects?|expected|fears?|feared|projects?|advised|figures?|finds?|found|shows?|showed)\b"
    r"(?= (?:the|he|she|it|they|we|some|around|about|more|at|to|up|nearly|\d))",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"[\"“”«»„]|(?:^|\s)‘")
_COUNT_OF = re.compile(rf"(?:['’]s?|\b(?:its|their|his|her)) (?:\w+ )?(?:{'|'.join(sorted(COUNTS))})\b")
_WORD = re.compile(r"[a-z]+")
PRONOUN = re.compile(r"\b(?:he|she|it|they)\b", re.IGNORECASE)


def has_cue(line: str) -> bool:
    """Whether the sentence may report or quote somebody."""
    if _QUOTES.search(line) or not _STRONG.isdisjoint(_WORD.findall(line.lower())):
        return True
    return bool(_PHRASES.search(line) or _COUNT_OF.search(line))
