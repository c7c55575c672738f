"""Reranking: the best sentences read again, each together with the question, by a cross-encoder."""

import math
from collections.abc import Mapping
from dataclasses import replace

from index.articles.span import without_gaps
from index.entries.entry import StoredSentence
from index.models.reranker import Reranker
from index.opened.index import Index
from qa.ranking.features import REFERS_BACK
from qa.ranking.scoring import ScoredSentence, Scores

SENTENCES_RERANKED = 16  # Of some 40 in the passages scored; each costs a pass of the cross-encoder.
MAX_LOGIT = 20.0  # Beyond this a probability is 0 or 1 in any record.


def rerank(index: Index, question: str, scores: Scores, reranker: Reranker, *, at_least: int) -> Scores:
    """The same sentences, surest first, the best of them as the scorer and the cross-encoder see them together.

    A sentence's logit becomes the mean of the scorer's and the
    cross-encoder's, so that neither alone decides: the scorer knows who was
    asked for, the cross-encoder what the words mean. Read are the best
    SENTENCES_RERANKED, or `at_least`; the others follow in their order, none
    surer than the least sure of those. The confidence moves with the surest
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
    return Scores(
        [*judged, *(replace(candidate, probability=min(candidate.probability, least)) for candidate in rest)],
        _probability(_logit(scores.confidence) + moved),
    )


def _text(index: Index, candidate: ScoredSentence, beside: Mapping[int, StoredSentence]) -> str:
    """What the cross-encoder reads: what would be quoted, under the article's title.

    The sentence before comes along only where this one refers back to it:
    elsewhere it would lend its answer to the sentence after it.
    """
    article, sentence = index.store.article(candidate.passage.article), candidate.sentence
    text = without_gaps(article.text, sentence.span, sentence.gaps)
    before = beside.get(sentence.id - 1)
    if before and REFERS_BACK.match(text) and (before.passage, before.paragraph) == (sentence.passage, sentence.paragraph):
        text = f"{without_gaps(article.text, before.span, before.gaps)} {text}"
    return f"{article.title}. {text}" if article.title else text


def _logit(probability: float) -> float:
    kept = min(max(probability, _probability(-MAX_LOGIT)), _probability(MAX_LOGIT))
    return math.log(kept / (1 - kept))


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-min(max(logit, -MAX_LOGIT), MAX_LOGIT)))
