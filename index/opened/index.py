"""An opened index: the searches that every kind of index offers, and what all kinds share.

`LocalIndex` (index/local/local_index.py) searches a folder. Another kind searches a server.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from articles_qa.index.arrays import Flags, Vectors
from articles_qa.index.articles.article import Article
from articles_qa.index.articles.places import Proves
from articles_qa.index.articles.span import Span
from articles_qa.index.entries.entry import Entry, ListedArticle, StoredAlias, StoredPassage, StoredSentence
from articles_qa.index.errors import ArticleRefused, IndexDamagedError, QaError
from articles_qa.index.files.checksums import Check, Verification
from articles_qa.index.files.printable import printable_name
from articles_qa.index.files.source_files import Sources, SourceState
from articles_qa.index.formats.article_reader import ArticleReader
from articles_qa.index.formats.pages.page_pictures import PagePicture
from articles_qa.index.models.embedder import EmbeddedQuestion, Embedder
from articles_qa.index.models.export import export_model, find_export
from articles_qa.index.models.model_card import ModelSettings
from articles_qa.index.opened.info import IndexInfo
from articles_qa.index.opened.listing import ArticlePage, date_range, outlet_names
from articles_qa.index.search.bm25_index import KeyRanges


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """Vectors of some passages' sentences.

    `sentences` (n,) are the sentences' numbers. `passage_of` (n,) is the position of each
    sentence's passage in the request. `vectors` is (n, dim).
    """

    sentences: npt.NDArray[np.int64]
    passage_of: npt.NDArray[np.int64]
    vectors: Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Some articles of an index: their count, flags for the sentences of each segment, and the runs of their passages."""

    articles: int
    sentences: tuple[Flags, ...]
    passages: KeyRanges


@dataclass(frozen=True, slots=True)
class FoundByWords:
    """A passage that contains words of the question, and its BM25 score."""

    passage: int
    score: float


class ArticleStore(Protocol):
    """Read access to an index's articles, passages and sentences, by number. For several threads."""

    def article(self, number: int) -> Article:
        """Return an article with its text."""

    def article_named(self, source: str) -> Article | None:
        """Return the article of this source, or None."""

    def passages(self, numbers: Sequence[int]) -> list[StoredPassage]:
        """Return the passages with these numbers, in number order."""

    def sentences(self, passages: Sequence[int]) -> list[StoredSentence]:
        """Return all sentences of these passages, in number order."""

    def surrounding(self, source: str, span: Span, *, sentences: int) -> Span:
        """Return a span of an article, extended by this many sentences on both sides."""

    def abbreviations(self) -> list[StoredAlias]:
        """Return the abbreviations that the articles spell out."""

    def full_names(self, surname: str) -> list[StoredAlias]:
        """Return the full names that articles give for a surname."""

    def sources(self) -> list[str]:
        """Return the source of each article, by number."""

    def outlets(self) -> list[str | None]:
        """Return the outlet of each article's masthead, by number."""

    def dates(self) -> list[date | None]:
        """Return the day of publication of each article, by number."""

    def broken(self) -> int:
        """Count the articles that have characters of UTF-8 read as Windows-1252."""

    def foreign(self) -> int:
        """Count the articles that are surely not in English."""

    def sketches(self, numbers: Sequence[int]) -> list[tuple[int, str, bytes]]:
        """Return the number, the source and the sketch of each of these articles."""

    def all_sketches(self) -> list[tuple[int, str, bytes]] | None:
        """Return the sketches of all articles; None where reading or keeping them takes too much."""

    def listed(self) -> list[ListedArticle]:
        """Return every article without its text, by number."""

    def entry(self, number: int) -> Entry:
        """Return all data of an article."""

    def entries(self) -> Iterator[Entry]:
        """Return all data of all articles, article by article."""


@contextmanager
def damage_for_other_errors(place: str | Path) -> Iterator[None]:
    """Turn any other error than the program's and the system's into an IndexDamagedError.

    Checksums only prove that files are as somebody sealed them.
    """
    try:
        yield
    except (QaError, OSError, MemoryError):
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise IndexDamagedError(f"{place}: cannot be read ({reason}); run qa index --rebuild") from error


class Index(ABC):
    """One generation of an index, opened for reading. For several threads.

    Articles, passages and sentences are numbered from 0, in the order of their sources.
    """

    open_at: ClassVar[Callable[[str | Path, int | None, Check | None], "Index"]]
    """Opens a generation at a place. index/backends.py sets this function, which knows every kind of index."""

    store: ArticleStore
    verification: Verification | None = None
    """The background check of the files by sha256, if there is one."""

    def __init__(self, info: IndexInfo, sources: Sources) -> None:
        self.info = info
        self._sources = sources

    @staticmethod
    def open(
        place: str | Path,
        *,
        model: ModelSettings | None = None,
        generation: int | None = None,
        check: Check | None = None,
        like: "Index | None" = None,
    ) -> "Index":
        """Open the current generation, or an earlier one by its number.

        `check` None compares every file by sha256 up to FULL_CHECK_BYTES in all. Larger indexes are
        compared by xxh3 first, and by sha256 in the background. `like` is an open index whose loaded
        model is reused if both indexes have the same model.

        Raises:
            InputError: the place contains something else.
            IndexDamagedError: the index is not what was published.
            IndexMismatchError: the index has another format, or another model than `model`.
        """
        with damage_for_other_errors(place):
            opened = Index.open_at(place, generation, check)
        if model is not None:
            export = export_model(model)
            opened.info.model.check_same(export.card, str(opened.info.directory))
            opened._embedder = Embedder(export)
        if like is not None and like.info.model == opened.info.model:
            opened._embedder = like._embedder
        return opened

    @abstractmethod
    def embed(self, question: str) -> EmbeddedQuestion:
        """Return the vector and the tokens of a question, by the model that made the index.

        Raises:
            IndexDamagedError: damage was found since the index was opened.
        """

    @abstractmethod
    def select(self, articles: Flags) -> Selection:
        """Return the articles with a flag, by number, as a selection that limits a search."""

    @abstractmethod
    def nearest_passages(self, query: Vectors, *, sentences: int, among: Selection | None = None) -> list[int]:
        """Return the passages of the sentences nearest to a (1, dim) query, nearest first, each once.

        Ties keep article order.
        """

    @abstractmethod
    def sentence_vectors(self, passages: Sequence[int]) -> SentenceVectors:
        """Return the vectors of all sentences of these passages, in the order of the passages."""

    def sentences(self, passages: Sequence[int]) -> list[StoredSentence]:
        """Return all sentences of these passages, in order, with their tokens; `store` may have some without."""
        return self.store.sentences(passages)

    @abstractmethod
    def passages_by_words(
        self, groups: Sequence[Sequence[str]], *, top_k: int, among: Selection | None = None
    ) -> list[FoundByWords]:
        """Return the passages with the highest BM25 score for these terms and phrases, best first.

        A group of one term is a word; a longer group is a phrase. Ties keep article order.
        """

    @abstractmethod
    def passages_with(self, term: str) -> int:
        """Return the number of passages that contain a term."""

    @abstractmethod
    def articles(self, query: str = "", *, offset: int = 0, limit: int = 50) -> ArticlePage:
        """Return the articles whose source, title or outlet contains all words of `query`, by source, from `offset` on.

        Raises:
            InputError: the query is too long, or `offset` or `limit` is out of range.
        """

    def model_knows(self, word: str) -> bool | None:
        """Return whether the model's vocabulary has the word as one token; None if this is unknown."""
        return self._embedder.knows(word)

    @cached_property
    def keeps_tokens(self) -> bool:
        """True if the sentences have token vectors."""
        return self._embedder.keeps_tokens

    def article_named(self, source: str) -> Article | None:
        """Return the article of this source with its text, or None."""
        return self.store.article_named(source)

    def surrounding(self, article: Article, span: Span, *, sentences: int) -> Span:
        """Return a span of an article, extended by this many sentences on both sides; fewer at the article's ends."""
        return self.store.surrounding(article.source, span, sentences=sentences)

    @cached_property
    def _outlets(self) -> tuple[str, ...]:
        return outlet_names(self.store.outlets())

    def outlets(self) -> tuple[str, ...]:
        """Return the names of the articles' outlets, in order; at most MAX_OUTLETS."""
        return self._outlets

    @cached_property
    def _date_range(self) -> tuple[date, date] | None:
        return date_range(self.store.dates())

    def date_range(self) -> tuple[date, date] | None:
        """Return the first and the last day of publication of any article."""
        return self._date_range

    def source_state(self, article: Article) -> SourceState:
        """Return whether the file of an article changed since it was indexed."""
        return self._sources.state(article)

    def page_pictures(self, article: Article, span: Span) -> tuple[PagePicture, ...]:
        """Return pictures of the pages of a PDF on which a span of its article lies; none for an article of another format.

        Raises:
            ArticleRefused: the file has changed, cannot be read, or cannot be drawn.
        """
        place = article.place(span)
        if place is None or article.places is None or place.proves is not Proves.PAGE:
            return ()
        data = self._sources.read(article.source)
        if hashlib.sha256(data).hexdigest() != article.sha256:
            raise ArticleRefused(printable_name(article.source), "has changed since it was indexed; read the articles again")
        source, member = article.source, article.places.member
        return ArticleReader().page_pictures(data, source.removesuffix(f"/{member}"), member, place.stretches)

    @cached_property
    def abbreviations(self) -> list[StoredAlias]:
        """The abbreviations that any article spells out."""
        return self.store.abbreviations()

    def full_names(self, surname: str) -> list[StoredAlias]:
        """Return the full names that any article gives for a surname."""
        return self.store.full_names(surname)

    @cached_property
    def _embedder(self) -> Embedder:
        return Embedder(find_export(self.info.model))
