"""Samples: questions, each with the passages that the program finds for it and the sentences that answer."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from eval.datasets.cases import Case, GoldSpan
from index import Index, Span
from index.entries.entry import StoredPassage
from index.models.embedder import PassageText
from qa.questions.conversation import variants
from qa.ranking.candidates import find_candidates
from qa.ranking.reading import by_passage, logit, passage_text
from qa.ranking.scoring import PASSAGES_SCORED, ScoredSentence, score_sentences
from qa.ranking.weights import packaged_weights
from qa.speakers.name_match import organisations

OVERLAP = 0.6  # Share of the gold span or of the sentence from which they are the same.


@dataclass(frozen=True, slots=True)
class FoundText:
    """A passage found for a question; for each of its sentences whether it answers, and the scorer's logit."""

    text: PassageText
    right: tuple[bool, ...]
    scored: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ReaderSample:
    """A question, the article that it was written on, and the passages found, in the order in which they are read.

    `confidence` is the logit of the scorer's confidence.
    """

    question: str
    kind: str
    home: str
    answerable: bool
    confidence: float
    found: tuple[FoundText, ...]


def reader_samples(cases: Sequence[Case], index: Index) -> list[ReaderSample]:
    """Return a sample for each case that has no history and for which passages were found."""
    known, weights = organisations(index.abbreviations), packaged_weights(tokens=index.keeps_tokens)
    texts: dict[int, PassageText] = {}
    made = []
    for case in cases:
        if case.history:
            continue
        found = find_candidates(index, variants(case.question, ()), known).best(PASSAGES_SCORED)
        scores = score_sentences(index, found, known, weights)
        parts = tuple(_found(index, part, case.spans, texts) for part in by_passage(scores))
        if parts:
            home, sure = home_of(case), logit(scores.confidence)
            made.append(ReaderSample(case.question, case.kind, home, bool(case.answerable), sure, parts))
    return made


def home_of(case: Case) -> str:
    """Return the article that a case was written on: of a SQuAD case the folder of its paragraphs."""
    source = case.home or (case.spans[0].source if case.spans else case.id)
    return source.rpartition("/")[0] or source


def fold_of(home: str, folds: int) -> int:
    """Return the fold of an article, the same on every machine."""
    return int(hashlib.sha256(home.encode()).hexdigest(), 16) % folds


def _found(index: Index, part: Sequence[ScoredSentence], gold: Sequence[GoldSpan], texts: dict[int, PassageText]) -> FoundText:
    """Return a passage with its sentences judged. Texts are shared between questions, by the passage's number."""
    passage = part[0].passage
    text = texts.setdefault(passage.id, passage_text(index, part))
    right = tuple(_answers(index, passage, one.sentence.span, gold) for one in part)
    return FoundText(text, right, tuple(logit(one.probability) for one in part))


def _answers(index: Index, passage: StoredPassage, span: Span, gold: Sequence[GoldSpan]) -> bool:
    """Tell whether a sentence and a gold span are the same by OVERLAP of either."""
    source = index.store.article(passage.article).source
    for each in gold:
        if each.source == source:
            shared = min(each.span.end, span.end) - max(each.span.start, span.start)
            if shared >= OVERLAP * min(len(each.span), len(span)):
                return True
    return False
