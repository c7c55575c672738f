"""Sampling: a data set with its documents, and so many of its questions."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from eval.cases import OWN_CASES
from eval.dataset import DataSet, Document
from eval.loading import load

SEEDS = Path(__file__).parents[1] / "seeds"


def sampled(paths: Sequence[Path], questions: int) -> DataSet:
    """The data set of these files, or the seeds and the project's own questions; an even sample of at most so many.

    Raises:
        InputError: as `load`.
    """
    data = load(paths or [OWN_CASES])
    if data.documents is None:
        texts = sorted(SEEDS.glob("*.txt"))
        data = replace(data, documents=tuple(Document(path.name, path.read_bytes().decode()) for path in texts))
    step = max(1, len(data.cases) // questions)
    return replace(data, cases=data.cases[::step][:questions])
