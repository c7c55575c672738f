"""Scoring: the probability that a candidate sentence answers the question, and that any sentence does."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from articles_qa.index.articles.sentences import read_with
from articles_qa.index.entries.entry import StoredPassage, StoredSentence
from articles_qa.index.opened.index import Index
from articles_qa.qa.ranking.candidates import UNRANKED, CandidatePassages, Ranks
from articles_qa.qa.ranking.features import FEATURES, Features, features
from articles_qa.qa.ranking.weights import Weights
from articles_qa.qa.speakers.name_match import Organisation

PASSAGES_SCORED = 8  # Best passages whose sentences are scored. With 12 no more quotes of squad2-dev are right, with 6 fewer.
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
# How far a follow-up's own words move its logit of being answered. Of 45 of the project's own follow-ups three are refused,
# of 72 on other subjects five are answered; by the mean of both variants alone (AUROC .94, with this .96) it was 20 of 72.
OWN_WORDS, OWN_WORDS_USUAL = 3.0, 0.44
_OWN_WORDS = FEATURES.index("weak_met_passage")
_HAS_KIND, _LACKS_KIND = FEATURES.index("has_kind"), FEATURES.index("lacks_kind")
SHOWN_BEFORE = 0.75  # Logits; of .25 to .75 the best on the project's own follow-ups.
# Digits of a logit that count. Sentences that differ less are copies: the first article's comes first.
TIED_DIGITS = 9
_NO_SECOND = 6.0  # The lead of a sentence that is alone.
# In a transcript a label, "and" or a name comes before: "Q: And how many died?", "CHAIR HOLT: Mr Zahn, who paid?"
_QUESTION = re.compile(
    r"\W*(?:[^:!?]{1,40}:\s*)?(?:(?:and|so|but|well|then)\b,?\s*)?(?:(?:mr|mrs|ms|dr|prof)\b\.?\s+[\w-]+,\s*)?"
    r"(?:who|whom|whose|what|when|where|which|why|how|(?:did|do|does|is|are|was|were|has|have|had|can|could|will|would)"
    r"(?:n?['’]t)?)\b"
    r"[^.!]*\?\W*",
    re.IGNORECASE,
)
_LABEL_END = re.compile(r"[\w *\[\]().:-]{0,45}?:")  # After the name in "MR. ZAHN (00:12): ".


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A candidate sentence, its passage and the passage's ranks, and the probability that the sentence answers.

    `cosine` is that of the sentence and the question. `only_asks` tells that the
    sentence is itself a question, which answers nothing.
    """

    sentence: StoredSentence
    passage: StoredPassage
    probability: float
    ranks: Ranks = UNRANKED
    cosine: float = 0.0
    only_asks: bool = False


@dataclass(frozen=True, slots=True)
class SentenceScores:
    """The candidate sentences, surest first, and the probability that the articles answer at all, 0..1.

    `read` are the logits of the sentences that the reader judged, by their number.
    """

    sentences: list[ScoredSentence]
    confidence: float
    read: Mapping[int, float] = field(default_factory=dict)


def score_sentences(
    index: Index, found: CandidatePassages, organisations: Sequence[Organisation], weights: Weights
) -> SentenceScores:
    """Score the sentences of the candidate passages.

    A sentence's logit is linear in its features. Two more logits are linear in
    the features of the best sentence and its lead: the best sentence is right;
    the question can be answered. The first one corrects the best sentence's
    logit, and all logits move by as much. The confidence is the probability of
    the mean of both. A sentence that only asks answers nothing.

    A follow-up is scored as asked and made whole, and both count alike. Its
    confidence rises with the match of its own words, unless it lacks a topic:
    words of earlier questions match anyway. A sentence that was shown before
    loses SHOWN_BEFORE where it lacks what is asked now.
    """
    sentences = index.sentences([passage.id for passage in found.passages])
    if not sentences:
        return SentenceScores([], 0.0)
    rows = [features(index, searched, found, organisations, sentences) for searched in found.judged]
    logits = np.mean([weights.sentence.logits(row) for row in rows], axis=0)
    if found.variants.lacks_topic:  # Only the fullest variant tells anything.
        judged = judged_inputs(rows[-1], weights.sentence.logits(rows[-1]))[None, :]
    else:
        judged = judged_inputs(np.mean(rows, axis=0), logits)[None, :]
    right, answerable = float(weights.right.logits(judged)[0]), float(weights.answerable.logits(judged)[0])
    surer = 0.0
    if len(rows) > 1 and not found.variants.lacks_topic:
        surer = OWN_WORDS * (float(rows[0][:, _OWN_WORDS].max()) - OWN_WORDS_USUAL)
    moved = logits + (right - logits.max()) - SHOWN_BEFORE * _repeats(index, found, sentences, rows[0])
    only_ask = _only_asking(index, found, sentences)
    moved[only_ask] = -math.inf
    passages = {passage.id: (passage, ranks) for passage, ranks in zip(found.passages, found.ranks, strict=True)}
    cosines = found.judged[-1].cosines
    scored = [
        ScoredSentence(
            sentence,
            passages[sentence.passage][0],
            _probability(logit),
            passages[sentence.passage][1],
            cosines[sentence.id],
            only_asks,
        )
        for sentence, logit, only_asks in zip(sentences, np.round(moved, TIED_DIGITS).tolist(), only_ask, strict=True)
    ]
    scored.sort(key=lambda one: (-one.probability, one.sentence.id))
    return SentenceScores(scored, _probability((right + answerable) / 2 + surer))


def _repeats(
    index: Index, found: CandidatePassages, sentences: Sequence[StoredSentence], own: Features
) -> npt.NDArray[np.float64]:
    """Return 1 for each sentence that the answer before showed and that lacks what is asked now. (sentences,)

    A sentence lacks the kind that is asked for, or, where the question has a topic, a word of the question.
    """
    if not found.variants.shown_before:
        return np.zeros(len(sentences))
    articles = {passage.id: passage.article for passage in found.passages}
    cuts = (one.span.cut(index.store.article(articles[one.passage]).text) for one in sentences)
    were_shown = np.array([any(" ".join(cut.split()) in text for text in found.variants.shown_before) for cut in cuts])
    asked = set(found.judged[0].question.terms)
    has_words = np.array([asked <= set(sentence.terms) for sentence in sentences])
    answers = own[:, _HAS_KIND] if found.variants.lacks_topic else has_words * (1 - own[:, _LACKS_KIND])
    return np.asarray(were_shown * (1 - answers), np.float64)


def only_asks(sentence: str) -> bool:
    """Tell whether a sentence is a question and no more."""
    return _QUESTION.fullmatch(sentence) is not None


def _only_asking(index: Index, found: CandidatePassages, sentences: Sequence[StoredSentence]) -> list[bool]:
    """Tell of each sentence whether it is a question that the article itself asks, as a heading or an interviewer does."""
    articles = {passage.id: passage.article for passage in found.passages}

    def asks(sentence: StoredSentence) -> bool:
        text = index.store.article(articles[sentence.passage]).text
        by_label = all(_LABEL_END.match(text, by.said_at.end) for by in sentence.attributions)
        return by_label and only_asks(read_with(text, sentence.span, sentence.gaps, ()))

    return [asks(one) for one in sentences]


def best_sentences(scores: SentenceScores, found: CandidatePassages) -> dict[int, float]:
    """Return the probability of each passage's best sentence, by the passage's number.

    Of a question that leans on a conversation the probability falls with the
    passage's score: not all variants that were searched judge sentences.
    """
    best: dict[int, float] = {}
    for scored in scores.sentences:
        best.setdefault(scored.passage.id, scored.probability)
    if not found.variants.leans:
        return best
    ranked = dict(zip((passage.id for passage in found.passages), found.scores.tolist(), strict=True))
    return {passage: probability * math.exp(RANKED * (ranked[passage] - 1)) for passage, probability in best.items()}


def judged_inputs(rows: Features, logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the inputs that JUDGED names, for the sentences of one question. (len(JUDGED),)"""
    order = np.argsort(-logits, kind="stable")
    best = float(logits[order[0]])
    leads = [best - float(logits[order[place]]) if place < len(order) else _NO_SECOND for place in (1, 2)]
    return np.concatenate([[best, *leads], rows[order[0]], rows[:, _BEST].max(axis=0)])


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-min(max(logit, -30.0), 30.0)))
