"""Number spellings: a question's number finds an article with another spelling of it."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles_qa.index.search.analyzer import terms
from articles_qa.qa import Retriever
from articles_qa.qa.questions.number_spellings import spellings
from articles_qa.qa.questions.question import read_question

# What a question says, and one of the ways in which an article may write it.
SAME = [
    ("twelve thousand soldiers", "12,000"),
    ("twelve thousand soldiers", "12000"),
    ("12,000 soldiers", "12 000"),
    ("12 000 soldiers", "12,000"),
    ("12000 soldiers", "twelve thousand"),
    ("12k soldiers", "12,000"),
    ("a thousand soldiers", "1,000"),
    ("1,000 soldiers", "a thousand"),
    ("two soldiers", "2"),
    ("2 soldiers", "two"),
    ("twenty-five soldiers", "25"),
    ("two hundred and twenty thousand people", "220,000"),
    ("3.5 million people", "3,500,000"),
    ("3,500,000 people", "3.5 million"),
    ("$12bn", "12 billion"),
    ("25 per cent of them", "percent"),
    ("25 percent of them", "per cent"),
    ("2,024 soldiers", "2024"),
    ("in the year 2000", "two thousand"),  # A round number counts as often as it dates.
]


@pytest.mark.parametrize(("question", "written"), SAME)
def test_a_number_has_its_other_spellings(question: str, written: str) -> None:
    assert tuple(terms(written)) in {phrase for phrases in spellings(read_question(question)).values() for phrase in phrases}


NONE = [
    "who was captured?",
    "which one of them?",
    "in December 2024",  # A year is written in one way.
    "two three",  # No number.
    "thousands of soldiers",  # No number in particular.
    "thousand",
    "1.2.3",
    "0.5%",
    "9" * 300,
    "weight, tent and of tender tone",  # No number begins inside a word, or ends there.
]


@pytest.mark.parametrize("question", NONE)
def test_what_is_no_number_has_none(question: str) -> None:
    assert spellings(read_question(question)) == {}


@given(st.integers(min_value=2, max_value=10**14))
@example(2)
@example(1_000)
@example(999_999)
def test_digits_with_commas_and_without_are_one_number(number: int) -> None:
    plain, grouped = read_question(f"{number}?"), read_question(f"{number:,}?")
    if plain.text == grouped.text or (1800 <= number < 2100 and number % 100):
        return
    assert tuple(terms(f"{number:,}")) in spellings(plain)[plain.terms[0]]
    assert (str(number),) in spellings(grouped)[grouped.terms[0]]


@given(st.text(alphabet="0123456789 ,.-k%", min_size=1) | st.text(min_size=1, max_size=200))
def test_any_question_can_be_read_for_numbers(text: str) -> None:
    if not terms(" ".join("".join(c if c.isprintable() else " " for c in text).split())):
        return
    question = read_question(text)
    found = spellings(question)
    assert set(found) <= set(question.terms) and all(phrase for phrases in found.values() for phrase in phrases)


def test_the_articles_other_spelling_is_found(retriever_of: Callable[[Mapping[str, str | bytes]], Retriever]) -> None:
    folder = {f"{i}.txt": f"The harvest in valley {name} was good this year." for i, name in enumerate("ABCDEFGH")}
    asked = "what of the twelve thousand?"
    opened = retriever_of({**folder, "x.txt": "Some 12,000 tonnes of wheat went by rail."})
    assert [found.source for found in opened.search(asked) if found.by_words] == ["x.txt"]
