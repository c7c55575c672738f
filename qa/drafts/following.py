"""Sentences beside a quoted one that change its meaning: what follows it, and corrections of the whole article.

Quoted: "No guard was there," the company said. Next sentence: But the police found two guards.
The next sentence begins with "But": it is flagged.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from articles_qa.index.articles.article import Article
from articles_qa.index.articles.span import Span
from articles_qa.index.english import DENYING

# At the beginning of what follows, or after a comma: "and yet" inside a long sentence seldom means the quotation.
_TURNS = re.compile(
    r"(?:\A\W*|,\s+|;\s+|[–—]\s*)(?P<cue>but|however|yet|although|though|despite|nevertheless|nonetheless|in fact|instead)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(
    rf"\b(?P<cue>{DENYING}|denial|retract(?:s|ed)|withdr[ae]wn?|"
    r"withdrew|apologi[sz](?:es?|ed)|correct(?:ed|ion|ing)|untrue|false(?:ly|hood)?|misquoted|misspoke|"
    r"not true|no evidence|walked back|later said|clarif(?:y|ies|ied)|baseless|unfounded)\b",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"^\W*(?P<cue>corrections?|clarification|editor['’]s note|update)\b\s*[:–—-]|\b(?P<earlier>an earlier version of this)\b",
    re.IGNORECASE | re.MULTILINE,
)
MAX_CHARS = 400  # Of a sentence that is shown, and of a line that corrects.


@dataclass(frozen=True, slots=True)
class Follow:
    """A stretch of the article that a reader of the quotation must know, and the word that shows so."""

    span: Span
    cue: str


def following(article: Article, rest: Span | None, after: Sequence[Span]) -> tuple[Follow, ...]:
    """Return what stands after a quotation and changes its meaning, in order, each stretch once.

    `rest` is what follows in the quotation's own sentence; `after` are the sentences after it.
    """
    beside = [span for span in (rest, *after) if span and span.start < span.end]
    found: dict[Span, Follow] = {}
    for one in (*(one for span in beside for one in _cues(article, span)), *_corrections(article)):
        found.setdefault(one.span, one)
    return tuple(found.values())


def _cues(article: Article, span: Span) -> Iterator[Follow]:
    text = span.cut(article.text)
    match = _TURNS.search(text) or _DENIES.search(text)
    if match:
        yield Follow(Span(span.start, min(span.end, span.start + MAX_CHARS)), match["cue"])


def _corrections(article: Article) -> Iterator[Follow]:
    for match in _CORRECTION.finditer(article.text):
        start = article.text.rfind("\n", 0, match.end()) + 1
        end = article.text.find("\n", match.end())
        line = Span(start, min(len(article.text) if end < 0 else end, start + MAX_CHARS))
        yield Follow(line, match["cue"] or match["earlier"])
