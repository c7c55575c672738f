"""A question that asks two things is two questions; one that asks one thing stays as it is."""

import pytest

from articles_qa.qa.questions.parts import MOST_PARTS, parts


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How old is Martin Mubanga, and where is he from?", ("How old is Martin Mubanga?", "where is he from?")),
        ("who led the crew and what caused the fire", ("who led the crew?", "what caused the fire?")),
        ("Did the union accept the freeze, and did it vote?", ("Did the union accept the freeze?", "did it vote?")),
        ("Who chaired the inquiry? And when did it end?", ("Who chaired the inquiry?", "when did it end?")),
        ("To whom was it sold, and for how much?", ("To whom was it sold, and for how much?",)),
        ("When and where is the funeral?", ("When and where is the funeral?",)),
        ("How many MPs and how many peers sat on the inquiry?", ("How many MPs and how many peers sat on the inquiry?",)),
        ("Who directed Ray and is up for an Oscar himself?", ("Who directed Ray and is up for an Oscar himself?",)),
        (
            "Colonialism is caused by financial and what other reasons?",
            ("Colonialism is caused by financial and what other reasons?",),
        ),
        ("Which firms cut jobs and pay?", ("Which firms cut jobs and pay?",)),
        ("ferry delays and what caused them", ("ferry delays and what caused them",)),
        ("", ("",)),
    ],
)
def test_a_question_falls_into_its_parts(question: str, wanted: tuple[str, ...]) -> None:
    assert parts(question) == wanted


def test_a_question_has_no_more_than_a_few_parts() -> None:
    assert len(parts("who did it, and " * 3 + "why was it done, and how did it end, and when was that?")) <= MOST_PARTS


def test_a_long_question_is_split_at_once() -> None:
    assert parts("who " * 100_000 + "?") and parts("why was it, and " * 20_000 + "?")
