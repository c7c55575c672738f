"""Judged cases: outcomes as a report keeps them, with what was right and what went wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from eval.datasets.cases import Case, Gold
from eval.measures.measure import Measure
from eval.measures.quote_measures import holds_answer
from eval.running.run_cases import CaseOutcome, RankedPassage
from qa import Quote


class CaseFailure(Enum):
    """What went wrong with a case, in words for people."""

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
    """A stretch that answers."""

    source: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class WantedDocument:
    """A document that answers; the higher `grade`, the better."""

    source: str
    grade: int


@dataclass(frozen=True, slots=True)
class PassageRanks:
    """Where the first passage that holds an answer ranked, from 1; None where it was not found."""

    by_meaning: int | None
    by_words: int | None
    combined: int | None


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """A case, its answer and its scores, by measure; a score is None where the measure cannot score the case.

    `right_rank` is that of the first right quote among those put forward,
    shown as an answer or not.
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
        """What went wrong; None where nothing did, or where the data set does not tell."""
        if self.answered and self.answerable is False:
            return CaseFailure.ANSWERED
        if not self.answered and self.answerable:
            return CaseFailure.REFUSED
        return CaseFailure.WRONG_FIRST if self.wanted and self.right_rank != 1 else None


def judge_case(outcome: CaseOutcome, gold: Gold, measures: Sequence[Measure]) -> JudgedCase:
    """What came of a case, scored by those measures that score single cases."""
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
    """Whether a quote holds an answer, or stands in a document that does where only documents are named."""
    return holds_answer(quote, case) if case.spans else quote.source in _relevant(case)


def _judged(quote: Quote, case: Case) -> JudgedQuote:
    return JudgedQuote(
        rank=quote.rank,
        source=quote.source,
        start=quote.start,
        end=quote.end,
        first_line=quote.first_line,
        text=quote.text,
        probability=quote.probability,
        right=is_right(quote, case),
    )


def _wanted(outcome: CaseOutcome) -> tuple[WantedSpan | WantedDocument, ...]:
    """The spans that answer, with their texts, else the documents, best first."""
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
    """Whether a passage has a part of what answers in it."""
    if not case.spans:
        return place.source in _relevant(case)
    spans = (gold.span for gold in case.spans if gold.source == place.source)
    return any(place.span.start < span.end and span.start < place.span.end for span in spans)


def _relevant(case: Case) -> set[str]:
    return {document.source for document in case.documents if document.grade > 0}
