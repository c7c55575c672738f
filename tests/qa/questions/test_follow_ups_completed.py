"""Follow-ups that the question before completes."""

import pytest

from articles_qa.qa.questions.follow_ups import completed
from articles_qa.qa.questions.history import Exchange

KNOWN = {"John Kirby", "Kirby", "Zelensky", "Yevhen Yerin"}
NIS = "how many casualties did NIS report?"
KIRBY = "What did Kirby say about the troops?"
LAWMAKER = "Who is the spokesman?"


def whole(question: str, before: str, speakers: tuple[str, ...] = ()) -> str | None:
    return completed(question, Exchange(before, speakers), is_person=KNOWN.__contains__)


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        (NIS, "and what about Zelensky?", "how many casualties did Zelensky report?"),
        (NIS, "and Seoul?", "how many casualties did Seoul report?"),
        (NIS, "What about the White House?", "how many casualties did the White House report?"),
        (NIS, "according to Kyiv?", "how many casualties did Kyiv report?"),
        (NIS, "and by Ukrainian estimates?", "how many casualties did Ukrainian estimates report?"),
        ("How many died according to the White House?", "and Kyiv?", "How many died according to Kyiv?"),
        (NIS, "and the Ukrainian military?", "how many casualties did the Ukrainian military report?"),
        (NIS, "and South Korean officials?", "how many casualties did South Korean officials report?"),
        ("How many troops are deployed?", "according to Kyiv?", "How many troops are deployed, according to Kyiv?"),
        ("How many were killed according to Zelensky?", "and Kirby?", "How many were killed according to Kirby?"),
        ("Has North Korea sent troops?", "and Russia?", "Has Russia sent troops?"),
        ("How is China reacting?", "and how about Japan?", "How is Japan reacting?"),
        ("How many died in November?", "and in December?", "How many died in December?"),
        (
            "How many died in the Kursk region in November?",
            "And in Belgorod?",
            "How many died in the Kursk region in Belgorod?",
        ),
        ("How many have died?", "and in December?", "How many have died in December?"),
        ("How many died on 3 May?", "and on 4 May?", "How many died on 4 May?"),
        (KIRBY, "Who is he?", "Who is Kirby?"),
        (KIRBY, "what does his party want?", "what does Kirby’s party want?"),
        (KIRBY, "who told him?", "who told Kirby?"),
        (KIRBY, "and her view?", "and Kirby’s view?"),  # Names do not tell who is a woman.
    ],
)
def test_a_follow_up_is_made_whole(before: str, question: str, meant: str) -> None:
    assert whole(question, before) == meant


@pytest.mark.parametrize(
    ("before", "question"),
    [
        (NIS, "why?"),
        (NIS, "how many of them were injured?"),
        (NIS, "and the injured?"),  # Not a name: what it takes the place of is not certain.
        (NIS, "Where is Seoul?"),
        ("how many casualties were there?", "and Seoul?"),  # Nothing to take the place of.
        ("Did Ukraine retreat?", "what did he die of?"),  # Ukraine is nobody.
        (NIS, "And?"),
        (NIS, "What?"),
    ],
)
def test_what_is_not_certain_is_left_as_it_is(before: str, question: str) -> None:
    assert whole(question, before) is None


def test_he_may_be_the_one_who_was_shown_to_speak_where_somebodys_word_was_asked_for() -> None:
    assert whole("what else did he say?", LAWMAKER, ("Yevhen Yerin",)) == "what else did Yevhen Yerin say?"
    assert whole("what else did he say?", LAWMAKER, ("a spokesman",)) is None
    assert whole("where was he caught?", "How many soldiers were caught?", ("Yevhen Yerin",)) is None


@pytest.mark.parametrize(
    "many", ["A " * 900, "and " * 450, "he " * 600, "A’" * 900, "by " * 500 + "estimates", "of the " * 250]
)
def test_odd_questions_are_read_at_once(many: str) -> None:
    whole(many, many)
    whole("and Seoul?", many)
    whole(many, NIS)
