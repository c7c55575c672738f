"""Opened articles: what an opened index says of its articles, and by which model it reads, wherever it lies."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.arrays import Flags, Vectors
from index.articles.article import Article
from index.articles.span import Span
from index.entries.entry import StoredAlias
from index.files.source_files import Sources, SourceState, SourceStates
from index.models.embedder import Embedder
from index.models.export import export_model, find_export
from index.models.model_card import ModelSettings
from index.opened.info import IndexInfo
from index.opened.listing import Listable, date_range, outlet_names
from index.search.bm25_index import Runs

TEXT_CACHE_CHARS = 32_000_000


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """Sentences' numbers (n,), for each the place of its passage in what was asked for (n,), and their vectors (n, dim)."""

    sentences: npt.NDArray[np.int64]
    passage_of: npt.NDArray[np.int64]
    vectors: Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Some of an index's articles: how many, which of each segment's sentences are theirs, and the runs of their passages."""

    articles: int
    sentences: tuple[Flags, ...]
    passages: Runs


@dataclass(frozen=True, slots=True)
class FoundByWords:
    """A passage that holds words of the question, and its BM25 score."""

    passage: int
    score: float


class ArticleStore(Listable, Protocol):
    """Where the articles lie."""

    def article_named(self, source: str) -> Article | None:
        """The article of this source, where there is one."""
        ...

    def surrounding(self, source: str, span: Span, *, sentences: int) -> Span:
        """A span together with so many sentences before it and after it."""
        ...

    def abbreviations(self) -> list[StoredAlias]:
        """The abbreviations that the articles spell out."""
        ...

    def full_names(self, surname: str) -> list[StoredAlias]:
        """The full names that articles give for a surname."""
        ...


class OpenedArticles:
    """The part of an opened index that is the same in a folder and in Milvus; the rest adds how it is searched."""

    store: ArticleStore

    def __init__(self, info: IndexInfo, sources: Sources) -> None:
        self.info = info
        self._sources = sources
        self._states = SourceStates(sources)

    def settle_model(self, wanted: ModelSettings | None, like: "OpenedArticles | None") -> None:
        """See that it was built by the model that is wanted, if one is, and borrow that of another index, if it is the same.

        Raises:
            IndexMismatchError: it was built by another model.
        """
        if wanted is not None:
            self.info.model.check_same(export_model(wanted).card, str(self.info.directory))
        if like is not None and like.info.model == self.info.model:
            self._embedder = like._embedder

    def model_knows(self, word: str) -> bool | None:
        """Whether the model reads a word in one piece, as it does common words and names; None where it cannot be told."""
        return self._embedder.knows(word)

    @cached_property
    def keeps_tokens(self) -> bool:
        """Whether its sentences have token vectors."""
        return self._embedder.keeps_tokens

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
        """Whether the file that an article was read from is still what it was, as this machine sees it."""
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
    def _embedder(self) -> Embedder:
        return Embedder(find_export(self.info.model))
