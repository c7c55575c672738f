"""Units: the unit of a number in a sentence, and the units that a question asks for.

It cost $2.4m. The sign before the number is its unit: "$".
Maria Lopez, 45, ran 40km. A name and a comma before "45" make it years old, and
the letters after "40" kilometres: "years old", "km".
"how old is the bridge?" asks for years: "662 years old", "aged 40", "born".
"""

import re
from dataclasses import dataclass

from articles_qa.index.english import CAPITALISED, CURRENCY_SIGNS, MONTH, NUMBER_FROM_TWO, WEEKDAY

_WORDS = {
    "%": r"%|per\s?cent\b|pct\b|pc\b|percentage\s+points?\b",
    "$": r"(?:US\s+)?dollars?\b|USD\b",
    "€": r"euros?\b|EUR\b",
    "£": r"pounds?(?:\s+sterling)?\b|GBP\b",
    "¥": r"yen\b",
    "yuan": r"yuan\b|renminbi\b",
    "roubles": r"rou?bles?\b",
    "rupees": r"rupees?\b",
    "won": r"won\b(?=\s*(?:[,.;(]|$|in\b|to\b|for\b|\())",
    "francs": r"(?:Swiss\s+)?francs?\b",
    "km/h": r"km/h\b|kph\b|kilomet(?:re|er)s\s+(?:an|per)\s+hour\b",
    "mph": r"mph\b|miles\s+(?:an|per)\s+hour\b",
    "km²": r"(?:square\s+kilomet(?:re|er)s?|sq\s?km|km2|km²)(?!\w)",
    "square miles": r"square\s+miles?\b",
    "m²": r"(?:square\s+met(?:re|er)s?|m2|m²)(?!\w)",
    "square feet": r"square\s+(?:feet|foot)\b|sq\s?ft\b",
    "km": r"km\b|kilomet(?:re|er)s?\b",
    "cm": r"cm\b|centimet(?:re|er)s?\b",
    "mm": r"mm\b|millimet(?:re|er)s?\b",
    "m": r"m\b|met(?:re|er)s?\b",
    "miles": r"miles?\b",
    "feet": r"feet\b|foot\b|ft\b",
    "inches": r"inch(?:es)?\b",
    "yards": r"yards?\b",
    "hectares": r"hectares?\b",
    "acres": r"acres?\b",
    "tonnes": r"(?:metric\s+)tons?\b|tonnes?\b",
    "tons": r"tons?\b",
    "kg": r"kg\b|kilos?\b|kilogram(?:me)?s?\b",
    "barrels": r"barrels?\b(?:\s+(?:a|per)\s+day\b)?",
    "litres": r"lit(?:re|er)s?\b",
    "MW": r"MW\b|megawatts?\b",
    "GW": r"GW\b|gigawatts?\b",
    "°C": r"°\s?C\b|C\b|degrees\s+(?:Celsius|C\b)",
    "°F": r"°\s?F\b|F\b|degrees\s+(?:Fahrenheit|F\b)",
    "degrees": r"degrees?\b|°",
    "magnitude": r"on\s+the\s+Richter(?:\s+scale)?\b|magnitude\b",
    "years old": r"years?[\s-]olds?\b|years?\s+of\s+age\b",
    "years": r"years?\b",
    "months": r"months?\b",
    "weeks": r"weeks?\b",
    "days": r"days?\b",
    "hours": r"hours?\b",
    "minutes": r"minutes?\b|mins?\b",
    "seconds": r"seconds?\b",
    "times": r"times\b",
}
_UNITS = tuple(
    (name, re.compile(rf"(?:{words})", 0 if name in ("°C", "°F", "m") else re.IGNORECASE)) for name, words in _WORDS.items()
)
_BY_FIRST: dict[str, list[tuple[str, re.Pattern[str]]]] = {
    letter: [
        (name, pattern) for name, pattern in _UNITS if re.search(rf"(?:^|\||\(|\?){re.escape(letter)}", _WORDS[name], re.I)
    ]
    for letter in "abcdefghijklmnopqrstuvwxyz%°"
}
_BLANKS = re.compile(r"\s{0,2}-?")
_MONEY = re.compile(rf"(?:(?:US|A|C|AU|CA|NZ|HK|S)\$|[{CURRENCY_SIGNS}])\s?$")
_MAGNITUDE = re.compile(r"\bmagnitude(?:\s+of|-)?\s+$|\bmagnitude-$", re.IGNORECASE)
_AGED = re.compile(r"\b(?:aged?|ages)\s+(?:of\s+)?$", re.IGNORECASE)
_AGE = re.compile(rf"(?:^|\s){CAPITALISED}(?<=[a-z]),\s$")
MONEY = frozenset((*CURRENCY_SIGNS, "yuan", "roubles", "rupees", "won", "francs"))


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its name, "" for things that are counted, and where the number with its unit begins and ends."""

    name: str
    start: int
    end: int


def unit_of(text: str, start: int, end: int) -> Unit:
    """Return the unit of the number at `[start, end)` of a sentence."""
    before = text[max(0, start - 16) : start]
    if money := _MONEY.search(before):
        name = money.group().strip()
        return Unit(name.removeprefix("US"), start - len(money.group()), end)
    after = _BLANKS.match(text, end)
    at = after.end() if after else end
    for name, pattern in _BY_FIRST.get(text[at : at + 1].lower(), ()):
        if found := pattern.match(text, at):
            return Unit(name, start, found.end())
    if magnitude := _MAGNITUDE.search(before):
        return Unit("magnitude", start - len(magnitude.group()), end)
    if aged := _AGED.search(before):
        return Unit("years old", start - len(aged.group()), end)
    # "Maria Lopez, 45,"
    is_age = end - start == 2 and text[end : end + 1] in (",", ".", ";") and _AGE.search(text[max(0, start - 30) : start])
    return Unit("years old" if is_age else "", start, end)


_NUMBER = rf"(?:\d[\d,.]*|one|{NUMBER_FROM_TWO}|hundreds?|thousands?|millions?|billions?|dozens?|several|an?|half)"
_TIME = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)|nights?|generations?)"
_DISTANCE = r"(?:kilomet(?:er|re)s?|km|met(?:er|re)s?|miles?|feet|foot|ft|inch(?:es)?|yards?|cm|mm|centimet(?:er|re)s?|m)"
_PAID = r"(?:cost|pay|paid|pays|spend|spent|worth|earn|charge|price|sold|sell|donat|raise|fund|money|owe)\w*"
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\b|{WEEKDAY}|Christmas|Easter|Eve)"

_ASKED = (
    (
        r"\bhow old\b|\bwhat age\b",
        rf"\b{_NUMBER}[- ]years?[- ]old|\baged? (?:of )?{_NUMBER}\b|\b(?:born|birthday)\b|,\s\d\d,"
        r"|\bin (?:his|her|their) (?:early |late )?(?:teens|twenties|thirties|\d0s)",
    ),
    (
        rf"\bhow much money\b|\bhow much\b.*\b{_PAID}|\bwhat (?:was|is|were) the (?:price|cost|salary|budget|value)\b",
        rf"[{CURRENCY_SIGNS}]\s?\d|\b(?:dollars?|euros?|pounds?|rubles?|roubles?|won|yen|yuan|francs?|cents?|USD)\b",
    ),
    (
        r"\bwhat (?:percent\w*|share|proportion)\b|\bhow (?:many|much) percent",
        r"%|\bper ?cent\b|\bpercentage|\b(?:half|third|quarter|majority|most|one in|out of)\b",
    ),
    (
        r"\bhow (?:long|soon|quickly) (?:did|does|do|has|have|had|was|were|is|will|would|after|before|until)\b"
        r"|\bfor how long\b|\bhow many (?:years|days|months|weeks|hours|minutes)\b",
        rf"\b{_NUMBER}(?:\s\w+)?[-\s]{_TIME}\b|\b{_TIME}\b"
        r"|\b(?:since|until|till|from \d|between|1[0-9]\d\d|20\d\d|immediately)\b",
    ),
    (r"\bhow (?:far|tall|high|deep|wide)\b", rf"\b{_NUMBER}[-\s]{_DISTANCE}\b|\b\d+(?:st|nd|rd|th) floor"),
    (
        r"\bhow often\b|\bhow many times\b",
        r"\b(?:every|once|twice|times|daily|weekly|monthly|yearly|annual(?:ly)?|per|each|often|regularly|frequently|"
        r"always|never|rarely)\b",
    ),
    (r"\b(?:what|which) year\b", r"\b1\d{3}\b|\b20\d\d\b|\b\d{3,4} (?:BC|AD|BCE|CE)\b|\bin \d{3}\b"),
    (r"\b(?:what|which) century\b", r"\bcentur"),
    (r"\b(?:what|which) month\b", rf"\b{MONTH}(?!\w)"),
    (r"\b(?:what|which) (?:day|date)\b", rf"\b{_DAY}\b"),
)
_PATTERNS = tuple((re.compile(asked, re.IGNORECASE), re.compile(answer, re.IGNORECASE)) for asked, answer in _ASKED)


def asked_units(question: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns that an answer to this question must match; none where the question asks for no unit."""
    return tuple(answer for asked, answer in _PATTERNS if asked.search(question))
