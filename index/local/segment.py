"""A segment, opened: its articles, vectors and words, numbered from 0 inside it."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index.arrays import Flags, Ids, Vectors, read_array
from index.entries.entry import Entry
from index.entries.entry_db import Store
from index.errors import IndexDamagedError
from index.search.faiss_index import VectorIndex
from index.search.float16_vectors import Float16Vectors
from index.search.ivf_lists import Lists

"""(n,) int64, numbers of articles, passages or sentences."""

# FAISS keeps 8 bits a dimension; so many more are taken from it than are asked for, and the nearest of them by the
# vectors as they were embedded.
SPARE = 10


def _numbers(path: Path, size: int, last: int) -> Ids:
    """Where things begin: (size + 1,), from 0 to `last`, never less than before."""
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
    """A segment as a manifest names it: its number, which no other has, its folder, and all that it was written with.

    `folder` is "" for the one that lies in the generation's own folder. `lists`
    None: its vectors are searched exhaustively.
    """

    serial: int
    folder: str
    articles: int
    passages: int
    sentences: int
    lists: Lists | None

    def path(self, generation: Path, name: str = "") -> Path:
        """Where one of its files lies."""
        return generation / self.folder / name

    def names(self, name: str) -> str:
        """What a manifest calls one of its files."""
        return f"{self.folder}/{name}" if self.folder else name

    def inner(self, name: str) -> str | None:
        """What a file of the manifest is called inside the segment; None: it is none of its files."""
        if not self.folder:
            return name if name.split("/", maxsplit=1)[0] in _TOP else None
        return name.removeprefix(f"{self.folder}/") if name.startswith(f"{self.folder}/") else None

    def to_dict(self) -> dict[str, object]:
        """Its part of the manifest."""
        lists = {"vectors": self.lists.to_dict()} if self.lists else {}
        return {**{key: getattr(self, key) for key in COUNTS}, "folder": self.folder, **lists}


class Segment:
    """Reading only. `first_passages` (articles + 1,) and `first_sentences` (passages + 1,) say what is whose."""

    def __init__(self, record: SegmentRecord, generation: Path, *, dim: int) -> None:
        self.record = record
        self.store = Store(record.path(generation, ARTICLES))
        self.exact = Float16Vectors(record.path(generation, EXACT), rows=record.sentences, dim=dim)
        self.first_passages = _numbers(record.path(generation, FIRST_PASSAGES), record.articles, record.passages)
        self.first_sentences = _numbers(record.path(generation, FIRST_SENTENCES), record.passages, record.sentences)
        self._path = record.path(generation, VECTORS)
        self._vectors: VectorIndex | None = None

    @property
    def vectors(self) -> VectorIndex:
        """What FAISS holds; read when it is first wanted, as builds do not want it."""
        if self._vectors is None:
            self._vectors = VectorIndex(self._path)
        return self._vectors

    def entry(self, number: int) -> Entry:
        """Everything of an article, its vectors with it."""
        first, end = self.first_sentences[self.first_passages[number : number + 2]].tolist()
        return replace(self.store.entry(number), vectors=self.exact.rows(slice(first, end)))

    def nearest(self, query: Vectors, *, top_k: int, among: Flags | None, gone: Flags | None) -> tuple[Ids, Vectors]:
        """The sentences nearest to a (1, dim) query, in any order, and their inner products with it.

        `among` says which sentences count; where it is None, all but those of
        the `gone` articles do.
        """
        wanted = top_k + SPARE
        while True:
            rows = self.vectors.search(query, top_k=wanted, among=among)
            found = len(rows)
            if among is None and gone is not None:
                rows = rows[~gone[self.articles_of(rows)]]
            if len(rows) >= top_k or found < wanted:
                break
            wanted *= 2
        return rows, np.einsum("ij,j->i", self.exact.rows(rows), query[0])

    def articles_of(self, sentences: Ids) -> Ids:
        """The number of each sentence's article."""
        passages = np.searchsorted(self.first_sentences, sentences, side="right") - 1
        found: Ids = np.searchsorted(self.first_passages, passages, side="right") - 1
        return found


def folder_of(serial: int, *, first: bool) -> str:
    """The folder of a segment inside a generation."""
    return "" if first else f"seg-{serial:06d}"
