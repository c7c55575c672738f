"""Pronouns in follow-ups: the person whom "he" means."""

import pytest

from articles_qa.qa.questions.follow_ups import asks_about_that, asks_detail, asks_whose_word, with_person
from articles_qa.qa.questions.history import Exchange

KNOWN = {"John Kirby", "Kirby", "Zelensky"}
SHOWN = "Zelensky said that the Ukrainian army captured a wounded North Korean soldier."


def whole(question: str, before: str, *shown: str) -> str | None:
    return with_person(question, Exchange(before, (), shown), KNOWN.__contains__)


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        ("What did Kirby say?", "where was he?", "where was Kirby?"),
        ("Did Ukraine capture a North Korean soldier?", "when did he die?", "when did the North Korean soldier die?"),
        ("What did the South Korean lawmaker say?", "what is his name?", "who is the South Korean lawmaker?"),
        ("Who warned of it?", "who told him?", "who told Zelensky?"),  # Somebody was asked for, and shown.
        ("How many died?", "what else did he say?", "what else did Zelensky say?"),  # Who speaks is named.
        ("How many were caught?", "what happened to him?", "what happened to the wounded North Korean soldier?"),
    ],
)
def test_he_is_whoever_was_asked_about_or_else_shown(before: str, question: str, meant: str) -> None:
    assert whole(question, before, SHOWN) == meant


@pytest.mark.parametrize("question", ["why?", "what did they say?", "what did it say?"])
def test_other_words_mean_no_person(question: str) -> None:
    assert whole(question, "How many died?", SHOWN) is None


def test_they_are_the_speaker_where_their_word_is_asked_for() -> None:
    assert whole("what did they say about losses?", "What did NIS say about drones?") == "what did NIS say about losses?"
    assert whole("what did they use?", "What did NIS say about drones?") is None
    assert whole("what did they say?", "How many drones were there?") is None


def test_an_army_that_captured_somebody_is_no_description_of_him() -> None:
    assert whole("what happened to him?", "And then?", "The army captured the soldier.") == "what happened to the soldier?"


def test_where_nobody_was_shown_he_stays() -> None:
    assert whole("what did he do?", "How many casualties were there?", "There were 100.") is None


@pytest.mark.parametrize(
    "many", ["a A " * 500, "the a-" * 300, "what is he " * 180, "Kirby’s " * 250, "a he soldier " * 150, "said that " * 200]
)
def test_odd_texts_are_read_at_once(many: str) -> None:
    whole(many, many, many)
    whole("what is his name?", many, many * 2)
    for asks in (asks_about_that, asks_detail, asks_whose_word):
        asks(many)
