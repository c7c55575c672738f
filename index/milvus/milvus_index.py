"""An index in Milvus, opened: one generation, searched on the server."""

import threading
from collections.abc import Sequence

import numpy as np

from articles_qa.index.arrays import Flags, Vectors
from articles_qa.index.errors import IndexDamagedError, IndexMismatchError
from articles_qa.index.files.checksums import Check
from articles_qa.index.files.source_files import Sources
from articles_qa.index.milvus.generation import MilvusGeneration, generations, number_in_force
from articles_qa.index.milvus.lexicon import Lexicon
from articles_qa.index.milvus.place import NO_FOLDER
from articles_qa.index.milvus.rows import encoded_term
from articles_qa.index.milvus.server import MilvusServer
from articles_qa.index.milvus.store import MilvusStore
from articles_qa.index.models.embedder import EmbeddedQuestion
from articles_qa.index.opened.index import FoundByWords, Index, Selection, SentenceVectors
from articles_qa.index.opened.info import IndexInfo
from articles_qa.index.opened.listing import ArticlePage, ArticleSummary, check_page
from articles_qa.index.search.analyzer import folded
from articles_qa.index.search.bm25_index import KeyRanges, key_ranges

# The server is asked for this many times more passages than are wanted, because they are scored again: the server's order
# differs if phrases or rows of other generations count.
WORD_HITS = 3
SPARE = 10  # More sentences are fetched than are wanted, so that article order decides between equal hits at the end.
MAX_HITS = 16_384  # Of one search, in every Milvus.
MAX_RUNS = 100
_SCOPES_KEPT = 8


class MilvusIndex(Index):
    """One generation of an index in Milvus, with the searches of `Index`. Opening and reading never write."""

    def __init__(self, server: MilvusServer, generation: MilvusGeneration) -> None:
        self._server, self._generation = server, generation
        info = _info(server, generation)
        super().__init__(info, Sources(info.root, NO_FOLDER))
        self.store: MilvusStore = MilvusStore(server, generation)
        self._lexicon: Lexicon = generation.lexicon
        self._conditions: dict[int, tuple[Selection, str]] = {}
        self._choosing = threading.Lock()
        self._check_counts()

    def embed(self, question: str) -> EmbeddedQuestion:
        return self._embedder.embed_question(question)

    def select(self, articles: Flags) -> Selection:
        passages = articles[self.store.catalogue.article_of]
        sentences = np.repeat(passages, np.diff(self.store.catalogue.first_sentences))
        return Selection(int(articles.sum()), (sentences,), key_ranges(passages, 0))

    def nearest_passages(self, query: Vectors, *, sentences: int, among: Selection | None = None) -> list[int]:
        name, condition = self._generation.data.sentences, self._condition(among)
        wanted = min(sentences + SPARE, MAX_HITS)
        found = self._server.search(name, [query[0]], field="vector", top_k=wanted, condition=condition)[0]
        numbers = self.store.catalogue.sentences_of_rows([int(hit["id"]) for hit in found])
        owners = np.searchsorted(self.store.catalogue.first_sentences, numbers, side="right") - 1
        # The server's scores differ in the last digits with the row's position. The passages are read later anyway.
        read = self.sentence_vectors(np.unique(owners).tolist())
        scores = np.einsum("ij,j->i", read.vectors[np.searchsorted(read.sentences, numbers)], query[0])
        best = np.lexsort((numbers, -scores))[:sentences]
        return list(dict.fromkeys(owners[best].tolist()))

    def sentence_vectors(self, passages: Sequence[int]) -> SentenceVectors:
        read = self.store.packed(passages)
        firsts = self.store.catalogue.first_sentences
        sizes = [len(read[number].sentences) for number in passages]
        starts = [int(firsts[number]) for number in passages]
        rows = [np.arange(start, start + size) for start, size in zip(starts, sizes, strict=True)]
        parts = [read[number].vectors for number in passages]
        vectors = np.concatenate(parts) if parts else np.empty((0, self.info.model.dim), np.float16)
        numbers = np.concatenate(rows) if rows else np.empty(0, np.int64)
        return SentenceVectors(numbers, np.repeat(np.arange(len(passages)), sizes), vectors.astype(np.float32))

    def passages_by_words(
        self, groups: Sequence[Sequence[str]], *, top_k: int, among: Selection | None = None
    ) -> list[FoundByWords]:
        asked = [[encoded_term(term) for term in group] for group in groups]
        known = [group for group in asked if all(term in self._lexicon.passages_with for term in group)]
        if not known:
            return []
        terms = [
            [group[0] for group in known if len(group) == 1],
            [term for group in known if len(group) > 1 for term in group],
        ]
        queries = [" ".join(dict.fromkeys(part)) for part in terms if part]
        found = self._server.search(
            self._generation.data.passages,
            queries,
            field="sparse",
            top_k=min(max(WORD_HITS * top_k, 20), MAX_HITS),
            condition=self._condition(among),
            fields=["words"],
        )
        words = {int(hit["id"]): str(hit["words"]).split() for hits in found for hit in hits}
        numbers = self.store.catalogue.passages_of_rows(list(words))
        scored = [
            FoundByWords(number, score)
            for number, its in zip(numbers, words.values(), strict=True)
            if number is not None and (score := self._lexicon.score(its, known)) > 0
        ]
        return sorted(scored, key=lambda hit: (-hit.score, hit.passage))[:top_k]

    def passages_with(self, term: str) -> int:
        return self._lexicon.passages_with.get(encoded_term(term), 0)

    def articles(self, query: str = "", *, offset: int = 0, limit: int = 50) -> ArticlePage:
        check_page(query, offset, limit)
        words = folded(query).split()
        found = []
        for entry in self.store.catalogue.entries:
            names = folded("\n".join((entry.source, entry.title or "", entry.outlet or "")))
            if all(word in names for word in words):
                found.append(entry)
        page = tuple(
            ArticleSummary(e.source, e.title, e.outlet, e.masthead.published, e.size_bytes, len(e.sentences))
            for e in found[offset : offset + limit]
        )
        return ArticlePage(len(found), page)

    def _condition(self, among: Selection | None) -> str:
        """Return the filter of a search, in the server's language."""
        if among is None:
            return self._generation.in_force
        with self._choosing:
            kept = self._conditions.get(id(among))
            if kept is None or kept[0] is not among:
                kept = among, f"{self._generation.in_force} and ({self._chosen(among.passages)})"
                while len(self._conditions) >= _SCOPES_KEPT:
                    self._conditions.pop(next(iter(self._conditions)))
                self._conditions[id(among)] = kept
            return kept[1]

    def _chosen(self, runs: KeyRanges) -> str:
        """Return the filter for a selection's articles: runs of numbers if they are few, else all numbers."""
        catalogue = self.store.catalogue
        places = [place for start, end in runs for place in np.unique(catalogue.article_of[start:end]).tolist()]
        numbers = np.sort([catalogue.entries[place].number for place in places]).astype(np.int64)
        breaks = np.flatnonzero(np.diff(numbers) > 1)
        if not len(numbers):
            return "article < 0"
        if len(breaks) < MAX_RUNS:
            starts, ends = numbers[[0, *(breaks + 1)]].tolist(), numbers[[*breaks, -1]].tolist()
            return " or ".join(f"(article >= {start} and article <= {end})" for start, end in zip(starts, ends, strict=True))
        return f"article in {numbers.tolist()}"

    def _check_counts(self) -> None:
        """Check that the server has at least the manifest's number of rows; it may have rows of other generations too."""
        info, data, place = self.info, self._generation.data, self._server.place
        here = {*self._server.collections()}
        if not here.issuperset(data.all):
            raise IndexDamagedError(f"{place}: collections of it are missing; run qa index --rebuild")
        held = self._server.count(data.passages), self._server.count(data.sentences)
        if held[0] < info.passages or held[1] < info.sentences:
            raise IndexDamagedError(f"{place}: counts differ from the manifest; run qa index --rebuild")
        if self._generation.manifest.dim != info.model.dim:
            raise IndexMismatchError(f"{place}: vectors are of another shape than the manifest says; run qa index --rebuild")


def _info(server: MilvusServer, generation: MilvusGeneration) -> IndexInfo:
    return IndexInfo.of(
        generation.manifest.build,
        generation.manifest.counts,
        directory=str(server.place),
        generation=generation.number,
        size_bytes=generation.manifest.size_bytes,
        check=Check.SHA256,
        kept=tuple(number for number in generations(server) if number <= generation.number),
        in_force=number_in_force(server) == generation.number,
        segments=1,
        lists=None,
        graph=generation.is_graph,
    )
