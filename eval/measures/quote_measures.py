"""Quotes that hold an answer, over the cases with gold spans.

A quote holds an answer when a whole gold span lies inside it, in the same
article. Where several gold sentences answer together, one is enough. A refused
case shows no quote and scores 0. The measures named "ranked" look at the quotes
that the refusal kept back.
"""

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter

from articles_qa.eval.datasets.cases import Case, Gold
from articles_qa.eval.measures.measure import Better, Measure
from articles_qa.eval.running.run_cases import CaseOutcome
from articles_qa.qa import Quote


def holds_answer(quote: Quote, case: Case) -> bool:
    """Tell whether the quote holds a whole gold span."""
    return any(quote.source == gold.source and quote.span.holds(gold.span) for gold in case.spans)


def is_answer(quote: Quote, case: Case) -> bool:
    """Tell whether the quote is exactly a gold span."""
    return any(quote.source == gold.source and quote.span == gold.span for gold in case.spans)


def overlaps_answer(quote: Quote, case: Case) -> bool:
    """Tell whether the quote and a gold span share a character."""
    return any(quote.source == gold.source and quote.span.overlaps(gold.span) for gold in case.spans)


def _among(
    outcome: CaseOutcome,
    gold: Gold,
    *,
    within: int,
    is_right: Callable[[Quote, Case], bool],
    quotes_of: Callable[[CaseOutcome], Sequence[Quote]],
) -> tuple[float] | None:
    """Return 1 where one of the first `within` quotes is right, else 0."""
    if not outcome.case.spans:
        return None
    return (float(any(is_right(quote, outcome.case) for quote in quotes_of(outcome)[:within])),)


def _measure(
    name: str,
    within: int,
    *,
    is_right: Callable[[Quote, Case], bool] = holds_answer,
    quotes_of: Callable[[CaseOutcome], Sequence[Quote]] = attrgetter("quotes"),
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
    _measure("ranked answer", 1, quotes_of=attrgetter("ranked")),
    _measure("ranked answer", 3, quotes_of=attrgetter("ranked")),
    _measure("exact span", 1, is_right=is_answer),
    _measure("overlapping span", 1, is_right=overlaps_answer),
)
