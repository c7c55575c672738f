"""A trial: a data set asked of an index, and the report on it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum

import numpy as np

from articles_qa.eval.datasets.cases import Case, DataSet, Document, Gold
from articles_qa.eval.datasets.load_dataset import even_sample
from articles_qa.eval.measures.abstention import risk_coverage
from articles_qa.eval.measures.all_measures import MEASURES
from articles_qa.eval.measures.calibration import reliability
from articles_qa.eval.measures.measure import Measure, estimate
from articles_qa.eval.reports.judged_case import judge_case
from articles_qa.eval.reports.provenance import provenance
from articles_qa.eval.reports.report import Curves, DataFacts, EvalReport, IndexFacts, ReportedMeasure
from articles_qa.eval.running.run_cases import CaseOutcome
from articles_qa.index import IndexInfo
from articles_qa.qa import AskSettings

CURVE_POINTS = 200  # More points than a screen can show.


@dataclass(frozen=True, slots=True)
class Trial:
    """A data set, the index it was asked of, and the outcomes.

    `outcomes` are of `limit` cases, of all where it is None.
    """

    data: DataSet
    outcomes: tuple[CaseOutcome, ...]
    index: IndexInfo
    settings: AskSettings
    took_s: float
    limit: int | None = None


def report_on(trial: Trial) -> EvalReport:
    """Return the report with every figure that the outcomes allow, and its interval."""
    outcomes, gold, info, made = trial.outcomes, trial.data.gold, trial.index, provenance()
    return EvalReport(
        schema="eval/1",
        date=made.date,
        version=made.version,
        commit=made.commit,
        machine=made.machine,
        took_s=trial.took_s,
        dataset=_data_facts(trial),
        index=IndexFacts(info.generation, info.articles, info.passages, info.sentences, info.built),
        model=info.model.to_dict(),
        settings=json.loads(json.dumps(asdict(trial.settings), default=_json_value)),
        measures={measure.name: _measured(measure, outcomes, gold) for measure in MEASURES},
        by_kind=_by_kind(outcomes, gold),
        curves=Curves(
            risk_coverage=even_sample(risk_coverage(outcomes, gold), CURVE_POINTS),
            reliability=reliability(outcomes, gold),
            latency_ms=tuple(np.percentile([outcome.took_ms for outcome in outcomes], range(101)).tolist()) if outcomes else (),
        ),
        cases=tuple(judge_case(outcome, gold, MEASURES) for outcome in outcomes),
    )


def _measured(measure: Measure, outcomes: Sequence[CaseOutcome], gold: Gold) -> ReportedMeasure:
    found = estimate(measure, outcomes, gold)
    return ReportedMeasure(found.value, found.low, found.high, found.cases, measure.better, measure.source)


def _by_kind(outcomes: Sequence[CaseOutcome], gold: Gold) -> dict[str, dict[str, int | float]]:
    """Return the facts of each kind, in the order in which the kinds first come."""
    parts: dict[str, list[CaseOutcome]] = {}
    for outcome in outcomes:
        parts.setdefault(outcome.case.kind, []).append(outcome)
    return {kind: _kind_facts(part, gold) for kind, part in parts.items()}


def _kind_facts(part: Sequence[CaseOutcome], gold: Gold) -> dict[str, int | float]:
    values = {measure.name: measure.of(part, gold) for measure in MEASURES}
    return {
        "cases": len(part),
        "answerable": sum(outcome.case.answerable is True for outcome in part),
        "refused": sum(not outcome.answered for outcome in part) / len(part),
        **{name: value for name, value in values.items() if value is not None},
    }


def _data_facts(trial: Trial) -> DataFacts:
    data, asked = trial.data, [outcome.case for outcome in trial.outcomes]
    sample = () if trial.limit is None else (f"an even sample: {len(asked):,} of its {len(data.cases):,} cases were asked",)
    return DataFacts(
        name=data.name,
        form=data.form,
        gold=data.gold,
        sha256=_sha256(data),
        cases=len(asked),
        answerable=sum(case.answerable is True for case in asked),
        unanswerable=sum(case.answerable is False for case in asked),
        documents=None if data.documents is None else len(data.documents),
        notes=(*data.notes, *sample),
        limit=trial.limit,
    )


def _sha256(data: DataSet) -> str:
    """Return the sha256 of all cases and documents, in order, each as a line of JSON."""
    digest = hashlib.sha256()
    parts: tuple[Case | Document, ...] = (*data.cases, *(data.documents or ()))
    for part in parts:
        digest.update(json.dumps(asdict(part), default=_json_value, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()


def _json_value(value: object) -> object:
    """Return the JSON form of a value that JSON does not know."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return dict(value) if isinstance(value, Mapping) else str(value)
