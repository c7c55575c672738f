"""Samples: questions, each with the snippets that the program reads for it and the sentences that answer."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from articles_qa.eval.datasets.cases import Case, GoldSpan
from articles_qa.index import Index, Span
from articles_qa.index.entries.entry import StoredPassage
from articles_qa.index.models.embedder import PassageText
from articles_qa.qa.questions.conversation import variants
from articles_qa.qa.ranking.candidates import CandidatePassages, find_candidates
from articles_qa.qa.ranking.reading import logit, snippet_text, snippets, to_read
from articles_qa.qa.ranking.scoring import ScoredSentence, score_sentences
from articles_qa.qa.ranking.weights import packaged_weights
from articles_qa.qa.speakers.name_match import organisations

OVERLAP = 0.6  # Share of the gold span or of the sentence from which they are the same.


@dataclass(frozen=True, slots=True)
class FoundText:
    """A snippet found for a question; for each of its sentences whether it answers, and the scorer's logit.

    `home` is its article.
    """

    home: str
    text: PassageText
    right: tuple[bool, ...]
    scored: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ReaderSample:
    """A question, the article that it was written on, and the snippets found, in the order in which they are read.

    `confidence` is the logit of the scorer's confidence. `missed` are snippets
    with an answer where none of those that are read has one.
    """

    question: str
    kind: str
    home: str
    answerable: bool
    confidence: float
    found: tuple[FoundText, ...]
    missed: tuple[FoundText, ...] = ()

    def without(self, fold: int, folds: int) -> "ReaderSample":
        """Return the sample without the snippets of a fold's articles."""

        def kept(part: Sequence[FoundText]) -> tuple[FoundText, ...]:
            return tuple(each for each in part if fold_of(each.home, folds) != fold)

        return replace(self, found=kept(self.found), missed=kept(self.missed))


def reader_samples(cases: Sequence[Case], index: Index) -> list[ReaderSample]:
    """Return a sample for each case that has no history and for which passages were found."""
    known, weights = organisations(index.abbreviations), packaged_weights(tokens=index.keeps_tokens)
    made = []
    for case in cases:
        if case.history:
            continue
        candidates = find_candidates(index, variants(case.question, ()), known)
        scores = score_sentences(index, to_read(candidates), known, weights)
        found = tuple(_found(index, part, case.spans) for part in snippets(scores))
        missed: tuple[FoundText, ...] = ()
        if case.answerable and not any(any(each.right) for each in found):
            beyond = candidates.among(_answering(index, candidates, case.spans))
            parts = snippets(score_sentences(index, beyond, known, weights))
            missed = tuple(each for each in (_found(index, part, case.spans) for part in parts) if any(each.right))
        if found:
            home, sure = home_of(case), logit(scores.confidence)
            made.append(ReaderSample(case.question, case.kind, home, bool(case.answerable), sure, found, missed))
    return made


def strangers(cases: Sequence[Case], number: int) -> list[Case]:
    """Return about so many of the questions as ones that articles on other subjects do not answer."""
    step = max(1, len(cases) // max(1, number))
    return [replace(case, kind="stranger", home=home_of(case), answerable=False, spans=()) for case in cases[::step]]


def home_of(case: Case) -> str:
    """Return the article that a case was written on: of a SQuAD case the folder of its paragraphs."""
    return _home(case.home or (case.spans[0].source if case.spans else case.id))


def fold_of(home: str, folds: int) -> int:
    """Return the fold of an article, the same on every machine."""
    return int(hashlib.sha256(home.encode()).hexdigest(), 16) % folds


def _home(source: str) -> str:
    return source.rpartition("/")[0] or source


def _answering(index: Index, candidates: CandidatePassages, gold: Sequence[GoldSpan]) -> set[int]:
    """Return the numbers of the candidates that share text with a gold span."""
    return {
        passage.id
        for passage in candidates.passages
        for each in gold
        if index.store.article(passage.article).source == each.source
        and min(each.span.end, passage.span.end) > max(each.span.start, passage.span.start)
    }


def _found(index: Index, part: Sequence[ScoredSentence], gold: Sequence[GoldSpan]) -> FoundText:
    """Return a snippet with its sentences judged."""
    passage = part[0].passage
    right = tuple(_answers(index, passage, one.sentence.span, gold) for one in part)
    home = _home(index.store.article(passage.article).source)
    return FoundText(home, snippet_text(index, part), right, tuple(logit(one.probability) for one in part))


def _answers(index: Index, passage: StoredPassage, span: Span, gold: Sequence[GoldSpan]) -> bool:
    """Tell whether a sentence and a gold span are the same by OVERLAP of either."""
    source = index.store.article(passage.article).source
    for each in gold:
        if each.source == source:
            shared = min(each.span.end, span.end) - max(each.span.start, span.start)
            if shared >= OVERLAP * min(len(each.span), len(span)):
                return True
    return False
