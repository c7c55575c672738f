"""Two reports compared, and figures held against their limits."""

import itertools
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from articles_qa.eval.datasets.cases import Gold
from articles_qa.eval.measures.measure import Better
from articles_qa.eval.reports.compare_reports import ChangedCase, Difference, ReportComparison, _chance, compare, fail_under
from articles_qa.eval.reports.judged_case import JudgedCase, PassageRanks
from articles_qa.eval.reports.provenance import Machine
from articles_qa.eval.reports.report import Curves, DataFacts, EvalReport, IndexFacts, ReportedMeasure
from articles_qa.index import InputError

Scores = Mapping[str, float | None]


def judged(name: str, scores: Scores) -> JudgedCase:
    return JudgedCase(
        id=name,
        kind="who",
        question=f"{name}?",
        history=(),
        answerable=True,
        answered=True,
        confidence=0.5,
        right_rank=None,
        took_ms=1.0,
        scores=scores,
        wanted=(),
        quotes=(),
        closest=(),
        right_passage=PassageRanks(None, None, None),
    )


def report(cases: Mapping[str, Scores], figures: Mapping[str, float | None] | None = None) -> EvalReport:
    """A report of these cases' scores, and of figures for whole sets; an ending `ms` marks those that are better lower."""
    means: dict[str, float | None] = {name: None for scores in cases.values() for name in scores}
    return EvalReport(
        schema="eval/1",
        date="2026-11-29",
        version=None,
        commit=None,
        machine=Machine(2, "Linux", "3.11"),
        took_s=1.0,
        dataset=DataFacts("floods", "cases", Gold.ANSWERS, "f00d", len(cases), len(cases), 0, None, (), None),
        index=IndexFacts(1, 1, 1, 1, "2026-11-29"),
        model={},
        settings={},
        measures={
            name: ReportedMeasure(value, value, value, 7, Better.LOWER if "ms" in name else Better.HIGHER, "")
            for name, value in {**means, **(figures or {})}.items()
        },
        by_kind={},
        curves=Curves((), (), ()),
        cases=tuple(judged(name, scores) for name, scores in cases.items()),
    )


def difference(comparison: ReportComparison, measure: str) -> Difference:
    return next(found for found in comparison.differences if found.measure == measure)


def test_each_case_is_compared_with_itself() -> None:
    a = report({"1": {"answer@1": 0}, "2": {"answer@1": 1}, "3": {"answer@1": 1}, "4": {"answer@1": 0}})
    b = report({"4": {"answer@1": 1}, "3": {"answer@1": 1}, "2": {"answer@1": 0}, "1": {"answer@1": 1}})
    found = compare(a, b)
    assert (found.dataset, found.common, found.only_a, found.only_b, found.judged_by) == ("floods", 4, 0, 0, "answer@1")
    assert found.better == (ChangedCase("1", "1?", 0, 1), ChangedCase("4", "4?", 0, 1))
    assert found.worse == (ChangedCase("2", "2?", 1, 0),)
    answer = difference(found, "answer@1")
    assert (answer.better, answer.a, answer.b, answer.difference, answer.cases) == (Better.HIGHER, 0.5, 0.75, 0.25, 4)
    assert answer.low is not None and answer.high is not None and answer.low <= 0.25 <= answer.high
    # Three signs: a sum of 1 or more, either way, always comes of them.
    assert answer.p == 1


def test_only_cases_that_both_reports_score_are_compared() -> None:
    a = report({"1": {"answer@1": 1}, "2": {"answer@1": 0}, "3": {"answer@1": None}, "old": {"answer@1": 1}})
    b = report({"1": {"answer@1": 1}, "2": {"answer@1": 1}, "3": {"answer@1": 1}, "new": {"answer@1": 0}, "newer": {}})
    found = compare(a, b)
    assert (found.common, found.only_a, found.only_b) == (3, 1, 2)
    answer = difference(found, "answer@1")
    assert (answer.a, answer.b, answer.cases) == (0.5, 1, 2)
    assert found.better == (ChangedCase("2", "2?", 0, 1),)


@pytest.mark.parametrize(
    ("scores", "judge"),
    [
        ({"nDCG@10": 1, "recall@1": 1, "answer@1": 0}, "answer@1"),
        ({"nDCG@10": 1, "recall@1": 1, "answer@1": None}, "recall@1"),
        ({"nDCG@10": 1}, "nDCG@10"),
        ({"decision accuracy": 1}, None),
    ],
)
def test_cases_are_judged_by_the_first_measure_that_the_set_has(scores: Scores, judge: str | None) -> None:
    assert compare(report({"1": scores}), report({"1": scores})).judged_by == judge


def test_figures_of_whole_sets_are_compared_without_a_test() -> None:
    a = report({"1": {"answer@1": 1}}, {"p50 ms": 4.0, "word F1": None})
    b = report({"1": {"answer@1": 1}}, {"p50 ms": 3.0, "word F1": 0.5, "AURC": 0.1})
    found = compare(a, b)
    assert difference(found, "p50 ms") == Difference("p50 ms", Better.LOWER, 4, 3, -1, None, None, None, 7)
    assert difference(found, "word F1") == Difference("word F1", Better.HIGHER, None, 0.5, None, None, None, None, 7)
    assert [part.measure for part in found.differences] == ["answer@1", "p50 ms", "word F1"]


def test_figures_of_sets_that_are_not_the_same_have_no_difference() -> None:
    a, b = report({"1": {}, "2": {}}, {"p50 ms": 4.0}), report({"1": {}}, {"p50 ms": 3.0})
    assert difference(compare(a, b), "p50 ms").difference is None
    assert difference(compare(b, a), "p50 ms").difference is None


@pytest.mark.parametrize("differences", [[1, 1, 1, 1, 1], [1, 1, 1, -1], [0.5, 0.25, -0.125, 0, 0], [0.1, 0.2, 0.3, -0.1]])
def test_chance_is_the_share_of_all_signs_that_do_as_much(differences: list[float]) -> None:
    flipped = itertools.product(*((d, -d) for d in differences))
    sums = [sum(signed) for signed in flipped]
    exact = sum(abs(total) >= abs(sum(differences)) - 1e-9 for total in sums) / len(sums)
    assert _chance(np.array(differences).reshape(-1, 1)) == pytest.approx(exact, abs=0.02)


def test_chance_is_certain_where_nothing_differs_and_never_nought() -> None:
    assert _chance(np.zeros((5, 1))) == 1
    assert _chance(np.ones((200, 1))) == 1 / 10_001
    assert _chance(-np.ones((200, 1))) == 1 / 10_001


def test_reports_that_have_nothing_in_common_are_refused() -> None:
    mine = report({"1": {}})
    with pytest.raises(InputError, match=r"different data sets \(floods, fires\)"):
        compare(report({"1": {}}), replace(mine, dataset=replace(mine.dataset, name="fires", sha256="beef")))
    with pytest.raises(InputError, match="no case in common"):
        compare(report({"1": {}}), report({"2": {}}))


FIGURES = {"recall@5": 0.8, "p50 ms": 4.0, "word F1": None}


@pytest.mark.parametrize(
    ("limit", "line"),
    [
        ("recall@5=0.8", None),  # Just kept.
        ("recall@5=0.81", "recall@5: 0.8 is below the limit 0.81"),
        ("p50 ms=4", None),
        ("p50 ms=3.9", "p50 ms: 4 is above the limit 3.9"),
        ("p50-MS=1", "p50 ms: 4 is above the limit 1"),
        (" p50_ms = 1", "p50 ms: 4 is above the limit 1"),
        ("word-f1=0", "word F1: not scored, as no case allows it; the limit is 0"),
    ],
)
def test_a_limit_is_kept_or_named(limit: str, line: str | None) -> None:
    assert fail_under(FIGURES, [limit]) == ((line,) if line else ())


def test_limits_are_named_in_order() -> None:
    lines = fail_under(FIGURES, ["word F1=0.5", "recall@5=0.1", "p50 ms=1"])
    assert [line.split(":")[0] for line in lines] == ["word F1", "p50 ms"]
    assert fail_under(FIGURES, []) == ()


@pytest.mark.parametrize(
    ("limit", "wrong"),
    [
        ("recall@7=0.5", "no such measure; choose from recall@5, word F1, p50 ms"),
        ("recall@1=0.5", "no such measure"),  # One of ours, but not of this report.
        ("=0.5", "no such measure"),
        ("recall@5", "not a number"),
        ("recall@5=", "'' is not a number"),
        ("recall@5=high", "'high' is not a number"),
        ("recall@5=nan", "'nan' is not a number"),
        ("recall@5=inf", "'inf' is not a number"),
    ],
)
def test_a_limit_that_cannot_be_read_is_refused(limit: str, wrong: str) -> None:
    with pytest.raises(InputError) as refused:
        fail_under(FIGURES, [limit])
    assert wrong in str(refused.value) and "\n" not in str(refused.value)
