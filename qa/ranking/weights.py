"""Weights of the features, trained by `python -m eval.train`."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

WEIGHTS = Path(__file__).with_name("weights.json")
READING_WEIGHTS = Path(__file__).with_name("reading_weights.json")


@dataclass(frozen=True, slots=True)
class Linear:
    """A logit that is linear in its inputs. `values`, (inputs,), are in the order of the inputs' names."""

    values: npt.NDArray[np.float64]
    bias: float

    def logits(self, inputs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the logit of each row of (n, inputs). (n,)"""
        found: npt.NDArray[np.float64] = inputs @ self.values + self.bias
        return found


@dataclass(frozen=True, slots=True)
class Weights:
    """The logit of a sentence, and two of the whole question: the best sentence is right; the question is answerable."""

    sentence: Linear
    right: Linear
    answerable: Linear


@dataclass(frozen=True, slots=True)
class ReadingWeights:
    """The join of the reader's logits and the scorer's, and its calibration, learnt on articles new to the reader.

    `of_sentence` weighs the reader's and the scorer's logit of a sentence.
    `of_nothing` weighs the logit of the scorer's confidence, and a constant.
    `of_right` and `of_answerable` calibrate: a constant first, then a weight for
    each input.
    """

    of_sentence: tuple[float, ...]
    of_nothing: tuple[float, ...]
    of_right: tuple[float, ...]
    of_answerable: tuple[float, ...]

    def sentence(self, read: float, scored: float) -> float:
        """Return a sentence's logit from the reader's and the scorer's."""
        return self.of_sentence[0] * read + self.of_sentence[1] * scored

    def nothing(self, confidence: float) -> float:
        """Return the logit of "nothing answers" from that of the scorer's confidence."""
        return self.of_nothing[0] * confidence + self.of_nothing[1]

    def right(self, logit: float, behind: float, share: float) -> float:
        """Return the probability that a sentence answers, from its logit, that less the best one's, and that of its share."""
        constant, *weights = self.of_right
        return _probability(constant + sum(w * value for w, value in zip(weights, (logit, behind, share), strict=True)))

    def answerable(self, share: float) -> float:
        """Return the probability that the articles answer, from the logit of the shares of all sentences."""
        return _probability(self.of_answerable[0] + self.of_answerable[1] * share)


@cache
def packaged_weights(*, tokens: bool) -> Weights:
    """Return the packaged weights for an index that keeps token vectors, or for one that does not."""
    record = json.loads(WEIGHTS.read_text("utf-8"))
    return read_weights(record["weights"]["tokens" if tokens else "no_tokens"])


def read_weights(record: Mapping[str, Any]) -> Weights:
    """Return weights from their JSON record: for each part the weight of each input by its name, and a bias."""
    parts = [record[name] for name in ("sentence", "right", "answerable")]
    return Weights(*(Linear(np.array(list(part["values"].values()), np.float64), float(part["bias"])) for part in parts))


@cache
def packaged_reading_weights() -> ReadingWeights:
    """Return the packaged weights of reading."""
    record = json.loads(READING_WEIGHTS.read_text("utf-8"))["weights"]
    return ReadingWeights(**{name: tuple(map(float, values)) for name, values in record.items()})


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-min(max(logit, -30.0), 30.0)))
