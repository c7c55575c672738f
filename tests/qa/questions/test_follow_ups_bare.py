"""Follow-ups without a topic of their own."""

import pytest

from articles_qa.qa.questions.follow_ups import asks_about_that, asks_detail, asks_whose_word


@pytest.mark.parametrize(
    "question",
    [
        "why?",
        "And where?",
        "by whom?",
        "over what period?",
        "in which city?",
        "how quickly?",
        "how many exactly?",
        "so when was that?",
        "who is he?",
        "what year?",
        "which ones?",
    ],
)
def test_a_detail_is_asked_of_what_was_said(question: str) -> None:
    assert asks_detail(question)


@pytest.mark.parametrize(
    "question",
    [
        "why did he die?",
        "how many officers?",
        "what tactics?",
        "in December?",
        "who is Kirby?",
        "where is Seoul?",
        "and Seoul?",
    ],
)
def test_a_question_with_a_topic_of_its_own_is_no_mere_detail(question: str) -> None:
    assert not asks_detail(question)


@pytest.mark.parametrize(
    "question", ["who said that?", "and who confirmed it?", "says who?", "according to whom?", "who says so?"]
)
def test_who_says_what_was_shown_is_asked(question: str) -> None:
    assert asks_whose_word(question) and not asks_about_that(question)


@pytest.mark.parametrize("question", ["who said that Kyiv lies?", "who confirmed the capture?", "according to Kyiv?"])
def test_who_says_something_else_is_another_question(question: str) -> None:
    assert not asks_whose_word(question)


def test_what_somebody_says_about_that_is_asked() -> None:
    assert asks_about_that("and what did Zelensky say about it?")
    assert not asks_about_that("what did Zelensky say about its losses?")
