"""Correction notes: stretches in which an article says what was wrong with an earlier version of it, or with another entry.

This article was amended on 2 May. An earlier version said 140 pupils were hurt; the figure is 14.
Both sentences are one note: the first opens it, and the second stands in the same paragraph.
"""

import re
from collections.abc import Sequence

from articles_qa.index.articles.span import Span

_OPENS = re.compile(
    r"[#*_>(\[\s]*(?:editor['’]?s['’]? note|corrections?|clarifications?|amendments?|erratum|errata|retraction|correx|"
    r"corrections? and clarifications?|for the record|update and correction)\b[*_\]]*\s*(?:\([^)]{1,40}\)\s*)?(?:[:.–—-]|$)"
    r"|[#*_>(\[\s]*corrects?\b(?:\s+\w+){0,5}\s+(?:to|in|that|the|spelling|name|figure|date|day|age|title|paragraph|headline|"
    r"quote|number)\b",
    re.IGNORECASE,
)
_MISTAKEN = r"(?:incorrectly|wrongly|mistakenly|erroneously|inaccurately)"
_SELF = r"(?:article|story|report|piece|headline|caption|version|post|update|entry|tweet|graphic|chart|photo caption)"
_TELLS = re.compile(
    r"\b(?:earlier|previous|original|initial|first|prior|print(?:ed)?)\s+(?:versions?|headline|caption)\b"
    rf"(?! of (?!this\b|our\b|the (?:{_SELF})\b))"
    rf"|\b(?:this|our)\s+(?:\w+\s+)?{_SELF}\s+(?:has been|was|is)\s+(?:since\s+|also\s+)?"
    r"(?:amended|corrected|updated to|changed to|edited|revised|clarified|removed|withdrawn|retracted)\b"
    rf"|\b(?:{_SELF}|we)\s+(?:had\s+)?{_MISTAKEN}\s+\w+"
    rf"|\b(?:{_SELF}|we)\s+(?:\w+\s+)?(?:misstated|misspelled|misidentified|misattributed|misquoted)\b",
    re.IGNORECASE,
)
# In a live blog an entry may take back another one.
_TAKES_BACK = re.compile(
    r"\b(?:takes?|took|taken|taking)\s+back\b|\b(?:earlier|previous|initial)\s+(?:reports?|entry|posts?|figures?|claims?|"
    r"statements?|updates?|tolls?|counts?)\b.{0,80}\b(?:wrong|false|incorrect|mistaken|inaccurate|untrue|withdrawn|retracted|"
    r"in error|too high|too low)\b"
    r"|\b(?:retract(?:s|ed)?|withdr(?:aws?|ew|awn))\b.{0,40}\b(?:earlier|previous|report|statement|figure|claim|entry)\b"
    r"|\bwe\s+(?:earlier|previously|initially)\s+(?:reported|said|posted|wrote)\b|\b(?:corrects?|correction)\b",
    re.IGNORECASE,
)
_CORRECTED = re.compile(
    r"\b(?:amended|corrected|incorrect|incorrectly|wrong|wrongly|error|mistake|mistakenly|misstated|misspelled|misidentified|"
    r"erroneous|erroneously|inaccurate|inaccurately|correct|clarif\w+|earlier version|previous version|not|instead|rather than|"
    r"corrects|false|retract\w*|withdr\w+|removed|should have)\b",
    re.IGNORECASE,
)


def corrections(text: str, paragraphs: Sequence[Sequence[Span]], *, live: bool) -> tuple[Span, ...]:
    """Return the correction notes; `paragraphs` are the sentences of each paragraph, `live` tells that it is a live blog.

    A note goes from the sentence that opens it to the end of the paragraph. A label by itself opens the next paragraph.
    """
    found: list[Span] = []
    labelled = False
    for sentences in paragraphs:
        cuts = [sentence.cut(text) for sentence in sentences]
        opens = 0 if labelled and _CORRECTED.search(" ".join(cuts)) else _opening(cuts, live=live)
        labelled = len(sentences) == 1 and opens == 0 and len(cuts[0].split()) <= 4
        if opens is not None and not labelled:
            found.append(Span(sentences[opens].start, sentences[-1].end))
    return tuple(found)


def _opening(cuts: Sequence[str], *, live: bool) -> int | None:
    """Return the place of the sentence that opens a note."""
    is_note = any(map(_OPENS.match, cuts)) and _CORRECTED.search(" ".join(cuts))
    for place, cut in enumerate(cuts):
        if is_note and _OPENS.match(cut):
            return place
        if _TELLS.search(cut) or (live and _TAKES_BACK.search(cut)):
            return place
    return None
