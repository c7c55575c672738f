"""Amounts: figures as news writes them, worth what they are worth."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles_qa.qa.values.amounts import Sense, amounts
from articles_qa.qa.values.days import Grain, days

# Where a figure stands in "It was … there.", and what it is worth: low, high, sense, unit.
WORTH = [
    ("12,000", 12_000, 12_000, Sense.EXACT, ""),
    ("12 000", 12_000, 12_000, Sense.EXACT, ""),
    ("12000", 12_000, 12_000, Sense.EXACT, ""),
    ("12.000", 12, 12, Sense.EXACT, ""),  # Read as English.
    ("12k", 12_000, 12_000, Sense.EXACT, ""),
    ("twelve thousand", 12_000, 12_000, Sense.EXACT, ""),
    ("1.2 million", 1_200_000, 1_200_000, Sense.EXACT, ""),
    ("a dozen", 12, 12, Sense.EXACT, ""),
    ("half a dozen", 6, 6, Sense.EXACT, ""),
    ("two dozen", 24, 24, Sense.EXACT, ""),
    ("dozens", 24, 24, Sense.AT_LEAST, ""),
    ("hundreds", 200, 200, Sense.AT_LEAST, ""),
    ("tens of thousands", 20_000, 20_000, Sense.AT_LEAST, ""),
    ("hundreds of thousands", 200_000, 200_000, Sense.AT_LEAST, ""),
    ("several hundred", 300, 300, Sense.AT_LEAST, ""),
    ("a hundred and twenty", 120, 120, Sense.EXACT, ""),
    ("a thousand", 1000, 1000, Sense.EXACT, ""),
    ("half a million", 500_000, 500_000, Sense.EXACT, ""),
    ("two hundred and twenty thousand", 220_000, 220_000, Sense.EXACT, ""),
    ("over 100", 100, 100, Sense.MORE_THAN, ""),
    ("well over 100", 100, 100, Sense.MORE_THAN, ""),
    ("upwards of 100", 100, 100, Sense.MORE_THAN, ""),
    ("at least 100", 100, 100, Sense.AT_LEAST, ""),
    ("no fewer than 100", 100, 100, Sense.AT_LEAST, ""),
    ("100 or more", 100, 100, Sense.AT_LEAST, ""),
    ("100+", 100, 100, Sense.AT_LEAST, ""),
    ("nearly 100", 100, 100, Sense.LESS_THAN, ""),
    ("almost 100", 100, 100, Sense.LESS_THAN, ""),
    ("just under 100", 100, 100, Sense.LESS_THAN, ""),
    ("fewer than 100", 100, 100, Sense.LESS_THAN, ""),
    ("up to 100", 100, 100, Sense.AT_MOST, ""),
    ("as many as 100", 100, 100, Sense.AT_MOST, ""),
    ("no more than 100", 100, 100, Sense.AT_MOST, ""),
    ("some 100", 100, 100, Sense.ABOUT, ""),
    ("an estimated 100", 100, 100, Sense.ABOUT, ""),
    ("roughly 100", 100, 100, Sense.ABOUT, ""),
    ("200-300", 200, 300, Sense.RANGE, ""),
    ("200–300", 200, 300, Sense.RANGE, ""),
    ("200 to 300", 200, 300, Sense.RANGE, ""),
    ("between 200 and 300", 200, 300, Sense.RANGE, ""),
    ("about 200 to 300", 200, 300, Sense.RANGE, ""),
    ("between two hundred and three hundred", 200, 300, Sense.RANGE, ""),
    ("2 to 3 million", 2_000_000, 3_000_000, Sense.RANGE, ""),
    ("$2-3 billion", 2 * 10**9, 3 * 10**9, Sense.RANGE, "$"),
    ("$40 million", 40_000_000, 40_000_000, Sense.EXACT, "$"),
    ("$40m", 40_000_000, 40_000_000, Sense.EXACT, "$"),
    ("€1.2bn", 1_200_000_000, 1_200_000_000, Sense.EXACT, "€"),
    ("40 million dollars", 40_000_000, 40_000_000, Sense.EXACT, "$"),
    ("40-million-dollar", 40_000_000, 40_000_000, Sense.EXACT, "$"),
    ("5%", 5, 5, Sense.EXACT, "%"),
    ("5 per cent", 5, 5, Sense.EXACT, "%"),
    ("a third of it", 33.3, 33.3, Sense.EXACT, "%"),
    ("half of it", 50, 50, Sense.EXACT, "%"),
    ("minus 5 degrees", -5, -5, Sense.EXACT, "degrees"),
    ("-5°C", -5, -5, Sense.EXACT, "°C"),
    ("0", 0, 0, Sense.EXACT, ""),
    ("300km", 300, 300, Sense.EXACT, "km"),
    ("6.8-magnitude", 6.8, 6.8, Sense.EXACT, "magnitude"),
    ("three days", 3, 3, Sense.EXACT, "days"),
    ("12-year", 12, 12, Sense.EXACT, "years"),
]


@pytest.mark.parametrize(("written", "low", "high", "sense", "unit"), WORTH)
def test_a_figure_is_worth_what_it_says(written: str, low: float, high: float, sense: Sense, unit: str) -> None:
    text = f"It was {written} there."
    (amount,) = amounts(text)
    assert (amount.low, amount.high, amount.sense, amount.unit) == (low, high, sense, unit)
    assert amount.span.cut(text) == written.removesuffix(" of it")


NONE = [
    "in 2024",
    "since 1998",
    "the 1990s",
    "on December 16",
    "on Dec. 26th",
    "3 May",
    "10:30",
    "6 p.m.",
    "the 11th Corps",
    "the F-16",
    "Article 5",
    "3 min read",
    "line 40",
    "one of them",
    "no one",
    "3-2",
    "555-0199",
    "9" * 30,
    str(10**400),
    "the first half",
    "one in five",
]


@pytest.mark.parametrize("written", NONE)
def test_what_counts_nothing_is_no_figure(written: str) -> None:
    assert amounts(f"It was {written}.") == ()


@given(st.integers(min_value=2, max_value=10**14))
@example(10**14)
def test_any_number_with_commas_is_read_back(number: int) -> None:
    (amount,) = amounts(f"They counted {number:,} votes.")
    assert amount.low == amount.high == number


@given(st.text(max_size=300) | st.text(alphabet="0123456789 ,.-$%kman to", max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    ends = 0
    for amount in amounts(text):
        assert ends <= amount.span.start < amount.span.end <= len(text) and amount.low <= amount.high
        ends = amount.span.end


@pytest.mark.parametrize(
    "unit", ["1", "1,", "1 ", "between ", "a ", "two ", "1-", "$", "3 May ", "a hundred and ", "no more than "]
)
def test_twice_the_text_takes_twice_as_long(unit: str) -> None:
    def taken(count: int) -> float:
        text = unit * (count // len(unit))
        began = time.process_time()
        for _ in range(5):
            amounts(text)
            days(text)
        return time.process_time() - began

    once, twice = (min(taken(chars) for _ in range(3)) for chars in (2_000, 4_000))
    assert twice < 2.5 * once + 0.002


DAYS = [
    ("on December 16", "--12-16", Grain.DAY),
    ("on Dec. 26th", "--12-26", Grain.DAY),
    ("on 26 December 2024", "2024-12-26", Grain.DAY),
    ("on December 26, 2024", "2024-12-26", Grain.DAY),
    ("on the 3rd of May", "--05-03", Grain.DAY),
    ("on 2024-12-26", "2024-12-26", Grain.DAY),
    ("on Friday, May 3", "--05-03", Grain.DAY),
    ("on Friday", "friday", Grain.WEEKDAY),
    ("in August", "--08", Grain.MONTH),
    ("in August 2023", "2023-08", Grain.MONTH),
    ("in 1998", "1998", Grain.YEAR),
]


@pytest.mark.parametrize(("written", "iso", "grain"), DAYS)
def test_a_day_is_told_as_closely_as_it_is_known(written: str, iso: str, grain: Grain) -> None:
    (day,) = days(f"It happened {written}.")
    assert (day.iso, day.grain) == (iso, grain)


@pytest.mark.parametrize(
    "text", ["They may 12 times.", "Theresa May spoke.", "They march on.", "2000 people came.", "May 45", "12 Sunsets"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert days(text) == ()
