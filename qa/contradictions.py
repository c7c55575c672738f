"""Contradictions: what a saved quote says of itself and of its file, and what of it cannot be."""

import unicodedata
from collections.abc import Iterator
from datetime import date

from index.article import Article, known_encoding
from index.errors import InputError
from qa.places import Place
from qa.saved import SavedQuote, SavedSpan

_PLACES = ("start", "end", "byte_start", "byte_end", "first_line", "last_line")


def codec_of(quote: SavedQuote) -> str | None:
    """The name of the codec that a quote's file was read with, UTF-8 where it does not say; None where there is none such."""
    try:
        return known_encoding(quote.encoding or "utf-8")
    except InputError:
        return None


def contradictions(quote: SavedQuote) -> Iterator[str]:
    """What in a quote cannot be, whatever its file holds."""
    if not quote.text:
        yield "it has no text"
    if quote.end - quote.start != len(quote.text):
        yield f"from start to end are {quote.end - quote.start:,} characters, its text has {len(quote.text):,}"
    if quote.last_line - quote.first_line != quote.text.count("\n"):
        yield f"its text does not reach from line {quote.first_line:,} to line {quote.last_line:,}"
    if (quote.byte_start is None) != (quote.byte_end is None):
        yield "only one of byte_start and byte_end is said"
    if codec_of(quote) is None:
        yield f"its encoding {quote.encoding!a} is not one that is read"
    for name, spans in (("marks", quote.marks), ("gaps", quote.gaps)):
        if not all(quote.start <= span.start < span.end <= quote.end for span in spans):
            yield f"its {name} do not all lie inside it"
    if quote.passage is not None and not quote.passage.start <= quote.start <= quote.end <= quote.passage.end:
        yield "its passage does not hold it"
    if quote.said_by is None and quote.said_by_span is not None:
        yield "said_by_span is given, said_by is not"
    if quote.said_by is not None and quote.said_by_span is None and "said_by_span" in quote.model_fields_set:
        yield "said_by is given, said_by_span is not"


def differences(quote: SavedQuote, place: Place) -> list[str]:
    """What a quote says of where it stands that is not so of a place."""
    if quote.start != place.start:
        stands = f"on line {place.first_line:,}, from character {place.start:,} on"
        return [f"its text stands {stands}, not on line {quote.first_line:,} from {quote.start:,} on"]
    said = [(name, getattr(quote, name), getattr(place, name)) for name in _PLACES]
    return [f"{name} is {true:,}, not {claim:,}" for name, claim, true in said if claim not in (None, true)]


def untruths(quote: SavedQuote, article: Article) -> Iterator[str]:
    """What a quote says of its article that is not so; where its text stands is looked at elsewhere."""
    if quote.encoding is not None and codec_of(quote) != article.encoding:
        yield f"the file is {article.encoding}, not {quote.encoding!a}"
    if quote.said_by is not None and not names_speaker(quote, article.text):
        yield "who said it, said_by, does not stand where said_by_span says"
    if quote.passage is not None and quote.passage.end > len(article.text):
        yield "its passage reaches beyond the file's end"
    # Another version of the program may read another line as the title, so it is enough that the words stand there.
    for name, words in (("title", quote.title), ("outlet", quote.outlet)):
        if words is not None and words not in article.text:
            yield f"its {name} does not stand in the file"
    if quote.published is not None and not _shows_day(article.text, quote.published):
        yield "the file does not show the day it says that it was published"


def names_speaker(quote: SavedQuote, text: str, *, moved_by: int = 0) -> bool:
    """Whether a text names who said the quote, where the record says it does; anywhere, where it does not say where."""
    said_by, span = quote.said_by or "", quote.said_by_span
    if span is None:
        return said_by in " ".join(text.split())
    return said_by != "" and any(_words(span, by, text) == said_by for by in {0, moved_by})


def _words(span: SavedSpan, moved_by: int, text: str) -> str:
    start, end = span.start + moved_by, span.end + moved_by
    return " ".join(text[start:end].split()) if 0 <= start < end <= len(text) else ""


def _shows_day(text: str, published: str) -> bool:
    """Whether year and day of a date stand in a text, in whatever form it writes dates."""
    try:
        day = date.fromisoformat(published)
    except ValueError:
        return False
    return any(str(day.year) in shown and str(day.day) in shown for shown in (text, _plain_digits(text)))


def _plain_digits(text: str) -> str:
    """A text with the digits of all scripts as 0 to 9."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
