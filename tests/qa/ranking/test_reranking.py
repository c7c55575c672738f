import math
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from index import Index, InputError
from index.arrays import Logits
from index.models.export import open_reranker
from index.models.model_card import ModelCard, Precision, Runtime
from index.models.reranker import Reranker
from qa import Retriever
from qa.ranking.reranking import SENTENCES_RERANKED, rerank
from qa.ranking.scoring import ScoredSentence, SentenceScores

ROOT = Path(__file__).parents[3]
NIS = "how many casualties did NIS report?"
OFF_TOPIC = "Who painted the Mona Lisa?"


def card(name: str) -> ModelCard:
    """The card of a cross-encoder that needs no files."""
    return ModelCard(name, "", "", Runtime.ONNX, Precision.INT8, 1, 512, "", False, "", "", ())


class Prefers(Reranker):
    """Scores 6 for texts with one of the words, and -6 for others. It keeps the texts."""

    def __init__(self, *words: str) -> None:
        self.card = card("prefers")
        self.words = words
        self.read: list[str] = []

    def scores(self, question: str, texts: Sequence[str]) -> Logits:
        self.read += texts
        return np.array([6.0 if any(word in text for word in self.words) else -6.0 for text in texts])


@pytest.fixture
def index(seeds_index: Path) -> Index:
    return Index.open(seeds_index)


def scores_of(index: Index, probabilities: Sequence[float], confidence: float = 0.5) -> SentenceScores:
    """The first sentences of an index, with the given probabilities."""
    passages = {passage.id: passage for passage in index.store.passages(range(12))}
    sentences = sorted(index.store.sentences(list(passages)), key=lambda sentence: sentence.id)
    chosen = zip(sentences, probabilities, strict=False)
    scored = [ScoredSentence(sentence, passages[sentence.passage], probability) for sentence, probability in chosen]
    assert len(scored) == len(probabilities)
    return SentenceScores(scored, confidence)


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def first_quote(index: Index, question: str, reranker: Reranker | None) -> str:
    answer = Retriever(index, reranker=reranker).ask(question)
    return (answer.quotes or answer.closest)[0].text


def test_the_order_is_what_the_cross_encoder_says(index: Index) -> None:
    assert "over 100 North Korean" in first_quote(index, NIS, None)
    assert "unfamiliar battlefield" in first_quote(index, NIS, Prefers("unfamiliar"))
    assert "over 100 North Korean" in first_quote(index, NIS, Prefers("over 100"))


def test_it_has_a_say_in_whether_anything_answers(index: Index) -> None:
    assert not Retriever(index, reranker=Prefers()).ask(NIS).answered
    assert Retriever(index, reranker=Prefers("")).ask(NIS).answered
    assert not Retriever(index, reranker=Prefers("")).ask(OFF_TOPIC, top_k=1).quotes[1:]


def test_the_record_names_the_reranker_beside_the_model(index: Index) -> None:
    assert Retriever(index).ask(NIS).to_dict()["index"]["reranker"] is None
    assert Retriever(index, reranker=Prefers("NIS")).ask(NIS).to_dict()["index"]["reranker"] == "prefers"


def test_a_probability_is_the_mean_of_both_logits(index: Index) -> None:
    (one,) = rerank(index, NIS, scores_of(index, [0.8]), Prefers(""), at_least=1).sentences
    assert math.isclose(logit(one.probability), (logit(0.8) + 6) / 2)


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_a_scorer_that_is_certain_can_be_reranked(index: Index, probability: float) -> None:
    found = rerank(index, NIS, scores_of(index, [probability], probability), Prefers(""), at_least=1)
    assert 0 < found.sentences[0].probability < 1 and 0 < found.confidence < 1


def test_the_confidence_moves_with_the_surest_sentence(index: Index) -> None:
    found = rerank(index, NIS, scores_of(index, [0.8], 0.6), Prefers(), at_least=1)
    moved = logit(found.sentences[0].probability) - logit(0.8)
    assert moved < 0 and math.isclose(logit(found.confidence), logit(0.6) + moved)


def test_nothing_is_reranked_to_nothing(index: Index) -> None:
    assert rerank(index, NIS, SentenceScores([], 0.0), Prefers(), at_least=5) == SentenceScores([], 0.0)


@pytest.mark.parametrize(("at_least", "read"), [(5, SENTENCES_RERANKED), (20, 20)])
def test_sentences_that_are_not_read_follow_and_are_no_surer(index: Index, at_least: int, read: int) -> None:
    scores = scores_of(index, [0.9 - i / 100 for i in range(24)])
    reranker = Prefers()
    found = rerank(index, NIS, scores, reranker, at_least=at_least).sentences
    assert len(reranker.read) == read
    assert [candidate.sentence for candidate in found] == [candidate.sentence for candidate in scores.sentences]
    probabilities = [candidate.probability for candidate in found]
    assert probabilities == sorted(probabilities, reverse=True)


def test_it_reads_what_would_be_quoted_under_the_title(
    retriever_of: Callable[[Mapping[str, str | bytes]], Retriever], tmp_path: Path
) -> None:
    text = "Anna Lind runs the ferry at Linz. She has done so since 1998. The bridge near Linz was closed in May.\n"
    retriever_of({"a.txt": text})
    reranker = Prefers("ferry")
    Retriever(Index.open(tmp_path / "index"), reranker=reranker).ask("Since when has Anna Lind run the ferry at Linz?")
    # Only the second sentence refers back to the one before it.
    assert sorted(reranker.read) == sorted(
        [
            "Anna Lind runs the ferry at Linz.",
            "Anna Lind runs the ferry at Linz. She has done so since 1998.",
            "The bridge near Linz was closed in May.",
        ]
    )


@pytest.mark.tier("check")  # Loads torch.
def test_a_retriever_opens_a_cross_encoder_by_name(cross_encoder: Callable[..., Path], seeds_index: Path) -> None:
    folder = str(cross_encoder("tiny", prefers="unfamiliar"))
    answer = Retriever.open(seeds_index, reranker=folder).ask(NIS)
    assert "unfamiliar battlefield" in answer.quotes[0].text and answer.reranker == folder
    with pytest.raises(InputError, match=r"^--reranker nowhere: "):
        Retriever.open(seeds_index, reranker="nowhere")


@pytest.mark.tier("check")
def test_reranking_imports_no_heavy_package_once_exported(cross_encoder: Callable[..., Path], seeds_index: Path) -> None:
    folder = str(cross_encoder("tiny", prefers="unfamiliar"))
    open_reranker(folder)
    heavy = ("torch", "transformers", "sentence_transformers", "huggingface_hub")
    script = (
        f"import sys; from ui.cli import main; main(['ask', {NIS!r}, '-k', '1', '--reranker', {folder!r}]); "
        f"sys.exit(str([m for m in {heavy} if m in sys.modules]))"
    )
    environment = {**os.environ, "QA_INDEX": str(seeds_index)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env=environment, check=False
    )
    assert "unfamiliar" in done.stdout and done.stderr.strip() == "[]"


def test_without_a_reranker_none_is_looked_for(seeds_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("qa.retriever.open_reranker")
    monkeypatch.delattr(Reranker, "scores")
    assert Retriever.open(seeds_index).ask(NIS).reranker is None
