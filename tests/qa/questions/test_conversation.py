"""Follow-up questions: the earlier turns are searched along."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from articles_qa.qa import AskSettings, InputError, Retriever
from articles_qa.qa.questions.conversation import variants
from articles_qa.qa.questions.history import Turn
from articles_qa.qa.questions.question import MAX_QUESTION_CHARS, AnswerType

NIS = "how many casualties did NIS report?"
FOLLOW_UP = "and what about Zelensky?"
TURNS = [{"role": "user", "content": NIS}, {"role": "assistant", "content": "“Over 100 …”"}]


def test_a_follow_up_leads_to_the_one_it_names(retriever: Retriever) -> None:
    first = retriever.ask(FOLLOW_UP, history=TURNS).quotes[0]
    assert "3,000" in first.text and "Zelensky" in (first.said_by or "")


def test_a_saved_answer_is_a_turn(retriever: Retriever) -> None:
    record = json.loads(json.dumps(retriever.ask(NIS).to_dict()))
    by_record = retriever.ask(FOLLOW_UP, history=[record])
    assert by_record.quotes == retriever.ask(FOLLOW_UP, history=TURNS).quotes


def test_the_answer_shows_what_was_searched(retriever: Retriever) -> None:
    answer = retriever.ask(FOLLOW_UP, history=TURNS)
    assert answer.question == FOLLOW_UP
    assert answer.searched == (FOLLOW_UP, "how many casualties did Zelensky report?")
    assert retriever.ask("by whom?", history=TURNS).searched == ("by whom?", f"{NIS} by whom?")
    assert retriever.ask(NIS).searched == (NIS,)


def test_a_persons_own_wording_is_searched_in_place_of_all_others(retriever: Retriever) -> None:
    answer = retriever.ask(FOLLOW_UP, history=TURNS, searched="What are the Storm Corps trained in?")
    assert answer.question == FOLLOW_UP and answer.searched == ("What are the Storm Corps trained in?",)
    assert "infiltration" in answer.quotes[0].text
    with pytest.raises(InputError, match="question: empty"):
        retriever.ask(FOLLOW_UP, searched=" ")


def test_the_subject_of_a_conversation_is_its_first_question() -> None:
    turns = [{"role": "user", "content": text} for text in (NIS, "how many generals?", "who commands them?")]
    assert [question.text for question in variants("since when?", turns).searched] == [
        "since when?",
        f"{NIS} since when?",
        "how many generals? who commands them? since when?",
    ]


def test_a_question_without_a_topic_is_skipped_by_the_next_question() -> None:
    turns = [{"role": "user", "content": text} for text in (NIS, "why?", "and who confirmed it?", "says who?")]
    assert [question.text for question in variants("by whom?", turns).searched] == ["by whom?", f"{NIS} by whom?"]


def test_who_said_that_is_asked_of_what_was_shown(retriever: Retriever) -> None:
    record = json.loads(json.dumps(retriever.ask(NIS).to_dict()))
    shown = record["quotes"][0]["text"]
    for asked in ("who said that?", "who says so?", "according to whom?"):
        answer = retriever.ask(asked, history=[record])
        assert answer.searched == (asked, f"{shown} {asked}")
        assert shown in [quote.text for quote in answer.quotes[:2]]


def test_a_detail_is_not_refused_for_lacking_words(retriever_of: Callable[[Mapping[str, str]], Retriever]) -> None:
    # Held by a wide margin on any processor: the confidence is .57, and .05 where the question's own words must be met.
    text = (
        "The ferry carried 12,000 passengers in the past week, its owner said.\n\nThe bakery on the pier sells bread from six."
    )
    turns = [{"role": "user", "content": "How many passengers did the ferry carry?"}]
    answer = retriever_of({"ferry.txt": text}).ask("over what period?", history=turns)
    assert answer.answered and "in the past week" in answer.quotes[0].text


def test_what_was_just_shown_is_set_back_where_something_else_is_asked(retriever: Retriever) -> None:
    asked, follow_up = "What does Seoul believe North Korea wants?", "is it going to send more troops?"
    turns = [{"role": "user", "content": asked}]
    shown = retriever.ask(asked, top_k=1).quotes[0].text
    before = next(quote for quote in retriever.ask(follow_up, history=turns).quotes if quote.text == shown)
    after = retriever.ask(follow_up, history=[*turns, {"role": "assistant", "content": f"“{shown}”"}]).quotes
    assert all(quote.probability < before.probability for quote in after if quote.text == shown)
    assert "additional military units" in after[0].text


def test_what_was_just_shown_and_answers_again_is_not_set_back(seeds_index: Path) -> None:
    retriever = Retriever.open(seeds_index, settings=AskSettings(reader=False))
    asked = [{"role": "user", "content": "How many generals has North Korea sent?"}]
    shown = retriever.ask(asked[0]["content"], top_k=1).quotes[0].text
    after = retriever.ask("how many officers?", history=[*asked, {"role": "assistant", "content": shown}]).quotes[0]
    assert after == retriever.ask("how many officers?", history=asked).quotes[0] and after.text == shown


def test_what_was_just_shown_is_set_back_where_the_kind_asked_for_is_not_in_it(retriever: Retriever) -> None:
    asked = [{"role": "user", "content": "Was the prisoner photographed?"}]
    shown = retriever.ask(asked[0]["content"], top_k=1).quotes[0].text

    def surely(question: str, *turns: Turn) -> float:
        quotes = retriever.ask(question, history=[*asked, *turns]).quotes
        return next(quote.probability for quote in quotes if quote.text == shown)

    repeated = {"role": "assistant", "content": shown}
    assert surely("when was it posted?", repeated) < surely("when was it posted?")
    assert surely("was it posted?", repeated) == surely("was it posted?")


def test_a_detail_of_another_subject_is_refused(retriever: Retriever) -> None:
    for subject in ("What is the capital of Peru?", "How do I bake sourdough bread?"):
        record = json.loads(json.dumps(retriever.ask(subject).to_dict()))
        for asked in ("why?", "since when?", "who says so?", "by whom?"):
            assert not retriever.ask(asked, history=[record]).answered, (subject, asked)


def test_a_whole_question_is_answered_whatever_was_asked_before(retriever: Retriever) -> None:
    before = [{"role": "user", "content": "What is the Storm Corps trained in?"}]
    assert any("over 100" in quote.text for quote in retriever.ask(NIS, history=before).quotes[:2])


def test_a_question_that_stands_alone_takes_nothing_from_the_conversation() -> None:
    turns = [{"role": "user", "content": text} for text in (NIS, "Who is Yang Uk?")]
    for asked in ("Who commands the Storm Corps in Kursk?", "What did Zelensky say?", "what did John Kirby say?", NIS):
        found = variants(asked, turns)
        assert [question.text for question in found.searched] == [asked] and not found.leans


def test_after_a_conversation_a_passage_counts_by_its_rank_too(retriever: Retriever) -> None:
    asked = "who confirmed it?"
    alone, after = retriever.search(asked), retriever.search(asked, history=TURNS)
    assert {passage.start for passage in alone[:5]} & {passage.start for passage in after[:5]}
    assert [passage.score for passage in after] == sorted((passage.score for passage in after), reverse=True)
    assert all(0 <= passage.score <= 1 for passage in after)


def test_search_takes_the_conversation_too(retriever: Retriever) -> None:
    alone, after = retriever.search("and Zelensky?"), retriever.search("and Zelensky?", history=TURNS)
    assert [passage.start for passage in alone] != [passage.start for passage in after]


# Turns, and how many wordings are searched.
HISTORIES: list[tuple[Sequence[Turn], int]] = [
    ([], 1),
    ((), 1),
    ([{"role": "assistant", "content": "Ask me anything"}], 1),
    ([{"role": "user", "content": "\x00 \n"}], 1),  # Nothing was asked.
    ([{"role": "user", "content": NIS}], 2),
    ([{"question": NIS, "quotes": [], "anything": None}], 2),
    ([{"role": "user", "content": "x " * 100_000}], 2),
    ([{"role": "user", "content": "\ud800 why?"}], 2),  # Half a character before does not stop the question now.
]


@pytest.mark.parametrize(("history", "wordings"), HISTORIES, ids=range(len(HISTORIES)))
def test_what_was_asked_before_is_searched_along(history: Sequence[Turn], wordings: int) -> None:
    found = variants("who said so, and when?", history).searched
    assert len(found) == wordings
    assert all(len(question.text) <= MAX_QUESTION_CHARS for question in found)


def test_the_longest_question_leaves_no_room_and_is_still_asked() -> None:
    question = ("why " * MAX_QUESTION_CHARS)[: MAX_QUESTION_CHARS - 1] + "?"
    assert variants(question, TURNS).searched[-1].text == question


def test_the_kind_of_the_question_now_counts_more() -> None:
    assert variants("and when?", TURNS).searched[-1].asks_for is AnswerType.DATE
    assert variants(FOLLOW_UP, TURNS).searched[-1].asks_for is AnswerType.FIGURE


MALFORMED: list[Any] = [
    "a string",
    b"bytes",
    None,
    7,
    {"role": "user", "content": NIS},
    ["a string"],
    [None],
    [[]],
    [{}],
    [{"content": NIS}],
    [{"role": "system", "content": NIS}],
    [{"role": ["user"], "content": NIS}],
    [{"role": "user"}],
    [{"role": "user", "content": None}],
    [{"role": "user", "content": [{"type": "text", "text": NIS}]}],
    [{"role": "assistant", "content": 5}],
    [{"question": 5}],
    [*TURNS, {"question": None}],
]


@pytest.mark.parametrize("history", MALFORMED, ids=str)
def test_a_malformed_conversation_gets_one_line(history: Any, retriever: Retriever) -> None:
    with pytest.raises(InputError, match=r"^history: [^\n]+; give [^\n]+$"):
        retriever.ask("who?", history=history)


@pytest.mark.parametrize(
    ("question", "judged"),
    [
        ("how many casualties did NIS report?", 1),
        ("Who commands the Storm Corps in Kursk?", 1),
        ("and what about Zelensky?", 2),
        ("how many of them were injured in Kursk last week?", 2),  # Long, but of whom?
        ("why?", 2),
        ("according to Kyiv?", 2),
        ("according to whom?", 2),  # Three words, and none that says anything.
    ],
)
def test_a_question_that_stands_alone_is_judged_alone(question: str, judged: int) -> None:
    assert len(variants(question, TURNS).judged) == judged
