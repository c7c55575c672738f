"""The scope that a question names: an outlet, a file or a folder."""

from collections.abc import Callable, Mapping

import pytest

from articles_qa.qa import Retriever
from articles_qa.qa.questions.named_scope import named_scope

OUTLETS = ["Morning Ledger", "Evening Standard-Times", "Saro Gazette", "Reuters", "Fjord Post", "North Post"]


@pytest.mark.parametrize(
    ("question", "scope", "left"),
    [
        ("Why was it stopped, according to the Morning Ledger?", "Morning Ledger", "Why was it stopped?"),
        ("According to Reuters, how many died?", "Reuters", "how many died?"),
        ("How many died according to the Gazette's report?", "Saro Gazette", "How many died?"),
        ("Why does the Evening Standard-Times say it was stopped?", "Evening Standard-Times", "Why it was stopped?"),
        ("What does the Gazette say about the strike?", "Saro Gazette", "What is said about the strike?"),
        ("what Reuters says about Saro", "Reuters", "what is said about Saro"),
        ("How many died in 2024-12.txt?", "2024-12.txt", "How many died?"),
        ("What happened in the folder spring?", "spring", "What happened?"),
    ],
)
def test_what_tells_something_is_asked_alone(question: str, scope: str, left: str) -> None:
    named = named_scope(question, OUTLETS)
    assert named
    assert (*named.scope.outlets, *named.scope.sources)[0] == scope
    assert named.question == left


@pytest.mark.parametrize(
    "question",
    [
        "How many people did the Morning Ledger dismiss?",  # The paper is what the question is about.
        "How many jobs go in the Morning Ledger's office?",
        "Who owns Reuters?",
        "According to the Post, who won?",  # Two outlets are called so.
        "What did the ledger say about debts?",
        "How many died in St. Louis?",
    ],
)
def test_any_other_name_narrows_nothing(question: str) -> None:
    assert named_scope(question, OUTLETS) is None


def test_the_answer_says_what_was_asked_and_all_can_be_asked(retriever_of: Callable[[Mapping[str, str]], Retriever]) -> None:
    retriever = retriever_of(
        {
            "a.txt": "Fight\n\nMorning Ledger\n9 June 2024\n\nThe fight in Oll was stopped because of a cut, a doctor said.\n",
            "b.txt": "Karr robbed\n\nFjord Post\n9 June 2024\n\nThe fight in Oll was stopped because the crowd threw chairs.\n",
        }
    )
    question = "Why was the fight in Oll stopped, according to the Fjord Post?"
    answer = retriever.ask(question)
    assert {quote.source for quote in answer.quotes} == {"b.txt"}
    assert answer.to_dict()["within"]["named"] == "Fjord Post"
    assert retriever.ask(question, named=False).within is None
    assert (
        retriever.ask("Who won, according to the Fjord Post?").reason == "The one article of “Fjord Post” does not answer this."
    )
