"""No quote is given as an answer where the articles do not answer."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from articles_qa.qa import AskSettings, InputError, Retriever

OFF_TOPIC = """
What is the capital of Australia?
How long should I boil an egg?
Who painted the Mona Lisa?
When did the Titanic sink?
What is the speed of light?
How many players are in a cricket team?
Why is the sky blue?
Where do penguins live?
What does a transistor do?
Who won the Oscar for best picture?
How do I change a bicycle tyre?
What is the GDP of Brazil?
banana bread
what time does the library open
Which planet has the most moons?
When is the next election in Canada?
how many episodes does the series have
What are the symptoms of measles?
Who invented the telephone?
xylophone zymurgy
""".strip().splitlines()


@pytest.mark.parametrize("question", OFF_TOPIC)
def test_a_question_on_something_else_is_refused(question: str, retriever: Retriever) -> None:
    answer = retriever.ask(question)
    assert not answer.answered and answer.quotes == () and answer.confidence < 0.5
    assert answer.reason == "The 5 articles do not answer this."
    assert 0 < len(answer.closest) <= AskSettings().closest


def test_the_record_of_a_refusal_keeps_the_misses_apart(retriever: Retriever) -> None:
    record = retriever.ask("Who painted the Mona Lisa?").to_dict()
    assert record["answered"] is False and record["quotes"] == []
    assert re.fullmatch(r"[A-Z][^\n]+\.", record["reason"])
    answered = retriever.ask("how many casualties did NIS report?").to_dict()
    assert answered["reason"] is None and answered["closest"] == []
    assert record["closest"][0].keys() == answered["quotes"][0].keys()


def test_fewer_misses_than_usual_are_shown_when_asked_for(retriever: Retriever) -> None:
    assert len(retriever.ask("Who painted the Mona Lisa?", top_k=1).closest) == 1


def test_the_settings_decide_what_counts_as_an_answer(seeds_index: Path) -> None:
    strict = Retriever.open(seeds_index, settings=AskSettings(min_answer=1.0, closest=2))
    answer = strict.ask("how many casualties did NIS report?")
    assert not answer.answered and len(answer.closest) == 2 and answer.confidence >= AskSettings().least(read=True)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
@pytest.mark.parametrize("name", ["min_answer", "min_quote", "min_quote_share"])
def test_settings_outside_of_their_range_are_refused(name: str, value: float) -> None:
    changed: dict[str, Any] = {name: value}
    with pytest.raises(InputError, match=r"^settings: .*0\.\.1"):
        replace(AskSettings(), **changed)
