"""The time that a question asks about, and what it does to the answer."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from articles_qa.qa import Retriever
from articles_qa.qa.questions.time_asked import Order, TimeAsked, time_asked

NEWEST = date(2024, 5, 9)
RATES = {
    "a.txt": "Rate held\n\nOll Daily\n12 January 2024\n\nThe central bank of Orland kept its rate at 4.25 percent on Friday.\n",
    "b.txt": "Rate cut\n\nOll Daily\n14 March 2024\n\nThe central bank of Orland cut its rate to 4 percent on Thursday.\n",
    "c.txt": "Cut again\n\nOll Daily\n13 June 2024\n\nThe central bank of Orland lowered its rate to 3.5 percent.\n",
    "d.txt": "Votes\n\nOll Daily\n2 May 2023\n\nIn 2019 Per Stein won the vote in Oll. In 2023 Ada Lund won the vote in Oll.\n",
}


@pytest.mark.parametrize(
    ("question", "since", "until", "order"),
    [
        ("How many had died by 4 May?", None, date(2024, 5, 4), Order.NEWEST),
        ("How many had died before May 2020?", None, date(2020, 4, 30), Order.NEWEST),
        ("How many have died since March?", date(2024, 3, 1), None, None),
        ("Who won in 2019?", date(2019, 1, 1), date(2020, 1, 7), None),
        ("Who won on 12 December?", date(2023, 12, 12), date(2023, 12, 19), None),  # The last one that has been.
        ("What was sold between 2004 and 2006?", date(2004, 1, 1), date(2007, 1, 7), None),
    ],
)
def test_a_day_bounds_the_days_of_publication(
    question: str, since: date | None, until: date | None, order: Order | None
) -> None:
    asked = time_asked(question, NEWEST)
    assert asked
    assert (asked.since, asked.until, asked.order) == (since, until, order)


@pytest.mark.parametrize(
    ("question", "order", "left"),
    [
        ("What is the latest death toll in Saro?", Order.NEWEST, "What is the death toll in Saro?"),
        ("How many have died so far?", Order.NEWEST, "How many have died ?"),
        ("How many cases are there now in Saro?", Order.NEWEST, "How many cases are there in Saro?"),
        ("What was the first reported toll?", Order.FIRST, "What was the toll?"),
        ("What was the initial estimate?", Order.FIRST, "What was the estimate?"),
    ],
)
def test_the_newest_or_the_first_report_is_asked_for(question: str, order: Order, left: str) -> None:
    assert time_asked(question, NEWEST) == TimeAsked(left, order=order)


def test_a_figure_without_a_time_is_of_the_present() -> None:
    asked = time_asked("How many died in Saro?", NEWEST, figure=True)
    assert asked and asked.order is Order.PRESENT and not asked.names_it
    assert time_asked("How many died in the last fire in Saro?", NEWEST, figure=True) is None


@pytest.mark.parametrize("question", ["Who was the first reporter there?", "Who won on Tuesday?", "What was on 31 June 2020?"])
def test_any_other_question_asks_about_no_time(question: str) -> None:
    assert time_asked(question, NEWEST) is None


def test_the_first_quote_is_of_the_time_asked(retriever_of: Callable[[Mapping[str, str]], Retriever]) -> None:
    retriever = retriever_of(RATES)

    def first(question: str) -> str:
        answer = retriever.ask(question)
        return answer.quotes[0].text if answer.answered else ""

    assert "3.5 percent" in first("What is the latest rate of the central bank of Orland?")
    assert "4.25 percent" in first("What was the rate of the central bank of Orland in January 2024?")
    assert "to 4 percent" in first("What was the rate of the central bank of Orland by April 2024?")
    assert "Per Stein" in first("Who won the vote in Oll in 2019?")
    assert "Ada Lund" in first("Who won the vote in Oll in 2023?")
    assert first("Who won the vote in Oll in 2011?") == ""


def test_what_an_article_recalls_comes_after_what_it_reports(retriever_of: Callable[[Mapping[str, str]], Retriever]) -> None:
    head = "Quake in Oststad\n\nOll Daily\n14 April 2023\n\n"
    told = "An earthquake shook Oststad. An earthquake in the same hills killed 2,000 people in 1954. {} Schools were shut.\n"
    now = "Health minister Clara Keller said 113 people had been killed."
    retriever = retriever_of({"a.txt": head + told.format(now)})
    question = "How many people were killed in the earthquake?"
    assert [now in quote.text for quote in retriever.ask(question).quotes][:2] == [True, False]
    assert "1954" in retriever.ask("How many people were killed in the earlier earthquake in Oststad?").quotes[0].text


def test_what_is_denied_comes_after_what_is_said(retriever_of: Callable[[Mapping[str, str]], Retriever]) -> None:
    text = "The union says wages at Norlink fell by 12 percent. Norlink disputes that wages fell by 12 percent.\n"
    first = retriever_of({"a.txt": text}).ask("By how much did wages at Norlink fall?").quotes[0]
    assert first.said_by == "union"
