"""All measures, in the order in which they are reported."""

from functools import partial

import numpy as np

from eval.datasets.cases import Gold
from eval.measures.abstention import ABSTENTION_MEASURES
from eval.measures.calibration import CALIBRATION_MEASURES
from eval.measures.measure import Better, Measure, Rows
from eval.measures.passage_measures import PASSAGE_MEASURES
from eval.measures.quote_measures import QUOTE_MEASURES
from eval.measures.word_measures import WORD_MEASURES
from eval.running.outcome import Outcome

__all__ = ["MEASURES", "Better", "Measure"]


def _took_ms(outcome: Outcome, gold: Gold) -> tuple[float] | None:
    return (outcome.took_ms,)


def _percentile(rows: Rows, percent: float) -> float | None:
    return float(np.percentile(rows[:, 0], percent))


LATENCY_MEASURES = tuple(
    Measure(
        name=f"p{percent} ms",
        better=Better.LOWER,
        source="numpy.percentile, linear between the two nearest",
        row=_took_ms,
        total=partial(_percentile, percent=percent),
    )
    for percent in (50, 95, 99)
)

MEASURES: tuple[Measure, ...] = (
    *PASSAGE_MEASURES,
    *QUOTE_MEASURES,
    *WORD_MEASURES,
    *ABSTENTION_MEASURES,
    *CALIBRATION_MEASURES,
    *LATENCY_MEASURES,
)
