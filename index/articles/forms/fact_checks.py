"""Fact-checks: the claim that a text examines, and the verdict on it.

Claim: The dam was blown up.    Both labels stand in the text. The claim is read and shown with its verdict.
Verdict: False.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from articles_qa.index.articles.span import Span

_REST = r"(?: \d{1,2})?[*_]*\s*(?::|$)[*_]*\s*(?P<rest>.*)"
_CLAIM = re.compile(
    rf"[#*_>\s]*(?:(?:the|viral|what was) )?(?:claim(?:ed)?|allegation|statement|rumou?r|myth)\b{_REST}", re.IGNORECASE
)
_VERDICT = re.compile(
    r"[#*_>\s]*(?:(?:our|the|fact[ -]check) )?(?:verdict|rating|ruling|conclusion|finding|truth|fact|reality)\b" + _REST,
    re.IGNORECASE,
)
MAX_VERDICT_CHARS = 300


@dataclass(frozen=True, slots=True)
class FactCheck:
    """A claim: its label's line where that holds no more, the line of its words, and the verdict's lines."""

    label: Span | None
    words: Span
    verdict: tuple[Span, ...]


def find_fact_checks(text: str, lines: Sequence[Span]) -> tuple[FactCheck, ...]:
    """Return the claims that have a verdict, in order. A claim's verdict is the next one, else the last one before."""
    shown = [line for line in lines if len(line)]
    claims, verdicts = (_labelled(text, shown, label) for label in (_CLAIM, _VERDICT))
    found: list[FactCheck] = []
    for label, words in claims if verdicts else ():
        later = bisect_left(verdicts, words.end, key=lambda verdict: verdict[1].start)
        chosen = verdicts[later] if later < len(verdicts) else verdicts[-1]
        lines_of = tuple(line for line in chosen if line is not None and len(line) <= MAX_VERDICT_CHARS)
        found.append(FactCheck(label, words, lines_of))
    return tuple(found)


def _labelled(text: str, shown: Sequence[Span], pattern: re.Pattern[str]) -> list[tuple[Span | None, Span]]:
    """Return the lines of a label's words, each with the label's own line where there is one."""
    found: list[tuple[Span | None, Span]] = []
    for place, line in enumerate(shown):
        match = pattern.fullmatch(line.cut(text)) if len(line) < 1000 else None
        if match is None:
            continue
        if match["rest"]:
            found.append((None, line))
        elif place + 1 < len(shown):
            found.append((line, shown[place + 1]))
    return found
