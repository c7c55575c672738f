"""Fitting the weights of reading: how the reader's and the scorer's logits join, and how sure their sum is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from articles_qa.eval.training.network import ReaderNetwork
from articles_qa.eval.training.samples import ReaderSample
from articles_qa.eval.training.train_reader import plain_tokenizer
from articles_qa.index.arrays import Logits
from articles_qa.index.errors import packages_of
from articles_qa.index.models.reader import question_ids, reader_input
from articles_qa.qa.ranking.reading import logit, softmax
from articles_qa.qa.ranking.weights import ReadingWeights

DECAY = 1e-4
CALIBRATED = 3  # Best sentences of each question that teach the probability of a quote.
DIGITS = 5


@dataclass(frozen=True, slots=True)
class ReadQuestion:
    """A question that was read: of each sentence the reader's logit and the scorer's, and whether it answers.

    `confidence` is the logit of the scorer's confidence.
    """

    kind: str
    read: Logits
    scored: Logits
    right: npt.NDArray[np.bool_]
    confidence: float
    answerable: bool


def read_questions(network: ReaderNetwork, samples: Sequence[ReaderSample]) -> list[ReadQuestion]:
    """Read all that the program reads of each question at most."""
    tokenizer = plain_tokenizer()
    network.eval()
    made = []
    with torch.inference_mode():
        for sample in samples:
            found = sample.found
            asked = question_ids(tokenizer, sample.question)
            inputs = [reader_input(tokenizer, asked, each.text) for each in found]
            logits = network(inputs, [len(each.right) for each in found])
            made.append(
                ReadQuestion(
                    kind=sample.kind,
                    read=np.concatenate([each.numpy() for each in logits]).astype(np.float64),
                    scored=np.concatenate([each.scored for each in found]),
                    right=np.concatenate([each.right for each in found]),
                    confidence=sample.confidence,
                    answerable=sample.answerable,
                )
            )
    return made


def joined(question: ReadQuestion, weights: ReadingWeights) -> tuple[Logits, Logits, float]:
    """Return each sentence's logit against "nothing", the probability that it answers, and that the articles answer."""
    nothing = weights.nothing(question.confidence)
    logits = np.stack([question.read, question.scored], axis=1) @ np.array(weights.of_sentence) - nothing
    shares = softmax(logits.tolist())
    best = float(logits.max())
    right = [weights.right(z, z - best, logit(s)) for z, s in zip(logits.tolist(), shares[1:].tolist(), strict=True)]
    return logits, np.array(right), weights.answerable(logit(1 - float(shares[0])))


def fit_reading(questions: Sequence[ReadQuestion]) -> ReadingWeights:
    """Learn the weights from questions whose articles the reader has not seen."""
    of_sentence, of_nothing = _join(questions)
    plain = ReadingWeights(of_sentence, of_nothing, (0.0, 0.0, 0.0, 1.0), (0.0, 1.0))
    rows, right, shares, answerable = [], [], [], []
    for question in questions:
        logits, probabilities, confidence = joined(question, plain)
        for place in np.argsort(-logits)[:CALIBRATED].tolist():
            rows.append([logits[place], logits[place] - logits.max(), logit(float(probabilities[place]))])
            right.append(bool(question.right[place]))
        shares.append([logit(confidence)])
        answerable.append(question.answerable)
    of_right, of_answerable = _calibrate(rows, right), _calibrate(shares, answerable)
    return ReadingWeights(of_sentence, of_nothing, of_right, of_answerable)


def _join(questions: Sequence[ReadQuestion]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Fit the softmax over all sentences and "nothing" that gives the answering ones, or "nothing", the largest share."""
    parts = [
        (
            torch.tensor(np.stack([q.read, q.scored], 1), dtype=torch.float64),
            torch.tensor(q.right),
            torch.tensor([q.confidence, 1.0], dtype=torch.float64),
        )
        for q in questions
    ]
    sentence = torch.tensor([1.0, 0.1], dtype=torch.float64, requires_grad=True)
    nothing = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([sentence, nothing], max_iter=100)

    def mean_loss() -> torch.Tensor:
        optimiser.zero_grad()
        total = DECAY * len(parts) * (sentence**2).sum()
        for inputs, right, constant in parts:
            shares = torch.log_softmax(torch.cat([(nothing * constant).sum()[None], inputs @ sentence]), 0)
            total = total - shares[torch.cat([~right.any()[None], right])].logsumexp(0)
        mean = total / len(parts)
        mean.backward()  # type: ignore[no-untyped-call]
        return mean

    optimiser.step(mean_loss)  # type: ignore[no-untyped-call]
    first, second = (tuple(_rounded(value) for value in each.tolist()) for each in (sentence, nothing))
    return first, second


def _calibrate(rows: Sequence[Sequence[float]], right: Sequence[bool]) -> tuple[float, ...]:
    with packages_of("eval", "calibrating"):
        from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, max_iter=200).fit(np.array(rows), np.array(right))
    return (_rounded(float(model.intercept_[0])), *(_rounded(value) for value in model.coef_[0].tolist()))


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
