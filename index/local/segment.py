"""A segment, opened: its articles, vectors and words, with local ids from 0."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from articles_qa.index.arrays import Flags, Ids, Vectors, read_array
from articles_qa.index.entries.entry import Entry
from articles_qa.index.entries.entry_db import Store
from articles_qa.index.errors import IndexDamagedError
from articles_qa.index.search.faiss_index import VectorIndex
from articles_qa.index.search.float16_vectors import Float16Vectors
from articles_qa.index.search.ivf_lists import Lists

# FAISS keeps 8 bits a dimension. So more hits are fetched than are wanted, and the float16 vectors choose among the hits.
SPARE = 10


def _numbers(path: Path, size: int, last: int) -> Ids:
    """Read the numbers at which things begin: (size + 1,), from 0 to `last`, ascending."""
    found = read_array(path)
    shaped = found.shape == (size + 1,) and found.dtype == np.int64
    if not shaped or found[0] != 0 or found[-1] != last or (np.diff(found) < 0).any():
        raise IndexDamagedError(f"{path}: does not fit the manifest; run qa index --rebuild")
    return np.asarray(found, np.int64)


ARTICLES, VECTORS, EXACT, WORDS = "articles.db", "vectors.faiss", "vectors.f16", "words"
FIRST_PASSAGES, FIRST_SENTENCES = "passages.npy", "sentences.npy"
FILES = (ARTICLES, VECTORS, EXACT, f"{WORDS}/meta.json", FIRST_PASSAGES, FIRST_SENTENCES)
_TOP = frozenset({ARTICLES, VECTORS, EXACT, WORDS, FIRST_PASSAGES, FIRST_SENTENCES})
COUNTS = ("serial", "articles", "passages", "sentences")


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A segment as a manifest names it. `serial` is unique in an index.

    `folder` is "" for the segment in the generation's own folder. `lists` is None if
    the vectors are searched exhaustively. The last `unembedded` sentences have no vectors yet.
    """

    serial: int
    folder: str
    articles: int
    passages: int
    sentences: int
    lists: Lists | None
    unembedded: int = 0

    @property
    def embedded(self) -> int:
        """The number of sentences that have a vector, which are the first ones."""
        return self.sentences - self.unembedded

    def path(self, generation: Path, name: str = "") -> Path:
        """Return the path of a file of the segment."""
        return generation / self.folder / name

    def names(self, name: str) -> str:
        """Return the name of a file of the segment in the manifest."""
        return f"{self.folder}/{name}" if self.folder else name

    def inner(self, name: str) -> str | None:
        """Return the name of a manifest's file inside the segment; None if the file is not of this segment."""
        if not self.folder:
            return name if name.split("/", maxsplit=1)[0] in _TOP else None
        return name.removeprefix(f"{self.folder}/") if name.startswith(f"{self.folder}/") else None

    def to_dict(self) -> dict[str, object]:
        """Return the record as a manifest has it."""
        lists = {"vectors": self.lists.to_dict()} if self.lists else {}
        unembedded = {"unembedded": self.unembedded} if self.unembedded else {}
        return {**{key: getattr(self, key) for key in COUNTS}, "folder": self.folder, **lists, **unembedded}


class Segment:
    """Read access to a segment.

    `first_passages` (articles + 1,) has the first passage of each article, `first_sentences`
    (passages + 1,) the first sentence of each passage.
    """

    def __init__(self, record: SegmentRecord, generation: Path, *, dim: int) -> None:
        self.record = record
        self.store = Store(record.path(generation, ARTICLES))
        self.exact = Float16Vectors(record.path(generation, EXACT), rows=record.embedded, dim=dim)
        self.first_passages = _numbers(record.path(generation, FIRST_PASSAGES), record.articles, record.passages)
        self.first_sentences = _numbers(record.path(generation, FIRST_SENTENCES), record.passages, record.sentences)
        self._path = record.path(generation, VECTORS)
        self._vectors: VectorIndex | None = None

    @property
    def vectors(self) -> VectorIndex:
        """The vectors in FAISS, read at the first use; builds do not use them."""
        if self._vectors is None:
            self._vectors = VectorIndex(self._path)
        return self._vectors

    def entry(self, number: int) -> Entry:
        """Return all data of an article with its vectors."""
        first, end = self.first_sentences[self.first_passages[number : number + 2]].tolist()
        return replace(self.store.entry(number), vectors=self.exact.rows(slice(first, end)))

    def nearest(self, query: Vectors, *, top_k: int, among: Flags | None, deleted: Flags | None) -> tuple[Ids, Vectors]:
        """Return the sentences nearest to a (1, dim) query, in any order, and their inner products with the query.

        `among` flags the sentences to search; None searches all sentences but those of `deleted` articles.
        """
        wanted = top_k + SPARE
        among = None if among is None else among[: self.record.embedded]
        while True:
            rows = self.vectors.search(query, top_k=wanted, among=among)
            found = len(rows)
            if among is None and deleted is not None:
                rows = rows[~deleted[self.articles_of(rows)]]
            if len(rows) >= top_k or found < wanted:
                break
            wanted *= 2
        return rows, np.einsum("ij,j->i", self.exact.rows(rows), query[0])

    def articles_of(self, sentences: Ids) -> Ids:
        """Return the local id of each sentence's article."""
        passages = np.searchsorted(self.first_sentences, sentences, side="right") - 1
        found: Ids = np.searchsorted(self.first_passages, passages, side="right") - 1
        return found


def folder_of(serial: int, *, first: bool) -> str:
    """Return the folder of a segment inside a generation."""
    return "" if first else f"seg-{serial:06d}"
