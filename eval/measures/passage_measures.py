"""Ranking of passages and documents: recall, MRR and nDCG, calculated by ir_measures.

Where a case names documents, documents are ranked, with their grades. Where it
names spans, passages are ranked: a passage is relevant, with grade 1, when it
overlaps a gold span. The things to find are the relevant passages found, each
once, and the passages that hold the other gold spans. Spans that fit into one
passage count as one passage there.

Where any one span answers (Gold.ANSWERS), recall@k is 1 when one of the k best
passages is relevant (the library's Success@k). Elsewhere recall is the share of
the things to find. nDCG always counts all of them: it is 1 only when every
relevant passage found stands before every other passage.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

from eval.datasets.cases import Case, Gold, GoldSpan
from eval.measures.measure import Better, Measure
from eval.running.run_cases import CaseOutcome, RankedPassage
from index.articles.passages import MAX_PASSAGE_CHARS

DEPTH = 10  # The deepest rank that a measure looks at.
LIBRARY_NAMES = ("R@1", "R@5", "R@10", "Success@1", "Success@5", "Success@10", "RR@10", "nDCG@5", "nDCG@10")


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


@lru_cache(maxsize=10_000)
def _scores(found: GradedRanking) -> Mapping[str, float]:
    """Return the library's scores by its names. A call takes 0.3 ms and few rankings differ in their DEPTH best: cached."""
    import ir_measures

    grades = dict(enumerate((*found.best, *found.others)))
    relevant = {str(place): grade for place, grade in grades.items() if grade}
    ranking = {str(place): -float(place) for place in range(len(found.best))}
    measures = [ir_measures.parse_measure(name) for name in LIBRARY_NAMES]
    return {str(score.measure): score.value for score in ir_measures.iter_calc(measures, {"": relevant}, {"": ranking})}


def _score(outcome: CaseOutcome, gold: Gold, *, one: str, share: str) -> tuple[float] | None:
    """Return the library's score `one` where any one span answers, else its score `share`."""
    found = graded_ranking(outcome)
    if found is None:
        return None
    any_one = gold is Gold.ANSWERS and not outcome.case.documents
    return (_scores(found)[one if any_one else share],)


PASSAGE_MEASURES = (
    *(
        Measure(
            name=f"recall@{k}",
            better=Better.HIGHER,
            source=f"ir_measures R@{k} (trec_eval recall); Success@{k} where any one span answers",
            row=partial(_score, one=f"Success@{k}", share=f"R@{k}"),
        )
        for k in (1, 5, 10)
    ),
    Measure("MRR@10", Better.HIGHER, "ir_measures RR@10 (MS MARCO)", partial(_score, one="RR@10", share="RR@10")),
    *(
        Measure(
            name=f"nDCG@{k}",
            better=Better.HIGHER,
            source=f"ir_measures nDCG@{k} (trec_eval ndcg_cut: gain = grade, discount log2(rank + 1))",
            row=partial(_score, one=f"nDCG@{k}", share=f"nDCG@{k}"),
        )
        for k in (5, 10)
    ),
)
