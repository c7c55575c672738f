"""All measures, in the order in which they are reported, and the meaning of each."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from articles_qa.eval.measures.abstention import ABSTENTION_MEASURES
from articles_qa.eval.measures.calibration import CALIBRATION_MEASURES
from articles_qa.eval.measures.measure import Better, Measure, Rows
from articles_qa.eval.measures.passage_measures import PASSAGE_MEASURES
from articles_qa.eval.measures.quote_measures import QUOTE_MEASURES
from articles_qa.eval.measures.word_measures import WORD_MEASURES


def _percentile(rows: Rows, percent: float) -> float | None:
    return float(np.percentile(rows[:, 0], percent))


LATENCY_MEASURES = tuple(
    Measure(
        name=f"p{percent} ms",
        better=Better.LOWER,
        source="numpy.percentile, linear between the two nearest",
        row=lambda outcome, _: (outcome.took_ms,),
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

MEANINGS: Mapping[str, str] = {
    "recall@1": "right passages that rank first",
    "recall@5": "right passages among the first five",
    "recall@10": "right passages among the first ten",
    "MRR@10": "one divided by the rank of the first right passage",
    "nDCG@5": "how well the first five passages are ordered",
    "nDCG@10": "how well the first ten passages are ordered",
    "answer@1": "the first quote holds an answer",
    "answer@3": "one of the first three quotes holds an answer",
    "ranked answer@1": "as answer@1, with what refusals held back",
    "ranked answer@3": "as answer@3, with what refusals held back",
    "exact span@1": "the first quote is what was wanted, no more and no less",
    "overlapping span@1": "the first quote has some of what was wanted",
    "word precision": "quoted words that were wanted",
    "word recall": "wanted words that were quoted",
    "word F1": "word precision and word recall in one",
    "abstention precision": "refused questions that have no answer",
    "abstention recall": "questions without an answer that were refused",
    "decision accuracy": "questions rightly answered or rightly refused",
    "answerable AUROC": "how well confidence tells questions with an answer from those without",
    "AURC": "share of wrong answers, averaged over how many of the surest are given",
    "ECE": "how far probabilities are from how often they come true",
    "Brier": "squared error of the probabilities",
    "p50 ms": "half of the answers take no longer, in milliseconds",
    "p95 ms": "95 % of the answers take no longer, in milliseconds",
    "p99 ms": "99 % of the answers take no longer, in milliseconds",
}
