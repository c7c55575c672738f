"""Units: what an answer is counted in, where a question says so: years of age, money, distance, a share."""

import re

_NUMBER = (
    r"(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|"
    r"millions?|billions?|dozens?|several|an?|half)"
)
_TIME = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)|nights?|generations?)"
_DISTANCE = r"(?:kilomet(?:er|re)s?|km|met(?:er|re)s?|miles?|feet|foot|ft|inch(?:es)?|yards?|cm|mm|centimet(?:er|re)s?|m)"
_PAID = r"(?:cost|pay|paid|pays|spend|spent|worth|earn|charge|price|sold|sell|donat|raise|fund|money|owe)\w*"
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?\b|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Christmas|Easter|Eve)"
_MONTH = "January February March April May June July August September October November December".replace(" ", "|")

_ASKED = (
    (
        r"\bhow old\b|\bwhat age\b",
        rf"\b{_NUMBER}[- ]years?[- ]old|\baged? (?:of )?{_NUMBER}\b|\b(?:born|birthday)\b|,\s\d\d,"
        r"|\bin (?:his|her|their) (?:early |late )?(?:teens|twenties|thirties|\d0s)",
    ),
    (
        rf"\bhow much money\b|\bhow much\b.*\b{_PAID}|\bwhat (?:was|is|were) the (?:price|cost|salary|budget|value)\b",
        r"[$€£¥]\s?\d|\b(?:dollars?|euros?|pounds?|rubles?|roubles?|won|yen|yuan|francs?|cents?|USD)\b",
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
    (r"\b(?:what|which) month\b", rf"\b(?:{_MONTH})\b"),
    (r"\b(?:what|which) (?:day|date)\b", rf"\b{_DAY}\b"),
)
_PATTERNS = tuple((re.compile(asked, re.IGNORECASE), re.compile(answer, re.IGNORECASE)) for asked, answer in _ASKED)


def asked_units(question: str) -> tuple[re.Pattern[str], ...]:
    """The patterns that an answer to this question holds, each; none where it asks for no unit."""
    return tuple(answer for asked, answer in _PATTERNS if asked.search(question))
