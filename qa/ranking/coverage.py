"""Coverage: the share of a question's terms in a sentence, in the sentences beside it, and in its passage."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from articles_qa.index.entries.entry import StoredPassage, StoredSentence
from articles_qa.index.opened.index import Index
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.questions.number_spellings import spellings
from articles_qa.qa.questions.question import Question, stems
from articles_qa.qa.speakers.name_match import Organisation

STEM_CHARS = 5  # Words that begin alike are forms of one word ("Ukraine", "Ukrainian"), at half weight.
MEAN_TERMS = 22  # Of a sentence of news.
WORD = re.compile(r"\d+(?:[.,]\d+)+|\w+")
_COUNTED = re.compile(r"\b(?:how (?:many|much)|what|which|number of)\s+((?:\w+\s*){1,3})", re.IGNORECASE)

COVERAGE = (
    "coverage",  # share of the question's terms, by idf, that stand in the sentence; related forms count half
    "exact_coverage",  # in the same form only
    "coverage_before",  # with the sentence before it
    "near_coverage",  # with the sentences beside it
    "passage_coverage",  # with all of its passage and its article's title
    "bm25",  # of the sentence, over the most that it could be
    "names_held",  # the coverage of names and figures only; 1 where the question has none, as the next three
    "names_in_passage",
    "rest_held",  # of all other terms
    "rest_in_passage",
    "terms_missing",  # number of terms that neither the passage nor the title has
    "names_missing",
    "counted_held",  # 1 where the thing stands there that "how many", "what" or "which" asks about
)

_Real = TypeVar("_Real", bound=np.floating[Any])
TermMatrix = npt.NDArray[np.float64]
"""(sentences, terms) float64: 1 where the sentence has the term, 0.5 where it has a related form, 0 elsewhere."""


@lru_cache(maxsize=20_000)
def first_term(word: str) -> str:
    """Return the term of a word; "" where it has none."""
    return next(iter(terms(word)), "")


@dataclass(frozen=True, slots=True)
class CandidateSentence:
    """A sentence, its passage, and how surely it is the word of the speaker asked for, 0..1.

    `agrees` is None where the question names no speaker, or where the article itself speaks.
    """

    sentence: StoredSentence
    passage: StoredPassage
    agrees: float | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The columns of COVERAGE, (sentences, columns), and the arrays that they are made from.

    `idf` and `names`, (terms,), follow the question's terms. `topic_near`
    tells for each sentence whether a term other than the speaker's is near;
    None where the question has no other term.
    """

    columns: npt.NDArray[np.float64]
    idf: npt.NDArray[np.float64]
    names: npt.NDArray[np.bool_]
    topic_near: npt.NDArray[np.bool_] | None


def coverage(
    index: Index, question: Question, organisations: Sequence[Organisation], candidates: Sequence[CandidateSentence]
) -> Coverage:
    """Return the coverage of a question by each sentence, in number order."""
    sentences = [candidate.sentence for candidate in candidates]
    all_passages = index.info.passages + 0.5
    idf = np.array([math.log(1 + all_passages / (index.passages_with(term) + 0.5)) for term in question.terms])
    names = _names(question)
    found_terms = _terms_in(question, organisations, sentences)
    speaker = [place for place, term in enumerate(question.terms) if term in question.speaker_terms]
    if speaker:
        found_terms[:, speaker] = np.array([candidate.agrees or 0.0 for candidate in candidates])[:, None]
    before, near, together = neighbour_maxima(found_terms, np.array([sentence.passage for sentence in sentences]))
    together = np.maximum(together, _titles(index, question, [candidate.passage.article for candidate in candidates]))
    lengths = np.array([len(sentence.terms) for sentence in sentences])
    damped = 2.2 / (1 + 1.2 * (0.25 + 0.75 * lengths / MEAN_TERMS))
    exact = found_terms == 1
    counted = _counted(question)
    columns = [
        _share(found_terms, idf),
        _share(exact, idf),
        _share(before, idf),
        _share(near, idf),
        _share(together, idf),
        _share(exact, idf) * damped,
        _share(found_terms, idf * names),
        _share(together, idf * names),
        _share(found_terms, idf * ~names),
        _share(together, idf * ~names),
        (together == 0).sum(axis=1),
        ((together == 0) & names).sum(axis=1),
        np.zeros(len(found_terms)) if counted is None else exact[:, counted],
    ]
    topic = [place for place in range(len(question.terms)) if place not in speaker]
    topic_near = np.asarray((near[:, topic] > 0).any(axis=1), np.bool_) if topic else None
    return Coverage(np.stack(columns, axis=1).astype(np.float64), idf, names, topic_near)


def _terms_in(question: Question, organisations: Sequence[Organisation], sentences: Sequence[StoredSentence]) -> TermMatrix:
    named = [organisation for organisation in organisations if organisation.named_by(frozenset(question.terms))]
    numbers = spellings(question)
    found_terms = np.zeros((len(sentences), len(question.terms)))
    for row, sentence in enumerate(sentences):
        text = f" {' '.join(sentence.terms)} "
        words = frozenset(sentence.terms) if named else frozenset()
        for organisation in named:
            if organisation.named_by(words):
                text += f"{' '.join((*organisation.short, *organisation.long))} "
        for place, term in enumerate(question.terms):
            if f" {term} " in text or any(f" {' '.join(phrase)} " in text for phrase in numbers.get(term, ())):
                found_terms[row, place] = 1.0
            elif len(term) >= STEM_CHARS and f" {term[:STEM_CHARS]}" in text:
                found_terms[row, place] = 0.5
    return found_terms


def neighbour_maxima(rows: npt.NDArray[_Real], passage: npt.NDArray[np.int64]) -> tuple[npt.NDArray[_Real], ...]:
    """Return the highest of each row and the row before, of both rows beside, and of all rows of the passage.

    A row is a sentence, of the passage of this number. A row of another passage counts for nothing.
    """
    same = passage[1:] == passage[:-1]
    before, near = rows.copy(), rows.copy()
    before[1:][same] = np.maximum(rows[1:][same], rows[:-1][same])
    near[:-1][same] = np.maximum(rows[:-1][same], rows[1:][same])
    starts = np.flatnonzero(np.diff(passage, prepend=-1))
    together = np.repeat(np.maximum.reduceat(rows, starts), np.diff(starts, append=len(passage)), axis=0)
    return before, np.maximum(before, near), together


def _titles(index: Index, question: Question, articles: Sequence[int]) -> TermMatrix:
    """Return which terms the title of each article has. Articles may repeat."""
    words = {number: stems(index.store.article(number).title or "") for number in set(articles)}
    found = {number: [term in title for term in question.terms] for number, title in words.items()}
    return np.array([found[number] for number in articles], np.float64)


def _share(found_terms: npt.NDArray[np.float64] | npt.NDArray[np.bool_], weight: npt.NDArray[np.float64]) -> TermMatrix:
    """Return the weighted share of the terms; 1 where nothing has weight."""
    total = weight.sum()
    return found_terms @ weight / total if total > 0 else np.ones(len(found_terms))


def _names(question: Question) -> npt.NDArray[np.bool_]:
    """Return which of the question's terms are names or figures."""
    words = WORD.findall(question.text)
    found = {first_term(word) for place, word in enumerate(words) if word[0].isdigit() or (place and word[0].isupper())}
    return np.array([term in found for term in question.terms], np.bool_)


def _counted(question: Question) -> int | None:
    """Return the place among the terms of the thing that a question counts or chooses from."""
    match = _COUNTED.search(question.text)
    asked = terms(match[1]) if match else []
    return next((question.terms.index(term) for term in asked if term in question.terms), None)
