"""Numbers written as words, and the values of both."""

import re
from decimal import Decimal

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_UNITS = {word: value for value, word in enumerate(_SMALL) if value} | {word: 10 * ten for ten, word in enumerate(_TENS, 2)}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SHORT = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion", "tn": "trillion"}
DIGITS = r"\d{1,3}(?:(?:,\d{3})+|(?:[ \u00a0\u202f]\d{3})+)(?!\d)|\d+(?:\.\d+)?(?![\d,]*\d)"
UNIT = rf"(?:{'|'.join((*_UNITS, 'hundred'))})\b"
AFTER_A = rf"an?\s+(?=(?:hundred|{'|'.join(SCALES)})\b)"


def number_value(number: str, scale: str) -> Decimal | int | None:
    """What a number is worth; None where its words make no number ("two three")."""
    factor = SCALES.get(SHORT.get(scale, scale), 1)
    if number[0].isdigit():
        value = Decimal(re.sub(r"[^\d.]", "", number)) * factor
        return round(value) if value == round(value) else value
    total = part = 0  # Of hundreds, and below them.
    for word in re.findall("[a-z]+", number):
        if word == "hundred" and not total:
            total, part = 100 * (part or 1), 0
        elif word in _UNITS and (not part or (part >= 20 and not part % 10 and 0 < _UNITS[word] < 10)):
            part += _UNITS[word]
        elif word not in ("a", "an", "and"):
            return None
    return (total + part or 1) * factor
