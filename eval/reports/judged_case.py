"""Judged cases: outcomes as a report keeps them, with the right quotes and the failure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from articles_qa.eval.datasets.cases import Case, Gold
from articles_qa.eval.measures.measure import Measure
from articles_qa.eval.measures.quote_measures import holds_answer
from articles_qa.eval.running.run_cases import CaseOutcome, RankedPassage
from articles_qa.qa import Quote


class CaseFailure(Enum):
    """The failure of a case, in words for people."""

    WRONG_FIRST = "wrong quote first"
    REFUSED = "refused, though the articles answer"
    ANSWERED = "answered, though the articles do not"


@dataclass(frozen=True, slots=True)
class JudgedQuote:
    """A quote put forward, and whether it is right."""

    rank: int
    source: str
    start: int
    end: int
    first_line: int
    text: str
    probability: float
    right: bool


@dataclass(frozen=True, slots=True)
class WantedSpan:
    """A stretch that answers the question."""

    source: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class WantedDocument:
    """A document that answers the question; a higher `grade` is a better answer."""

    source: str
    grade: int


@dataclass(frozen=True, slots=True)
class PassageRanks:
    """Ranks, from 1, of the first passage that holds an answer; None where it was not found."""

    by_meaning: int | None
    by_words: int | None
    combined: int | None


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """A case, its answer, and its scores by measure. A score is None where the measure cannot score the case.

    `right_rank` is the rank of the first right quote, shown as an answer or not.
    """

    id: str
    kind: str
    question: str
    history: tuple[str, ...]
    answerable: bool | None
    answered: bool
    confidence: float
    right_rank: int | None
    took_ms: float
    scores: Mapping[str, float | None]
    wanted: tuple[WantedSpan | WantedDocument, ...]
    quotes: tuple[JudgedQuote, ...]
    closest: tuple[JudgedQuote, ...]
    right_passage: PassageRanks

    @property
    def failure(self) -> CaseFailure | None:
        """The failure; None where the case did not fail, or where the data set does not say."""
        if self.answered and self.answerable is False:
            return CaseFailure.ANSWERED
        if not self.answered and self.answerable:
            return CaseFailure.REFUSED
        return CaseFailure.WRONG_FIRST if self.wanted and self.right_rank != 1 else None


def judge_case(outcome: CaseOutcome, gold: Gold, measures: Sequence[Measure]) -> JudgedCase:
    """Judge an outcome, with the scores of the measures that score single cases."""
    case = outcome.case
    right_rank = next((quote.rank for quote in outcome.ranked if is_right(quote, case)), None)
    return JudgedCase(
        id=case.id,
        kind=case.kind,
        question=case.question,
        history=tuple(str(turn["question"] if "question" in turn else turn.get("content")) for turn in case.history),
        answerable=case.answerable,
        answered=outcome.answered,
        confidence=outcome.confidence,
        right_rank=right_rank,
        took_ms=outcome.took_ms,
        scores={measure.name: measure.per_case(outcome, gold) for measure in measures if measure.per_case},
        wanted=_wanted(outcome),
        quotes=tuple(_judged(quote, case) for quote in outcome.quotes),
        closest=tuple(_judged(quote, case) for quote in outcome.closest),
        right_passage=_passage_ranks(outcome),
    )


def is_right(quote: Quote, case: Case) -> bool:
    """Tell whether a quote holds an answer, or, where only documents are named, stands in a relevant document."""
    return holds_answer(quote, case) if case.spans else quote.source in _relevant(case)


def _judged(quote: Quote, case: Case) -> JudgedQuote:
    place = (quote.rank, quote.source, quote.start, quote.end, quote.first_line)
    return JudgedQuote(*place, quote.text, quote.probability, is_right(quote, case))


def _wanted(outcome: CaseOutcome) -> tuple[WantedSpan | WantedDocument, ...]:
    """Return the spans that answer, with their texts; without spans the documents, best first."""
    case = outcome.case
    if case.spans:
        spans = zip(case.spans, outcome.wanted, strict=True)
        return tuple(WantedSpan(gold.source, gold.span.start, gold.span.end, text) for gold, text in spans)
    documents = sorted(case.documents, key=lambda document: -document.grade)
    return tuple(WantedDocument(document.source, document.grade) for document in documents)


def _passage_ranks(outcome: CaseOutcome) -> PassageRanks:
    right = [(rank, place) for rank, place in enumerate(outcome.passages, 1) if _holds_some(place, outcome.case)]
    return PassageRanks(
        by_meaning=min((place.by_meaning for _, place in right if place.by_meaning), default=None),
        by_words=min((place.by_words for _, place in right if place.by_words), default=None),
        combined=min((rank for rank, _ in right), default=None),
    )


def _holds_some(place: RankedPassage, case: Case) -> bool:
    """Tell whether a passage overlaps a gold span, or stands in a relevant document."""
    if not case.spans:
        return place.source in _relevant(case)
    return any(gold.source == place.source and gold.span.overlaps(place.span) for gold in case.spans)


def _relevant(case: Case) -> set[str]:
    return {document.source for document in case.documents if document.grade > 0}
