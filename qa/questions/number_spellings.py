"""Number spellings: a question's numbers in the other spellings that articles use."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from articles_qa.index.english import SCALES, SCALES_SHORT, SMALL_NUMBERS, TENS
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.questions.question import Question
from articles_qa.qa.values.written_numbers import A_BEFORE_SCALE, DIGITS, NUMBER_WORD, number_value

_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<number>{DIGITS}|(?:{A_BEFORE_SCALE})?{NUMBER_WORD}(?:(?:\s+and\s+|\s*-\s*|\s+){NUMBER_WORD})*|{A_BEFORE_SCALE})"
    rf"(?:\s*(?P<scale>{'|'.join((*SCALES, *SCALES_SHORT))})\b)?(?!\w)",
    re.IGNORECASE,
)
_PER_CENT = (("percent",), ("per", "cent"))
_YEARS = range(1800, 2100)  # Four digits in this range are a year, unless the number is round.
_LEAST, _MOST = 2, 10**15  # "One" mostly counts nothing: "which one", "one of them".


def spellings(question: Question) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Return the other spellings of a number for each term of the question in that number, as phrases of terms.

    "Twelve thousand", "12,000", "12 000", "12000" and "12k" are one number,
    and so are "percent" and "per cent".
    """
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for match in _NUMBER.finditer(question.text):
        value = number_value(match["number"].lower(), (match["scale"] or "").lower())
        if value is None or not _LEAST <= value < _MOST:
            continue
        if match.group().isdigit() and len(match.group()) == 4 and value in _YEARS and value % 100:
            continue
        typed = tuple(terms(match.group()))
        others = tuple(phrase for phrase in dict.fromkeys(tuple(terms(text)) for text in _written(value)) if phrase != typed)
        found |= {term: others for term in typed if term in question.terms}
    for spelling, other in (_PER_CENT, _PER_CENT[::-1]):
        if set(spelling) <= set(question.terms):
            found |= dict.fromkeys(spelling, (other,))
    return found


def _written(value: Decimal | int) -> Iterator[str]:
    """Yield the number as articles write it: in digits, in words, and in both."""
    yield f"{value}"
    yield f"{value:,}"
    if value >= 10_000:
        yield f"{value:,}".replace(",", " ")
    for scale, factor in SCALES.items():
        many = Decimal(value) / factor
        if 1 <= many < 1000 and many == round(many, 2):
            yield f"{many.normalize():f} {scale}"
            yield from (f"{many.normalize():f}{short}" for short, long in SCALES_SHORT.items() if long == scale)
    if isinstance(value, int) and (words := _words(value)):
        yield words
        if words.startswith("one "):
            yield "a " + words.removeprefix("one ")


def _words(number: int) -> str:
    """Return a whole number in words; "" where articles use no words for it."""
    if number < 20:
        return SMALL_NUMBERS[number]
    if number < 100:
        return TENS[number // 10 - 2] + (f" {SMALL_NUMBERS[number % 10]}" if number % 10 else "")
    if number < 1000:
        return f"{SMALL_NUMBERS[number // 100]} hundred" + (f" and {_words(number % 100)}" if number % 100 else "")
    for scale, factor in SCALES.items():
        if number % factor == 0 and number // factor < 1000:
            return f"{_words(number // factor)} {scale}"
    return ""
