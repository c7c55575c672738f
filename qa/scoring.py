"""Scoring: how surely a candidate sentence answers the question."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.opened import Index
from index.span import without_gaps
from index.store import StoredPassage, StoredSentence
from index.words import terms
from qa.candidates import Candidates
from qa.naming import Body, same_name
from qa.question import AnswerType, Question
from qa.values import answering

PASSAGES_SCORED = 8  # The best by both indexes; with 12 no more quotes of squad2-dev are right, with 6 fewer.
STEM_CHARS = 5  # Words that agree so far are forms of one name or word ("Ukraine", "Ukrainian"), at half weight.
SHORT_TERMS = 5

FEATURES = (
    "cosine",  # of the sentence's vector and the question's
    "coverage",  # share of the question's topic, by idf, that stands in the sentence
    "near_coverage",  # the same with the sentences beside it
    "passage",  # its passage's score, 0..1 within the question
    "first_passage",  # 1 in the best passage
    "has_kind",  # 1 where something of the kind asked for stands in it
    "lacks_kind",  # 1 where a kind is asked for and nothing of it stands there
    "said_by_asked",  # how surely it is attributed to the speaker that the question names
    "said_by_other",  # 1 where it is attributed to another one
    "asked_absent",  # 1 where the speaker that the question names neither says it nor is named in it
    "only_speaker",  # 1 where a speaker is asked for and of the rest of the question nothing stands near
    "short",  # 1 below SHORT_TERMS words
    "refers_back",  # 1 where it begins with a word that stands for something said before
)

Features = npt.NDArray[np.float64]
"""(n, len(FEATURES)) float64."""

REFERS_BACK = re.compile(
    r"[\"“‘']?(?:he|she|they|it|this|these|those|that|his|her|their|its|such|both|most of them|the latter)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate sentence, its passage, and the probability that it answers the question."""

    sentence: StoredSentence
    passage: StoredPassage
    probability: float


def score_sentences(
    index: Index, question: Question, found: Candidates, bodies: Sequence[Body], weights: "Weights"
) -> list[Scored]:
    """The sentences of the candidate passages, surest first."""
    passages = {passage.id: rank for rank, passage in enumerate(found.passages)}
    sentences = index.store.sentences(list(passages))
    logits = _features(index, question, found, bodies, sentences) @ np.array(weights.values) + weights.bias
    scored = [
        Scored(sentence, found.passages[passages[sentence.passage]], 1 / (1 + math.exp(-logit)))
        for sentence, logit in zip(sentences, logits.tolist(), strict=True)
    ]
    return sorted(scored, key=lambda s: (-s.probability, s.sentence.id))


def _features(
    index: Index, question: Question, found: Candidates, bodies: Sequence[Body], sentences: Sequence[StoredSentence]
) -> Features:
    """One row a sentence, one column a feature."""
    ranks = {passage.id: rank for rank, passage in enumerate(found.passages)}
    texts = [index.store.article(found.passages[ranks[sentence.passage]].article).text for sentence in sentences]
    agreement = _agreement(question, sentences, texts, bodies)
    idf = {term: _idf(index, term) for term in question.terms}
    total = sum(idf.values())
    named = [body for body in bodies if body.named_by(frozenset(question.terms))]
    held = [_held(sentence, idf, named) for sentence in sentences]
    for terms_held, agrees in zip(held, agreement, strict=True):
        terms_held.update(dict.fromkeys(question.speaker_terms & idf.keys(), agrees or 0.0))
    near = _near(held, sentences)
    topic = idf.keys() - question.speaker_terms
    kind = question.asks_for is not AnswerType.ANY
    features = np.zeros((len(sentences), len(FEATURES)))
    for row, (sentence, text, agrees) in enumerate(zip(sentences, texts, agreement, strict=True)):
        rank = ranks[sentence.passage]
        cut = without_gaps(text, sentence.span, sentence.gaps)
        answers = kind and next(answering(cut, question), None) is not None
        features[row] = (
            found.cosines[sentence.id],
            sum(idf[term] * share for term, share in held[row].items()) / total,
            sum(idf[term] * share for term, share in near[row].items()) / total,
            found.scores[rank],
            rank == 0,
            answers,
            kind and not answers,
            agrees or 0.0,
            agrees == 0.0,
            bool(question.speaker and not agrees and not question.speaker_terms <= set(sentence.terms)),
            bool(question.speaker and topic and not topic & near[row].keys()),
            len(sentence.terms) < SHORT_TERMS,
            bool(REFERS_BACK.match(cut)),
        )
    return features


def _agreement(
    question: Question, sentences: Sequence[StoredSentence], texts: Sequence[str], bodies: Sequence[Body]
) -> list[float | None]:
    """How surely each sentence is the asked speaker's word, 0..1; None where nobody is asked or the article speaks."""
    known: dict[str, float] = {}
    found: list[float | None] = []
    for sentence, text in zip(sentences, texts, strict=True):
        name = sentence.speaker.cut(text) if question.speaker and sentence.speaker else ""
        if name and name not in known:
            known[name] = same_name(question.speaker_terms, frozenset(terms(name)), bodies)
        found.append(known.get(name))
    return found


def _held(sentence: StoredSentence, idf: dict[str, float], named: Sequence[Body]) -> dict[str, float]:
    """Which of the question's terms stand in the sentence, 1 in the same form, 0.5 in a related one."""
    words = set(sentence.terms)
    for body in named:
        if body.named_by(frozenset(words)):
            words |= {*body.short, *body.long}
    starts = {word[:STEM_CHARS] for word in words if len(word) >= STEM_CHARS}
    return {
        term: 1.0 if term in words else 0.5
        for term in idf
        if term in words or (len(term) >= STEM_CHARS and term[:STEM_CHARS] in starts)
    }


def _near(held: Sequence[dict[str, float]], sentences: Sequence[StoredSentence]) -> list[dict[str, float]]:
    """The same for each sentence together with the ones beside it in its passage."""
    near = []
    for row, own in enumerate(held):
        merged = dict(own)
        for beside in (row - 1, row + 1):
            if 0 <= beside < len(held) and sentences[beside].passage == sentences[row].passage:
                for term, share in held[beside].items():
                    merged[term] = max(share, merged.get(term, 0.0))
        near.append(merged)
    return near


def _idf(index: Index, term: str) -> float:
    """How much a term tells: ln of passages over passages with it."""
    return math.log(1 + (index.info.passages + 0.5) / (index.passages_with(term) + 0.5))


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature counts, in the order of FEATURES."""

    values: tuple[float, ...]
    bias: float
