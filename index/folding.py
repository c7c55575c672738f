"""Folding: names that differ in case or composition only, made alike."""

import unicodedata


def folded(text: str) -> str:
    """The text in small letters of any script, accents joined to their letters; for comparing, never for showing."""
    return unicodedata.normalize("NFC", text.casefold())
