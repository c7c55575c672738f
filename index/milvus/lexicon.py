"""The lexicon of a generation in Milvus: in how many passages each term stands; and BM25 by it, as the local word index scores.

The server ranks by its own BM25 to find the passages; its weights come from
parts of what it holds, rows of other generations among it, and it knows no
phrases. So the passages found are scored again, each from its own words.
"""

import json
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

K1, B = 1.2, 0.75  # As tantivy has them; the server is told the same.
SLOP = 1  # Words that may stand inside a phrase.
_EXACT = 24  # Up to 40 words a passage's length is exact, beyond kept in four bits, as tantivy keeps it.


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Terms with the number of passages that each stands in, how many passages there are, and words in all."""

    passages: int
    words: int
    passages_with: Mapping[str, int]

    def changed(self, added: Iterable[Sequence[str]], gone: Iterable[Sequence[str]]) -> "Lexicon":
        """With other passages: their terms, a sequence each."""
        counts = Counter(self.passages_with)
        passages, words = self.passages, self.words
        for sign, texts in ((1, added), (-1, gone)):
            for terms in texts:
                passages, words = passages + sign, words + sign * len(terms)
                for term in set(terms):
                    counts[term] += sign
        return Lexicon(passages, words, {term: count for term, count in counts.items() if count > 0})

    def score(self, terms: Sequence[str], groups: Sequence[Sequence[str]]) -> float:
        """How well a passage of these terms fits the groups; 0 where none stands in it.

        Source: BM25, Robertson & Zaragoza 2009; of a phrase, the sum of its terms' weights, as in tantivy.
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
        """As it is written."""
        said = [self.passages, self.words, dict(sorted(self.passages_with.items()))]
        return zlib.compress(json.dumps(said, separators=(",", ":")).encode())

    @classmethod
    def from_bytes(cls, data: bytes) -> "Lexicon":
        """The lexicon that was written."""
        return cls(*json.loads(zlib.decompress(data)))

    def _weight(self, term: str) -> float:
        count = self.passages_with.get(term, 0)
        return math.log(1 + (self.passages - count + 0.5) / (count + 0.5))


EMPTY = Lexicon(0, 0, {})


def _kept_length(words: int) -> int:
    """A number of words, rounded down as tantivy rounds it: to three bits behind the first."""
    over = words - _EXACT
    if over < 16:
        return words
    shift = over.bit_length() - 4
    return _EXACT + (over >> shift << shift)


def _phrases(places: Mapping[str, Sequence[int]], group: Sequence[str]) -> int:
    """How often the terms of a phrase follow each other, with at most SLOP words between them in all."""
    found = 0
    for start in places.get(group[0], ()):
        at, spare = start, SLOP
        for term in group[1:]:
            after = next((place for place in places.get(term, ()) if at < place <= at + 1 + spare), None)
            if after is None:
                break
            spare -= after - at - 1
            at = after
        else:
            found += 1
    return found
