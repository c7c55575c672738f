"""Contradictions: statements of a saved quote that contradict each other, or that are false of its file."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from articles_qa.index.articles.article import Article, known_encoding
from articles_qa.index.articles.mended import legible
from articles_qa.index.errors import InputError
from articles_qa.qa.proof.current_file import FilePosition
from articles_qa.qa.proof.saved_answer import SavedQuote, SavedSpan, SavedSpeaker

_WORD = re.compile(r"\w+")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
# Words that spaCy cuts off a longer word: "hes" is read as "he" and "s".
_CUT_OFF = frozenset("i you he she it we they this that there who what how where when why".split())
_PLACES = ("start", "end", "byte_start", "byte_end", "first_line", "last_line")


def codec_of(quote: SavedQuote) -> str | None:
    """Return the codec of a quote's file, UTF-8 where the quote names none; None where the codec is unknown."""
    try:
        return known_encoding(quote.encoding or "utf-8")
    except InputError:
        return None


def contradictions(quote: SavedQuote) -> Iterator[str]:
    """Yield the statements of a quote that cannot be true of any file."""
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
    yield from _unfitting_names(quote)


# A name, the fields that may be given only with the name, and the fields that must be given with it where the record has them.
_OF_NAMES = (
    ("said_by", ("said_by_span", "said_at", "citing", "speaker"), ("said_by_span", "said_at")),
    ("citing", ("citing_span", "citing_speaker"), ("citing_span",)),
)


def _unfitting_names(quote: SavedQuote) -> Iterator[str]:
    """Yield the statements about the speakers that do not fit together."""
    for name, parts, needed in _OF_NAMES:
        given = {part for part in parts if getattr(quote, part) is not None}
        if getattr(quote, name) is None:
            yield from (f"{part} is given, {name} is not" for part in parts if part in given)
        else:
            missing = [part for part in needed if part not in given and part in quote.model_fields_set]
            yield from (f"{name} is given, {part} is not" for part in missing)
    meant = (("speaker", quote.said_by, quote.speaker), ("citing_speaker", quote.citing, quote.citing_speaker))
    for whose, said, speaker in meant:
        if said is not None and speaker is not None and not _is_justified(speaker, said):
            yield f"neither the name there nor a link gives the name of its {whose}"


def _is_justified(speaker: SavedSpeaker, name: str) -> bool:
    """Return whether all words of a speaker's name are in the name that the article gives, or in one of the links."""
    words = _words_of(speaker.name)
    texts = (name, *(link.text for link in speaker.links))
    return speaker.name == name or (bool(words) and any(words <= _words_of(text) for text in texts))


def _words_of(text: str) -> set[str]:
    return set(_WORD.findall(legible(text).casefold()))


def differences(quote: SavedQuote, place: FilePosition) -> list[str]:
    """Return the statements of a quote about its position that are false of the position in the file."""
    if quote.start != place.start:
        stands = f"on line {place.first_line:,}, from character {place.start:,} on"
        return [f"its text stands {stands}, not on line {quote.first_line:,} from {quote.start:,} on"]
    said = [(name, getattr(quote, name), getattr(place, name)) for name in _PLACES]
    return [f"{name} is {_number(true)}, not {claim:,}" for name, claim, true in said if claim not in (None, true)]


def _number(number: int | None) -> str:
    return "none" if number is None else f"{number:,}"


def false_statements(quote: SavedQuote, article: Article) -> Iterator[str]:
    """Yield the statements of a quote that are false of its article; `differences` checks its position."""
    if quote.encoding is not None and codec_of(quote) != article.encoding:
        yield f"the file is {article.encoding}, not {quote.encoding!a}"
    if quote.said_by is not None and not names_speaker(quote, article.text):
        yield "who said it, said_by, does not stand where said_by_span says"
    elif quote.said_at is not None and not _is_mention(quote.said_at, article.text):
        yield "said_at is no words of the file"
    if quote.citing is not None and not names_cited(quote, article.text):
        yield "whom they cite, citing, does not stand where citing_span says"
    if quote.passage is not None and quote.passage.end > len(article.text):
        yield "its passage reaches beyond the file's end"
    beside = (("before", quote.before, 0, quote.start), ("after", quote.after, quote.end, len(article.text)))
    for name, span, first, last in beside:
        if span is not None and not first <= span.start < span.end <= last:
            yield f"the sentence {name} it does not lie {name} it in the file"
    for name, spans in (("read_with", quote.read_with), ("corrections", quote.corrections)):
        if not all(_is_mention(span, article.text) for span in spans):
            yield f"its {name} are no words of the file"
    # Another version of the program may read another line as the title, so it is enough that the words stand there.
    for name, words in (("title", quote.title), ("outlet", quote.outlet)):
        if words is not None and words not in article.text:
            yield f"its {name} does not stand in the file"
    if quote.published is not None and not _has_day(article, quote.published):
        yield "the file does not show the day it says that it was published"


def names_speaker(quote: SavedQuote, text: str, *, moved_by: int = 0) -> bool:
    """Return whether a text names the speaker where the record says it does; anywhere, if the record names no place."""
    if quote.said_by_span is None:
        return (quote.said_by or "") in " ".join(text.split())
    return stands(quote.said_by or "", quote.said_by_span, text, moved_by=moved_by)


def names_cited(quote: SavedQuote, text: str, *, moved_by: int = 0) -> bool:
    """Return whether a text names the one whom the speaker cites, where the record says it does."""
    return quote.citing_span is not None and stands(quote.citing or "", quote.citing_span, text, moved_by=moved_by)


def stands(words: str, span: SavedSpan, text: str, *, moved_by: int = 0) -> bool:
    """Return whether words, given on one line, stand at a span of a text, or at the span moved by `moved_by`."""
    for start, end in {(span.start, span.end), (span.start + moved_by, span.end + moved_by)}:
        there = text[start:end] if 0 <= start < end <= len(text) else ""
        if words and there == there.strip() and " ".join(there.split()) == words:
            return True
    return False


def _is_mention(span: SavedSpan, text: str) -> bool:
    """Return whether a span holds whole words of a text."""
    mention = text[span.start : span.end]
    if not (span.start < span.end <= len(text) and mention == mention.strip()):
        return False
    begins = span.start == 0 or not _in_word(text[span.start - 1], mention[0])
    ends = span.end == len(text) or not _in_word(mention[-1], text[span.end]) or mention.casefold() in _CUT_OFF
    return begins and ends


def _in_word(before: str, after: str) -> bool:
    """Return whether two letters are of one word. In scripts without case a word may end without a blank."""
    return all(unicodedata.category(c) in ("Lu", "Ll", "Lt") for c in (before, after))


def _has_day(article: Article, published: str) -> bool:
    """Return whether an article shows a day, or its file states it beside an extracted text."""
    day = article.masthead.published
    stated = day is not None and day.isoformat() == published  # Read of any form: "20.11.2019".
    return stated or _shows_day(article.text, published)


def _shows_day(text: str, published: str) -> bool:
    """Return whether a text has the year and the day of a date, in any form."""
    try:
        day = date.fromisoformat(published)
    except ValueError:
        return False
    plain = _OTHER_DIGIT.sub(lambda match: str(unicodedata.decimal(match.group())), text)  # The digits of all scripts.
    return any(str(day.year) in written and str(day.day) in written for written in (text, plain))
