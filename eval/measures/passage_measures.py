"""Ranking of passages and documents: recall, MRR and nDCG, as ir_measures calculates them.

Where a case names documents, documents are ranked, with their grades. Where it
names spans, passages are ranked: a passage is relevant, with grade 1, when it
overlaps a gold span. The things to find are the relevant passages found, each
once, and the passages that hold the other gold spans. Spans that fit into one
passage count as one passage there.

Where any one span answers (Gold.ANSWERS), recall@k is 1 when one of the k best
passages is relevant (Success@k). Elsewhere recall is the share of the things
to find. nDCG always counts all of them: it is 1 only when every
relevant passage found stands before every other passage.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import log2

from articles_qa.eval.datasets.cases import Case, Gold, GoldSpan
from articles_qa.eval.measures.measure import Better, Measure
from articles_qa.eval.running.run_cases import CaseOutcome, RankedPassage
from articles_qa.index.articles.passages import MAX_PASSAGE_CHARS

DEPTH = 10  # The deepest rank that a measure looks at.


@dataclass(frozen=True, slots=True)
class GradedRanking:
    """The grades of the DEPTH best ranks, 0 where not relevant, and the grades of the relevant things below or not found."""

    best: tuple[int, ...]
    others: tuple[int, ...]


def graded_ranking(outcome: CaseOutcome) -> GradedRanking | None:
    """Return the grades of the ranking. None where the case names nothing to find."""
    case = outcome.case
    if case.answerable is False:
        return None
    grades, missed = _documents(case, outcome.passages) if case.documents else _passages(case, outcome.passages)
    beyond = [grade for grade in grades[DEPTH:] if grade]
    found = GradedRanking(tuple(grades[:DEPTH]), tuple(sorted((*beyond, *missed))))
    return found if any(found.best) or found.others else None


def _documents(case: Case, places: tuple[RankedPassage, ...]) -> tuple[list[int], list[int]]:
    """Return the grades of the documents found, in the order of their best passages, and of the documents not found."""
    relevant = {document.source: document.grade for document in case.documents if document.grade > 0}
    found = list(dict.fromkeys(place.source for place in places))
    return [relevant.get(source, 0) for source in found], [relevant[source] for source in relevant if source not in found]


def _passages(case: Case, places: tuple[RankedPassage, ...]) -> tuple[list[int], list[int]]:
    """Return the grades of the passages found, and of the passages that hold the gold spans not found."""
    touched = [
        [gold for gold in case.spans if gold.source == place.source and gold.span.overlaps(place.span)] for place in places
    ]
    seen = {gold for golds in touched for gold in golds}
    return [int(bool(golds)) for golds in touched], [1] * _passages_for([gold for gold in case.spans if gold not in seen])


def _passages_for(spans: list[GoldSpan]) -> int:
    """Return the least number of passages that can hold these spans."""
    count, source, full_at = 0, None, 0
    for gold in sorted(spans, key=lambda gold: (gold.source, gold.span.start, gold.span.end)):
        if gold.source != source or gold.span.end > full_at:
            count, source = count + 1, gold.source
            full_at = max(gold.span.start + MAX_PASSAGE_CHARS, gold.span.end)
    return count


def _recall(found: GradedRanking, k: int, *, any_one: bool = False) -> float:
    wanted = 1 if any_one else sum(map(bool, found.best)) + len(found.others)
    return min(1.0, sum(map(bool, found.best[:k])) / wanted)


def _reciprocal_rank(found: GradedRanking, k: int, *, any_one: bool = False) -> float:
    return next((1 / rank for rank, grade in enumerate(found.best[:k], 1) if grade), 0.0)


def _ndcg(found: GradedRanking, k: int, *, any_one: bool = False) -> float:
    ideal = sorted((*found.best, *found.others), reverse=True)
    gain, most = (sum(grade / log2(rank + 1) for rank, grade in enumerate(ranked[:k], 1)) for ranked in (found.best, ideal))
    return gain / most


def _row(outcome: CaseOutcome, gold: Gold, *, score: Callable[..., float], k: int) -> tuple[float] | None:
    found = graded_ranking(outcome)
    any_one = gold is Gold.ANSWERS and not outcome.case.documents
    return None if found is None else (score(found, k, any_one=any_one),)


PASSAGE_MEASURES = tuple(
    Measure(f"{name}@{k}", Better.HIGHER, source.format(k=k), partial(_row, score=score, k=k))
    for name, cuts, source, score in (
        ("recall", (1, 5, 10), "R@{k} (trec_eval recall); Success@{k} where any one span answers", _recall),
        ("MRR", (DEPTH,), "RR@{k} (MS MARCO)", _reciprocal_rank),
        ("nDCG", (5, 10), "nDCG@{k} (trec_eval ndcg_cut: gain = grade, discount log2(rank + 1))", _ndcg),
    )
    for k in cuts
)
