"""Measures against numbers worked out by hand, and what holds for all of them."""

import math
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles_qa.eval.datasets.cases import Case, Gold, GoldDocument, GoldSpan
from articles_qa.eval.measures.abstention import RiskPoint, risk_coverage
from articles_qa.eval.measures.all_measures import MEASURES
from articles_qa.eval.measures.calibration import Bin, reliability
from articles_qa.eval.measures.measure import Better
from articles_qa.eval.measures.passage_measures import DEPTH, GradedRanking, _ndcg, _recall, _reciprocal_rank
from articles_qa.eval.running.run_cases import CaseOutcome, RankedPassage
from articles_qa.index import Article, Span
from articles_qa.index.articles.article import decode_article
from articles_qa.index.files.source_files import SourceState
from articles_qa.qa import Quote

TEXT = "The flood took two bridges. Nobody was hurt. The mayor thanked the two crews. Two schools open on Monday.\n"
FLOOD, HURT, MAYOR, SCHOOL = (Span(TEXT.index(start), TEXT.index(".", TEXT.index(start)) + 1) for start in TEXT.split(". ")[:4])
A, B = (decode_article(TEXT.encode(), source) for source in ("a.txt", "b.txt"))
MEASURE = {measure.name: measure for measure in MEASURES}
ROOT = Path(__file__).parents[3]


def quote(span: Span, article: Article = A, *, rank: int = 1, probability: float = 0.5) -> Quote:
    return Quote(article, span, rank, probability, None, span, (), (), None, SourceState.UNCHANGED)


def gold_span(span: Span, source: str = "a.txt") -> GoldSpan:
    return GoldSpan(source, span)


def place(start: int, end: int, source: str = "a.txt") -> RankedPassage:
    return RankedPassage(source, Span(start, end), None, None)


def outcome(
    *spans: GoldSpan,
    documents: tuple[GoldDocument, ...] = (),
    answerable: bool | None = True,
    shown: Sequence[Quote] = (),
    closest: Sequence[Quote] = (),
    places: Sequence[RankedPassage] = (),
    confidence: float = 0.5,
    took_ms: float = 1.0,
) -> CaseOutcome:
    """The outcome of a case, answered where quotes are shown."""
    case = Case("id", "kind", "question?", answerable, spans=spans, documents=documents)
    wanted = tuple(gold.span.cut(TEXT) for gold in spans)
    return CaseOutcome(case, bool(shown), confidence, tuple(shown), tuple(closest), tuple(places), wanted, took_ms)


def unanswerable(*, shown: Sequence[Quote] = (), closest: Sequence[Quote] = (), confidence: float = 0.5) -> CaseOutcome:
    return outcome(answerable=False, shown=shown, closest=closest, confidence=confidence)


def values(names: str, outcomes: Sequence[CaseOutcome], gold: Gold) -> list[float | None]:
    """The figures of measures that are named with commas between."""
    return [MEASURE[name.strip()].of(outcomes, gold) for name in names.split(",")]


PASSAGES = "recall@1, recall@5, recall@10, MRR@10, nDCG@5, nDCG@10"
LOG3 = 1 / math.log2(3)  # The discount at rank 2; at rank 3 it is 1 / 2.


def test_passages_are_ranked_by_the_gold_spans_that_they_overlap() -> None:
    golds = (gold_span(Span(10, 20)), gold_span(Span(2000, 2010)), gold_span(Span(5000, 5010), "b.txt"))
    found = outcome(*golds, places=[place(100, 900), place(0, 100), place(1500, 2400)])
    # Of three things to find, the second and third place hold one each; the third is missed.
    ndcg = (LOG3 + 1 / 2) / (1 + LOG3 + 1 / 2)
    assert values(PASSAGES, [found], Gold.SENTENCES) == pytest.approx([0, 2 / 3, 2 / 3, 1 / 2, ndcg, ndcg])
    # Where any one answers, one is all that is to be found.
    assert values(PASSAGES, [found], Gold.ANSWERS) == pytest.approx([0, 1, 1, 1 / 2, ndcg, ndcg])


def test_gold_sentences_of_one_passage_are_one_thing_to_find() -> None:
    found = outcome(gold_span(FLOOD), gold_span(HURT), places=[place(0, 200), place(200, 300)])
    assert values(PASSAGES, [found], Gold.SENTENCES) == [1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("starts", "things"),
    [
        ([5000, 5000], 1),  # Two annotators, one answer.
        ([5000, 5890], 1),  # One passage of 900 characters can hold both.
        ([5000, 5891], 2),
        ([5000, 5500, 5950, 6850], 3),  # The second and third fit one, but the second is with the first already.
    ],
)
def test_gold_spans_never_found_count_as_the_passages_that_can_hold_them(starts: list[int], things: int) -> None:
    missed = [gold_span(Span(start, start + 10)) for start in starts]
    found = outcome(gold_span(FLOOD), *missed, places=[place(0, 200)])
    assert values("recall@1", [found], Gold.SENTENCES) == pytest.approx([1 / (1 + things)])


def test_a_gold_span_longer_than_a_passage_is_one_thing_and_its_copy_no_other() -> None:
    missed = [gold_span(Span(5000, 7000)), gold_span(Span(5000, 7000)), gold_span(Span(5000, 7000), "b.txt")]
    assert values("recall@1", [outcome(gold_span(FLOOD), *missed, places=[place(0, 200)])], Gold.SENTENCES) == [1 / 3]


@pytest.mark.parametrize(
    ("found", "relevant"),
    [
        (place(19, 30), True),
        (place(20, 30), False),  # It begins where the gold span ends.
        (place(0, 11), True),
        (place(0, 10), False),
        (place(12, 14), True),
        (place(10, 20, "b.txt"), False),
    ],
)
def test_a_passage_is_relevant_when_it_overlaps_a_gold_span_of_its_article(found: RankedPassage, relevant: bool) -> None:
    assert values("recall@1", [outcome(gold_span(Span(10, 20)), places=[found])], Gold.ANSWERS) == [relevant]


def test_documents_are_ranked_once_each_with_their_grades() -> None:
    documents = (GoldDocument("b.txt", 2), GoldDocument("c.txt", 1), GoldDocument("a.txt", 0))
    places = [place(0, 10), place(10, 20), place(0, 10, "b.txt"), place(20, 30)]
    found = outcome(documents=documents, answerable=None, places=places)
    # a (grade 0, so not relevant), b (grade 2); c (grade 1) is missed.
    ndcg = (2 * LOG3) / (2 + 1 * LOG3)
    for gold in Gold:
        assert values(PASSAGES, [found], gold) == pytest.approx([0, 1 / 2, 1 / 2, 1 / 2, ndcg, ndcg])


def test_what_ranks_eleventh_is_not_found_but_was_to_be_found() -> None:
    others = [place(start, start + 10) for start in range(1000, 1000 + 10 * DEPTH, 10)]
    eleventh = outcome(gold_span(FLOOD), places=[*others, place(0, 100)])
    assert values(PASSAGES, [eleventh], Gold.SENTENCES) == [0, 0, 0, 0, 0, 0]
    first_too = outcome(gold_span(FLOOD), gold_span(Span(1000, 1010)), places=[*others, place(0, 100)])
    assert values(PASSAGES, [first_too], Gold.SENTENCES) == pytest.approx(
        [1 / 2, 1 / 2, 1 / 2, 1, 1 / (1 + LOG3), 1 / (1 + LOG3)]
    )


def test_nothing_found_is_none_right_and_nothing_to_find_is_no_score() -> None:
    assert values(PASSAGES, [outcome(gold_span(FLOOD))], Gold.ANSWERS) == [0, 0, 0, 0, 0, 0]
    documents = (GoldDocument("a.txt"),)  # What an unanswerable question is about.
    nothing = [outcome(places=[place(0, 9)]), outcome(documents=documents, answerable=False)]
    assert values(PASSAGES, [*nothing, outcome(documents=(GoldDocument("a.txt", 0),))], Gold.ANSWERS) == [None] * 6


@given(st.lists(st.integers(0, 3), max_size=DEPTH), st.lists(st.integers(1, 3), max_size=12).map(sorted))
@settings(max_examples=50, deadline=None)
def test_the_measures_are_those_of_ir_measures(best: list[int], others: list[int]) -> None:
    found = GradedRanking(tuple(best), tuple(others))
    relevant = {str(rank): grade for rank, grade in enumerate((*best, *others)) if grade}
    if not relevant:
        return
    names = ["RR@10", *(f"{name}@{k}" for name in ("R", "Success", "nDCG") for k in (1, 5, 10))]
    run = {str(rank): -float(rank) for rank in range(len(best))}
    scores = ir_measures.iter_calc(map(ir_measures.parse_measure, names), {"": relevant}, {"": run})
    library = {str(score.measure): score.value for score in scores}
    assert _reciprocal_rank(found, 10) == pytest.approx(library["RR@10"])
    for k in (1, 5, 10):
        assert _recall(found, k) == pytest.approx(library[f"R@{k}"])
        assert _recall(found, k, any_one=True) == library[f"Success@{k}"]
        assert _ndcg(found, k) == pytest.approx(library[f"nDCG@{k}"])


QUOTES = "answer@1, answer@3, ranked answer@1, ranked answer@3, exact span@1, overlapping span@1"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ([quote(HURT)], [1, 1, 1, 1, 1, 1]),
        ([quote(Span(HURT.start, MAYOR.end))], [1, 1, 1, 1, 0, 1]),  # More than the gold span.
        ([quote(Span(HURT.start + 1, MAYOR.end))], [0, 0, 0, 0, 0, 1]),  # All but a letter of it.
        ([quote(HURT, B)], [0, 0, 0, 0, 0, 0]),  # The same words in another article.
        ([quote(Span(0, HURT.start))], [0, 0, 0, 0, 0, 0]),  # It ends where the gold span begins.
        ([quote(Span(HURT.end, MAYOR.end))], [0, 0, 0, 0, 0, 0]),  # It begins where the gold span ends.
        ([quote(FLOOD), quote(SCHOOL), quote(HURT)], [0, 1, 0, 1, 0, 0]),
        ([quote(FLOOD), quote(SCHOOL), quote(FLOOD, B), quote(HURT)], [0, 0, 0, 0, 0, 0]),
    ],
)
@pytest.mark.parametrize("gold", [Gold.ANSWERS, Gold.SENTENCES])
def test_a_quote_answers_when_it_holds_a_gold_span(shown: list[Quote], expected: list[float], gold: Gold) -> None:
    assert values(QUOTES, [outcome(gold_span(HURT), gold_span(MAYOR, "c.txt"), shown=shown)], gold) == expected


def test_a_refusal_answers_nothing_but_its_nearest_misses_are_ranked() -> None:
    refused = outcome(gold_span(HURT), closest=[quote(FLOOD), quote(HURT)])
    assert values(QUOTES, [refused], Gold.ANSWERS) == [0, 0, 0, 1, 0, 0]


def test_quotes_are_not_scored_where_no_span_answers() -> None:
    documents = outcome(documents=(GoldDocument("a.txt"),), shown=[quote(HURT)])
    assert values(QUOTES, [unanswerable(shown=[quote(HURT)]), documents], Gold.ANSWERS) == [None] * 6
    scored = outcome(gold_span(HURT), shown=[quote(HURT)])
    assert values("answer@1", [unanswerable(), scored], Gold.ANSWERS) == [1]  # Not one half.


WORDS = "word precision, word recall, word F1"


def test_words_are_counted_over_all_cases_together() -> None:
    # Quoted: "the flood took two bridges nobody was hurt" (8); gold: "the mayor thanked the two crews" (6).
    # In common: "the" once, as the quotes hold it once, and "two".
    first = outcome(gold_span(MAYOR), shown=[quote(FLOOD), quote(HURT)])
    # "nobody was hurt" is quoted and gold.
    second = outcome(gold_span(HURT), shown=[quote(HURT, B)])
    assert values(WORDS, [first], Gold.SENTENCES) == pytest.approx([2 / 8, 2 / 6, 4 / 14])
    assert values(WORDS, [first, second], Gold.SENTENCES) == pytest.approx([5 / 11, 5 / 9, 10 / 20])
    # "two" of five words each, a capital here and none there.
    third = outcome(gold_span(FLOOD), shown=[quote(SCHOOL)])
    assert values(WORDS, [third], Gold.SENTENCES) == pytest.approx([1 / 5, 1 / 5, 2 / 10])


def test_a_word_that_two_quotes_or_two_gold_sentences_hold_counts_once() -> None:
    both = Span(FLOOD.start, HURT.end)
    quoted = outcome(gold_span(FLOOD), gold_span(both), shown=[quote(HURT), quote(both)])
    assert values(WORDS, [quoted], Gold.SENTENCES) == [1, 1, 1]
    # The same sentence of another article is quoted besides: 3 words of 6 quoted.
    copied = outcome(gold_span(HURT), shown=[quote(HURT), quote(HURT, B)])
    assert values(WORDS, [copied], Gold.SENTENCES) == pytest.approx([1 / 2, 1, 2 / 3])


def test_a_refusal_quotes_no_words_and_what_answers_no_case_is_left_out() -> None:
    refused = outcome(gold_span(HURT), closest=[quote(HURT)])
    assert values(WORDS, [refused], Gold.SENTENCES) == [None, 0, 0]
    right = outcome(gold_span(HURT), shown=[quote(HURT)])
    assert values(WORDS, [right, refused], Gold.SENTENCES) == pytest.approx([1, 1 / 2, 2 / 3])
    assert values(WORDS, [right, unanswerable(shown=[quote(FLOOD)])], Gold.SENTENCES) == [1, 1, 1]
    assert values(WORDS, [right], Gold.ANSWERS) == [None] * 3


DECISIONS = "abstention precision, abstention recall, decision accuracy, answerable AUROC"
YES, NO, WRONG = [quote(HURT)], [quote(HURT)], [quote(FLOOD)]


def test_decisions_are_judged_by_what_can_be_answered() -> None:
    outcomes = [
        outcome(gold_span(HURT), shown=YES, confidence=0.9),
        outcome(gold_span(HURT), shown=YES, confidence=0.6),
        outcome(gold_span(HURT), closest=NO, confidence=0.3),  # Refused wrongly.
        unanswerable(closest=NO, confidence=0.3),
        unanswerable(closest=NO, confidence=0.1),
        unanswerable(shown=YES, confidence=0.7),  # Answered wrongly.
        outcome(answerable=None, shown=YES),  # Nobody knows.
    ]
    # Refused: 3, of which 2 unanswerable; unanswerable: 3, of which 2 refused; right: 2 + 2 of 6.
    # Pairs won: .9 wins 3, .6 wins 2, .3 wins 1 and ties 1: 6.5 of 9.
    assert values(DECISIONS, outcomes, Gold.ANSWERS) == pytest.approx([2 / 3, 2 / 3, 4 / 6, 6.5 / 9])


def test_decisions_about_one_kind_only_separate_nothing() -> None:
    answerable, other = outcome(gold_span(HURT), closest=NO), unanswerable(closest=NO)
    assert values(DECISIONS, [answerable], Gold.ANSWERS) == [None, None, 0, None]
    assert values(DECISIONS, [other], Gold.ANSWERS) == [None, 1, 1, None]
    answered = [outcome(gold_span(HURT), shown=YES), unanswerable(shown=YES)]
    assert values(DECISIONS, answered, Gold.ANSWERS) == [None, 0, 1 / 2, 1 / 2]  # Nothing is refused.


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0, 0.1, 0.3, 0.7, 1])), max_size=25))
def test_auroc_counts_the_pairs_in_the_right_order(cases: list[tuple[bool, float]]) -> None:
    outcomes = [outcome(answerable=answerable, confidence=confidence) for answerable, confidence in cases]
    pairs = [(high, low) for yes, high in cases if yes for no, low in cases if not no]
    plain = sum((high > low) + (high == low) / 2 for high, low in pairs) / len(pairs) if pairs else None
    assert values("answerable AUROC", outcomes, Gold.ANSWERS) == [pytest.approx(plain)]


def test_risk_rises_and_falls_as_more_is_answered() -> None:
    outcomes = [
        outcome(gold_span(HURT), closest=YES, confidence=0.4),  # Right, though it was refused.
        outcome(gold_span(HURT), shown=YES, confidence=0.9),
        outcome(gold_span(HURT), shown=[*WRONG, *YES], confidence=0.6),
        unanswerable(shown=YES, confidence=0.6),
        outcome(answerable=None, confidence=1),
        outcome(documents=(GoldDocument("a.txt"),), shown=YES, confidence=0.95),  # Which words answer is not known.
    ]
    # At .9: 1 answered, 0 wrong; at .6 both of it: 3 answered, 2 wrong; at .4: 4 answered, 2 wrong.
    expected = (RiskPoint(0.9, 1 / 4, 0), RiskPoint(0.6, 3 / 4, 2 / 3), RiskPoint(0.4, 1, 2 / 4))
    assert risk_coverage(outcomes, Gold.ANSWERS) == expected
    # The cases' risks: 0, 2/3 twice, 2/4.
    assert values("AURC", outcomes, Gold.ANSWERS) == pytest.approx([(0 + 2 / 3 + 2 / 3 + 1 / 2) / 4])
    assert risk_coverage(outcomes, Gold.DOCUMENTS) == risk_coverage([], Gold.ANSWERS) == ()


def test_a_case_without_any_quote_is_wrong_but_has_no_probability() -> None:
    outcomes = [outcome(gold_span(HURT), confidence=0)]
    assert values("AURC, ECE, Brier", outcomes, Gold.ANSWERS) == [1, None, None]


def test_probabilities_are_held_against_the_share_that_is_right() -> None:
    outcomes = [
        outcome(gold_span(HURT), shown=[quote(HURT, probability=0.75)]),
        outcome(gold_span(HURT), closest=[quote(FLOOD, probability=0.8)]),  # .8 belongs to the bin below.
        unanswerable(shown=[quote(HURT, probability=0.05)]),
        outcome(gold_span(HURT), shown=[quote(HURT, probability=1), quote(FLOOD, probability=0)]),
        outcome(gold_span(HURT), closest=[quote(FLOOD, probability=0)]),
    ]
    assert reliability(outcomes, Gold.ANSWERS) == (
        Bin(0, 0.1, 0.05 / 2, 0, 2),
        Bin(0.7, 0.8, 1.55 / 2, 1 / 2, 2),
        Bin(0.9, 1, 1, 1, 1),
    )
    # 2/5 * |.025 - 0| + 2/5 * |.775 - .5| + 1/5 * 0
    assert values("ECE", outcomes, Gold.ANSWERS) == pytest.approx([0.01 + 0.11])
    assert values("Brier", outcomes, Gold.ANSWERS) == pytest.approx([(0.25**2 + 0.8**2 + 0.05**2 + 0 + 0) / 5])
    assert reliability(outcomes, Gold.DOCUMENTS) == reliability([], Gold.ANSWERS) == ()


def test_times_are_percentiles() -> None:
    outcomes = [outcome(answerable=None, took_ms=float(ms)) for ms in range(101)]
    assert values("p50 ms, p95 ms, p99 ms", outcomes, Gold.DOCUMENTS) == pytest.approx([50, 95, 99])
    assert values("p50 ms", outcomes[:2], Gold.DOCUMENTS) == [0.5]


SPANS = st.sampled_from([FLOOD, HURT, MAYOR, SCHOOL, Span(0, 40), Span(30, 60)])
QUOTED = st.lists(st.builds(quote, SPANS, st.sampled_from([A, B]), probability=st.floats(0, 1)), max_size=3)
PLACED = st.lists(
    st.builds(lambda span, source: RankedPassage(source, span, 1, None), SPANS, st.sampled_from(["a.txt", "b.txt"]))
)
OUTCOMES = st.lists(
    st.builds(
        lambda golds, answered, quotes, places, confidence, took_ms: outcome(
            *(gold_span(span) for span in golds),
            answerable=bool(golds),
            shown=quotes if answered else (),
            closest=() if answered else quotes,
            places=places,
            confidence=confidence,
            took_ms=took_ms,
        ),
        st.lists(SPANS, max_size=3),
        st.booleans(),
        QUOTED,
        PLACED,
        st.sampled_from([0.0, 0.25, 0.5, 1.0]),
        st.floats(0, 1e4),
    ),
    max_size=8,
)


@given(OUTCOMES, st.sampled_from([Gold.ANSWERS, Gold.SENTENCES]), st.randoms())
@settings(max_examples=40, deadline=None)
def test_no_figure_depends_on_the_order_of_the_cases(outcomes: list[CaseOutcome], gold: Gold, chance: random.Random) -> None:
    shuffled = chance.sample(outcomes, len(outcomes))
    for measure in MEASURES:
        assert measure.of(shuffled, gold) == pytest.approx(measure.of(outcomes, gold)), measure.name


@given(OUTCOMES, st.sampled_from(Gold))
@settings(max_examples=40, deadline=None)
def test_a_figure_is_a_share_or_a_time_of_the_cases_that_count(outcomes: list[CaseOutcome], gold: Gold) -> None:
    for measure in MEASURES:
        value, scored = measure.of(outcomes, gold), [case for case in outcomes if measure.row(case, gold) is not None]
        assert value is None or 0 <= value <= (1 + 1e-9 if "ms" not in measure.name else 1e4), measure.name
        assert value is None or scored, measure.name
        assert value == measure.of(scored, gold), measure.name
        if measure.per_case:
            scores = [score for case in outcomes if (score := measure.per_case(case, gold)) is not None]
            assert len(scores) == len(scored)
            assert value == (pytest.approx(sum(scores) / len(scores)) if scores else None), measure.name


def test_every_measure_is_named_once_and_says_where_it_comes_from() -> None:
    assert len(MEASURE) == len(MEASURES) == 25
    assert all(measure.source for measure in MEASURES)
    lower = {measure.name for measure in MEASURES if measure.better is Better.LOWER}
    assert lower == {"AURC", "ECE", "Brier", "p50 ms", "p95 ms", "p99 ms"}
    whole_sets = {measure.name for measure in MEASURES if measure.per_case is None}
    assert whole_sets == {*WORDS.split(", "), "abstention precision", "answerable AUROC", "AURC", "ECE", *sorted(lower)[-3:]}


def test_a_set_of_no_cases_has_no_figures() -> None:
    assert [measure.of([], gold) for measure in MEASURES for gold in Gold] == [None] * len(MEASURES) * len(Gold)


def test_importing_the_measures_loads_no_library_of_measures() -> None:
    program = (
        "import sys; import articles_qa.eval.reports.compare_reports; "
        "print([name for name in ('ir_measures', 'scipy', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
