"""Reading: the sentences that the scorer finds best, and those beside them, are read and judged by the trained reader."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from index.articles.span import without_gaps
from index.entries.entry import StoredAlias
from index.models.embedder import PassageText
from index.models.reader import UNREAD, Reader
from index.opened.index import Index
from qa.ranking.candidates import CandidatePassages
from qa.ranking.scoring import PASSAGES_SCORED, ScoredSentence, SentenceScores
from qa.ranking.weights import ReadingWeights

NEAREST = 8  # Passages nearest by meaning; their sentences are scored too, where they are not among the best of all.
# Sentences that are read, in snippets with those BESIDE them. Of 700 news questions .89 have their answer in these (20
# sentences, 620 tokens), .87 in as many of the scorer's best alone, .84 in the four best passages (670 tokens).
SENTENCES_READ, BESIDE = 12, 1
FUSED = 10  # The constant of reciprocal rank fusion; 5 to 30 differ by .001.
AT_ONCE = 2  # Snippets; the same on every machine, so that all machines read as many.
SURE = 0.8  # Reading stops at a sentence with this share of the probability.
OFF_TOPIC = 0.01  # Below this the scorer's confidence counts: with it .77 of questions on other stories are refused, else .70.
_LEAST = 1e-9  # Of a probability whose logit is taken.


@dataclass(frozen=True, slots=True)
class _Judged:
    """A candidate and its logit against "nothing here answers"."""

    candidate: ScoredSentence
    logit: float


def wordings(question: str, abbreviations: Sequence[StoredAlias]) -> tuple[str, ...]:
    """Return the question as it was asked, and with the other name of a body that the articles abbreviate in one way.

    "How many dead did NIS report?" is also "How many dead did National Intelligence Service report?".
    """
    names: dict[str, set[str]] = {}
    for alias in (stored.alias for stored in abbreviations):
        names.setdefault(alias.short, set()).add(alias.long)
        names.setdefault(alias.long, set()).add(alias.short)
    for name, others in names.items():
        if name in question and len(others) == 1 and (found := re.compile(rf"\b{re.escape(name)}\b").search(question)):
            return question, f"{question[: found.start()]}{others.pop()}{question[found.end() :]}"
    return (question,)


def read(index: Index, asked: Sequence[str], scores: SentenceScores, reader: Reader, weights: ReadingWeights) -> SentenceScores:
    """Return the same sentences, surest first, judged by the reader, and the probability that the articles answer.

    A sentence's logit is linear in the reader's and the scorer's; that of
    "nothing answers" in the scorer's confidence. All compete in one softmax.
    Snippets are read in order until a sentence is surer than SURE. Sentences
    that were not read follow in their order, none surer than the last read one.
    Of the wordings of the question that are `asked` the surer one counts.
    """
    if not scores.sentences:
        return scores
    order = snippets(scores)
    nothing = weights.nothing(logit(scores.confidence))
    judged: list[_Judged] = []
    for at in range(0, len(order), AT_ONCE):
        parts = order[at : at + AT_ONCE]
        texts = [snippet_text(index, part) for part in parts]
        logits = zip(*(reader.read(question, texts) for question in asked), strict=True)
        for part, found in zip(parts, (np.max(each, axis=0) for each in logits), strict=True):
            judged += [
                _Judged(one, weights.sentence(UNREAD if one.only_asks else value, logit(one.probability)) - nothing)
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


def to_read(found: CandidatePassages) -> CandidatePassages:
    """Return the passages whose sentences are scored for reading."""
    best = found.best(PASSAGES_SCORED).passages
    near = (p for p, r in zip(found.passages, found.ranks, strict=True) if r.by_meaning and r.by_meaning <= NEAREST)
    return found.among({passage.id for passage in (*best, *near)})


def snippets(scores: SentenceScores) -> list[list[ScoredSentence]]:
    """Return what is read of each passage: its share of the best sentences and those beside them, in order.

    The best are those that the scorer or the cosine ranks high: an answer may
    share no word with the question. The passage of the best one comes first.

    Source: reciprocal rank fusion, Cormack et al. 2009.
    """
    by_cosine = sorted(scores.sentences, key=lambda one: (-one.cosine, one.sentence.id))
    second = {one.sentence.id: 1 / (FUSED + place) for place, one in enumerate(by_cosine)}
    fused = [(1 / (FUSED + place) + second[one.sentence.id], one) for place, one in enumerate(scores.sentences)]
    best = [one for _, one in sorted(fused, key=lambda pair: -pair[0])[:SENTENCES_READ]]
    chosen = [(one.passage.id, one.sentence.id) for one in best]
    wanted = {(passage, number + step) for passage, number in chosen for step in range(-BESIDE, BESIDE + 1)}
    made: dict[int, list[ScoredSentence]] = {passage: [] for passage, _ in chosen}
    for one in sorted(scores.sentences, key=lambda one: one.sentence.id):
        if (one.passage.id, one.sentence.id) in wanted:
            made[one.passage.id].append(one)
    return list(made.values())


def snippet_text(index: Index, sentences: Sequence[ScoredSentence]) -> PassageText:
    """Return a snippet as the reader gets it."""
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
