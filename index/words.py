"""The word index: BM25 over passages' words, kept by tantivy."""

import errno
import gc
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import tantivy

from index.errors import IndexDamagedError
from index.vectors import Flags

FIELD, KEY = "words", "passage"
_ANALYZER = "english"
# Figures stay whole ("12,000", "3.5"), other words are runs of letters and digits.
_TOKEN = r"\d+(?:[.,]\d+)+|[\p{L}\p{M}\p{N}_]+"
_WRITER_BYTES = 64_000_000
_REMOVALS = 20
_LOCKS = ".tantivy-*.lock"
MAX_RUNS = 100  # Of passages that follow each other, in one query; each costs 0.3 ms over 300,000 passages.
_MORE = 10  # Times as many hits are fetched where too few of them count.


@dataclass(frozen=True, slots=True)
class WordHit:
    """A passage that holds words of the question, and its BM25 score."""

    passage: int
    score: float


def terms(text: str) -> list[str]:
    """The words of a text as they are indexed: small letters, no accents, English stems; order and repeats kept."""
    found: list[str] = _analyzer().analyze(text)
    return found


def write_words(folder: Path, passages: Iterable[str]) -> None:
    """Index the passages' words, numbered from 0, as one segment.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    folder.mkdir(parents=True)
    try:
        _write_segment(folder, passages)
    except ValueError as error:
        # tantivy's errors are all of one kind; 28 is the system's number for a full disk.
        code = errno.ENOSPC if "os error 28" in str(error) else errno.EIO
        raise OSError(code, os.strerror(code), str(folder)) from error
    gc.collect()  # Its files are complete when the writer is gone.
    # tantivy makes some files readable by their owner alone; an index is as readable as the folder it lies in.
    for path in folder.iterdir():
        if path.match(_LOCKS):
            path.unlink()
        else:
            path.chmod(folder.stat().st_mode & 0o666)


def _write_segment(folder: Path, passages: Iterable[str]) -> None:
    index = tantivy.Index(_schema(), path=str(folder))
    index.register_tokenizer(_ANALYZER, _analyzer())
    writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)
    for number, words in enumerate(passages):
        document = tantivy.Document()
        document.add_unsigned(KEY, number)
        document.add_text(FIELD, words)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


class WordIndex:
    """An opened word index; reading only."""

    def __init__(self, folder: Path) -> None:
        try:
            self._index = _opened(folder)
        except (ValueError, OSError) as error:
            raise IndexDamagedError(f"{folder}: tantivy cannot open it ({error}); run qa index --rebuild") from error
        self._index.register_tokenizer(_ANALYZER, _analyzer())
        self._schema = self._index.schema
        self._searcher = self._index.searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def passages_with(self, term: str) -> int:
        """In how many passages the term stands."""
        return int(self._searcher.doc_freq(FIELD, term))

    def search(self, groups: Sequence[Sequence[str]], *, top_k: int, among: Flags | None = None) -> list[WordHit]:
        """The passages that hold most of the groups, best first; `among` says which passages count.

        A group is one term, or several that count only as a phrase. Scores
        are the same whichever passages count.

        Source: BM25, Robertson & Zaragoza 2009; k1 = 1.2, b = 0.75.
        """
        clauses: list[tuple[Any, Any]] = []
        for group in groups:
            if len(group) == 1:
                query = tantivy.Query.term_query(self._schema, FIELD, group[0], index_option="freq")
            else:
                query = tantivy.Query.phrase_query(self._schema, FIELD, list(group), slop=1)
            clauses.append((tantivy.Occur.Should, query))
        if not clauses:
            return []
        query = tantivy.Query.boolean_query(clauses)
        return self._hits(query, top_k) if among is None else self._hits_among(query, top_k, among)

    def _hits_among(self, query: Any, top_k: int, among: Flags) -> list[WordHit]:
        """The best hits of those that count: asked for alone where they make few runs, else found among more and more hits.

        A handful of articles is a few runs, and all hits would have to be
        fetched to find theirs (0.4 s of 260,000); of many articles' passages
        enough stand among the first hits.
        """
        edges = np.flatnonzero(np.diff(among, prepend=False, append=False)).reshape(-1, 2)
        if len(edges) <= MAX_RUNS:
            runs = [(tantivy.Occur.Should, self._run(int(start), int(end) - 1)) for start, end in edges]
            inside = tantivy.Query.const_score_query(tantivy.Query.boolean_query(runs), 0.0)
            both = [(tantivy.Occur.Must, inside), (tantivy.Occur.Must, query)]
            return self._hits(tantivy.Query.boolean_query(both), top_k)
        limit = top_k
        while True:
            hits = self._hits(query, limit)
            found = [hit for hit in hits if among[hit.passage]]
            if len(found) >= top_k or len(hits) < limit:
                return found[:top_k]
            limit *= _MORE

    def _run(self, first: int, last: int) -> Any:
        """A query for the passages from one number to another."""
        return tantivy.Query.range_query(self._schema, KEY, tantivy.FieldType.Unsigned, first, last)

    def _hits(self, query: Any, limit: int) -> list[WordHit]:
        hits = self._searcher.search(query, limit=limit, count=False).hits
        numbers = self._searcher.fast_field_values(KEY, [address for _, address in hits])
        return [WordHit(int(number), float(score)) for (score, _), number in zip(hits, numbers, strict=True)]


def _opened(folder: Path) -> Any:
    """tantivy's own reader, which needs a lock file beside the files it reads.

    It gets links to them in a folder of its own, so that opening writes
    nothing to the index and a read-only index can be read. The links can go
    once the files are mapped into memory.
    """
    links = Path(tempfile.mkdtemp(prefix="qa-words-"))
    try:
        for path in folder.absolute().iterdir():
            if not path.match(_LOCKS):
                (links / path.name).symlink_to(path)
        index = tantivy.Index.open(str(links))
        # No watching for commits, which never come: the watcher takes the lock now and then, in a folder that goes.
        index.config_reader(reload_policy="manual")
        return index
    finally:
        for _ in range(_REMOVALS):
            shutil.rmtree(links, ignore_errors=True)  # A watcher that is just ending may put its lock back once.
            if not links.exists():
                break


@cache
def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field(KEY, fast=True)
    builder.add_text_field(FIELD, tokenizer_name=_ANALYZER, index_option="position")
    return builder.build()


@cache
def _analyzer() -> Any:
    """One analyzer for articles and questions."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_TOKEN))
    for step in (tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold(), tantivy.Filter.stemmer("english")):
        builder = builder.filter(step)
    return builder.build()
