"""Finding: the passages that may answer a question, by meaning and by words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from index.arrays import Vectors
from index.entries.entry import StoredPassage
from index.models.embedder import EmbeddedQuestion
from index.opened.index import Index, Selection
from qa.questions.conversation import Variants
from qa.questions.number_spellings import spellings
from qa.questions.question import Question
from qa.speakers.name_match import Organisation

Scores = npt.NDArray[np.float64]
"""(n,) float64, one a candidate."""

BY_MEANING, BY_WORDS = 50, 30  # Sentences and passages asked of the two indexes.
MEANING_WEIGHT = 0.6  # Of 0.3 to 0.7 the best on squad2-dev's questions; 0.5 to 0.7 differ by .004.


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where each index ranked a passage, from 1; None where it did not find it, in several wordings the best one."""

    by_meaning: int | None
    by_words: int | None


UNRANKED = Ranks(None, None)


@dataclass(frozen=True, slots=True)
class SearchedQuestion:
    """A question as it was searched; `cosines` gives each candidate sentence's by its number."""

    question: Question
    embedded: EmbeddedQuestion
    cosines: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class CandidatePassages:
    """Passages, best first, with their scores, 0..1, and ranks, and the wordings that sentences are to be judged by.

    `shown`, `bare` and `lent` are those of the wordings.
    """

    passages: tuple[StoredPassage, ...]
    scores: Scores
    ranks: tuple[Ranks, ...]
    judged: tuple[SearchedQuestion, ...]
    shown: tuple[str, ...] = ()
    bare: bool = False
    lent: bool = False

    def best(self, number: int) -> "CandidatePassages":
        """The first `number` passages."""
        return replace(self, passages=self.passages[:number], scores=self.scores[:number], ranks=self.ranks[:number])

    def among(self, numbers: Collection[int]) -> "CandidatePassages":
        """Only the passages of these numbers."""
        kept = [place for place, passage in enumerate(self.passages) if passage.id in numbers]
        passages, ranks = tuple(self.passages[i] for i in kept), tuple(self.ranks[i] for i in kept)
        return replace(self, passages=passages, scores=self.scores[kept], ranks=ranks)

    def rescored(self, better: Mapping[int, float]) -> "CandidatePassages":
        """The same passages, those with a better score by it, and after them the others, in their order and below."""
        if not better:
            return self
        least = min(better.values())
        scores = [better.get(p.id, least * score) for p, score in zip(self.passages, self.scores.tolist(), strict=True)]
        order = sorted(range(len(scores)), key=lambda i: (self.passages[i].id not in better, -scores[i], i))
        passages, ranks = tuple(self.passages[i] for i in order), tuple(self.ranks[i] for i in order)
        return replace(self, passages=passages, scores=np.array([scores[i] for i in order]), ranks=ranks)


def find_candidates(
    index: Index, wordings: Variants, organisations: Sequence[Organisation], *, among: Selection | None = None
) -> CandidatePassages:
    """The candidates of both indexes, passages ranked by the sum of both scores; ties keep article order.

    A passage's meaning is that of its nearest sentence. Each score is scaled
    to 0..1 within the question's candidates before they are summed. Several
    wordings of one question count by their weights. Of a selection the same numbers of
    sentences and passages are asked as of the whole index.

    Source: convex combination, Bruch et al. 2022, arXiv 2210.11934, section 4.
    """
    embedded = [index.embed(question.text) for question in wordings.searched]
    near = [index.nearest_passages(query.vector, sentences=BY_MEANING, among=among) for query in embedded]
    groups = [_groups(question, organisations) for question in wordings.searched]
    hits = [index.passages_by_words(group, top_k=BY_WORDS, among=among) for group in groups]
    by_meaning, by_words = _best_ranks(near), _best_ranks([[hit.passage for hit in found] for found in hits])
    numbers = sorted(by_meaning | by_words)
    stored = index.sentence_vectors(numbers)
    row = {number: i for i, number in enumerate(numbers)}
    cosines: list[Scores] = []
    scores = np.zeros(len(numbers))
    for query, found, weight in zip(embedded, hits, wordings.weights, strict=True):
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
        SearchedQuestion(wordings.searched[i], embedded[i], dict(zip(sentences, cosines[i].tolist(), strict=True)))
        for i in wordings.judged
    ]
    return CandidatePassages(
        tuple(passages[i] for i in order.tolist()),
        scores[order],
        tuple(Ranks(by_meaning.get(numbers[i]), by_words.get(numbers[i])) for i in order.tolist()),
        tuple(judged),
        wordings.shown,
        wordings.bare,
        wordings.lent,
    )


def _best_ranks(rankings: Sequence[Sequence[int]]) -> dict[int, int]:
    """The best rank, from 1, of each passage in several rankings."""
    ranks: dict[int, int] = {}
    for ranking in rankings:
        for rank, number in enumerate(ranking, 1):
            ranks[number] = min(rank, ranks.get(number, rank))
    return ranks


def _inner_products(vectors: Vectors, query: Vectors) -> Scores:
    """Of each row with a (1, dim) query. Without BLAS, whose waiting threads cost a question more than they save."""
    products: Scores = np.einsum("ij,j->i", vectors, query[0]).astype(np.float64)
    return products


def _groups(question: Question, organisations: Sequence[Organisation]) -> list[tuple[str, ...]]:
    """The question's terms, the other names of the organisations that it names, and the other spellings of its numbers."""
    groups: list[tuple[str, ...]] = [(term,) for term in question.terms]
    asked = frozenset(question.terms)
    for organisation in organisations:
        if set(organisation.short) <= asked:
            groups.append(organisation.long)
        elif set(organisation.long) <= asked:
            groups.append(organisation.short)
    numbers = spellings(question).values()
    return groups + list(dict.fromkeys(phrase for phrases in numbers for phrase in phrases))


def _scaled(scores: Scores, low: float | None = None) -> Scores:
    """Scores brought to 0..1; all 0 where they do not differ."""
    if not len(scores):
        return scores
    lowest = float(scores.min()) if low is None else low
    spread = float(scores.max()) - lowest
    return (scores - lowest) / spread if spread > 0 else np.zeros_like(scores)
