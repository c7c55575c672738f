"""The word index: BM25 over passages' words, kept by tantivy."""

import errno
import gc
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import tantivy

from index.arrays import Flags
from index.errors import IndexDamagedError
from index.search.analyzer import _analyzer

FIELD, KEY = "words", "passage"
_ANALYZER = "english"
_WRITER_BYTES = 64_000_000
_REMOVALS = 20
_LOCKS, _META, _MANAGED = ".tantivy-*.lock", "meta.json", ".managed.json"
KEY_BITS = 32
MAX_RUNS = 100  # Of passages that follow each other, in one query; each costs 0.3 ms over 300,000 passages.
_MORE = 10  # Times as many hits are fetched where too few of them count.

KeyRanges: TypeAlias = npt.NDArray[np.int64]
"""(n, 2) int64: keys of passages that follow each other, from the first to before the second; in order."""


@dataclass(frozen=True, slots=True)
class WordHit:
    """A passage that holds words of the question, by its key, and its BM25 score."""

    key: int
    score: float


@dataclass(frozen=True, slots=True)
class DeletedTerms:
    """Passages that do not count any more: how many, the runs of their keys, and in how many of them a word stands."""

    passages: int
    runs: KeyRanges
    counts: Mapping[str, int]


def passage_key(serial: int, passage: int) -> int:
    """What tantivy knows a segment's passage by: no other passage of any segment has it."""
    return (serial << KEY_BITS) | passage


def key_ranges(flags: Flags, serial: int) -> KeyRanges:
    """The passages of a segment that have a flag, as runs of their keys."""
    edges = np.flatnonzero(np.diff(flags, prepend=False, append=False)).reshape(-1, 2)
    return edges.astype(np.int64) + passage_key(serial, 0)


def in_ranges(runs: KeyRanges, keys: npt.NDArray[np.int64]) -> Flags:
    """Which keys lie in a run; the runs are in order."""
    place = np.searchsorted(runs[:, 0], keys, side="right") - 1
    found: Flags = (place >= 0) & (keys < runs[place, 1]) if len(runs) else np.zeros(len(keys), bool)
    return found


def _idf(size: int, count: int) -> float:
    """As BM25 has it in tantivy."""
    return log(1 + (size - count + 0.5) / (count + 0.5))


def write_words(folder: Path, passages: Iterable[str], *, serial: int) -> None:
    """Index the words of a segment's passages, numbered from 0; `serial` is the segment's number.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    folder.mkdir(parents=True)
    try:
        _write_segment(folder, passages, serial)
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


def _write_segment(folder: Path, passages: Iterable[str], serial: int) -> None:
    index = tantivy.Index(_schema(), path=str(folder))
    index.register_tokenizer(_ANALYZER, _analyzer())
    writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)
    for number, words in enumerate(passages):
        document = tantivy.Document()
        document.add_unsigned(KEY, passage_key(serial, number))
        document.add_text(FIELD, words)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


class WordIndex:
    """The opened words of all segments, searched as one index, so that words weigh the same however it is cut; reading only.

    `gone` says which passages do not count any more, and what words they had.
    """

    def __init__(self, folders: Sequence[Path], gone: "DeletedTerms | None" = None) -> None:
        try:
            self._index = _opened(folders)
        except (ValueError, OSError, KeyError, TypeError) as error:
            raise IndexDamagedError(f"{folders[0]}: tantivy cannot open it ({error}); run qa index --rebuild") from error
        self._index.register_tokenizer(_ANALYZER, _analyzer())
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        self._gone = gone

    def __len__(self) -> int:
        return int(self._searcher.num_docs) - (self._gone.passages if self._gone else 0)

    def passages_with(self, term: str) -> int:
        """In how many passages the term stands."""
        return int(self._searcher.doc_freq(FIELD, term)) - (self._gone.counts.get(term, 0) if self._gone else 0)

    def search(self, groups: Sequence[Sequence[str]], *, top_k: int, among: KeyRanges | None = None) -> list[WordHit]:
        """The passages that hold most of the groups, best first, by their keys; `among` says which passages count.

        A group is one term, or several that count only as a phrase. Scores
        are the same whichever passages count.

        Source: BM25, Robertson & Zaragoza 2009; k1 = 1.2, b = 0.75.
        """
        clauses = [(tantivy.Occur.Should, self._group(group)) for group in groups]
        if not clauses:
            return []
        query = tantivy.Query.boolean_query(clauses)
        if among is not None:
            return self._hits_among(query, top_k, among)
        return (
            self._hits(query, top_k) if self._gone is None else self._hits_inside(query, top_k, self._gone.runs, inside=False)
        )

    def _group(self, group: Sequence[str]) -> Any:
        if len(group) == 1:
            query = tantivy.Query.term_query(self._schema, FIELD, group[0], index_option="freq")
        else:
            query = tantivy.Query.phrase_query(self._schema, FIELD, list(group), slop=1)
        # What is gone counts in tantivy's statistics; each group is weighed as if it did not.
        return query if self._gone is None else tantivy.Query.boost_query(query, self._weight(group))

    def _weight(self, group: Sequence[str]) -> float:
        """What a group weighs without the passages that are gone, as a part of what it weighs with them."""
        size = int(self._searcher.num_docs)
        held = sum(_idf(size, int(self._searcher.doc_freq(FIELD, term))) for term in group)
        return sum(_idf(len(self), self.passages_with(term)) for term in group) / held

    def _hits_among(self, query: Any, top_k: int, among: KeyRanges) -> list[WordHit]:
        """The best hits of those that count: asked for alone where they make few runs, else found among more and more hits.

        A handful of articles is a few runs, and all hits would have to be
        fetched to find theirs (0.4 s of 260,000); of many articles' passages
        enough stand among the first hits.
        """
        if len(among) <= MAX_RUNS:
            runs = [(tantivy.Occur.Should, self._run(int(start), int(end) - 1)) for start, end in among]
            inside = tantivy.Query.const_score_query(tantivy.Query.boolean_query(runs), 0.0)
            both = [(tantivy.Occur.Must, inside), (tantivy.Occur.Must, query)]
            return self._hits(tantivy.Query.boolean_query(both), top_k)
        return self._hits_inside(query, top_k, among, inside=True)

    def _hits_inside(self, query: Any, top_k: int, runs: KeyRanges, *, inside: bool) -> list[WordHit]:
        """The best hits inside of these runs, or outside of them."""
        limit = top_k
        while True:
            hits = self._hits(query, limit)
            flags = in_ranges(runs, np.array([hit.key for hit in hits], np.int64)) == inside
            found = [hit for hit, counts in zip(hits, flags.tolist(), strict=True) if counts]
            if len(found) >= top_k or len(hits) < limit:
                return found[:top_k]
            limit *= _MORE

    def _run(self, first: int, last: int) -> Any:
        """A query for the passages from one key to another."""
        return tantivy.Query.range_query(self._schema, KEY, tantivy.FieldType.Unsigned, first, last)

    def _hits(self, query: Any, limit: int) -> list[WordHit]:
        hits = self._searcher.search(query, limit=limit, count=False).hits
        numbers = self._searcher.fast_field_values(KEY, [address for _, address in hits])
        return [WordHit(int(number), float(score)) for (score, _), number in zip(hits, numbers, strict=True)]


def _opened(folders: Sequence[Path]) -> Any:
    """tantivy's own reader, of the files of several segments as of one index; it needs a lock file beside them.

    It gets links to them in a folder of its own, so that opening writes
    nothing to the index and a read-only index can be read. The links can go
    once the files are mapped into memory.
    """
    links = Path(tempfile.mkdtemp(prefix="qa-words-"))
    try:
        said: dict[str, Any] = {}
        for folder in folders:
            for path in folder.absolute().iterdir():
                if path.name not in (_META, _MANAGED) and not path.match(_LOCKS):
                    (links / path.name).symlink_to(path)
            meta = json.loads((folder / _META).read_bytes())
            said = {**meta, "segments": [*said.get("segments", []), *meta["segments"]]}
        (links / _META).write_text(json.dumps(said), "utf-8")
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
