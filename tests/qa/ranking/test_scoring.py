"""Scoring: the weights fit the features, and give each sentence a probability."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import articles_qa.qa.ranking.weights
from articles_qa.index import BuildSettings, Index, build
from articles_qa.qa import AskSettings, Retriever
from articles_qa.qa.questions.conversation import variants
from articles_qa.qa.ranking.candidates import find_candidates
from articles_qa.qa.ranking.features import FEATURES, SPEAKER
from articles_qa.qa.ranking.scoring import (
    JUDGED,
    MARGINS,
    PASSAGES_SCORED,
    SentenceScores,
    judged_inputs,
    only_asks,
    score_sentences,
)
from articles_qa.qa.ranking.token_match import MATCHES
from articles_qa.qa.ranking.weights import WEIGHTS, Linear, Weights, packaged_weights, read_weights
from articles_qa.qa.speakers.name_match import organisations

NIS = "how many casualties did NIS report?"
QUESTIONS = [NIS, "Who is Yang Uk?", "Who painted the Mona Lisa?", "What did Zelensky say?", "Кто?", "a"]
SETS: dict[str, Any] = json.loads(WEIGHTS.read_text("utf-8"))["weights"]


@pytest.fixture(scope="module")
def index(seeds_index: Path) -> Index:
    return Index.open(seeds_index)


def scores(index: Index, question: str, weights: Weights) -> SentenceScores:
    found = find_candidates(index, variants(question, ()), organisations(index.abbreviations)).best(PASSAGES_SCORED)
    return score_sentences(index, found, organisations(index.abbreviations), weights)


def test_there_are_weights_for_both_kinds_of_index() -> None:
    assert list(SETS) == ["tokens", "no_tokens"]
    assert all(list(weights) == ["sentence", "right", "answerable"] for weights in SETS.values())


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("part", "inputs"), [("sentence", FEATURES), ("right", JUDGED), ("answerable", JUDGED)])
def test_each_weight_names_its_input_in_the_order_of_the_code(name: str, part: str, inputs: tuple[str, ...]) -> None:
    weights = SETS[name][part]
    assert list(weights["values"]) == list(inputs)
    assert np.isfinite([*weights["values"].values(), weights["bias"]]).all()


def test_without_tokens_what_they_tell_weighs_nothing() -> None:
    parts = SETS["no_tokens"].values()
    values = {name: value for part in parts for name, value in part["values"].items()}
    assert not any(values[name] for name in (*MATCHES, *(f"best_{name}" for name in MATCHES)) if name in values)
    assert any(SETS["tokens"]["sentence"]["values"][name] for name in MATCHES)


@pytest.mark.parametrize("name", SETS)
def test_who_is_asked_counts_for_a_sentence_and_not_for_the_question(name: str) -> None:
    sentence = SETS[name]["sentence"]["values"]
    assert sentence["said_by_asked"] > 0 > max(sentence[column] for column in SPEAKER[1:])
    assert not any(SETS[name][part]["values"][column] for part in ("right", "answerable") for column in SPEAKER)


def test_each_input_of_the_whole_question_has_one_name() -> None:
    assert len(set(JUDGED)) == len(JUDGED) and JUDGED[: len(MARGINS) + len(FEATURES)] == (*MARGINS, *FEATURES)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("tokens", [True, False])
def test_sentences_come_surest_first_with_probabilities(index: Index, question: str, tokens: bool) -> None:
    found = scores(index, question, packaged_weights(tokens=tokens))
    order = [(-scored.probability, scored.sentence.id) for scored in found.sentences]
    assert order == sorted(order) and all(0 < scored.probability < 1 for scored in found.sentences)
    assert 0 < found.confidence < 1
    assert len({scored.passage.id for scored in found.sentences}) <= PASSAGES_SCORED


def linear(size: int, **values: float) -> Linear:
    """Weights of 0 but for the features that are named, and the bias."""
    found = np.zeros(size)
    for name, value in values.items():
        if name != "bias":
            found[(FEATURES if size == len(FEATURES) else JUDGED).index(name)] = value
    return Linear(found, values.get("bias", 0.0))


def logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def test_the_best_sentence_is_as_sure_as_the_question_says_and_leads_stay(index: Index) -> None:
    by_cosine = linear(len(FEATURES), cosine=4.0)
    whole = Weights(by_cosine, linear(len(JUDGED), bias=1.0), linear(len(JUDGED), bias=-3.0))
    found = scores(index, NIS, whole)
    assert np.isclose(logit(found.sentences[0].probability), 1.0) and np.isclose(logit(found.confidence), (1.0 - 3.0) / 2)
    by_itself = Weights(by_cosine, linear(len(JUDGED), logit=1.0), linear(len(JUDGED)))
    alone = scores(index, NIS, by_itself)
    assert [s.sentence.id for s in alone.sentences] == [s.sentence.id for s in found.sentences]
    shift = logit(alone.sentences[0].probability) - 1.0
    for one, other in zip(alone.sentences, found.sentences, strict=True):
        assert np.isclose(logit(one.probability) - logit(other.probability), shift)


def test_what_is_judged_is_the_best_sentence_and_its_lead() -> None:
    rows = np.zeros((3, len(FEATURES)))
    rows[:, FEATURES.index("cosine")] = [0.1, 0.5, 0.9]
    judged = dict(zip(JUDGED, judged_inputs(rows, np.array([2.0, 3.0, -1.0])).tolist(), strict=True))
    assert [judged[name] for name in MARGINS] == [3.0, 1.0, 4.0]
    assert judged["cosine"] == 0.5 and judged["best_cosine"] == 0.9  # The best sentence's, and the best of all.


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=5))
def test_one_sentence_alone_has_a_lead_too(logits: list[float]) -> None:
    judged = judged_inputs(np.zeros((len(logits), len(FEATURES))), np.array(logits))
    assert judged.shape == (len(JUDGED),) and np.isfinite(judged).all() and (judged[1:3] >= 0).all()


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_has_a_quote_and_a_refusal_has_none(index: Index, question: str) -> None:
    for least in (0.0, 0.2, 0.5, 0.8):
        for quote in (0.0, 1.0):
            settings = AskSettings(min_answer=least, min_quote=quote, min_quote_share=1.0)
            answer = Retriever(index, settings).ask(question)
            assert answer.answered == bool(answer.quotes) == (answer.confidence >= least) != bool(answer.closest)


def test_an_index_that_keeps_no_tokens_answers_with_the_other_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for: list[bool] = []

    def packaged(*, tokens: bool) -> Weights:
        asked_for.append(tokens)
        return packaged_weights(tokens=tokens)

    monkeypatch.setattr("articles_qa.qa.retriever.packaged_weights", packaged)
    (tmp_path / "a.txt").write_text("The river rose by two metres. It fell again on Monday.", "utf-8")
    build([tmp_path / "a.txt"], tmp_path / "kept")
    monkeypatch.setattr("articles_qa.index.models.embedder.projection_of", lambda sha256: None)
    build([tmp_path / "a.txt"], tmp_path / "not-kept", BuildSettings(rebuild=True))
    answer = Retriever.open(tmp_path / "not-kept").ask("By how much did the river rise?")
    monkeypatch.undo()
    assert asked_for == [False] and "two metres" in (answer.quotes or answer.closest)[0].text
    kept = Retriever.open(tmp_path / "kept").ask("By how much did the river rise?")
    assert "two metres" in (kept.quotes or kept.closest)[0].text and kept.confidence != answer.confidence


def test_own_weights_take_the_place_of_the_packaged_ones(seeds_index: Path) -> None:
    record = json.loads(json.dumps(SETS["tokens"]))
    record["right"]["bias"] += 100
    record["answerable"]["bias"] += 100
    sure = Retriever.open(seeds_index, settings=AskSettings(weights=read_weights(record), reader=False))
    assert sure.ask("Who painted the Mona Lisa?").confidence > 0.999


def test_weights_are_read_once() -> None:
    assert packaged_weights(tokens=True) is packaged_weights(tokens=True) and articles_qa.qa.ranking.weights.WEIGHTS.is_file()


ASKED = ["Who runs the ferry at Lom?", "Q: Who runs the ferry at Lom?", "CHAIR HOLT: And who runs the ferry at Lom?"]
ASKED += ["SEN. PRICE: What did the ferry at Lom cost?", "Isn’t the ferry at Lom paid for?"]


@pytest.mark.parametrize("asked", ASKED)
def test_a_question_of_a_transcript_is_a_question(asked: str) -> None:
    assert only_asks(asked) and not only_asks(f"{asked} Anna Lind does.")


@pytest.mark.parametrize("settings", [AskSettings(), AskSettings(reader=False)])
def test_a_sentence_that_only_asks_answers_nothing(
    retriever_of: Callable[[Mapping[str, str | bytes]], Retriever], tmp_path: Path, settings: AskSettings
) -> None:
    text = "The ferry at Lom\n\nWho runs the ferry at Lom? Anna Lind has run it since 1998. It leaves at noon.\n"
    retriever_of({"ferry.txt": text})
    answer = Retriever.open(tmp_path / "index", settings=settings).ask("Who runs the ferry at Lom?")
    assert (answer.quotes or answer.closest)[0].text == "Anna Lind has run it since 1998."
