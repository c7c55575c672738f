"""The weights of reading: learnt from what was read, calibrated, and measured on other questions."""

import numpy as np
import pytest

pytest.importorskip("torch")

from articles_qa.eval.training.fit_reading import ReadQuestion, fit_reading, joined
from articles_qa.eval.training.reading_measures import measured

pytestmark = pytest.mark.tier("check")


def questions(number: int, *, reads: float) -> list[ReadQuestion]:
    """Return questions of five sentences, every third without an answer; the reader's logits are right by `reads`."""
    draw, made = np.random.default_rng(1), []
    for place in range(number):
        right = np.arange(5) == (place % 5 if place % 3 else -1)
        read = draw.normal(size=5) - 2 + reads * right
        made.append(ReadQuestion("direct", read, draw.normal(size=5), right, 0.0, bool(right.any())))
    return made


def test_the_judge_that_knows_gets_the_weight() -> None:
    weights = fit_reading(questions(120, reads=4.0))
    assert weights.of_sentence[0] > 3 * abs(weights.of_sentence[1])
    logits, probabilities, confidence = joined(questions(2, reads=4.0)[1], weights)
    assert np.argmax(logits) == np.argmax(probabilities) == 1 and probabilities[1] > 0.8 and confidence > 0.8
    assert joined(questions(1, reads=4.0)[0], weights)[2] < 0.4, "nothing answers the first"


def test_a_reader_that_knows_measures_better() -> None:
    good, bad = (measured(questions(120, reads=reads)).splitlines() for reads in (4.0, 0.0))
    assert [line.partition(":")[0] for line in good] == ["reader", "joined"] and all("120 questions" in line for line in good)
    figures = [
        [float(line.split(name)[1].split(",")[0].split(" (")[0]) for name in ("first ", "AUROC ")] for line in (good[1], bad[1])
    ]
    assert all(better > 0.85 and worse < 0.7 for better, worse in zip(*figures, strict=True))
