"""Measures of a reader on questions whose articles it has not seen: what it chooses, what it refuses, how sure it is."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from articles_qa.eval.measures.all_measures import MEASURES
from articles_qa.eval.training.fit_reading import ReadQuestion, fit_reading, joined
from articles_qa.qa.ranking.weights import ReadingWeights

PARTS = 4  # The weights of reading are learnt from the other three.
REFUSED_SHARE = 0.05
_TOTAL = {measure.name: measure.total for measure in MEASURES}


def measured(questions: Sequence[ReadQuestion]) -> str:
    """Return a table of measures, the reader's logits alone and joined with the scorer's."""
    alone = ReadingWeights((1.0, 0.0), (0.0, 0.0), (0.0, 0.0, 0.0, 1.0), (0.0, 1.0))
    parts = [questions[place::PARTS] for place in range(PARTS)]
    fitted = []
    for place, part in enumerate(parts):
        weights = fit_reading([question for other, each in enumerate(parts) if other != place for question in each])
        fitted += [(question, weights) for question in part]
    return "\n".join([_line("reader", [(question, alone) for question in questions]), _line("joined", fitted)])


def _line(name: str, judged: Sequence[tuple[ReadQuestion, ReadingWeights]]) -> str:
    first, three, by_kind = [], [], defaultdict(list)
    sure: dict[bool, list[float]] = {True: [], False: []}
    claimed, right = [], []
    for question, weights in judged:
        logits, probabilities, confidence = joined(question, weights)
        order = np.argsort(-logits)
        sure[question.answerable].append(confidence)
        claimed.append(float(probabilities[order[0]]))
        right.append(bool(question.right[order[0]]))
        if question.answerable:
            first.append(right[-1])
            three.append(bool(question.right[order[:3]].any()))
            by_kind[question.kind].append(right[-1])
    error = _TOTAL["ECE"](np.array([claimed, right], np.float64).T)
    kinds = " ".join(f"{kind} {np.mean(values):.3f}" for kind, values in sorted(by_kind.items()))
    line = f"{name}: first {np.mean(first):.3f}, three {np.mean(three):.3f} ({kinds}), ECE {error:.3f}"
    if sure[True] and sure[False]:
        least = np.quantile(sure[True], REFUSED_SHARE)
        refused = np.mean(np.array(sure[False]) < least)
        rows = [(confidence, 1, answerable) for answerable, values in sure.items() for confidence in values]
        line += f", AUROC {_TOTAL['answerable AUROC'](np.array(rows, np.float64)):.3f}, refused {refused:.3f} below {least:.3f}"
    return f"{line}; {len(judged):,} questions"
