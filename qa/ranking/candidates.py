"""Candidates: the passages that may answer a question, found by meaning and by words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from articles_qa.index.arrays import Vectors
from articles_qa.index.entries.entry import StoredPassage
from articles_qa.index.models.embedder import EmbeddedQuestion
from articles_qa.index.opened.index import Index, Selection
from articles_qa.qa.questions.conversation import Variants
from articles_qa.qa.questions.number_spellings import spellings
from articles_qa.qa.questions.question import Question
from articles_qa.qa.speakers.name_match import Organisation

PassageScores = npt.NDArray[np.float64]
"""(n,) float64, one score for each candidate passage."""

BY_MEANING, BY_WORDS = 50, 30  # Sentences asked of the vector index, and passages asked of the word index.
MEANING_WEIGHT = 0.6  # Of 0.3 to 0.7 the best on squad2-dev's questions; 0.5 to 0.7 differ by .004.


@dataclass(frozen=True, slots=True)
class Ranks:
    """The ranks of a passage in the two indexes, from 1; None where an index did not find it. The best of all variants."""

    by_meaning: int | None
    by_words: int | None


UNRANKED = Ranks(None, None)


@dataclass(frozen=True, slots=True)
class SearchedQuestion:
    """A variant of a question that was searched. `cosines` holds the cosine of each candidate sentence, by its number."""

    question: Question
    embedded: EmbeddedQuestion
    cosines: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class CandidatePassages:
    """Candidate passages, best first, with scores, 0..1, and ranks, and the variants that judge their sentences.

    `variants` are all that were searched.
    """

    passages: tuple[StoredPassage, ...]
    scores: PassageScores
    ranks: tuple[Ranks, ...]
    judged: tuple[SearchedQuestion, ...]
    variants: Variants

    @property
    def articles(self) -> list[int]:
        """The articles of the passages, by number."""
        return sorted({passage.article for passage in self.passages})

    def best(self, number: int) -> "CandidatePassages":
        """Return the first `number` passages."""
        return replace(self, passages=self.passages[:number], scores=self.scores[:number], ranks=self.ranks[:number])

    def among(self, numbers: Collection[int]) -> "CandidatePassages":
        """Return the passages with these numbers."""
        kept = [place for place, passage in enumerate(self.passages) if passage.id in numbers]
        return self._at(kept, self.scores[kept])

    def rescored(self, better: Mapping[int, float]) -> "CandidatePassages":
        """Return the passages in the order of better scores. Passages without one follow, in their order and with less."""
        if not better:
            return self
        least = min(better.values())
        scores = [better.get(p.id, least * score) for p, score in zip(self.passages, self.scores.tolist(), strict=True)]
        order = sorted(range(len(scores)), key=lambda i: (self.passages[i].id not in better, -scores[i], i))
        return self._at(order, np.array([scores[i] for i in order]))

    def _at(self, places: Sequence[int], scores: PassageScores) -> "CandidatePassages":
        passages, ranks = tuple(self.passages[i] for i in places), tuple(self.ranks[i] for i in places)
        return replace(self, passages=passages, scores=scores, ranks=ranks)


def find_candidates(
    index: Index, variants: Variants, organisations: Sequence[Organisation], *, among: Selection | None = None
) -> CandidatePassages:
    """Return the candidates of both indexes, ranked by the sum of both scores. Ties keep the article order.

    The meaning of a passage is the meaning of its nearest sentence. Before the
    sum each score is scaled to 0..1 within the question's candidates. Several
    variants of a question count by their weights. A selection is asked for as
    many sentences and passages as the whole index.

    Source: convex combination, Bruch et al. 2022, arXiv 2210.11934, section 4.
    """
    embedded = [index.embed(question.text) for question in variants.searched]
    near = [index.nearest_passages(query.vector, sentences=BY_MEANING, among=among) for query in embedded]
    groups = [_groups(question, organisations) for question in variants.searched]
    hits = [index.passages_by_words(group, top_k=BY_WORDS, among=among) for group in groups]
    by_meaning, by_words = _best_ranks(near), _best_ranks([[hit.passage for hit in found] for found in hits])
    numbers = sorted(by_meaning | by_words)
    stored = index.sentence_vectors(numbers)
    row = {number: i for i, number in enumerate(numbers)}
    cosines: list[PassageScores] = []
    scores = np.zeros(len(numbers))
    for query, found, weight in zip(embedded, hits, variants.weights, strict=True):
        cosines.append(_inner_products(stored.vectors, query.vector) if len(stored.sentences) else np.zeros(0))
        meaning = np.full(len(numbers), -1.0)
        np.maximum.at(meaning, stored.passage_of, cosines[-1])
        words = np.zeros(len(numbers))
        words[[row[hit.passage] for hit in found]] = [hit.score for hit in found]
        scores += weight * (MEANING_WEIGHT * _scaled(meaning) + (1 - MEANING_WEIGHT) * _scaled(words, low=0.0))
    order = np.argsort(-scores, kind="stable")
    passages = index.store.passages(numbers)
    sentences = stored.sentences.tolist()
    judged = [
        SearchedQuestion(variants.searched[i], embedded[i], dict(zip(sentences, cosines[i].tolist(), strict=True)))
        for i in variants.judged
    ]
    return CandidatePassages(
        tuple(passages[i] for i in order.tolist()),
        scores[order],
        tuple(Ranks(by_meaning.get(numbers[i]), by_words.get(numbers[i])) for i in order.tolist()),
        tuple(judged),
        variants,
    )


def _best_ranks(rankings: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return the best rank, from 1, of each passage in several rankings."""
    ranks: dict[int, int] = {}
    for ranking in rankings:
        for rank, number in enumerate(ranking, 1):
            ranks[number] = min(rank, ranks.get(number, rank))
    return ranks


def _inner_products(vectors: Vectors, query: Vectors) -> PassageScores:
    """Return the inner product of each row and a (1, dim) query. Waiting BLAS threads cost more than they save."""
    products: PassageScores = np.einsum("ij,j->i", vectors, query[0]).astype(np.float64)
    return products


def _groups(question: Question, organisations: Sequence[Organisation]) -> list[tuple[str, ...]]:
    """Return the question's terms, the other names of its organisations, and the other spellings of its numbers."""
    groups: list[tuple[str, ...]] = [(term,) for term in question.terms]
    asked = frozenset(question.terms)
    for organisation in organisations:
        if set(organisation.short) <= asked:
            groups.append(organisation.long)
        elif set(organisation.long) <= asked:
            groups.append(organisation.short)
    numbers = spellings(question).values()
    return groups + list(dict.fromkeys(phrase for phrases in numbers for phrase in phrases))


def _scaled(scores: PassageScores, low: float | None = None) -> PassageScores:
    """Return scores scaled to 0..1; all 0 where they do not differ."""
    if not len(scores):
        return scores
    lowest = float(scores.min()) if low is None else low
    spread = float(scores.max()) - lowest
    return (scores - lowest) / spread if spread > 0 else np.zeros_like(scores)
