"""Folding: names that differ in case or composition only, made alike."""

import unicodedata
from functools import cache
from typing import Any

import tantivy


def folded(text: str) -> str:
    """The text in small letters of any script, accents joined to their letters; for comparing, never for showing."""
    return unicodedata.normalize("NFC", text.casefold())


# Figures stay whole ("12,000", "3.5"), other words are runs of letters and digits.
_TOKEN = r"\d+(?:[.,]\d+)+|[\p{L}\p{M}\p{N}_]+"


def terms(text: str) -> list[str]:
    """The words of a text as they are indexed: small letters, no accents, English stems; order and repeats kept."""
    found: list[str] = _analyzer().analyze(text)
    return found


@cache
def _analyzer() -> Any:
    """One analyzer for articles and questions."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_TOKEN))
    for step in (tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold(), tantivy.Filter.stemmer("english")):
        builder = builder.filter(step)
    return builder.build()
