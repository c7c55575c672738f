"""Abstention: refusals of questions that the articles do not answer, and of no others.

A case is scored where it is known to be answerable or not. Risk and coverage
also need to know which quotes are right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from articles_qa.eval.datasets.cases import Gold
from articles_qa.eval.measures.measure import Better, Measure, Rows
from articles_qa.eval.measures.quote_measures import holds_answer
from articles_qa.eval.running.run_cases import CaseOutcome


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """The result of answering only the cases with at least this confidence.

    `coverage` is the share of cases answered, `risk` the share of wrong answers
    among them.
    """

    confidence: float
    coverage: float
    risk: float


def risk_coverage(outcomes: Sequence[CaseOutcome], gold: Gold) -> tuple[RiskPoint, ...]:
    """Return a point for each confidence that occurs, falling. Equal confidences are answered together.

    Source: El-Yaniv and Wiener 2010, section 2.
    """
    rows = AURC.rows(outcomes, gold)
    return tuple(RiskPoint(*point) for point in _curve(rows).tolist()) if len(rows) else ()


def right_first(outcome: CaseOutcome, gold: Gold) -> bool | None:
    """Tell whether the first quote, shown or not, holds an answer. None where the data set does not say."""
    case = outcome.case
    if gold is Gold.DOCUMENTS or case.answerable is None:
        return None
    if not case.answerable:
        return False
    return any(holds_answer(quote, case) for quote in outcome.ranked[:1]) if case.spans else None


def _decision(outcome: CaseOutcome, gold: Gold) -> tuple[float, float, float] | None:
    """Return the confidence, and 1 or 0 for answered and for answerable."""
    if outcome.case.answerable is None:
        return None
    return outcome.confidence, outcome.answered, outcome.case.answerable


def _decided_rightly(outcome: CaseOutcome, gold: Gold) -> tuple[float] | None:
    if outcome.case.answerable is None:
        return None
    return (float(outcome.answered is outcome.case.answerable),)


def _refused_rightly(outcome: CaseOutcome, gold: Gold) -> tuple[float] | None:
    return (float(not outcome.answered),) if outcome.case.answerable is False else None


def _confidence_and_right(outcome: CaseOutcome, gold: Gold) -> tuple[float, float] | None:
    right = right_first(outcome, gold)
    return None if right is None else (outcome.confidence, right)


def _precision(rows: Rows) -> float | None:
    """Return the unanswerable share of the refused cases. None where nothing is refused or only one kind exists."""
    answered, answerable = rows[:, 1] == 1, rows[:, 2] == 1
    if answered.all() or answerable.all() or not answerable.any():
        return None
    return float(1 - answerable[~answered].mean())


def _auroc(rows: Rows) -> float | None:
    """Return how often an answerable case has more confidence than an unanswerable case. Ties count half; None without both."""
    answerable = rows[:, 2] == 1
    positives = int(answerable.sum())
    negatives = len(rows) - positives
    if not positives or not negatives:
        return None
    _, value, counts = np.unique(rows[:, 0], return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[value]  # Equal values share the mean of their ranks, from 1.
    return float((ranks[answerable].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def _curve(rows: Rows) -> Rows:
    """Return rows of confidence, coverage and risk, one for each confidence that occurs, falling."""
    falling = rows[np.argsort(-rows[:, 0])]
    last = np.flatnonzero(np.append(np.diff(falling[:, 0]) != 0, True))  # Of each run of equal confidences.
    answered = last + 1
    wrong = answered - np.cumsum(falling[:, 1])[last]
    return np.column_stack((falling[last, 0], answered / len(rows), wrong / answered))


def _area(rows: Rows) -> float | None:
    """Return the mean over the cases of the risk at the confidence of each."""
    curve = _curve(rows)
    return float(np.diff(curve[:, 1], prepend=0) @ curve[:, 2])


AURC = Measure(
    name="AURC",
    better=Better.LOWER,
    source="Geifman, Uziel and El-Yaniv 2019, equation for the empirical AURC; right: the first quote holds an answer",
    row=_confidence_and_right,
    total=_area,
)

ABSTENTION_MEASURES = (
    Measure("abstention precision", Better.HIGHER, "share of the refused that is unanswerable", _decision, _precision),
    Measure("abstention recall", Better.HIGHER, "share of the unanswerable that is refused", _refused_rightly),
    Measure("decision accuracy", Better.HIGHER, "share answered or refused rightly", _decided_rightly),
    Measure("answerable AUROC", Better.HIGHER, "by ranks, Hanley and McNeil 1982", _decision, _auroc),
    AURC,
)
