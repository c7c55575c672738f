"""Weights: what each feature counts, as `python -m eval.train` found it."""

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
    """A logit that is linear in its inputs, (inputs,), in the order in which they are named."""

    values: npt.NDArray[np.float64]
    bias: float

    def logits(self, inputs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """One a row of (n, inputs). (n,)"""
        found: npt.NDArray[np.float64] = inputs @ self.values + self.bias
        return found


@dataclass(frozen=True, slots=True)
class Weights:
    """A sentence's logit from its features, and two of the whole question: its best sentence is right, it is answerable."""

    sentence: Linear
    right: Linear
    answerable: Linear


def packaged_weights(*, tokens: bool) -> Weights:
    """Those that come with the program, for indexes that keep token vectors and for those that do not."""
    return _load()["tokens" if tokens else "no_tokens"]


def read_weights(record: Mapping[str, Any]) -> Weights:
    """Weights from their JSON record: for each part its inputs' names with what they count, and a bias."""
    return Weights(*(_linear(record[part]) for part in ("sentence", "right", "answerable")))


def _linear(record: Mapping[str, Any]) -> Linear:
    return Linear(np.array(list(record["values"].values()), np.float64), float(record["bias"]))


@cache
def _load() -> dict[str, Weights]:
    record = json.loads(WEIGHTS.read_text("utf-8"))
    return {name: read_weights(part) for name, part in record["weights"].items()}
