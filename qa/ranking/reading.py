"""Reading: the best passages read together with the question by the trained reader, which judges their sentences."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from index.articles.span import without_gaps
from index.models.embedder import PassageText
from index.models.reader import Reader
from index.opened.index import Index
from qa.ranking.scoring import ScoredSentence, SentenceScores
from qa.ranking.weights import ReadingWeights

PASSAGES_READ = 4  # With 8, .008 more of the first quotes of unseen news are right, for twice as many passages.
AT_ONCE = 2  # Passages; the same on every machine, so that all machines read as many.
SURE = 0.8  # Reading stops at a sentence with this share of the probability.
OFF_TOPIC = 0.025  # Below this the scorer's confidence counts: the reader was taught no questions on other subjects.
_LEAST = 1e-9  # Of a probability whose logit is taken.


@dataclass(frozen=True, slots=True)
class _Judged:
    """A candidate and its logit against "nothing here answers"."""

    candidate: ScoredSentence
    logit: float


def read(index: Index, question: str, scores: SentenceScores, reader: Reader, weights: ReadingWeights) -> SentenceScores:
    """Return the same sentences, surest first, judged by the reader, and the probability that the articles answer.

    A sentence's logit is linear in the reader's and the scorer's; that of
    "nothing answers" in the scorer's confidence. All compete in one softmax.
    Passages are read in the order of their best sentence until a sentence is
    surer than SURE. Sentences of passages that were not read follow in their
    order, none surer than the last read one.
    """
    if not scores.sentences:
        return scores
    order = by_passage(scores)[:PASSAGES_READ]
    nothing = weights.nothing(logit(scores.confidence))
    judged: list[_Judged] = []
    for at in range(0, len(order), AT_ONCE):
        parts = order[at : at + AT_ONCE]
        for part, found in zip(parts, reader.read(question, [passage_text(index, part) for part in parts]), strict=True):
            judged += [
                _Judged(one, weights.sentence(value, logit(one.probability)) - nothing)
                for one, value in zip(part, found.tolist(), strict=True)
            ]
        if max(softmax([one.logit for one in judged])[1:]) >= SURE:
            break
    return _scores(judged, scores, weights)


def _scores(judged: list[_Judged], scores: SentenceScores, weights: ReadingWeights) -> SentenceScores:
    """Return the sentences with calibrated probabilities, surest first; those that were not read come after."""
    shares = softmax([one.logit for one in judged])
    best = max(one.logit for one in judged)
    sure = [
        replace(one.candidate, probability=weights.right(one.logit, one.logit - best, logit(float(share))))
        for one, share in zip(judged, shares[1:], strict=True)
    ]
    place = {one.candidate.sentence.id: one.logit for one in judged}
    sure.sort(key=lambda one: (-round(place[one.sentence.id], 9), one.sentence.id))
    least = sure[-1].probability
    rest = [replace(one, probability=min(one.probability, least)) for one in scores.sentences if one.sentence.id not in place]
    confidence = weights.answerable(logit(1 - float(shares[0])))
    return SentenceScores([*sure, *rest], confidence if scores.confidence >= OFF_TOPIC else min(confidence, scores.confidence))


def by_passage(scores: SentenceScores) -> list[list[ScoredSentence]]:
    """Return the sentences of each passage, in order; the passage of the best sentence comes first."""
    passages: dict[int, list[ScoredSentence]] = {}
    for one in scores.sentences:
        passages.setdefault(one.passage.id, []).append(one)
    return [sorted(part, key=lambda one: one.sentence.id) for part in passages.values()]


def passage_text(index: Index, sentences: Sequence[ScoredSentence]) -> PassageText:
    """Return a passage as the reader gets it."""
    article = index.store.article(sentences[0].passage.article)
    return PassageText(
        article.title or "", tuple(without_gaps(article.text, one.sentence.span, one.sentence.gaps) for one in sentences)
    )


def softmax(logits: Sequence[float]) -> npt.NDArray[np.float64]:
    """Return the shares of "nothing", whose logit is 0, and of these logits. (1 + n,)"""
    powers = np.exp(np.array([0.0, *logits]) - max(0.0, *logits))
    shares: npt.NDArray[np.float64] = powers / powers.sum()
    return shares


def logit(probability: float) -> float:
    """Return the logit of a probability, and of 0 and 1 a large one."""
    kept = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(kept / (1 - kept))
