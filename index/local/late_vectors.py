"""Vectors made late: the passages of an index that is still being embedded are embedded when a question comes to them."""

from collections.abc import Sequence
from dataclasses import replace

from articles_qa.index.entries.entry import passage_texts
from articles_qa.index.errors import IndexDamagedError
from articles_qa.index.local.segment_reader import SegmentReader
from articles_qa.index.models.embedder import EmbeddedPassage, Embedder, PassageText
from articles_qa.index.opened.lru_cache import LruCache
from articles_qa.index.search.float16_vectors import rounded

PASSAGES_KEPT = 2000  # Some 30 MB.


class LateVectors:
    """The vectors and tokens of passages, equal to those that the build will write; the last ones are kept."""

    def __init__(self, store: SegmentReader) -> None:
        self._store = store
        self._kept: LruCache[EmbeddedPassage] = LruCache(PASSAGES_KEPT, lambda _: 1)

    def of(self, passages: Sequence[int], embedder: Embedder) -> dict[int, EmbeddedPassage]:
        """Return what is embedded of these passages, by number. A passage takes some 10 ms.

        Raises:
            IndexDamagedError: the index holds no such passage.
        """
        found = self._kept.get(passages)
        missing = [number for number in passages if number not in found]
        if missing:
            texts = [self._text(number) for number in missing]
            made = embedder.embed_passages(texts)
            new = {number: replace(one, vectors=rounded(one.vectors)) for number, one in zip(missing, made, strict=True)}
            self._kept.put(new)
            found |= new
        return found

    def _text(self, number: int) -> PassageText:
        for passage in self._store.passages([number]):
            for text in passage_texts(self._store.article(passage.article), self._store.sentences([number])):
                return text
        raise IndexDamagedError(f"passage {number}: not in the database of its index; run qa index --rebuild")
