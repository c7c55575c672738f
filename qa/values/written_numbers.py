"""Numbers as sentences write them: in digits, in words, in dozens, as a share.

Two dozen of the 1,200 homes on Route 66 burnt in 2019.
Numbers: "Two dozen" is 24 and "1,200" is 1200. "66" is the name of a road and
"2019" a year; neither counts anything.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from articles_qa.index.articles.span import Span
from articles_qa.index.english import CURRENCY_SIGNS, NUMBER_FROM_TWO, NUMBERS, SCALES, SCALES_SHORT
from articles_qa.qa.values.days import days

MOST = 10**15  # No count in the news is larger; a larger number is a string of digits.
MAX_NUMBERS = 40  # Read of a sentence; a sentence with more is a list or a table.
MAX_CHARS = 40  # Of a number; a longer one counts nothing, and takes long to read.

_SCALE = "|".join(SCALES)
# "2.618.000" and "1,4 million" are written on the Continent; "2.618" by itself has decimals.
DIGITS = (
    rf"\d{{1,3}}(?:\.\d{{3}}){{2,}}(?!\d)|\d{{1,3}},\d{{1,2}}(?=[\s-](?:{_SCALE})\b)|"
    + r"\d{1,3}(?:(?:,\d{3})+|(?:[ \u00a0\u202f]\d{3})+)(?!\d)|\d+(?:\.\d+)?(?![\d,]*\d)"
)
NUMBER_WORD = rf"(?:one|{NUMBER_FROM_TWO}|hundred)\b"
A_BEFORE_SCALE = rf"an?\s+(?=(?:hundred|{_SCALE})\b)"
_WORDS = rf"(?:{A_BEFORE_SCALE})?{NUMBER_WORD}(?:(?:(?<=hundred)\s+and\s+(?!\w+\s+hundred)|-|\s){NUMBER_WORD})*+"
_MANY = rf"(?:tens|scores|dozens|hundreds|thousands|millions|billions)(?:\s+of\s+(?:{_SCALE})s)?"
_SEVERAL = rf"(?:several|many|a\s+few)\s+(?P<several>dozen|hundred|{_SCALE})"
_HALF = rf"(?P<part>half(?:\s+of)?|(?:an?\s+)?quarter\s+of|three[\s-]quarters\s+of)\s+an?\s+(?P<half>dozen|{_SCALE})"
_AND_A_HALF = (
    rf"(?P<and_half>\d{{1,3}}(?=\s)|{NUMBER_WORD})\s+and\s+a\s+half(?:\s+(?P<of_half>{_SCALE}))?"
    rf"|an?\s+(?P<one_and_half>{_SCALE})\s+and\s+a\s+half"
)
_SHARE = (
    r"(?:an?|one|two|three|four)(?:\s|-)(?:third|quarter|fifth)s?(?=\s+of\b)|three[\s-]quarters|two[\s-]thirds"
    r"|half(?=\s+(?:of|the|its|their|all)\b)"
)
# The first letters of all numbers. Without this look ahead a sentence took 37 µs, with it 16; in small letters 7.
_BEGINS = r"\d|no(?:b|[\s-]o)|an?\s[htmbdqf]|qu|on|tw|th[iro]|fo|fi|si|se|ei|ni|te|el|hu|mi|bi|tr|do|sc|hal|many"
_NUMBER = re.compile(
    rf"(?<![\w.,])(?={_BEGINS})(?:(?P<nobody>(?:nobody|no[\s-]one)(?=\s+(?:was|were|is|has|had|died|dies)\b))|{_AND_A_HALF}|(?P<digits>{DIGITS})(?:[\s-]?(?P<scale>{_SCALE})\b|(?P<short>{'|'.join(SCALES_SHORT)})\b)?"
    rf"|(?P<many>{_MANY})|{_SEVERAL}|{_HALF}|(?P<share>{_SHARE})|(?P<dozen>an?|{NUMBER_WORD})\s+dozen"
    rf"|an?\s+(?P<one>{_SCALE})\b|(?P<words>{_WORDS})(?:[\s-](?P<times>{_SCALE})\b)?)"
    r"(?:(?!\w)|(?=(?:km|kg|cm|mm|ft|mph|kph|pc|c|f|mw|gw)\b))(?!\.\d)"
)
_DECIMAL_COMMA = re.compile(r"\d{1,3},\d{1,2}")
_SIZES = {"tens": 20, "scores": 40, "dozens": 24, "dozen": 12, "hundred": 100, "hundreds": 200} | SCALES
_SIZES |= {f"{scale}s": 2 * size for scale, size in SCALES.items()}
_SHARES = {"third": 100 / 3, "quarter": 25.0, "fifth": 20.0}
_YEARS = range(1500, 2100)  # Four plain digits of these are a year, unless they are round.
_DATING = re.compile(r"\b(?:in|since|until|by|year|from)\s$", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:\b(?:articles?|pages?|runway|highway|route|road|chapter|section|lines?|number|no\.?|room|flight|channel|"
    r"category|phase|level|stage|grade|type|version|part|episode|season|row|gate|platform|class|war|figure|act|item|top)"
    r"|\w['’])\s$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?<=[\w’'] )[A-Z][\w’-]*\s$|[A-Za-z]-$|[:/]$|#$")
# "In Paris 70 demonstrators", not "Boeing 737".
_COUNTS = re.compile(r"\s(?:[a-z]+\s)?(?:[a-z]+[^s\W]s|people|men|women|children)\b")
_ONE_IN = re.compile(r"\b(?:one|1)\s(?:in|out\sof)(?:\severy)?\s$", re.IGNORECASE)
_NO_ONE = re.compile(r"\b(?:no|any|every|some|this|the|which|each|another)\s$", re.IGNORECASE)
_ONE_BY_ITSELF = re.compile(r"\s(?:of|another|is|was|day|that|who|has|had|to|and|or|in|for|by|more)\b|\W*$|[,.;:?!’'-]")
_COUNTED_NEXT = re.compile(r"\s(?!(?:in|of|by|to|and|or|on|at|from|high|wide|long|deep|tall|above|below|over|under)\b)[a-z]")
_CLOCK = re.compile(r":\d|/\d|-0\d|\s?(?:[ap]\.?m\b|o['’]clock|GMT\b|hrs?\b|min(?:ute)?s? read\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number at `span`. `is_vague`: the least that the words can mean ("dozens"). `is_share`: in per cent."""

    span: Span
    value: float
    scale: int
    is_vague: bool = False
    is_share: bool = False


def written_numbers(text: str) -> Iterator[WrittenNumber]:
    """The numbers that a sentence counts or measures with, in order, without days, years, hours, labels and numbered things."""
    small = text.lower()
    if len(small) != len(text):  # "İ" in small letters is two.
        small = text
    matches = list(islice(_NUMBER.finditer(small), MAX_NUMBERS))
    dated = [day.span for day in days(text)] if matches else []
    for match in matches:
        start, end = match.span()
        if end - start > MAX_CHARS or any(day.start < end and start < day.end for day in dated):
            continue
        if not _is_name(text, match) and (number := _number(match)) and number.value < MOST:
            yield number


def number_value(number: str, scale: str) -> Decimal | int | None:
    """Return the value of a number; None where its words make no number ("two three")."""
    factor = SCALES.get(SCALES_SHORT.get(scale, scale), 1)
    if number[0].isdigit():
        if number.count(".") > 1:
            number = number.replace(".", "")
        elif _DECIMAL_COMMA.fullmatch(number):
            number = number.replace(",", ".")
        value = Decimal(re.sub(r"[^\d.]", "", number)) * factor
        return round(value) if value == round(value) else value
    total = part = 0  # Of hundreds, and below them.
    for word in re.findall("[a-z]+", number):
        if word == "hundred" and not total:
            total, part = 100 * (part or 1), 0
        elif NUMBERS.get(word) and (not part or (part >= 20 and not part % 10 and 0 < NUMBERS[word] < 10)):
            part += NUMBERS[word]
        elif word not in ("a", "an", "and"):
            return None
    return (total + part or 1) * factor


def _number(match: re.Match[str]) -> WrittenNumber | None:
    """The number that a match makes; None where its words make none."""
    span, found = Span(*match.span()), match.groupdict()
    if found["share"]:
        many, *part = re.split(r"[\s-]", match.group().lower())  # "Half", "two thirds".
        share = _SHARES[part[0].rstrip("s")] * {"two": 2, "three": 3, "four": 4}.get(many, 1) if part else 50.0
        return WrittenNumber(span, round(share, 1), 1, is_share=True)
    if found["many"]:
        first, *of = match.group().lower().split()  # "Dozens", "hundreds of thousands".
        return WrittenNumber(span, float(_SIZES[first] * (SCALES[of[-1][:-1]] if of else 1)), 1, is_vague=True)
    if found["several"]:
        return WrittenNumber(span, 3.0 * _SIZES[found["several"].lower()], 1, is_vague=True)
    if any(found[part] for part in ("nobody", "half", "and_half", "one_and_half", "dozen")):
        return _number_of_parts(span, found)
    scale = (found["scale"] or found["short"] or found["times"] or found["one"] or "").lower()
    is_money = match.string[span.start - 1 : span.start] in tuple(CURRENCY_SIGNS)
    if scale == "m" and not is_money and not _COUNTED_NEXT.match(match.string, span.end):
        span, scale = Span(span.start, span.end - 1), ""  # Metres: "2.4m in a day", not "$2.4m" or "2.4m people".
    value = number_value((found["digits"] or found["words"] or "a").lower(), scale)
    return None if value is None else WrittenNumber(span, float(value), SCALES.get(SCALES_SHORT.get(scale, scale), 1))


def _number_of_parts(span: Span, found: Mapping[str, str | None]) -> WrittenNumber | None:
    """The number of "nobody", "a quarter of a million", "two and a half million" or "three dozen"."""
    if half := found["half"]:
        part = {"h": 0.5, "t": 0.75}.get((found["part"] or "").lower()[:1], 0.25)
        return WrittenNumber(span, _SIZES[half.lower()] * part, 1)
    if one := found["one_and_half"]:
        return WrittenNumber(span, 1.5 * SCALES[one.lower()], SCALES[one.lower()])
    if (whole := found["and_half"] or found["dozen"]) is None:
        return WrittenNumber(span, 0.0, 1)
    if (many := number_value(whole.lower(), "")) is None or not many:
        return None
    scale = SCALES.get((found["of_half"] or "").lower(), 1)
    return WrittenNumber(span, (float(many) + 0.5) * scale if found["and_half"] else 12.0 * float(many), scale)


def _is_name(text: str, match: re.Match[str]) -> bool:
    """Return whether the number counts nothing: a year, an hour, "Article 5", "F-16", "no one"."""
    start, end = match.span()
    before, after = text[max(0, start - 24) : start], text[end : end + 24]
    plain = match["digits"] and not match["scale"] and not match["short"]
    if match["words"] and match["words"].lower() == "one" and not match["times"]:
        return bool(_NO_ONE.search(before) or _ONE_BY_ITSELF.match(after))
    if _ONE_IN.search(before) or not plain:
        return bool(_ONE_IN.search(before))
    digits = match["digits"]
    if len(digits) == 4 and digits.isdigit() and int(digits) in _YEARS and (int(digits) % 100 or _DATING.search(before)):
        return True
    if _CLOCK.match(after) or (digits[0] == "0" and len(digits) > 1 and digits[1] != "."):
        return True
    return bool((_NAMED.search(before) and not _COUNTS.match(after)) or _LABEL.search(before))
