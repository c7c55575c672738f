"""Normalising text: words as the word index has them, and names that differ only in case or composition."""

import unicodedata
from functools import cache
from typing import Any

import tantivy


def folded(text: str) -> str:
    """Return the text in lower case, with composed accents; for comparing, never for showing."""
    return unicodedata.normalize("NFC", text.casefold())


# Figures stay whole ("12,000", "3.5"), other words are runs of letters and digits.
_TOKEN = r"\d+(?:[.,]\d+)+|[\p{L}\p{M}\p{N}_]+"


def terms(text: str) -> list[str]:
    """Return the words of a text as they are indexed: lower case, no accents, English stems, in order, with repeats."""
    found: list[str] = english_analyzer().analyze(text)
    return found


@cache
def english_analyzer() -> Any:
    """Return the analyzer of articles and questions."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_TOKEN))
    for step in (tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold(), tantivy.Filter.stemmer("english")):
        builder = builder.filter(step)
    return builder.build()
