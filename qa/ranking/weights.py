"""Weights of the features, trained by `python -m eval.train`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

WEIGHTS = Path(__file__).with_name("weights.json")


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


@cache
def packaged_weights(*, tokens: bool) -> Weights:
    """Return the packaged weights for an index that keeps token vectors, or for one that does not."""
    record = json.loads(WEIGHTS.read_text("utf-8"))
    return read_weights(record["weights"]["tokens" if tokens else "no_tokens"])


def read_weights(record: Mapping[str, Any]) -> Weights:
    """Return weights from their JSON record: for each part the weight of each input by its name, and a bias."""
    parts = [record[name] for name in ("sentence", "right", "answerable")]
    return Weights(*(Linear(np.array(list(part["values"].values()), np.float64), float(part["bias"])) for part in parts))
