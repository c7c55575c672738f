"""Words for values, as newspapers write them: read as numbers, and varied without a change of meaning.

"between $5 billion and $5.5 billion" is read as low 5e9, high 5.5e9, sense "range", unit "$".
"""

import re
from dataclasses import dataclass
from random import Random

from articles_qa.index.english import NUMBERS, SCALES

# The words that qualify a value; the longest words at its beginning or end decide.
SENSES = {
    "about": ("about", "around", "roughly", "approximately", "some", "closer to", "or so"),
    "more than": ("more than", "over", "just over"),
    "at least": ("at least", "no fewer than", "or more"),
    "less than": ("less than", "fewer than", "nearly", "almost", "under"),
    "at most": ("up to", "as many as", "as high as", "no more than"),
}
RANGE, EXACT = "range", "exact"
# Words of equal meaning before any figure, and words of equal meaning before a number of things.
_ALIKE = (("more than", "over"), ("nearly", "almost"), ("about", "around", "roughly"))
_ALIKE_COUNTED = (("up to", "as many as"),)
_PERCENTS = ("{} percent", "{} per cent", "{}%")
_SCALES = {"dozen": 12, "hundred": 100} | SCALES
_VAGUE = {"dozens": 24, "hundreds": 200, "thousands": 2000}  # At least so many.
_SIGNS = (("$", r"\$|\bdollars?\b"), ("€", r"€|\beuros?\b"), ("%", r"%|\bper ?cent\b"))
_PART = re.compile(r"(?P<digits>\d[\d,]*(?:\.\d+)?)|(?P<word>[a-z]+)")


@dataclass(frozen=True, slots=True)
class WrittenValue:
    """The value of some words: a number or a range, its qualifier, and its currency or percent sign.

    For a day, `low` is an ISO date; for a name, the name.
    """

    low: float | str
    high: float | str
    sense: str
    unit: str


def read_value(words: str) -> WrittenValue:
    """Return the value of "more than 40", "between $5 billion and $5.5 billion", "half a million".

    Raises:
        ValueError: they hold no number.
    """
    plain = words.casefold()
    unit = next((sign for sign, pattern in _SIGNS if re.search(pattern, plain)), "")
    bare = re.sub(r"^(?:between|from|up to|closer to)\s", "", plain)
    ends = re.split(r"\s(?:and|to)\s(?=[$€\d])", bare)
    if len(ends) == 2:
        return WrittenValue(_number(ends[0]), _number(ends[1]), RANGE, unit)
    vague = any(word in _VAGUE for word in plain.split())
    number = _number(plain)
    return WrittenValue(number, number, "at least" if vague else _sense(plain), unit)


def vary(words: str, random: Random, *, percent: int) -> str:
    """Return the value in other words: "more than" or "over" by chance, percent in the spelling of this number."""
    for alike in _ALIKE if re.search(r"[$€%]|euros", words) else _ALIKE + _ALIKE_COUNTED:
        written = next((word for word in alike if words.casefold().startswith(word + " ")), None)
        if written:
            drawn = random.choice(alike)
            words = (drawn.capitalize() if words[0].isupper() else drawn) + words[len(written) :]
    words = re.sub(r"(?<![\d,.])\d{4,}(?![\d,])", lambda match: f"{int(match.group()):,}", words)
    return re.sub(r"([\d.,]+) %", lambda match: _PERCENTS[percent].format(match[1]), words)


def _sense(words: str) -> str:
    found = [
        (len(word), sense)
        for sense, qualifiers in SENSES.items()
        for word in qualifiers
        if words.startswith(word + " ") or words.endswith(" " + word)
    ]
    return max(found)[1] if found else EXACT


def _number(words: str) -> float:
    """Return the number in the words: figures or number words, times their scales."""
    total: float | None = None
    for part in _PART.finditer(words):
        word = part["word"]
        if part["digits"]:
            total = float(part["digits"].replace(",", ""))
        elif word in NUMBERS:
            total = (total or 0) + NUMBERS[word]
        elif word == "half":
            total = 0.5
        elif word in _SCALES:
            total = (1 if total is None else total) * _SCALES[word]
        elif word in _VAGUE:
            total = _VAGUE[word]
    if total is None:
        raise ValueError(f"{words!r} holds no number")
    return round(total, 6)
