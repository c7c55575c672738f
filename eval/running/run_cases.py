"""The cases of a data set, each asked once, and their outcomes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from articles_qa.eval.datasets.cases import Case
from articles_qa.index import Article, Index, InputError, Span
from articles_qa.qa import AskSettings, Quote, Retriever

TOP_K = 5  # Quotes asked for, as `qa ask` does.
PASSAGES = 100  # Ranked for each case; a search never finds more.


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage found, with its rank in each index, from 1; None where that index did not find it."""

    source: str
    span: Span
    by_meaning: int | None
    by_words: int | None


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """A case with its answer.

    `quotes` are the quotes shown, best first; `closest` are the nearest misses
    of a refusal. One of the two is empty. `passages` are at most PASSAGES
    passages found, best first. `wanted` are the texts of the case's spans, in
    their order. `took_ms` is the time of the answer alone.
    """

    case: Case
    answered: bool
    confidence: float
    quotes: tuple[Quote, ...]
    closest: tuple[Quote, ...]
    passages: tuple[RankedPassage, ...]
    wanted: tuple[str, ...]
    took_ms: float

    @property
    def ranked(self) -> tuple[Quote, ...]:
        """The quotes put forward, shown as an answer or not."""
        return self.quotes or self.closest


def run_cases(
    cases: Sequence[Case],
    index: Index,
    settings: AskSettings | None = None,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[CaseOutcome, ...]:
    """Ask every case, in order, and tell `progress` of each case done.

    Raises:
        InputError: a case's span is not in the index, or a question cannot be asked.
    """
    articles = gold_articles(cases, index)
    retriever = Retriever(index, settings)
    if cases:
        retriever.ask(cases[0].question)  # Loads the model before any question is timed.
    outcomes = []
    for case in cases:
        outcomes.append(_outcome(case, retriever, articles))
        progress(1)
    return tuple(outcomes)


def gold_articles(cases: Sequence[Case], index: Index) -> dict[str, Article]:
    """Return the articles in which the cases' spans stand, by source.

    Raises:
        InputError: an article is not in the index.
    """
    found: dict[str, Article] = {}
    for case in cases:
        for gold in case.spans:
            if gold.source not in found:
                article = index.store.article_named(gold.source)
                if article is None:
                    where = index.info.directory
                    raise InputError(f"{case.id}: {gold.source} is not in {where}; name the index it is in (--index)")
                found[gold.source] = article
    return found


def _outcome(case: Case, retriever: Retriever, articles: dict[str, Article]) -> CaseOutcome:
    try:
        answer = retriever.ask(case.question, history=case.history, top_k=TOP_K)
        found = retriever.search(case.question, history=case.history, top_k=PASSAGES)
    except InputError as error:
        raise InputError(f"{case.id}: {error}") from error
    return CaseOutcome(
        case=case,
        answered=answer.answered,
        confidence=answer.confidence,
        quotes=answer.quotes,
        closest=answer.closest,
        passages=tuple(RankedPassage(p.source, p.span, p.by_meaning, p.by_words) for p in found),
        wanted=tuple(gold.span.cut(articles[gold.source].text) for gold in case.spans),
        took_ms=answer.took_ms,
    )
