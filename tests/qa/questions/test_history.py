"""History: reading the turns before a question."""

from typing import Any

import pytest

from articles_qa.qa.questions.history import KEPT, Exchange, Turn, exchanges

Q = "how many casualties did NIS report?"


def record(**more: Any) -> Turn:
    return {"schema": "answer/1", "question": Q, "searched": [Q], "quotes": [], **more}


def test_questions_keep_what_was_shown_after_them() -> None:
    turns = [
        {"role": "assistant", "content": "Welcome"},
        {"role": "user", "content": Q},
        {"role": "assistant", "content": "100\n."},
    ]
    assert exchanges(turns) == (Exchange(Q, (), ("100 .",)),)


@pytest.mark.parametrize("asked", [1, KEPT, KEPT + 1, KEPT + 2, 200])
def test_of_a_long_conversation_the_first_question_and_the_last_ones_are_read(asked: int) -> None:
    turns: list[Turn] = []
    for number in range(asked):
        turns += [{"role": "user", "content": f"who is number {number}?"}, {"role": "assistant", "content": f"{number}"}]
    numbers = list(range(asked))
    kept = numbers if asked <= KEPT else [0, *numbers[1:][-KEPT:]]
    assert exchanges(turns) == tuple(Exchange(f"who is number {number}?", (), (f"{number}",)) for number in kept)


def test_the_first_question_asked_again_is_still_the_last_one() -> None:
    turns = [{"role": "user", "content": text} for text in (Q, *["who?"] * 99, Q)]
    assert [exchange.question for exchange in exchanges(turns)] == [Q, *["who?"] * (KEPT - 1), Q]


def test_a_record_tells_who_spoke_and_what_was_shown() -> None:
    quotes = [{"text": "A\nb.", "said_by": "NIS"}, {"text": "C.", "said_by": None}]
    assert exchanges([record(quotes=quotes)]) == (Exchange(Q, ("NIS",), ("A b.", "C.")),)


def test_a_follow_up_that_was_made_whole_counts_as_that() -> None:
    whole = {"question": "and Kyiv?", "searched": ["and Kyiv?", "how many casualties did Kyiv report?"]}
    assert exchanges([whole]) == (Exchange("how many casualties did Kyiv report?"),)
    joined = {"question": "why?", "searched": ["why?", f"{Q} why?"]}
    assert exchanges([joined]) == (Exchange("why?"),)


def part(question: Any, ranks: Any) -> dict[str, Any]:
    return {"question": question, "answered": bool(ranks), "ranks": ranks}


def test_each_part_of_a_question_is_an_exchange_with_its_own_quotes() -> None:
    quotes = [{"rank": rank, "text": f"{rank}.", "said_by": f"N{rank}"} for rank in range(1, 6)]
    whole = record(question="who led, and why?", quotes=quotes, parts=[part("who led?", [1, 2, 3, 4]), part("why?", [5])])
    assert exchanges([whole]) == (
        Exchange("who led?", ("N1", "N2", "N3"), ("1.", "2.", "3.")),
        Exchange("why?", ("N5",), ("5.",)),
    )


def test_after_a_part_that_nothing_answers_the_quotes_before_it_are_still_shown() -> None:
    quotes = [{"rank": 1, "text": "A.", "said_by": "NIS"}]
    whole = record(quotes=quotes, parts=[part("who led?", [1]), part("why?", [])])
    assert exchanges([whole])[-1] == Exchange("why?", ("NIS",), ("A.",))


def test_parts_that_are_not_as_they_should_be_are_left_out() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    quotes = [{"rank": rank, "text": "A."} for rank in (deep, 1, "1", None)]
    odds: list[Any] = [None, 7, "x", {}, [None], [part(7, [1])], [{"ranks": [1]}]]
    for odd in odds:
        assert exchanges([record(quotes=quotes, parts=odd)])[0].question == Q
    for ranks in (None, 1, [deep], ["1", None], [2]):
        assert exchanges([record(quotes=quotes, parts=[part("why?", ranks)])]) == (Exchange("why?"),)


def test_what_a_record_does_not_have_as_it_should_is_left_out() -> None:
    odds: list[Any] = [None, 7, "x", {}, [None], [[]], [{"text": 5, "said_by": []}]]
    for odd in odds:
        assert exchanges([record(quotes=odd, searched=odd)])[0].texts == ()
