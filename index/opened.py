"""An opened index: one generation, checked, ready to be searched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from index.article import Article
from index.checking import Check, Verification
from index.embedding import EmbeddedQuestion, Embedder, Vectors
from index.errors import IndexDamagedError, IndexMismatchError
from index.generation import (
    ARTICLES,
    MANIFEST,
    VECTORS,
    WORDS,
    Generation,
    is_in_force,
    open_generation,
    published,
    speakers_read_by,
)
from index.listing import ArticlePage, date_range, list_articles, outlet_names
from index.lists import Lists
from index.milvus_place import is_milvus
from index.model import ModelCard, ModelSettings, export_model, find_export
from index.source_state import SourceState, SourceStates
from index.sources import Sources
from index.span import Span
from index.store import Store
from index.stored import StoredAlias
from index.vectors import Flags, VectorIndex
from index.words import WordHit, WordIndex


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds. `size_bytes` is that of its files; `built` is UTC; `directory` is a text for one in Milvus.

    `added` is how many of the articles were dropped in by hand, `excluded` are
    the sources of those taken out, in order. `check` is by what the files were
    compared with the manifest when it was opened; `kept` are the generations
    that lie in the folder, and `in_force` whether this is the newest that counts.
    `speakers` is what read who speaks, "" where nothing did, and
    `speakers_wanted` whether it was to be read. `lists` are those that the vectors
    are in, None where they are searched exhaustively.
    """

    directory: Path | str
    generation: int
    articles: int
    passages: int
    sentences: int
    model: ModelCard
    root: Path
    size_bytes: int
    built: str
    refused: int
    added: int
    excluded: tuple[str, ...]
    check: Check
    kept: tuple[int, ...]
    in_force: bool
    speakers: str
    speakers_wanted: bool
    lists: Lists | None


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """Sentences' numbers (n,), for each the place of its passage in what was asked for (n,), and their vectors (n, dim)."""

    sentences: npt.NDArray[np.int64]
    passage_of: npt.NDArray[np.int64]
    vectors: Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Some of an index's articles: how many, and which passages and sentences are theirs, a flag each."""

    articles: int
    passages: Flags
    sentences: Flags


class Index:
    """One generation of an index folder; opening and reading never write."""

    def __init__(self, directory: Path, generation: Generation) -> None:
        manifest = generation.manifest
        self._added = frozenset(manifest["added"])
        self.info = IndexInfo(
            directory=directory,
            generation=generation.number,
            articles=manifest["counts"]["articles"],
            passages=manifest["counts"]["passages"],
            sentences=manifest["counts"]["sentences"],
            model=ModelCard.from_dict(manifest["model"]),
            root=Path(manifest["root"]),
            size_bytes=sum(file.size_bytes for file in generation.files),
            built=manifest["built"],
            refused=len(manifest["refused"]),
            added=len(self._added),
            excluded=tuple(manifest["excluded"]),
            check=generation.check,
            kept=tuple(published(directory)),
            in_force=is_in_force(directory, generation.number),
            speakers=speakers_read_by(manifest),
            speakers_wanted=manifest.get("speakers") is not False,
            lists=Lists.from_manifest(manifest, str(generation.folder / MANIFEST)),
        )
        self.store = Store(generation.folder / ARTICLES)
        self._vectors = VectorIndex(generation.folder / VECTORS)
        self._words = WordIndex(generation.folder / WORDS)
        self._sources = Sources(self.info.root, directory, self._added)
        self._states = SourceStates(self._sources)
        self._check_counts()
        # What was compared by xxh3 is compared by sha256 while it is in use.
        in_full = generation.check is Check.SHA256
        self.verification = None if in_full else Verification(generation.folder, generation.files)

    @classmethod
    def open(
        cls,
        directory: str | Path,
        *,
        model: ModelSettings | None = None,
        generation: int | None = None,
        check: Check | None = None,
        like: "Index | None" = None,
    ) -> "Index":
        """Open the generation in force, or an earlier one that is kept, by its number.

        `check` None compares every file's sha256 where they are FULL_CHECK_BYTES
        in all or less; beyond that xxh3, and sha256 in the background. `like`
        lends its loaded model, where it is the same. A place in Milvus is searched on its server.

        Raises:
            InputError: the folder holds something else.
            IndexDamagedError: it is not what was published.
            IndexMismatchError: another format, or built by another model than `model`.
        """
        if is_milvus(directory):
            from index.milvus_index import MilvusIndex

            # Its methods are those of this class, which a test compares.
            return cast("Index", MilvusIndex.open(directory, model=model, generation=generation, like=like))
        directory = Path(directory)
        opened = cls(directory, open_generation(directory, number=generation, check=check))
        if model is not None:
            opened.info.model.check_same(export_model(model).card, str(directory))
        if like is not None and like.info.model == opened.info.model:
            opened._embedder = like._embedder
        return opened

    def embed(self, question: str) -> EmbeddedQuestion:
        """A question's vector and tokens, by the model that made the index.

        Raises:
            IndexDamagedError: damage was found since the index was opened.
        """
        if self.verification:
            self.verification.check()
        return self._embedder.embed_question(question)

    def select(self, articles: Flags) -> Selection:
        """The articles with a flag, by number, as what a search may be kept to."""
        passages = articles[self._article_of]
        return Selection(int(articles.sum()), passages, np.repeat(passages, np.diff(self._first_sentences)))

    def nearest_passages(self, query: Vectors, *, sentences: int, among: Selection | None = None) -> list[int]:
        """The passages of the sentences nearest to a (1, dim) query, nearest first, each once."""
        rows = self._vectors.search(query, top_k=sentences, among=None if among is None else among.sentences)
        return list(dict.fromkeys((np.searchsorted(self._first_sentences, rows, side="right") - 1).tolist()))

    def sentence_vectors(self, passages: Sequence[int]) -> SentenceVectors:
        """The vectors of all sentences of these passages, in the passages' order."""
        starts = self._first_sentences[list(passages)]
        sizes = self._first_sentences[[passage + 1 for passage in passages]] - starts
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows = np.repeat(starts, sizes) + within
        return SentenceVectors(rows, np.repeat(np.arange(len(passages)), sizes), self._vectors.stored(rows))

    def passages_by_words(
        self, groups: Sequence[Sequence[str]], *, top_k: int, among: Selection | None = None
    ) -> list[WordHit]:
        """The passages that hold most of these terms and phrases, best first."""
        return self._words.search(groups, top_k=top_k, among=None if among is None else among.passages)

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

    def articles(self, query: str = "", *, offset: int = 0, limit: int = 50) -> ArticlePage:
        """The articles whose source, title or outlet holds all words of `query`, by source, from `offset` on.

        Raises:
            InputError: the query is too long, or `offset` or `limit` is out of range.
        """
        return list_articles(self.store, query, offset=offset, limit=limit)

    def article_named(self, source: str) -> Article | None:
        """The article of this source, with its text, where there is one."""
        return self.store.article_named(source)

    def surrounding(self, article: Article, span: Span, *, sentences: int) -> Span:
        """A span of an article together with so many sentences before it and after it, fewer at the article's ends."""
        return self.store.surrounding(article.source, span, sentences=sentences)

    def outlets(self) -> tuple[str, ...]:
        """The names of the outlets that the articles show, in order; at most MAX_OUTLETS."""
        return self._outlets

    def date_range(self) -> tuple[date, date] | None:
        """The first and the last day of publication that any article shows."""
        return self._date_range

    def path_of(self, source: str) -> Path:
        """The file that an article was read from; one added by hand lies in the index folder, wherever that is now."""
        return self._sources.path(source)

    def source_state(self, article: Article) -> SourceState:
        """Whether the file that an article was read from is still what it was."""
        return self._states.state(article)

    @cached_property
    def abbreviations(self) -> list[StoredAlias]:
        """The abbreviations that any article spells out."""
        return self.store.abbreviations()

    def full_names(self, surname: str) -> list[StoredAlias]:
        """The full names that any article gives for a surname."""
        return self.store.full_names(surname)

    @cached_property
    def _outlets(self) -> tuple[str, ...]:
        return outlet_names(self.store)

    @cached_property
    def _date_range(self) -> tuple[date, date] | None:
        return date_range(self.store)

    @cached_property
    def _article_of(self) -> npt.NDArray[np.int32]:
        """The number of each passage's article. (passages,)"""
        return self.store.articles_of_passages()

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
        shaped = self._vectors.dim == info.model.dim and self._vectors.has(info.lists)
        if len(self._vectors) != info.sentences or not shaped:
            raise IndexMismatchError(
                f"{info.directory}: vectors are of another shape than the manifest says; run qa index --rebuild"
            )
