"""Intervals: what they hold, and that they say the same each time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles_qa.eval.datasets.cases import Case, Gold, GoldSpan
from articles_qa.eval.measures.all_measures import MEASURES
from articles_qa.eval.measures.measure import Better, Measure, MeasuredValue, Rows, bootstrap, estimate, mean
from articles_qa.eval.running.run_cases import CaseOutcome
from articles_qa.index import Span
from articles_qa.index.articles.article import decode_article
from articles_qa.index.files.source_files import SourceState
from articles_qa.qa import Quote

ARTICLE = decode_article(b"Nobody was hurt.", "a.txt")


def outcome(
    number: float = 1.0, *, answerable: bool | None = True, confidence: float = 0.5, probability: float = 0.5
) -> CaseOutcome:
    """The outcome of a case: the first word of one sentence quoted, in `number` milliseconds."""
    spans = (GoldSpan("a.txt", Span(0, 6)),) if answerable else ()
    quoted = Quote(ARTICLE, Span(0, 6), 1, probability, None, Span(0, 16), (), (), None, SourceState.UNCHANGED)
    case = Case("id", "kind", "question?", answerable, spans=spans)
    return CaseOutcome(case, True, confidence, (quoted,), (), (), ("Nobody",) * len(spans), number)


def number(outcome: CaseOutcome, gold: Gold) -> tuple[float] | None:
    return (outcome.took_ms,) if outcome.took_ms >= 0 else None


NUMBER = Measure("number", Better.HIGHER, "test", number)


def test_an_interval_is_as_wide_as_the_normal_approximation_says() -> None:
    outcomes = [outcome(float(place % 5 == 0)) for place in range(400)]  # A share of .2: standard error .02.
    found = estimate(NUMBER, outcomes, Gold.ANSWERS)
    assert found.value == pytest.approx(0.2) and found.cases == 400
    assert found.low == pytest.approx(0.2 - 1.96 * 0.02, abs=0.004)
    assert found.high == pytest.approx(0.2 + 1.96 * 0.02, abs=0.004)


def test_cases_that_cannot_be_scored_are_neither_counted_nor_drawn() -> None:
    scored = [outcome(1.0), outcome(3.0), outcome(8.0)]
    assert estimate(NUMBER, [outcome(-1), *scored, outcome(-1)], Gold.ANSWERS) == estimate(NUMBER, scored, Gold.ANSWERS)
    assert estimate(NUMBER, scored, Gold.ANSWERS).cases == 3


def test_without_a_scored_case_there_is_no_figure() -> None:
    assert estimate(NUMBER, [], Gold.ANSWERS) == MeasuredValue(None, None, None, 0)
    assert estimate(NUMBER, [outcome(-1)], Gold.ANSWERS) == MeasuredValue(None, None, None, 0)


def test_a_figure_that_the_cases_do_not_define_is_none_and_still_says_how_many_there_were() -> None:
    auroc = next(measure for measure in MEASURES if measure.name == "answerable AUROC")
    assert estimate(auroc, [outcome(), outcome()], Gold.ANSWERS) == MeasuredValue(None, None, None, 2)


def test_draws_that_define_no_figure_are_left_out() -> None:
    auroc = next(measure for measure in MEASURES if measure.name == "answerable AUROC")
    outcomes = [outcome(confidence=0.9), outcome(answerable=False, confidence=0.1)]  # Half of all draws hold one kind only.
    assert estimate(auroc, outcomes, Gold.ANSWERS) == MeasuredValue(1, 1, 1, 2)


def test_draws_of_which_none_defines_a_figure_make_no_interval() -> None:
    def every_row(rows: Rows) -> float | None:
        return 1.0 if len(np.unique(rows)) == 20 else None  # A draw holds all of 20 once in 43 million.

    outcomes = [outcome(float(place)) for place in range(20)]
    measure = Measure("number", Better.HIGHER, "test", number, every_row)
    assert estimate(measure, outcomes, Gold.ANSWERS, resamples=50) == MeasuredValue(1, None, None, 20)


def test_an_interval_is_widened_to_its_value_where_all_draws_lie_to_one_side() -> None:
    ece = next(measure for measure in MEASURES if measure.name == "ECE")
    # In each of five bins the share right is the probability, so any draw is worse calibrated.
    cases = [(tenths / 10, right < tenths) for tenths in (1, 3, 5, 7, 9) for right in range(10)]
    found = estimate(ece, [outcome(probability=p, answerable=right) for p, right in cases], Gold.ANSWERS)
    assert found.value == pytest.approx(0) and found.low == found.value
    assert found.high is not None and found.high > 0.05


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    outcomes = [outcome(float(place**2)) for place in range(50)]
    assert estimate(NUMBER, outcomes, Gold.ANSWERS) == estimate(NUMBER, outcomes, Gold.ANSWERS)
    assert estimate(NUMBER, outcomes, Gold.ANSWERS, seed=1) != estimate(NUMBER, outcomes, Gold.ANSWERS)


def test_one_case_is_all_that_can_be_drawn_from_one_case() -> None:
    assert estimate(NUMBER, [outcome(0.3)], Gold.ANSWERS) == MeasuredValue(0.3, 0.3, 0.3, 1)


def test_rows_are_drawn_whole() -> None:
    rows = np.array([[place, place * 10] for place in range(20)], dtype=np.float64)

    def ratio(drawn: Rows) -> float | None:
        return float(drawn[:, 1].sum() / drawn[:, 0].sum()) if drawn[:, 0].sum() else None

    assert bootstrap(rows, ratio, resamples=20) == (10, 10)
    assert bootstrap(rows[:1], mean, resamples=3) == (0, 0)


@given(
    st.lists(
        st.builds(
            outcome,
            st.floats(0, 100),
            answerable=st.booleans(),
            confidence=st.floats(0, 1),
            probability=st.floats(0, 1),
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(MEASURES),
)
@settings(max_examples=60, deadline=None)
def test_an_interval_holds_its_value(outcomes: list[CaseOutcome], measure: Measure) -> None:
    found = estimate(measure, outcomes, Gold.SENTENCES, resamples=100)
    assert found.value == measure.of(outcomes, Gold.SENTENCES)
    if found.value is not None and found.low is not None and found.high is not None:
        assert found.low <= found.value <= found.high
