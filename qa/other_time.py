"""Other times: figures that a sentence gives of another event, year or season than the one it is about."""

import re
from datetime import date

from index.span import Span

_CUE = re.compile(
    r"\b(?:(?:(?:a|the)\s)?(?:years?|decades?|months|generations?|centur(?:y|ies))\s(?:ago|before|earlier)"
    r"|(?:the|an?|its|his|her|their)\s(?:previous|earlier)\s(?!day|week|report|statement|estimate|figure)|before\s(?:hers|his|theirs)\b|in\sthe\ssame\s\w{1,20}\skilled)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\blast\s(?:year|season|time)\b", re.IGNORECASE)  # Before a figure; after it, it says since when.
_YEAR = re.compile(r"\b(?:in|of|since|until|from|back\sin)\s(?P<year>1[5-9]\d\d|20\d\d)\b")
_CLAUSE = re.compile(r"[,;:—–]\s")
RECENT = 2000  # Where no article says when it was published, an earlier year is another time.


def is_of_other_time(text: str, figure: Span, published: date | None, question: str) -> bool:
    """Whether a sentence gives a figure of another time, unless the question asks for that."""
    if any(not _over(cue, figure) and cue.group().strip().lower() not in question.lower() for cue in _CUE.finditer(text)):
        return True
    if (last := _BEFORE.search(text, 0, figure.start)) and last.group().lower() not in question.lower():
        return True
    following = _CLAUSE.search(text, figure.end)
    clause = text[: following.start() if following else len(text)]
    least = published.year if published else RECENT
    return any(int(found["year"]) < least and found["year"] not in question for found in _YEAR.finditer(clause))


def _over(cue: re.Match[str], figure: Span) -> bool:
    """Whether the figure itself is the time: "662 years ago"."""
    return cue.start() < figure.end and figure.start < cue.end()
