"""The lexicon of a generation in Milvus: the number of passages with each term, and BM25 scores from these numbers.

Milvus computes BM25 over all rows that it has, rows of other generations among them, and it has no phrases.
So Milvus only finds the passages. They are scored again here, as the word index of a folder scores them.
"""

import json
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

K1, B = 1.2, 0.75  # As in tantivy; the server gets the same values.
SLOP = 1  # Words that may stand between the words of a phrase.
_EXACT = 24  # Lengths up to 40 words are exact; longer ones keep four bits, as in tantivy.


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The number of passages and of words in all, and the number of passages with each term."""

    passages: int
    words: int
    passages_with: Mapping[str, int]

    def changed(self, added: Iterable[Sequence[str]], removed: Iterable[Sequence[str]]) -> "Lexicon":
        """Return the lexicon with passages added and removed; each passage is the sequence of its terms."""
        counts = Counter(self.passages_with)
        passages, words = self.passages, self.words
        for sign, texts in ((1, added), (-1, removed)):
            for terms in texts:
                passages, words = passages + sign, words + sign * len(terms)
                for term in set(terms):
                    counts[term] += sign
        return Lexicon(passages, words, {term: count for term, count in counts.items() if count > 0})

    def score(self, terms: Sequence[str], groups: Sequence[Sequence[str]]) -> float:
        """Return the BM25 score of a passage of these terms for the groups; 0 if it contains no group.

        Source: Robertson & Zaragoza 2009. The weight of a phrase is the sum of its terms' weights, as in tantivy.
        """
        mean = self.words / max(1, self.passages) or 1.0
        norm = K1 * (1 - B + B * _kept_length(len(terms)) / mean)
        places: dict[str, list[int]] = {}
        for place, term in enumerate(terms):
            places.setdefault(term, []).append(place)
        total = 0.0
        for group in groups:
            found = len(places.get(group[0], ())) if len(group) == 1 else _phrases(places, group)
            if found:
                total += sum(map(self._weight, group)) * (K1 + 1) * found / (found + norm)
        return total

    def to_bytes(self) -> bytes:
        """Return the lexicon as it is written."""
        said = [self.passages, self.words, dict(sorted(self.passages_with.items()))]
        return zlib.compress(json.dumps(said, separators=(",", ":")).encode())

    @classmethod
    def from_bytes(cls, data: bytes) -> "Lexicon":
        """Read what `to_bytes` wrote."""
        return cls(*json.loads(zlib.decompress(data)))

    def _weight(self, term: str) -> float:
        count = self.passages_with.get(term, 0)
        return math.log(1 + (self.passages - count + 0.5) / (count + 0.5))


EMPTY = Lexicon(0, 0, {})


def _kept_length(words: int) -> int:
    """Return a number of words, rounded down as in tantivy: to three bits behind the first."""
    over = words - _EXACT
    if over < 16:
        return words
    shift = over.bit_length() - 4
    return _EXACT + (over >> shift << shift)


def _phrases(places: Mapping[str, Sequence[int]], group: Sequence[str]) -> int:
    """Return how often the terms of a phrase follow each other, with at most SLOP words between them in all.

    Phrases with the same last word are one, as in tantivy: "March March Vienna".
    """
    ends: set[int] = set()
    for start in places.get(group[0], ()):
        at, spare = start, SLOP
        for term in group[1:]:
            after = next((place for place in places.get(term, ()) if at < place <= at + 1 + spare), None)
            if after is None:
                break
            spare -= after - at - 1
            at = after
        else:
            ends.add(at)
    return len(ends)
