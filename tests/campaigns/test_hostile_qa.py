"""Hostile questions, conversations, scopes and saved answers: refused in one line or done, never slowly."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from random import Random
from typing import Any

import pytest

from articles_qa.index import InputError, build
from articles_qa.qa import Retriever, Scope
from articles_qa.qa.proof.saved_answer import read_answer
from articles_qa.qa.questions.conversation import variants
from articles_qa.qa.questions.number_spellings import spellings
from articles_qa.qa.questions.question import MAX_QUESTION_CHARS, AnswerType, read_question
from articles_qa.qa.ranking.answer_spans import answering, shared_words
from articles_qa.qa.values.units import asked_units

Survives = Callable[[Callable[[], object], object], bool]
Campaign = Callable[[int, int, int], int]
MutatedJson = Callable[[Any, Random], str]

# Words that the reading of a question knows, words of the articles, slips of them, and marks.
WORDS = (
    "how many much old long who whose whom what which where when why did does do has said say report claim announce "
    "according to by the a an of in on NIS NIS's NIS’s (NIS) Kim Jong Un Zelensky Zelinskiy Korea Korean Kursk soldiers "
    "solders casualtys intelligence inteligence service million thousand hundred and twenty two 12,000 12k 27m 1.5 1 000 $5 "
    "50% percent per cent year century day money age price cost country reason what about how about then they it over "
    "nearly at least December 27 because of due to A.A.A. U.S. Mr. said reported figures own estimate "
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa antidisestablishment"
).split()
MARKS = tuple(".,;:!?…\"'’”“()[]{}-–—#|*@/$%&_<>\\\t\n\r\u00a0\u0301\u200d\u2028\u202e\x00\x1b\ud800éİß中0😀ﷺ١²½")
ODD: tuple[Any, ...] = (
    None,
    0,
    1.5,
    True,
    b"why?",
    [],
    {},
    ["why?"],
    "",
    " ",
    "\n",
    "?" * 9,
    "why?" * 5_000,
    "é" * MAX_QUESTION_CHARS,
)


def soup(random: Random, size: int) -> str:
    """A question's words and marks, now and then few of them over and over."""
    some = random.choices(WORDS, k=random.choice((1, 2, 6, 40)))
    marks = random.choices(MARKS, k=random.choice((0, 1, 3)))
    parts = [random.choice([*some * 4, *marks]) + random.choice(("", " ", " ", " ", ", ")) for _ in range(size // 4 + 1)]
    parts = random.choice((parts, (parts[:2] * size)[: size // 3 + 1]))
    return "".join(parts)[:size]


def question(random: Random) -> Any:
    return random.choice(ODD) if random.random() < 0.05 else soup(random, random.choice((5, 40, 200, 1000, 2000, 2001)))


def read_fully(text: Any, sentence: str) -> None:
    """All that is read in a question, and in a sentence by it."""
    asked = read_question(text)
    assert asked.terms and len(asked.text) <= MAX_QUESTION_CHARS
    spellings(asked)
    asked_units(asked.text)
    for kind in AnswerType:
        for span in answering(sentence, replace(asked, asks_for=kind)):
            assert 0 <= span.start < span.end <= len(sentence)
    shared_words(sentence, asked)


@pytest.mark.campaign
def test_no_question_is_untyped_or_slow(campaign: Campaign, survives: Survives) -> None:
    for case in range(campaign(80, 400, 12_000)):
        random = Random(case)
        text, sentence = question(random), soup(random, random.choice((30, 300, 1000)))
        survives(partial(read_fully, text, sentence), (case, text, sentence))


def any_scope(random: Random) -> Scope | None:
    """A scope whose patterns hold what patterns are made of; one that cannot be made is none."""
    names = [
        "",
        "*",
        "?",
        "[",
        "[!",
        "[z-a]",
        "[[a]",
        "[a&&b]",
        "(?",
        "*a" * 200 + "b",
        "000*",
        "..",
        "/",
        "\0",
        "x" * 501,
        "é",
    ]
    days = [None, None, date.min, date(2024, 12, 27), date.max]
    with suppress(InputError):
        kind = [tuple(random.choices(names, k=random.choice((0, 1, 3, 101)))) for _ in range(2)]
        return Scope(kind[0], kind[1], random.choice(days), random.choice(days))
    return None


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """An index of articles that nobody would write."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "articles").mkdir()
    for case in range(12):
        (folder / "articles" / f"{case}.txt").write_bytes(
            soup(Random(case), 3_000).encode("utf-8", "ignore").replace(b"\0", b"")
        )
    for name, unit in {"short": "A! ", "abbreviated": "National Intelligence Service (NIS) ", "said": "Kim said. "}.items():
        (folder / "articles" / f"{name}.txt").write_text(unit * (900 // len(unit)))
    build([folder / "articles"], folder / "index")
    return Retriever.open(folder / "index")


@pytest.mark.campaign
def test_no_asking_is_untyped_or_slow(
    campaign: Campaign, survives: Survives, retriever: Retriever, hostile: Retriever, mutated_json: MutatedJson
) -> None:
    turns = [{"role": "user", "content": "What did NIS say?"}, {"role": "assistant", "content": "“…”"}]
    for case in range(campaign(15, 60, 4_000)):
        random = Random(case)
        text, scope = question(random), any_scope(random)
        history: Any = () if random.random() < 0.5 else [*turns, {"role": "user", "content": soup(random, 2_000)}]
        if random.random() < 0.2:
            with suppress(ValueError, RecursionError):
                history = json.loads(mutated_json(turns, random))
        top_k: Any = random.choice((1, 5, 100, 100, 0, -1, 101, 10**5000, "5", 2.0, None, True, [[]]))
        door = random.choice((retriever, hostile))
        asking = random.choice((door.ask, door.search))
        survives(partial(asking, text, history, top_k, within=scope), (case, text, history, scope))


@pytest.mark.campaign
def test_the_dearest_questions_found_are_answered(
    campaign: Campaign, survives: Survives, retriever: Retriever, hostile: Retriever
) -> None:
    dearest = (
        "1/2 " * 500,  # Each sign a token: the model reads as many as it can, for each of two wordings.
        "according to NIS, how many a " * 66,
        "A." * 1_000,
        "27m " * 500,  # Each figure in eight spellings.
        " ".join(f"kurxk{a}{b} solbier{b}{a}" for a in "abcde" for b in "fghij"),  # Six words are looked up, with two slips.
        " ".join(f"{a}{b}" for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz"),
        "why " * 500,
    )
    full = campaign(0, 0, 1)
    for text in dearest if full else dearest[:2]:
        for door in (retriever, hostile) if full else (retriever,):
            case = text[:MAX_QUESTION_CHARS]
            assert survives(partial(door.ask, case, [{"role": "user", "content": case}], 100), case)


@pytest.mark.campaign
def test_no_conversation_is_untyped_or_slow(campaign: Campaign, survives: Survives, mutated_json: MutatedJson) -> None:
    turns = [
        {"role": "user", "content": "What did NIS say?"},
        {"role": "assistant", "content": "“…”"},
        {"question": "and then?"},
    ]
    for case in range(campaign(60, 200, 5_000)):
        text = mutated_json(turns, Random(case))
        history: Any = None
        with suppress(ValueError, RecursionError):
            history = json.loads(text)
        survives(partial(variants, "and what about Zelensky?", history), (case, text))


def test_a_long_conversation_costs_its_last_question(survives: Survives) -> None:
    blank = [{"role": "user", "content": "\x00 " * 1_000}] * 1_000
    for turns in (
        [{"role": "user", "content": "who? " * 5_000}] * 100_000,
        blank,
        [{"role": "assistant", "content": ""}] * 300_000,
    ):
        assert survives(partial(variants, "and then?", turns), len(turns))


def test_a_turn_of_another_shape_is_refused_however_long_ago() -> None:
    with pytest.raises(InputError, match="not an object"):
        variants("and then?", [1, *[{"role": "user", "content": "who?"}] * 50])  # type: ignore[list-item]


@pytest.mark.campaign
def test_no_saved_answer_is_untyped_or_slow(
    campaign: Campaign, survives: Survives, mutated_json: MutatedJson, generous: Retriever
) -> None:
    whole = generous.ask("how many casualties did NIS report?", top_k=3).to_dict()
    for case in range(campaign(60, 200, 5_000)):
        random = Random(case)
        text = mutated_json(whole, random)
        record: Any = None
        with suppress(ValueError, RecursionError):
            record = json.loads(text)
        survives(partial(read_answer, record, any_length=random.choice((False, True))), (case, text))


def test_an_absurd_number_of_quotes_is_refused_in_a_line(retriever: Retriever, survives: Survives) -> None:
    odd: tuple[Any, ...] = (10**5000, -(10**5000), "9" * 100_000, float("nan"), [[]] * 10_000)
    for top_k in odd:
        assert not survives(partial(retriever.ask, "why?", (), top_k), type(top_k))


@pytest.mark.parametrize(
    "text",
    [
        "A." * 1_000,  # Names of capitals, read from each of them.
        "A." * 999 + "’s",
        "did " * 500,
        "according to " * 150,
        "one and " * 250,
        "1,1" * 600,
        "what about " + "Abc " * 480,
    ],
)
def test_a_question_of_one_thing_over_and_over_is_read_once(text: str, survives: Survives) -> None:
    assert survives(partial(read_fully, text, "a " * 500), text)
