"""Features: the properties of a candidate sentence, as numbers that a scorer can weigh."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from articles_qa.index.articles.span import without_gaps
from articles_qa.index.entries.entry import StoredPassage, StoredSentence
from articles_qa.index.opened.index import Index
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.questions.question import AnswerType
from articles_qa.qa.ranking.answer_spans import answering, refers_back
from articles_qa.qa.ranking.candidates import CandidatePassages, SearchedQuestion
from articles_qa.qa.ranking.coverage import COVERAGE, CandidateSentence, coverage
from articles_qa.qa.ranking.token_match import MATCHES, matches
from articles_qa.qa.speakers.name_match import Organisation, named_in, same_name
from articles_qa.qa.values.units import asked_units

SHORT_TERMS = 5
_NEGATIONS = frozenset([*terms("not never no none nor except cannot unlike neither"), "t"])  # "Didn't" has two terms.

_MEANING = (
    "cosine",  # of the sentence's vector and the question's
    "cosine_behind",  # minus the best sentence's cosine
    "cosine_before",  # of the sentence before it in its passage, 0 where there is none
    "cosine_after",
    "passage_cosine",  # the best of its passage
    "passage_mean_cosine",
)
# The score and not the rank: where several articles report the same, the second best passage is as right as the best.
_PASSAGE = ("passage_score",)  # 0..1 within the question
_FORM = (
    "has_kind",  # 1 where something of the kind asked for stands in it
    "lacks_kind",  # 1 where a kind is asked for and nothing of it stands there
    "has_unit",  # the same of a unit: an age, an amount of money, a distance
    "lacks_unit",
    "negated",  # 1 where it denies something
    "negation_differs",  # 1 where either it or the question does, and not both
    "length",  # ln of its terms
    "first_sentence",  # 1 where it opens its passage
    "position",  # share of its passage before it
    "refers_back",  # 1 where it begins with a word that stands for something said before
    "short",  # 1 below SHORT_TERMS terms
)
_QUESTION = (
    "asked_negated",  # 1 where the question denies something
    "asked_terms",  # how many content words it has
    "asked_names",  # how many of them are names or figures
)
SPEAKER = (
    "said_by_asked",  # how surely it is attributed to the speaker that the question names
    "said_by_other",  # 1 where it is attributed to another one
    "asked_absent",  # 1 where the speaker that the question names neither says it nor is named in it
    "only_speaker",  # 1 where a speaker is asked for and of the rest of the question nothing stands near
)
FEATURES = (*_MEANING, *COVERAGE, *_PASSAGE, *_FORM, *_QUESTION, *SPEAKER, *MATCHES)

Features: TypeAlias = npt.NDArray[np.float64]
"""(sentences, len(FEATURES)) float64."""


def features(
    index: Index,
    searched: SearchedQuestion,
    found: CandidatePassages,
    organisations: Sequence[Organisation],
    sentences: Sequence[StoredSentence],
) -> Features:
    """Return a row for each sentence and a column for each feature. The sentences are all of the passages', in number order."""
    question = searched.question
    rank = {passage.id: place for place, passage in enumerate(found.passages)}
    ranks = np.array([rank[sentence.passage] for sentence in sentences])
    candidates = _candidates(index, searched, organisations, [(s, found.passages[rank[s.passage]]) for s in sentences])
    covered = coverage(index, question, organisations, candidates)
    parts = [
        _meaning(searched, sentences, ranks),
        covered.columns,
        found.scores[ranks][:, None],
        _form(index, searched, candidates),
        np.tile((float(_negated(terms(question.text))), len(question.terms), covered.names.sum()), (len(sentences), 1)),
        _speaker(searched, candidates, covered.topic_near),
        matches(searched, sentences, covered.idf, covered.names),
    ]
    return np.concatenate(parts, axis=1)


def _meaning(searched: SearchedQuestion, sentences: Sequence[StoredSentence], ranks: npt.NDArray[np.int64]) -> Features:
    cosines = np.array([searched.cosines[sentence.id] for sentence in sentences])
    same = ranks[1:] == ranks[:-1]
    before, after = np.zeros(len(cosines)), np.zeros(len(cosines))
    before[1:][same], after[:-1][same] = cosines[:-1][same], cosines[1:][same]
    starts = np.flatnonzero(np.diff(ranks, prepend=-1))
    sizes = np.diff(starts, append=len(ranks))
    best = np.repeat(np.maximum.reduceat(cosines, starts), sizes)
    mean = np.repeat(np.add.reduceat(cosines, starts) / sizes, sizes)
    return np.stack([cosines, cosines - cosines.max(), before, after, best, mean], axis=1)


def _form(index: Index, searched: SearchedQuestion, candidates: Sequence[CandidateSentence]) -> Features:
    question = searched.question
    kind, units = question.asks_for is not AnswerType.ANY, asked_units(question.text)
    asked_negated = _negated(terms(question.text))
    sizes = Counter(candidate.sentence.passage for candidate in candidates)
    rows, place = np.zeros((len(candidates), len(_FORM))), 0
    for row, candidate in enumerate(candidates):
        sentence, passage = candidate.sentence, candidate.passage
        place = place + 1 if row and sentence.passage == candidates[row - 1].sentence.passage else 0
        cut = without_gaps(index.store.article(passage.article).text, sentence.span, sentence.gaps)
        has_kind = kind and next(answering(cut, question), None) is not None
        has_unit = bool(units) and all(unit.search(cut) for unit in units)
        negated = _negated(sentence.terms)
        rows[row] = (
            has_kind,
            kind and not has_kind,
            has_unit,
            bool(units) and not has_unit,
            negated,
            negated != asked_negated,
            math.log1p(len(sentence.terms)),
            place == 0,
            place / sizes[passage.id],
            refers_back(cut),
            len(sentence.terms) < SHORT_TERMS,
        )
    return rows


def _negated(words: Sequence[str]) -> bool:
    return not _NEGATIONS.isdisjoint(words)


def _speaker(
    searched: SearchedQuestion, candidates: Sequence[CandidateSentence], topic_near: npt.NDArray[np.bool_] | None
) -> Features:
    question = searched.question
    rows = np.zeros((len(candidates), len(SPEAKER)))
    if not question.speaker:
        return rows
    for row, candidate in enumerate(candidates):
        agrees = candidate.agrees
        rows[row] = (
            agrees or 0.0,
            agrees == 0.0,
            not agrees and not question.speaker_terms <= set(candidate.sentence.terms),
            topic_near is not None and not topic_near[row],
        )
    return rows


def _candidates(
    index: Index,
    searched: SearchedQuestion,
    organisations: Sequence[Organisation],
    sentences: Sequence[tuple[StoredSentence, StoredPassage]],
) -> list[CandidateSentence]:
    """Return the sentences with their passages, and how surely each is the word of the speaker asked for."""
    question = searched.question
    known: dict[str, float] = {}
    found = []
    for sentence, passage in sentences:
        names = []
        if question.speaker and sentence.attributions:
            names = named_in(sentence.attributions, index.store.article(passage.article).text)
        for name in names:
            if name not in known:
                known[name] = same_name(question.speaker_terms, frozenset(terms(name)), organisations)
        found.append(CandidateSentence(sentence, passage, max((known[name] for name in names), default=None)))
    return found
