"""The reader in training: the same logits as the program's, the same weights twice, and no step lost by a stop."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from articles_qa.eval.datasets.cases import load_cases  # noqa: E402 (torch is looked for first)
from articles_qa.eval.training.network import ReaderNetwork  # noqa: E402
from articles_qa.eval.training.reader_command import ReaderMaterial  # noqa: E402
from articles_qa.eval.training.samples import FoundText, ReaderSample, fold_of, reader_samples, strangers  # noqa: E402
from articles_qa.eval.training.train_reader import TrainingProgress, TrainingSettings, loss, plain_tokenizer, train_reader  # noqa: E402
from articles_qa.index import Index, InputError  # noqa: E402
from articles_qa.index.models.embedder import PassageText  # noqa: E402
from articles_qa.index.models.reader import question_ids, reader_input  # noqa: E402
from articles_qa.index.models.reader_graph import open_reader  # noqa: E402
from articles_qa.index.models.reader_weights import write_reader_weights  # noqa: E402
from articles_qa.qa.ranking.reading import BESIDE, SENTENCES_READ  # noqa: E402

pytestmark = pytest.mark.tier("check")

FERRY = PassageText("Ferry", ("Anna Lind has run the ferry since 1998.", "…", "Nobody asked her why.", "It leaves at noon."))
FLOOD = PassageText("", ("The river rose overnight.", "The mayor said 1,200 people were moved to schools."))
SETTINGS = TrainingSettings(rounds=3, questions_a_step=2, snippets=2, rate=1e-3)


def sample(question: str, right: int | None) -> ReaderSample:
    """Return a sample about the ferry; `right` is the sentence that answers."""
    found = (
        FoundText("ferry.txt", FERRY, tuple(place == right for place in range(4)), (0.0,) * 4),
        FoundText("flood.txt", FLOOD, (False, False), (0.0, 0.0)),
    )
    return ReaderSample(question, "direct", "ferry.txt", right is not None, 0.0, found)


SAMPLES = [
    sample("Who runs the ferry?", 0),
    sample("When does the boat depart?", 3),
    sample("What does the ferry cost?", None),
    sample("How many people drowned?", None),
]


def same(one: ReaderNetwork, other: ReaderNetwork) -> bool:
    others = other.state_dict()
    return all(torch.equal(value, others[name]) for name, value in one.state_dict().items())


def test_the_exported_reader_gives_the_logits_of_the_network(tmp_path: Path) -> None:
    network = ReaderNetwork().eval()
    for parameter in (network.out.weight, network.token.weight):
        torch.nn.init.normal_(parameter, std=0.3, generator=torch.Generator().manual_seed(1))
    write_reader_weights(tmp_path / "reader.safetensors", network.layers(), network.head(), {})
    reader, tokenizer = open_reader(tmp_path / "reader.safetensors"), plain_tokenizer()
    for question in ("Who runs the ferry?", "How many people had to leave their homes?"):
        asked = question_ids(tokenizer, question)
        with torch.inference_mode():
            wanted = network([reader_input(tokenizer, asked, text) for text in (FERRY, FLOOD)], [4, 2])
        for found, logits in zip(reader.read(question, [FERRY, FLOOD]), wanted, strict=True):
            assert np.allclose(found, logits, atol=2.0), "7-bit weights against 16-bit numbers"
        assert np.corrcoef(reader.read(question, [FERRY])[0], wanted[0].numpy())[0, 1] > 0.95


def test_a_training_learns_and_is_the_same_twice_and_after_a_stop(tmp_path: Path) -> None:
    samples, losses = SAMPLES, []
    whole = train_reader(samples, SETTINGS, tmp_path / "a", report=lambda progress: losses.append(progress.loss))
    assert same(whole, train_reader(samples, SETTINGS, tmp_path / "b"))

    class Stopped(Exception):
        """The stop."""

    def stop(progress: TrainingProgress) -> None:
        if progress.step == 3:
            raise Stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("articles_qa.eval.training.train_reader.STATE_EVERY", 2)
        patch.setattr("articles_qa.eval.training.train_reader.REPORT_EVERY", 1)
        with pytest.raises(Stopped):
            train_reader(samples, SETTINGS, tmp_path / "c", report=stop)
        steps: list[int] = []
        taken_up = train_reader(samples, SETTINGS, tmp_path / "c", report=lambda progress: steps.append(progress.step))
    assert steps == [3, 4, 5, 6] and same(whole, taken_up)
    with pytest.raises(InputError, match="of another training; name another folder"):
        train_reader(samples, replace(SETTINGS, seed=2), tmp_path / "c")


def test_the_loss_wants_an_answering_sentence_or_nothing() -> None:
    logits = [torch.tensor([5.0, 0.0]), torch.tensor([-5.0])]
    found = loss(logits, [[True, False], [False]])
    assert found < 0.05 and loss(logits, [[False, False], [True]]) > 5
    assert loss([torch.tensor([-9.0])], [[False]]) < 0.01 < loss([torch.tensor([9.0])], [[False]])


def test_an_article_is_in_one_fold_on_every_machine() -> None:
    assert [fold_of(f"a{number}.txt", 3) for number in range(6)] == [2, 1, 2, 1, 2, 1]


def test_neither_text_nor_questions_of_a_fold_are_learnt() -> None:
    ferry, flood = fold_of("ferry.txt", 3), fold_of("flood.txt", 3)
    assert ferry != flood, "or this test tells nothing"
    other = replace(SAMPLES[0], home="flood.txt")
    learnt = ReaderMaterial({"questions.jsonl": SAMPLES}, [other], ()).without(flood)
    assert [sample.question for sample in learnt] == [sample.question for sample in SAMPLES]
    assert all(each.home == "ferry.txt" for sample in learnt for each in sample.found)


def test_a_sample_holds_what_the_program_reads_or_else_the_answer_that_it_misses(seeds_index: Path) -> None:
    index = Index.open(seeds_index)
    cases = [case for case in load_cases() if not case.history]
    samples = reader_samples(cases, index)
    assert len(samples) == len(cases)
    for case, sample in zip(cases, samples, strict=True):
        assert sample.found and sum(len(each.right) for each in sample.found) <= SENTENCES_READ * (1 + 2 * BESIDE)
        assert all(len(each.right) == len(each.text.sentences) == len(each.scored) for each in sample.found)
        is_found = any(any(each.right) for each in sample.found)
        assert not (is_found and sample.missed) and all(any(each.right) for each in sample.missed)
        assert case.answerable or not is_found
    assert np.mean([any(any(each.right) for each in s.found) for s in samples if s.answerable]) > 0.9


def test_strangers_are_questions_that_nothing_answers() -> None:
    made = strangers([case for case in load_cases() if case.answerable], 10)
    assert 10 <= len(made) <= 12 and not any(case.answerable or case.spans for case in made) and all(case.home for case in made)
