"""Whom "he" means in a follow-up."""

import pytest

from qa.history import Exchange
from qa.pronouns import with_person

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
    assert whole(question, "What did Kirby say?", SHOWN) is None


def test_an_army_that_captured_somebody_is_no_description_of_him() -> None:
    assert whole("what happened to him?", "And then?", "The army captured the soldier.") == "what happened to the soldier?"


def test_where_nobody_was_shown_he_stays() -> None:
    assert whole("what did he do?", "How many casualties were there?", "There were 100.") is None
