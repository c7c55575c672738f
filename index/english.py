"""English words that several rooms read: months, weekdays, numbers, titles, currency signs, names.

The patterns are for one word each and begin with a capital. Compiled with
`re.IGNORECASE` they read small letters too.
"""

import re

MONTHS = tuple("January February March April May June July August September October November December".split())
MONTHS_SHORT = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
MONTH = rf"(?:{'|'.join(MONTHS)}|(?:{MONTHS_SHORT})\b\.?)"
WEEKDAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})"
_MONTHS_ELSEWHERE = (
    "januar janvier enero janeiro gennaio januari styczeń stycznia|februar février febrero fevereiro febbraio februari lutego|"
    "märz mars marzo março maart marca|april avril abril aprile kwietnia|mai mayo maio maggio mei maj maja|"
    "juni juin junio junho giugno czerwca|juli juillet julio julho luglio lipca|"
    "august août agosto augustus augusti sierpnia|september septembre septiembre setembro settembre września|"
    "oktober octobre octubre outubro ottobre października|november novembre noviembre novembro listopada|"
    "dezember december décembre diciembre dezembro dicembre desember grudnia"
)
# The months of other languages, as pages print their days: "20 novembre 2019".
MONTHS_ELSEWHERE = {name: number for number, names in enumerate(_MONTHS_ELSEWHERE.split("|"), 1) for name in names.split()}
MONTHS_AND_WEEKDAYS = frozenset(name.lower() for name in (*MONTHS, *WEEKDAYS))

SMALL_NUMBERS = tuple(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen".split()
)
TENS = tuple("twenty thirty forty fifty sixty seventy eighty ninety".split())
NUMBERS = {word: value for value, word in enumerate(SMALL_NUMBERS)} | {word: 10 * ten for ten, word in enumerate(TENS, 2)}
NUMBER_FROM_TWO = "|".join((*SMALL_NUMBERS[2:], *TENS))  # "One" often counts nothing: "one of them".
ORDINALS = tuple("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split())
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SCALES_SHORT = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion", "tn": "trillion"}
CURRENCY_SIGNS = "$€£¥"

COURTESY_TITLES = frozenset("mr mrs ms dr sir".split())
TITLES = COURTESY_TITLES | frozenset("miss dame lord lady prof".split())  # "The lady" and "a lord" bear no name.
NAME_PARTICLES = tuple("van von de da del der bin al el la le den ter".split())
# The quantifier is possessive: each word is read whole, so a list of names matches in one way only.
CAPITALISED = r"[A-Z][\w’'-]*+"
CAPITALISED_IN_ANY_SCRIPT = r"[^\W\d_a-z][\w’'-]*+"  # "Łódź": Python's patterns know no class of capitals.

# Verbs that deny what they govern, in their forms with a subject.
DENYING = (
    r"den(?:y|ies|ied|ying)|dismiss(?:es|ed|ing)?|reject(?:s|ed|ing)?|disput(?:es?|ed|ing)|refut(?:es?|ed|ing)"
    r"|debunk(?:s|ed|ing)?|contradict(?:s|ed|ing)?"
)

POSSESSIVE_ENDING = re.compile(r"['’]s?$")


def month_number(name: str) -> int:
    """Return the number, 1 to 12, of a month by its name or abbreviation in any case: 9 for "Sept."."""
    return next(number for number, month in enumerate(MONTHS, 1) if month[:3].lower() == name[:3].lower())


def count(number: int, noun: str) -> str:
    """Return a number of things: "1 quote", "2,000 quotes"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
