"""A question in parts is answered part by part, in one record."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from articles_qa.qa import Answer, InputError, Quote, Retriever
from articles_qa.qa.proof.saved_answer import read_answer
from articles_qa.qa.questions.parts import parts
from articles_qa.qa.questions.question import MAX_QUESTION_CHARS

RetrieverOf = Callable[[Mapping[str, str | bytes]], Retriever]

BOTH = "How did the soldier die, and when did he die?"
HALF = "Who painted the Mona Lisa, and who is Yang Uk?"
NEITHER = "Who painted the Mona Lisa, and who baked the pancakes?"
NIS = "how many casualties did NIS report?"
FIRST_COMPARES, SECOND_COMPARES = f"{NIS[:-1]}, and what did Seoul report?", f"Who is Yang Uk, and {NIS}"


def places(quotes: tuple[Quote, ...]) -> list[tuple[str, int, int, float]]:
    return [(quote.source, quote.start, quote.end, quote.probability) for quote in quotes]


def saved(answer: Answer) -> dict[str, Any]:
    """The answer's record, which reads back."""
    record: dict[str, Any] = json.loads(json.dumps(answer.to_dict()))
    read_answer(record)
    return record


def test_each_part_is_answered_like_a_question_after_the_parts_before_it(retriever: Retriever) -> None:
    how, when = parts(BOTH)
    answer = retriever.ask(BOTH, top_k=2)
    alone = retriever.ask(how, top_k=2), retriever.ask(when, [{"role": "user", "content": how}], top_k=2)
    assert places(answer.quotes) == [place for one in alone for place in places(one.quotes)]
    assert [quote.rank for quote in answer.quotes] == [1, 2, 3, 4]
    assert [(part.question, part.ranks) for part in answer.parts] == [(how, (1, 2)), (when, (3, 4))]
    both = [{quote[:2] for quote in places(quotes)} for quotes in (answer.quotes[:2], answer.quotes[2:])]
    assert both[0] & both[1]  # One sentence answers both.
    assert [part.more for part in answer.parts] == [one.more for one in alone] and answer.more == sum(one.more for one in alone)
    assert answer.searched == (*alone[0].searched, *alone[1].searched) and "when did the soldier die?" in answer.searched
    assert (answer.confidence, answer.reason) == (max(one.confidence for one in alone), None)
    assert [part["ranks"] for part in saved(answer)["parts"]] == [[1, 2], [3, 4]]


def test_a_part_that_nothing_answers_says_so(retriever: Retriever) -> None:
    answer = retriever.ask(HALF)
    painted, who = answer.parts
    assert (painted.answered, painted.reason, painted.ranks) == (False, "The 5 articles do not answer this.", ())
    assert who.answered and who.reason is None and who.ranks == tuple(quote.rank for quote in answer.quotes)
    assert (answer.answered, answer.reason, answer.closest) == (True, None, ()) and answer.confidence == who.confidence
    saved(answer)


def test_where_no_part_is_answered_each_miss_is_shown_once(retriever: Retriever) -> None:
    answer = retriever.ask(NEITHER)
    alone = [retriever.ask(part) for part in parts(NEITHER)]
    assert not answer.answered and answer.reason == alone[0].reason and (answer.quotes, answer.more) == ((), 0)
    places = [(quote.source, quote.start) for quote in answer.closest]
    assert len({*places}) == len(places) >= len(alone[0].closest)
    assert [quote.rank for quote in answer.closest] == list(range(1, len(places) + 1))
    saved(answer)


WIRE = "The river ferry sank near Linz on Monday and forty passengers were rescued by fishermen."


def test_a_copy_names_the_rank_of_the_quote_of_its_own_part(retriever_of: RetrieverOf) -> None:
    retriever = retriever_of({"a.txt": WIRE, "b.txt": WIRE})
    answer = retriever.ask("How many passengers were rescued, and where did the ferry sink?")
    assert [(quote.rank, quote.same_as) for quote in answer.quotes] == [(1, None), (2, 1), (3, None), (4, 3)]


def test_a_miss_that_copies_one_of_another_part_names_its_rank(retriever_of: RetrieverOf) -> None:
    retriever = retriever_of({"a.txt": WIRE, "b.txt": WIRE})
    answer = retriever.ask("Who baked the blue pancakes, and who painted the Mona Lisa?")
    assert [(quote.source, quote.same_as) for quote in answer.closest] == [("a.txt", None), ("b.txt", 1)]


@pytest.mark.parametrize("question", [FIRST_COMPARES, SECOND_COMPARES])
def test_the_tables_of_the_first_part_that_has_any_stand_on_quotes_of_the_answer(question: str, retriever: Retriever) -> None:
    record = saved(retriever.ask(question, top_k=3))
    alone = retriever.ask(NIS, top_k=3).to_dict()
    shown = {quote["rank"]: quote for quote in [*record["quotes"], *record["beside"]]}
    claims, expected = ([c for t in r["claims"] for v in t["values"] for c in v["claims"]] for r in (record, alone))
    like = {(claim["value"], claim["start"]): (claim["published"], claim["said_by"]) for claim in expected}
    assert {claim["value"] for claim in claims} & {claim["value"] for claim in expected}
    for claim in claims:
        quote = shown[claim["rank"]]
        assert quote["text"][claim["start"] - quote["start"] : claim["end"] - quote["start"]] == claim["value"]
        told = (claim["published"], claim["said_by"])
        assert like.get((claim["value"], claim["start"]), told) == told


def test_a_quote_beside_the_tables_is_not_one_that_another_part_shows(retriever: Retriever) -> None:
    answer = retriever.ask(FIRST_COMPARES)
    alone = retriever.ask(NIS)
    shown = {(quote.source, quote.start) for quote in answer.quotes}
    assert shown & {(quote.source, quote.start) for quote in alone.beside}
    assert answer.beside and not shown & {(quote.source, quote.start) for quote in answer.beside}


def test_a_question_of_one_part_or_with_wording_of_its_own_has_no_parts(retriever: Retriever) -> None:
    assert retriever.ask(NIS).parts == () and retriever.ask(NIS).to_dict()["parts"] == []
    reworded = retriever.ask(BOTH, searched=NIS)
    assert reworded.parts == () and reworded.searched == (NIS,) and reworded.question == BOTH


def test_a_question_that_is_too_long_is_refused_whatever_its_parts(retriever: Retriever) -> None:
    long = "who led the crew" + " of it" * (MAX_QUESTION_CHARS // 7)
    with pytest.raises(InputError, match=r"^question: "):
        retriever.ask(f"{long}, and {long}?")
    for odd in (None, 7, "", "?"):
        with pytest.raises(InputError, match=r"^question: "):
            retriever.ask(odd)  # type: ignore[arg-type]


def test_a_follow_up_goes_on_from_the_last_part(retriever: Retriever) -> None:
    whole = saved(retriever.ask("Who is Yang Uk, and when did the soldier die?"))
    who = saved(retriever.ask("Who is Yang Uk?"))
    when = saved(retriever.ask("when did the soldier die?", [{"role": "user", "content": "Who is Yang Uk?"}]))
    for follow_up in ("where did he die?", "who said that?"):
        answer = retriever.ask(follow_up, [whole])
        assert answer.searched == retriever.ask(follow_up, [who, when]).searched
        assert answer.answered and len(answer.searched[-1]) > len(follow_up)
