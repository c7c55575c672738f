"""Token match: the best cosine of each token of a question with a token of a sentence, in the context of both."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from articles_qa.index.entries.entry import StoredSentence
from articles_qa.index.models.embedder import EmbeddedQuestion
from articles_qa.index.models.token_vectors import product, unpack_tokens
from articles_qa.qa.ranking.candidates import SearchedQuestion
from articles_qa.qa.ranking.coverage import WORD, first_term, neighbour_maxima

MATCHES = (
    "terms_met",  # mean over the question's terms, by idf, of the best cosine with a token of the sentence
    "terms_met_near",  # or of the sentences beside it
    "terms_met_passage",  # or of its passage
    "small_met",  # over all other words, alike
    "small_met_near",
    "small_met_passage",
    "all_met",  # over all tokens, alike
    "all_met_near",
    "all_met_passage",
    "names_met",  # over names and figures, by idf; over all terms where there are none
    "names_met_passage",
    "rest_met",  # over all other terms
    "rest_met_passage",
    "weakest_met",  # of the term's token that is met least
    "weakest_met_near",
    "weakest_met_passage",
    "weak_met",  # mean of the two that are met least
    "weak_met_passage",
    "whole_met",  # of the token before the question, which stands for the whole of it
    "end_met",  # of the token after it
    "asking_met",  # of the question word: who, when, how
    "same_word_met",  # the first, counting only tokens of the same word piece
    "terms_met_behind",  # the first less the best sentence's, and so on
    "all_met_behind",
    "names_met_behind",
    "rest_met_behind",
    "whole_met_behind",
    "same_word_met_behind",
)
_ASKING = frozenset("who whom whose when where why what which how".split())

BestCosines = npt.NDArray[np.float32]
"""(sentences, question's tokens) float32: the best cosine with a token of the sentence."""


def matches(
    searched: SearchedQuestion,
    sentences: Sequence[StoredSentence],
    idf: npt.NDArray[np.float64],
    names: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    """Return the columns of MATCHES, a row for each sentence; all 0 where the index keeps no tokens.

    Source: late interaction, Khattab & Zaharia 2020, arXiv 2004.12832, section
    3.3, on the embedding model's own token states, weighted by idf.
    """
    columns = np.zeros((len(sentences), len(MATCHES)))
    kept = [row for row, sentence in enumerate(sentences) if sentence.tokens]
    asked = searched.embedded
    if not kept or not len(asked.rows):
        return columns
    met, same = _met(asked, [sentences[row].tokens for row in kept])
    _, near, together = neighbour_maxima(met, np.array([sentences[row].passage for row in kept]))
    term, small, body, asking, name = _weights(searched, idf, names)
    rest = term - name
    name, rest = (part if part.any() else term for part in (name, rest))
    content = np.flatnonzero(term > 0)
    first = {
        "terms": _mean(met, term),
        "all": _mean(met, body),
        "names": _mean(met, name),
        "rest": _mean(met, rest),
        "whole": met[:, 0],
        "same": _mean(same, term),
    }
    found = [
        *(_mean(cosines, weight) for weight in (term, small, body) for cosines in (met, near, together)),
        first["names"],
        _mean(together, name),
        first["rest"],
        _mean(together, rest),
        *(_weakest(cosines, content, 1) for cosines in (met, near, together)),
        _weakest(met, content, 2),
        _weakest(together, content, 2),
        first["whole"],
        met[:, -1],
        met[:, asking].max(axis=1) if asking.any() else first["all"],
        first["same"],
        *(column - column.max() for column in first.values()),
    ]
    columns[kept] = np.stack(found, axis=1)
    return columns


def _met(asked: EmbeddedQuestion, packed: Sequence[bytes]) -> tuple[BestCosines, BestCosines]:
    """Return the best cosines of the question's tokens in each sentence: with any token, and with the same word piece."""
    tokens = unpack_tokens(packed)
    # In single precision the last digit depends on the row's place, and with it the order of two equal sentences.
    exact = product(tokens.rows.astype(np.float64), asked.rows.T.astype(np.float64))
    cosines = exact.astype(np.float32)
    same = np.where(tokens.ids[:, None] == asked.ids[None, :], cosines, 0)
    return np.maximum.reduceat(cosines, tokens.starts), np.maximum.reduceat(same, tokens.starts)


def _weights(
    searched: SearchedQuestion, idf: npt.NDArray[np.float64], names: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float32], ...]:
    """Return the weights of the question's tokens: of terms, of small words, of all words, of question words, of names."""
    starts = searched.embedded.starts
    weight = {term: float(value) for term, value in zip(searched.question.terms, idf, strict=True)}
    named = {term for term, is_name in zip(searched.question.terms, names, strict=True) if is_name}
    term, name = np.zeros(len(starts), np.float32), np.zeros(len(starts), np.float32)
    asking = np.zeros(len(starts), bool)
    for match in WORD.finditer(searched.question.text):
        own = (starts >= match.start()) & (starts < match.end())
        found = first_term(match.group())
        if found in weight and own.any():
            term[own] = weight[found] / own.sum()
            name[own] = term[own] if found in named else 0
        asking |= own & (match.group().lower() in _ASKING)
    body = (starts >= 0).astype(np.float32)
    return term, body * (term == 0), body, asking, name


def _mean(met: BestCosines, weight: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    total = weight.sum()
    return np.asarray(met.astype(np.float64) @ weight / total if total > 0 else np.zeros(len(met)), np.float32)


def _weakest(met: BestCosines, content: npt.NDArray[np.int64], number: int) -> npt.NDArray[np.float32]:
    if not len(content):
        return np.zeros(len(met), np.float32)
    least: npt.NDArray[np.float32] = np.sort(met[:, content], axis=1)[:, :number].mean(axis=1)
    return least
