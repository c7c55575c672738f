"""Answering marks: those of a quote's marked words that tell what the question does not.

Asked: who was arrested?
PORTO ALTO (Reuters) – Ricardo Salgueiro was arrested on Monday, Isabel Lobo said.
Left: Ricardo Salgueiro. "Porto Alto" is the dateline, "Isabel Lobo" the speaker, "arrested" stands in the question.
"""

import re
from collections.abc import Sequence

from articles_qa.index.articles.span import Span
from articles_qa.index.grammar.reporting_verbs import LEMMAS
from articles_qa.qa.questions.question import stems, stop_terms

_DATELINE = re.compile(r"[A-Z]{2,}[\w .,/’'()-]{0,68}?(?:\([A-Z][\w .]{1,30}\)\s*)?\s?(?:[–—]|-{1,2}\s)")
_BEFORE_THE_VERB = re.compile(r"\bwho(?:\s+(?:else|first|also|has|have|had))*\s+(?P<verb>[\w’-]+)", re.IGNORECASE)
_WHOSE_WORD = re.compile(r"\bwhom\b|\bwhose\s+words?\b", re.IGNORECASE)


def answering_marks(
    text: str, marks: Sequence[Span], asked: Sequence[str], *, speakers: Sequence[Span], outlet: str
) -> list[Span]:
    """Return the marks without words of the question, the names of speakers, the outlet and the dateline.

    `marks` and `speakers` are spans of `text`. `asked` is the question in the
    forms that were searched. Where it asks who says something ("who warned
    of it?"), the speaker is the answer.
    """
    known = stop_terms().union(*map(stems, asked))
    dateline = match.end() if (match := _DATELINE.match(text)) else 0
    beside = () if any(map(_asks_who_says, asked)) else speakers
    return [
        mark
        for mark in marks
        if mark.start >= dateline
        and not _is_known(mark.cut(text), known)
        and not any(mark.overlaps(speaker) for speaker in beside)
        and mark.cut(text).casefold() != outlet.casefold()
    ]


def _is_known(words: str, known: frozenset[str]) -> bool:
    found = stems(words)
    return bool(found) and found <= known


def _asks_who_says(question: str) -> bool:
    verbs = (match["verb"].lower() for match in _BEFORE_THE_VERB.finditer(question))
    return bool(_WHOSE_WORD.search(question)) or any(verb in LEMMAS for verb in verbs)
