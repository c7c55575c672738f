"""Reranking: the best sentences scored again by a cross-encoder, each together with the question."""

import math
from collections.abc import Mapping
from dataclasses import replace

from index.articles.span import without_gaps
from index.entries.entry import StoredSentence
from index.models.reranker import Reranker
from index.opened.index import Index
from qa.ranking.answer_spans import refers_back
from qa.ranking.scoring import ScoredSentence, SentenceScores

SENTENCES_RERANKED = 16  # Of some 40 in the passages scored; each costs a pass of the cross-encoder.
MAX_LOGIT = 20.0  # Beyond this a probability is 0 or 1 in any record.


def rerank(index: Index, question: str, scores: SentenceScores, reranker: Reranker, *, at_least: int) -> SentenceScores:
    """Return the same sentences, surest first, with the best ones reranked.

    The logit of a reranked sentence is the mean of the scorer's logit and the
    cross-encoder's. The scorer knows the speaker asked for; the cross-encoder
    knows the meaning of the words. The best SENTENCES_RERANKED sentences are
    reranked, or `at_least` as many. The others follow in their order, none
    surer than the last reranked one. The confidence moves with the surest
    sentence's logit.
    """
    if not scores.sentences:
        return scores
    number = max(SENTENCES_RERANKED, at_least)
    read, rest = scores.sentences[:number], scores.sentences[number:]
    beside = {candidate.sentence.id: candidate.sentence for candidate in scores.sentences}
    logits = reranker.scores(question, [_text(index, candidate, beside) for candidate in read])
    judged = [
        replace(candidate, probability=_probability((_logit(candidate.probability) + logit) / 2))
        for candidate, logit in zip(read, logits.tolist(), strict=True)
    ]
    judged.sort(key=lambda candidate: (-candidate.probability, candidate.sentence.id))
    least = judged[-1].probability
    moved = _logit(judged[0].probability) - _logit(scores.sentences[0].probability)
    return SentenceScores(
        [*judged, *(replace(candidate, probability=min(candidate.probability, least)) for candidate in rest)],
        _probability(_logit(scores.confidence) + moved),
    )


def _text(index: Index, candidate: ScoredSentence, beside: Mapping[int, StoredSentence]) -> str:
    """Return the text for the cross-encoder: the text that would be quoted, after the article's title.

    The sentence before is added only where this one refers back to it.
    Elsewhere its own answer would be credited to this sentence.
    """
    article, sentence = index.store.article(candidate.passage.article), candidate.sentence
    text = without_gaps(article.text, sentence.span, sentence.gaps)
    before = beside.get(sentence.id - 1)
    if before and refers_back(text) and (before.passage, before.paragraph) == (sentence.passage, sentence.paragraph):
        text = f"{without_gaps(article.text, before.span, before.gaps)} {text}"
    return f"{article.title}. {text}" if article.title else text


def _logit(probability: float) -> float:
    kept = min(max(probability, _probability(-MAX_LOGIT)), _probability(MAX_LOGIT))
    return math.log(kept / (1 - kept))


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-min(max(logit, -MAX_LOGIT), MAX_LOGIT)))
