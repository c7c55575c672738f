"""Linking: whether what justifies that a name is a speaker's stands in its article."""

from collections.abc import Iterator
from dataclasses import dataclass

from qa.contradictions import codec_of, stands
from qa.saved import SavedLink, SavedQuote, SavedSpan
from qa.source_file import SourceFile

_SHORT = 60  # Characters of a name or a text in a reason.


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is to be said of a link. `is_wrong`: the record says what is not so; else its file is another than it was."""

    reason: str
    is_wrong: bool


def links_of(quote: SavedQuote) -> Iterator[SavedLink]:
    """All links of a quote: to who says it, then to whom they cite."""
    for speaker in (quote.speaker, quote.citing_speaker):
        yield from speaker.links if speaker else ()


def doubt(link: SavedLink, quote: SavedQuote, file: SourceFile) -> Doubt | None:
    """What is to be said of a link by the file that it names; None where its text stands there.

    The file is read as the quote's and as UTF-8, since a link does not say its encoding.
    """
    named, text = f"the link to {_short(link.source)}", f"“{_short(link.text)}”"
    if file.data is None:
        return Doubt(f"{named}: {file.problem}", is_wrong=False)
    encodings = (codec_of(quote) or "utf-8", "utf-8")
    span = SavedSpan(start=link.start, end=link.end)
    if any(stands(link.text, span, article.text) for article in file.articles(encodings)[0]):
        return None
    if link.sha256 in (None, file.sha256):
        return Doubt(f"{named}: {text} does not stand there from {link.start:,} to {link.end:,}", is_wrong=True)
    if file.holds(link.text, encodings):
        return None
    return Doubt(f"{named}: the file does not hold {text} any more", is_wrong=False)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"
