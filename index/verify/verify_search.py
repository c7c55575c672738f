"""Whether what is searched is what is kept: the vectors in FAISS as they were embedded, the words in tantivy and SQLite."""

import zlib
from collections.abc import Iterator

import numpy as np

from index.entries.entry_db import Store
from index.local.segment import EXACT, VECTORS, Segment
from index.search.bm25_index import WordIndex, passage_key
from index.verify.findings import Finding

BATCH = 8192  # Sentences read at once.
# Rounding to float16 moves no number, and so no length, by more than 1 in 2,048; over the seeds it is 1 in 20,000.
MAX_LENGTH_ERROR = 0.001
# Eight bits over a dimension's range, at most 2, leave a cosine of .999 at worst; over the seeds it is .99999.
MIN_COSINE = 0.995
# Of larger indexes only some of the words are looked up, about as many as of one of this many sentences.
ALL_WORDS_SENTENCES = 20_000
LISTED = 10  # A word in at most so many passages must find just those; of others they are counted.


def vector_findings(segment: Segment) -> Iterator[Finding]:
    """Vectors not finite, not of length 1, or another one in FAISS."""
    exact, vectors = segment.exact, segment.vectors
    size = min(len(exact), len(vectors)) if exact.dim == vectors.dim else 0
    for at in range(0, size, BATCH):
        numbers = np.arange(at, min(at + BATCH, size))
        kept = exact.rows(numbers)
        with np.errstate(invalid="ignore", over="ignore"):
            lengths = np.sqrt(np.einsum("ij,ij->i", kept, kept))
            searched = vectors.stored(numbers)
            found = np.sqrt(np.einsum("ij,ij->i", searched, searched))
            cosines = np.einsum("ij,ij->i", kept, searched) / np.maximum(lengths * found, 1e-12)
        # Asked so that NaN, which is neither less nor more, is found.
        for number in numbers[~(np.abs(lengths - 1) <= MAX_LENGTH_ERROR)]:
            yield Finding(f"sentence {number}", "its vector is not of length 1")
        for number in numbers[~(cosines >= MIN_COSINE)]:
            yield Finding(f"sentence {number}", f"its vector in {VECTORS} is another one than in {EXACT}")


def word_findings(store: Store, words: WordIndex, *, serial: int) -> Iterator[Finding]:
    """Words that find other passages than they stand in."""
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
    """Each passage's words, each once a passage, passages in order; one word in `every`."""
    held: set[str] = set()
    last = -1
    for at in range(0, store.counts()[2], BATCH):
        for passage, terms in store.rows(
            "SELECT passage, terms FROM sentences WHERE id >= ? AND id < ? ORDER BY id", at, at + BATCH
        ):
            if passage != last:
                held, last = set(), passage
            for term in set(terms.split(" ")) - held - {""}:
                if zlib.crc32(term.encode()) % every == 0:
                    held.add(term)
                    yield passage, term
