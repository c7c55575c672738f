"""An opened index: one generation, checked, ready to be searched."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.article import Article
from index.embedding import EmbeddedQuestion, Embedder, Vectors
from index.errors import IndexDamagedError, IndexMismatchError
from index.generation import ARTICLES, VECTORS, WORDS, Generation, open_generation
from index.model import ModelCard, ModelSettings, export_model, find_export
from index.names import Alias
from index.store import Store
from index.vectors import VectorIndex
from index.words import WordHit, WordIndex


class SourceState(Enum):
    """What became of an article's file since it was indexed."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds. `size_bytes` is that of its files; `built` is UTC."""

    directory: Path
    generation: int
    articles: int
    passages: int
    sentences: int
    model: ModelCard
    root: Path
    size_bytes: int
    built: str
    refused: int


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """Sentences' numbers (n,), for each the place of its passage in what was asked for (n,), and their vectors (n, dim)."""

    sentences: npt.NDArray[np.int64]
    passage_of: npt.NDArray[np.int64]
    vectors: Vectors


class Index:
    """One generation of an index folder; opening and reading never write."""

    def __init__(self, directory: Path, generation: Generation) -> None:
        manifest = generation.manifest
        self.info = IndexInfo(
            directory=directory,
            generation=generation.number,
            articles=manifest["counts"]["articles"],
            passages=manifest["counts"]["passages"],
            sentences=manifest["counts"]["sentences"],
            model=ModelCard.from_dict(manifest["model"]),
            root=Path(manifest["root"]),
            size_bytes=sum(int(record["size"]) for record in manifest["files"].values()),
            built=manifest["built"],
            refused=len(manifest["refused"]),
        )
        self.store = Store(generation.folder / ARTICLES)
        self._vectors = VectorIndex(generation.folder / VECTORS)
        self._words = WordIndex(generation.folder / WORDS)
        self._seen: dict[str, tuple[int, int, int, int]] = {}  # What the unchanged files looked like when they were hashed.
        self._check_counts()

    @classmethod
    def open(cls, directory: str | Path, *, model: ModelSettings | None = None) -> "Index":
        """Open the generation in force.

        Raises:
            InputError: the folder holds something else.
            IndexDamagedError: it is not what was published.
            IndexMismatchError: another format, or built by another model than `model`.
        """
        directory = Path(directory)
        opened = cls(directory, open_generation(directory))
        if model is not None:
            opened.info.model.check_same(export_model(model).card, str(directory))
        return opened

    def embed(self, question: str) -> EmbeddedQuestion:
        """A question's vector and tokens, by the model that made the index."""
        return self._embedder.embed_question(question)

    def nearest_passages(self, query: Vectors, *, sentences: int) -> list[int]:
        """The passages of the sentences nearest to a (1, dim) query, nearest first, each once."""
        rows = self._vectors.search(query, top_k=sentences)
        return list(dict.fromkeys((np.searchsorted(self._first_sentences, rows, side="right") - 1).tolist()))

    def sentence_vectors(self, passages: Sequence[int]) -> SentenceVectors:
        """The vectors of all sentences of these passages, in the passages' order."""
        starts = self._first_sentences[list(passages)]
        sizes = self._first_sentences[[passage + 1 for passage in passages]] - starts
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows = np.repeat(starts, sizes) + within
        return SentenceVectors(rows, np.repeat(np.arange(len(passages)), sizes), self._vectors.stored(rows))

    def passages_by_words(self, groups: Sequence[Sequence[str]], *, top_k: int) -> list[WordHit]:
        """The passages that hold most of these terms and phrases, best first."""
        return self._words.search(groups, top_k=top_k)

    def passages_with(self, term: str) -> int:
        """In how many passages a term stands."""
        return self._words.passages_with(term)

    def model_knows(self, word: str) -> bool | None:
        """Whether the model reads a word in one piece, as it does common words and names; None where it cannot be told."""
        return self._embedder.knows(word)

    @cached_property
    def keeps_tokens(self) -> bool:
        """Whether its sentences have token vectors."""
        return self._embedder.keeps_tokens

    def source_state(self, article: Article) -> SourceState:
        """Whether the file that an article was read from is still what it was."""
        path = self.info.root / article.source
        try:
            stat = path.stat()
            seen = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
            if self._seen.get(article.source) == seen:
                return SourceState.UNCHANGED
            if stat.st_size != article.size_bytes or hashlib.sha256(path.read_bytes()).hexdigest() != article.sha256:
                return SourceState.CHANGED
        except OSError:
            return SourceState.MISSING
        self._seen[article.source] = seen
        return SourceState.UNCHANGED

    @cached_property
    def aliases(self) -> list[Alias]:
        """The abbreviations that any article spells out."""
        return self.store.aliases()

    @cached_property
    def _first_sentences(self) -> npt.NDArray[np.int64]:
        return self.store.first_sentences()

    @cached_property
    def _embedder(self) -> Embedder:
        return Embedder(find_export(self.info.model))

    def _check_counts(self) -> None:
        info = self.info
        counted = self.store.counts()
        if counted != (info.articles, info.passages, info.sentences) or len(self._words) != info.passages:
            raise IndexDamagedError(f"{info.directory}: counts differ from the manifest; run qa index --rebuild")
        if len(self._vectors) != info.sentences or self._vectors.dim != info.model.dim:
            raise IndexMismatchError(
                f"{info.directory}: vectors are of another shape than the manifest says; run qa index --rebuild"
            )
