"""Scoring: how surely a candidate sentence answers the question, and how surely any does."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.entries.entry import StoredPassage, StoredSentence
from index.opened.index import Index
from qa.ranking.candidates import UNRANKED, CandidatePassages, Ranks
from qa.ranking.features import FEATURES, Features, features
from qa.ranking.weights import Weights
from qa.speakers.name_match import Organisation

PASSAGES_SCORED = 8  # The best by both indexes; with 12 no more quotes of squad2-dev are right, with 6 fewer.
# Of a question in a conversation that stands alone: judged in one wording, 12 cost less than 8 in two; with 14 no more is won.
PASSAGES_RANKED_ONCE = 12
RANKED = 4.0  # Of 4, 8 and 12 the best nDCG on both halves of mtrag's conversations; they differ by .006.

_BEST = tuple(
    FEATURES.index(name)
    for name in (
        "cosine coverage passage_coverage names_held rest_held terms_met weakest_met weakest_met_passage weak_met_passage "
        "same_word_met whole_met asking_met"
    ).split()
)
MARGINS = ("logit", "logit_over_second", "logit_over_third")
JUDGED = (*MARGINS, *FEATURES, *(f"best_{FEATURES[column]}" for column in _BEST))
# Of a follow-up's own words, in logits of being answered: of 45 of the project's own follow-ups three are refused, of 72 on
# other subjects five answered; by the mean of both readings alone (AUROC .94, with this .96) it was 20 of 72.
OWN_WORDS, OWN_WORDS_USUAL = 3.0, 0.44
_OWN_WORDS = FEATURES.index("weak_met_passage")
_HAS_KIND, _LACKS_KIND = FEATURES.index("has_kind"), FEATURES.index("lacks_kind")
SHOWN_BEFORE = 0.75  # Logits; of .25 to .75 the best on the project's own follow-ups.
TIED_DIGITS = 9  # Of logits: what differs less is the same sentence in two articles, of which the first comes first.
_NO_SECOND = 6.0  # By how much a sentence leads that stands alone.


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A candidate sentence, its passage and where that was ranked, and the probability that it answers the question."""

    sentence: StoredSentence
    passage: StoredPassage
    probability: float
    ranks: Ranks = UNRANKED


@dataclass(frozen=True, slots=True)
class Scores:
    """The candidate sentences, surest first, and how surely the articles answer at all, 0..1."""

    sentences: list[ScoredSentence]
    confidence: float


def score_sentences(index: Index, found: CandidatePassages, organisations: Sequence[Organisation], weights: Weights) -> Scores:
    """Judge the sentences of the candidate passages.

    A sentence's logit is linear in its features. Two more logits, linear in
    what is known of the best sentence and of the lead that it has, say whether
    it is right and whether the question can be answered: all sentences'
    logits are moved by what the first corrects of the best one's, and the
    confidence is that of the mean of both. A follow-up is judged by itself and
    with what it leaves out, alike; that it is answered is the surer the better
    its own words are met, since those before it are met anyway, unless it has
    none but a question word. What was shown just before is set back where it
    lacks what is asked now.
    """
    sentences = index.store.sentences([passage.id for passage in found.passages])
    if not sentences:
        return Scores([], 0.0)
    rows = [features(index, wording, found, organisations, sentences) for wording in found.judged]
    logits = np.mean([weights.sentence.logits(row) for row in rows], axis=0)
    judged = _judged(rows, logits, weights, bare=found.bare)[None, :]
    right, answerable = float(weights.right.logits(judged)[0]), float(weights.answerable.logits(judged)[0])
    surer = OWN_WORDS * (float(rows[0][:, _OWN_WORDS].max()) - OWN_WORDS_USUAL) if len(rows) > 1 and not found.bare else 0.0
    moved = logits + (right - logits.max()) - SHOWN_BEFORE * _set_back(index, found, sentences, rows[0])
    passages = {passage.id: (passage, ranks) for passage, ranks in zip(found.passages, found.ranks, strict=True)}
    scored = [
        ScoredSentence(sentence, passages[sentence.passage][0], _probability(logit), passages[sentence.passage][1])
        for sentence, logit in zip(sentences, np.round(moved, TIED_DIGITS).tolist(), strict=True)
    ]
    return Scores(sorted(scored, key=lambda s: (-s.probability, s.sentence.id)), _probability((right + answerable) / 2 + surer))


def _judged(
    rows: Sequence[Features], logits: npt.NDArray[np.float64], weights: Weights, *, bare: bool
) -> npt.NDArray[np.float64]:
    """What is known of the whole question: by all its readings, of a bare one by the fullest, since it says nothing itself."""
    if bare:
        return judged_inputs(rows[-1], weights.sentence.logits(rows[-1]))
    return judged_inputs(np.mean(rows, axis=0), logits)


def _set_back(
    index: Index, found: CandidatePassages, sentences: Sequence[StoredSentence], own: Features
) -> npt.NDArray[np.float64]:
    """1 of each sentence that was shown before and lacks what is asked now: the kind, or a word of one not bare."""
    if not found.shown:
        return np.zeros(len(sentences))
    asked = set(found.judged[0].question.terms)
    met = np.array([asked <= set(sentence.terms) for sentence in sentences])
    held = own[:, _HAS_KIND] if found.bare else met * (1 - own[:, _LACKS_KIND])
    return _were_shown(index, found, sentences) * (1 - held)


def _were_shown(index: Index, found: CandidatePassages, sentences: Sequence[StoredSentence]) -> npt.NDArray[np.bool_]:
    """Which of the sentences the answer before showed. (sentences,)"""
    if not found.shown:
        return np.zeros(len(sentences), bool)
    articles = {passage.id: passage.article for passage in found.passages}
    cuts = (s.span.cut(index.store.article(articles[s.passage]).text) for s in sentences)
    return np.array([any(" ".join(cut.split()) in text for text in found.shown) for cut in cuts])


def to_rank(found: CandidatePassages) -> CandidatePassages:
    """The passages that are ranked by their sentences; for quotes PASSAGES_SCORED are enough."""
    return found.best(PASSAGES_RANKED_ONCE if found.lent and len(found.judged) == 1 else PASSAGES_SCORED)


def best_sentences(scores: Scores, found: CandidatePassages) -> dict[int, float]:
    """The probability of each passage's best sentence, by the passage's number.

    After a conversation it is the less, the lower the passage was ranked: only
    the ranking knows all that was searched.
    """
    best: dict[int, float] = {}
    for scored in scores.sentences:
        best.setdefault(scored.passage.id, scored.probability)
    if not found.lent:
        return best
    ranked = dict(zip((passage.id for passage in found.passages), found.scores.tolist(), strict=True))
    return {passage: probability * math.exp(RANKED * (ranked[passage] - 1)) for passage, probability in best.items()}


def judged_inputs(rows: Features, logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What JUDGED names, of one question's sentences. (len(JUDGED),)"""
    order = np.argsort(-logits, kind="stable")
    best = float(logits[order[0]])
    leads = [best - float(logits[order[place]]) if place < len(order) else _NO_SECOND for place in (1, 2)]
    return np.concatenate([[best, *leads], rows[order[0]], rows[:, _BEST].max(axis=0)])


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-min(max(logit, -30.0), 30.0)))
