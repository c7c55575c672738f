"""The reader in training: the same logits as the program's, the same weights twice, and no step lost by a stop."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from eval.training.network import ReaderNetwork  # noqa: E402 (torch is looked for first)
from eval.training.samples import FoundText, ReaderSample, fold_of  # noqa: E402
from eval.training.train_reader import TrainingProgress, TrainingSettings, loss, plain_tokenizer, train_reader  # noqa: E402
from index import InputError  # noqa: E402
from index.models.embedder import PassageText  # noqa: E402
from index.models.reader import question_ids, reader_input  # noqa: E402
from index.models.reader_export import open_reader  # noqa: E402
from index.models.reader_weights import write_reader_weights  # noqa: E402

pytestmark = pytest.mark.tier("check")

FERRY = PassageText("Ferry", ("Anna Lind has run the ferry since 1998.", "…", "Nobody asked her why.", "It leaves at noon."))
FLOOD = PassageText("", ("The river rose overnight.", "The mayor said 1,200 people were moved to schools."))
SETTINGS = TrainingSettings(questions_a_step=2, passages=2, rate=1e-3)


def sample(question: str, right: int | None) -> ReaderSample:
    """Return a sample about the ferry; `right` is the sentence that answers."""
    found = (
        FoundText(FERRY, tuple(place == right for place in range(4)), (0.0,) * 4),
        FoundText(FLOOD, (False, False), (0.0, 0.0)),
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
            assert np.allclose(found, logits, atol=1.0), "8-bit weights against 16-bit numbers"
        assert np.corrcoef(reader.read(question, [FERRY])[0], wanted[0].numpy())[0, 1] > 0.95


def test_a_training_learns_and_is_the_same_twice_and_after_a_stop(tmp_path: Path) -> None:
    stage, losses = SAMPLES * 3, []
    whole = train_reader([stage], SETTINGS, tmp_path / "a", report=lambda progress: losses.append(progress.loss))
    assert same(whole, train_reader([stage], SETTINGS, tmp_path / "b"))

    class Stopped(Exception):
        """The stop."""

    def stop(progress: TrainingProgress) -> None:
        if progress.step == 3:
            raise Stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eval.training.train_reader.STATE_EVERY", 2)
        patch.setattr("eval.training.train_reader.REPORT_EVERY", 1)
        with pytest.raises(Stopped):
            train_reader([stage], SETTINGS, tmp_path / "c", report=stop)
        steps: list[int] = []
        taken_up = train_reader([stage], SETTINGS, tmp_path / "c", report=lambda progress: steps.append(progress.step))
    assert steps == [3, 4, 5, 6] and same(whole, taken_up)
    with pytest.raises(InputError, match="of another training; name another folder"):
        train_reader([stage], replace(SETTINGS, seed=2), tmp_path / "c")


def test_the_loss_wants_an_answering_sentence_or_nothing() -> None:
    logits = [torch.tensor([5.0, 0.0]), torch.tensor([-5.0])]
    found = loss(logits, [[True, False], [False]])
    assert found < 0.05 and loss(logits, [[False, False], [True]]) > 5
    assert loss([torch.tensor([-9.0])], [[False]]) < 0.01 < loss([torch.tensor([9.0])], [[False]])


def test_an_article_is_in_one_fold_on_every_machine() -> None:
    assert [fold_of(f"a{number}.txt", 3) for number in range(6)] == [2, 1, 2, 1, 2, 1]
