"""Comparing what is searched with what is stored: FAISS with the float16 vectors, tantivy with the terms in SQLite."""

import zlib
from collections.abc import Iterator

import numpy as np

from articles_qa.index.entries.entry_db import Store
from articles_qa.index.local.segment import EXACT, VECTORS, Segment
from articles_qa.index.search.bm25_index import WordIndex, passage_key
from articles_qa.index.verify.findings import Finding

BATCH = 8192  # Sentences read at once.
# Rounding to float16 changes a number, and so a length, by at most 1 in 2,048; over the seeds by 1 in 20,000.
MAX_LENGTH_ERROR = 0.001
# Eight bits a dimension, over a range of at most 2, leave a cosine of at least .999; over the seeds .99999.
MIN_COSINE = 0.995
# In a larger index only a sample of the words is looked up, about as many as an index of this size has.
ALL_WORDS_SENTENCES = 20_000
LISTED = 10  # A word in at most this many passages must find exactly these; other words are counted.


def vector_findings(segment: Segment) -> Iterator[Finding]:
    """Yield vectors that are not finite, not of length 1, or differ from those in FAISS."""
    exact, vectors = segment.exact, segment.vectors
    size = min(len(exact), len(vectors)) if exact.dim == vectors.dim else 0
    for at in range(0, size, BATCH):
        numbers = np.arange(at, min(at + BATCH, size))
        kept = exact.rows(numbers)
        with np.errstate(invalid="ignore", over="ignore"):
            lengths = np.sqrt(np.einsum("ij,ij->i", kept, kept))
            searched = vectors.reconstruct(numbers)
            found = np.sqrt(np.einsum("ij,ij->i", searched, searched))
            cosines = np.einsum("ij,ij->i", kept, searched) / np.maximum(lengths * found, 1e-12)
        # The negation finds NaN, which is neither less nor more.
        for number in numbers[~(np.abs(lengths - 1) <= MAX_LENGTH_ERROR)]:
            yield Finding(f"sentence {number}", "its vector is not of length 1")
        for number in numbers[~(cosines >= MIN_COSINE)]:
            yield Finding(f"sentence {number}", f"its vector in {VECTORS} is another one than in {EXACT}")


def word_findings(store: Store, words: WordIndex, *, serial: int) -> Iterator[Finding]:
    """Yield words for which the word index finds other passages than SQLite."""
    every = 1 + store.counts()[2] // ALL_WORDS_SENTENCES
    counts: dict[str, int] = {}
    passages: dict[str, list[int]] = {}
    for passage, term in _terms(store, every):
        counts[term] = counts.get(term, 0) + 1
        if counts[term] <= LISTED:
            passages.setdefault(term, []).append(passage_key(serial, passage))
    for term, count in counts.items():
        found = words.passages_with(term)
        if found != count:
            yield Finding(f"word {term!a}", f"is in {count:,} passages, the word index finds it in {found:,}")
        elif count <= LISTED and sorted(hit.key for hit in words.search([[term]], top_k=LISTED)) != passages[term]:
            yield Finding(f"word {term!a}", "finds other passages than it stands in")


def _terms(store: Store, every: int) -> Iterator[tuple[int, str]]:
    """Yield each passage's words, each once a passage, passages in order; a sample of one word in `every`."""
    seen: set[str] = set()
    last = -1
    for at in range(0, store.counts()[2], BATCH):
        for passage, terms in store.rows(
            "SELECT passage, terms FROM sentences WHERE id >= ? AND id < ? ORDER BY id", at, at + BATCH
        ):
            if passage != last:
                seen, last = set(), passage
            for term in set(terms.split(" ")) - seen - {""}:
                if zlib.crc32(term.encode()) % every == 0:
                    seen.add(term)
                    yield passage, term
