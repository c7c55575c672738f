"""How often the quotes hold an answer. Scored are the cases whose gold spans are named.

A quote holds an answer when all of one gold span lies inside it, in the same
article; where several gold sentences answer together, one of them is enough. A
refused case was shown nothing and scores 0; the measures called "ranked" look at
what would have been shown.
"""

from collections.abc import Callable, Sequence
from functools import partial

from eval.datasets.cases import Case, Gold
from eval.measures.measure import Better, Measure
from eval.running.run_cases import CaseOutcome
from qa import Quote


def holds_answer(quote: Quote, case: Case) -> bool:
    """Whether the quote holds all of a gold span."""
    return any(quote.source == gold.source and quote.span.holds(gold.span) for gold in case.spans)


def is_answer(quote: Quote, case: Case) -> bool:
    """Whether the quote is a gold span, no more and no less."""
    return any(quote.source == gold.source and quote.span == gold.span for gold in case.spans)


def overlaps_answer(quote: Quote, case: Case) -> bool:
    """Whether the quote and a gold span have a character in common."""
    return any(
        quote.source == gold.source and quote.start < gold.span.end and gold.span.start < quote.end for gold in case.spans
    )


def _among(
    outcome: CaseOutcome,
    gold: Gold,
    *,
    within: int,
    is_right: Callable[[Quote, Case], bool],
    quotes_of: Callable[[CaseOutcome], Sequence[Quote]],
) -> tuple[float] | None:
    """Whether one of the first `within` quotes is right."""
    if not outcome.case.spans:
        return None
    return (float(any(is_right(quote, outcome.case) for quote in quotes_of(outcome)[:within])),)


def _shown(outcome: CaseOutcome) -> Sequence[Quote]:
    return outcome.quotes


def _ranked(outcome: CaseOutcome) -> Sequence[Quote]:
    return outcome.ranked


def _measure(
    name: str,
    within: int,
    *,
    is_right: Callable[[Quote, Case], bool] = holds_answer,
    quotes_of: Callable[[CaseOutcome], Sequence[Quote]] = _shown,
) -> Measure:
    return Measure(
        name=f"{name}@{within}",
        better=Better.HIGHER,
        source="eval/measures/quote_measures.py",
        row=partial(_among, within=within, is_right=is_right, quotes_of=quotes_of),
    )


QUOTE_MEASURES = (
    _measure("answer", 1),
    _measure("answer", 3),
    _measure("ranked answer", 1, quotes_of=_ranked),
    _measure("ranked answer", 3, quotes_of=_ranked),
    _measure("exact span", 1, is_right=is_answer),
    _measure("overlapping span", 1, is_right=overlaps_answer),
)
