"""Answer spans: the figures, days, names, places or reasons in a sentence, and sentences that need the one before."""

import re
from collections.abc import Iterator

from articles_qa.index.articles.span import Span
from articles_qa.index.english import CURRENCY_SIGNS, MONTHS, MONTHS_SHORT, NAME_PARTICLES, NUMBER_FROM_TWO, WEEKDAY
from articles_qa.qa.questions.question import AnswerType, Question, stems

_NUMBER_WORD = (  # "One soldier" gives no figure.
    rf"(?:one(?=\s+(?:in|of|hundred|thousand|million|billion|percent|per)\b)|{NUMBER_FROM_TWO}|hundreds?|thousands?|"
    r"millions?|billions?|trillions?|dozens?|half|third|quarter|several|none|twice|double|triple)"
)
_QUALIFIER = (
    r"(?:(?:over|more than|nearly|almost|about|around|some|approximately|at least|up to|as many as|fewer than|"
    r"less than|between|roughly|only|just|a|as high as)\s+){0,8}"  # Without a limit a sentence of "a a a …" took .1 s.
)
_DIGITS = r"\d[\d,.]*\d"
_FIGURE = re.compile(
    rf"{_QUALIFIER}(?:[{CURRENCY_SIGNS}]\s?)?(?:{_DIGITS}|\d|\b{_NUMBER_WORD}\b)(?:st|nd|rd|th)?(?:[-\s]{_NUMBER_WORD}\b)*"
    rf"(?:\s?%|\s(?:percent|per cent)\b)?(?:\s+and\s+{_DIGITS})?",
    re.IGNORECASE,
)
_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:{MONTHS_SHORT})\.)"  # Without a point "Jan" and "Mar" are names too.
_ORDINAL = r"(?:st|nd|rd|th)"
_DAY = rf"(?:{WEEKDAY}|Christmas(?: Day)?)"
_PERIOD = r"(?:week|month|year|summer|winter|spring|autumn|fall|decade|century)"
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}{_ORDINAL}?\s+)?{_MONTH}(?:\s+\d{{1,2}}{_ORDINAL}?\b)?(?:,?\s+\d{{4}}\b)?"
    rf"|\b(?:1[0-9]|20)\d\ds?\b|\b\d{{1,2}}{_ORDINAL} century\b"
    rf"|\b(?:(?:last|next|this|earlier this|late|early|on|every)\s+)*{_DAY}\b"
    rf"|\b(?:last|next|earlier this|this|past)\s+{_PERIOD}\b|\b(?:yesterday|today|tomorrow)\b"
)
_CAPITALISED = r"[^\W\d_a-z][\w’'.&-]*"
_NAME = re.compile(rf"\b{_CAPITALISED}(?:\s+(?:(?:of(?:\s+the)?|{'|'.join(NAME_PARTICLES)})\s+)*{_CAPITALISED})*")
_AT = (
    r"(?:in|at|on|near|from|to|into|across|outside|inside|around|between|toward|towards|throughout|"
    r"reach(?:ed|ing)?|occupied|entered)"
)
_PLACE_KIND = r"(?:region|province|city|district|county|area|border|peninsula|river|island|coast)"
_PLACE = re.compile(rf"\b{_AT}\s+(?:the\s+)?(?P<place>{_CAPITALISED}(?:\s+{_CAPITALISED})*(?:\s+{_PLACE_KIND})?)")
_REASON = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|since|as (?:they|he|she|it|the|a|there)\b|thanks to|in order to|"
    r"so (?:eager|that)|aims? to|caused? by|blam\w+|reason|result(?:ed|s)? (?:from|of|in)|led to|frustrated|"
    r"attempt\w* to|to (?:conceal|avoid|prevent|protect|reduce|further|help)|despite|therefore)\b"
    r"[^.;]*",
    re.IGNORECASE,
)
_PATTERNS = {
    AnswerType.FIGURE: _FIGURE,
    AnswerType.DATE: _DATE,
    AnswerType.WHO: _NAME,
    AnswerType.PLACE: _PLACE,
    AnswerType.REASON: _REASON,
}
# "Dec. 26" is neither a number of anything nor a place.
_NO_DATES = (AnswerType.FIGURE, AnswerType.WHO, AnswerType.PLACE)
_FIRST_WORD = re.compile(r"(?:The|An?|On|In|At|By|For|From|But|And|Later|This|These|Some|When|While|As|After|Since)\s+")
_FULL_STOP = re.compile(r"(?:^|\s)[^\s.]+\.$")
_REFERS_BACK = re.compile(
    r"[\"“‘']?(?:he|she|they|it|this|these|those|that|his|her|their|its|such|both|most of them|the latter)\b", re.IGNORECASE
)


def refers_back(text: str) -> bool:
    """Return whether a sentence begins with a word that stands for something said before: "they", "his", "the latter"."""
    return bool(_REFERS_BACK.match(text))


def answering(text: str, question: Question) -> Iterator[Span]:
    """Yield the spans of a sentence that are of the kind asked for, without spans that repeat the question.

    Offsets count from the sentence's start. A question that asks for no kind
    has no such span.
    """
    pattern = _PATTERNS.get(question.asks_for)
    if pattern is None:
        return
    asked = set(question.terms)
    dates = [match.span() for match in _DATE.finditer(text)] if question.asks_for in _NO_DATES else []
    for match in pattern.finditer(text):
        start, end = match.span("place" if question.asks_for is AnswerType.PLACE else 0)
        if question.asks_for is AnswerType.WHO and not start and (first_word := _FIRST_WORD.match(text)):
            start = min(end, first_word.end())
        if question.asks_for is not AnswerType.REASON and _FULL_STOP.search(text[start:end]):
            end -= 1  # The sentence's, not the name's; "U.S." keeps its own.
        if any(first <= start < last for first, last in dates):
            continue
        # The first word of a sentence is capitalised anyway.
        if question.asks_for is AnswerType.WHO and not start and " " not in match.group():
            continue
        if question.asks_for is AnswerType.REASON or not stems(text[start:end]) <= asked:
            yield Span(start, end)


def shared_words(text: str, question: Question) -> tuple[Span, ...]:
    """Return the words of a sentence that the question has too. Offsets count from the sentence's start."""
    asked = set(question.terms)
    return tuple(Span(*match.span()) for match in re.finditer(r"\w[\w’'-]*", text) if asked & stems(match.group()))
