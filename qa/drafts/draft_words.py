"""The words of a text for comparing a quotation with an article.

“We’ll rebuild – all 1,200 homes”: we'll, rebuild, all, 1,200, homes. Case, quotation marks, dashes and other punctuation
do not count. The signs of money and per cent do, and so does a minus before a figure.
"""

import re
from dataclasses import dataclass

from articles_qa.index.articles.span import Span
from articles_qa.index.english import CURRENCY_SIGNS
from articles_qa.index.search.analyzer import folded

# Whatever is no blank, digit, sign of money or punctuation: `\w` knows no accents and vowels that are characters of their own.
_LETTERS = rf"[^\s\d!-/:-@\[-`{{-~\xa0-\xbf\u2000-\u206f\u3000-\u303f\ufeff{CURRENCY_SIGNS}−]"
_WORD = re.compile(  # "[W]e" is a word: only its case was changed.
    rf"(?<!\w)[-−]?\d+(?:[.,:/]\d+)*|(?:\[{_LETTERS}\])?{_LETTERS}+(?:['’]{_LETTERS}+)*|[{CURRENCY_SIGNS}%]"
)
_SIGNS = str.maketrans({"’": "'", "−": "-", "[": None, "]": None})


@dataclass(frozen=True, slots=True)
class DraftWord:
    """A word, and its place in the text. Words with the same `key` are the same."""

    key: str
    span: Span


def words(text: str, within: Span | None = None) -> list[DraftWord]:
    """Return the words of a text, or of a span of it, in order; places count from the text's beginning."""
    area = within or Span(0, len(text))
    return [
        DraftWord(folded(match[0].translate(_SIGNS)), Span(*match.span()))
        for match in _WORD.finditer(text, area.start, area.end)
    ]
