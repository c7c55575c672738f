"""The word index: BM25 over the words of passages, by tantivy."""

import errno
import gc
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import tantivy

from articles_qa.index.arrays import Flags
from articles_qa.index.errors import IndexDamagedError
from articles_qa.index.search.analyzer import english_analyzer

FIELD, KEY = "words", "passage"
_ANALYZER = "english"
_WRITER_BYTES = 64_000_000
_REMOVALS = 20
_LOCKS, _META, _MANAGED = ".tantivy-*.lock", "meta.json", ".managed.json"
KEY_BITS = 32
MAX_RANGES = 100  # Key ranges in one query; each costs 0.3 ms over 300,000 passages.
_MORE = 10  # Times as many hits are fetched where too few are left.

KeyRanges: TypeAlias = npt.NDArray[np.int64]
"""(n, 2) int64: ranges of passages' keys, each from the first to before the second, in order."""


@dataclass(frozen=True, slots=True)
class WordHit:
    """The key of a passage with words of the question, and its BM25 score."""

    key: int
    score: float


@dataclass(frozen=True, slots=True)
class DeletedTerms:
    """Deleted passages that segments still contain: their number, the ranges of their keys, and each term's passage count.

    BM25 subtracts them, so that scores equal those of a fresh index.
    """

    passages: int
    ranges: KeyRanges
    counts: Mapping[str, int]


def passage_key(serial: int, passage: int) -> int:
    """Return a passage's key in tantivy, which is unique over all segments; `serial` is the segment's number."""
    return (serial << KEY_BITS) | passage


def key_ranges(flags: Flags, serial: int) -> KeyRanges:
    """Return the flagged passages of a segment as ranges of their keys."""
    edges = np.flatnonzero(np.diff(flags, prepend=False, append=False)).reshape(-1, 2)
    return edges.astype(np.int64) + passage_key(serial, 0)


def in_ranges(ranges: KeyRanges, keys: npt.NDArray[np.int64]) -> Flags:
    """Flag the keys that lie in a range; the ranges are in order."""
    place = np.searchsorted(ranges[:, 0], keys, side="right") - 1
    found: Flags = (place >= 0) & (keys < ranges[place, 1]) if len(ranges) else np.zeros(len(keys), bool)
    return found


def _idf(size: int, count: int) -> float:
    """Return BM25's inverse document frequency, as tantivy has it."""
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
        # All of tantivy's errors are ValueErrors; 28 is the system's number for a full disk.
        code = errno.ENOSPC if "os error 28" in str(error) else errno.EIO
        raise OSError(code, os.strerror(code), str(folder)) from error
    gc.collect()  # The files are complete when the writer is freed.
    # tantivy makes some files readable only by their owner; an index is as readable as its folder.
    for path in folder.iterdir():
        if path.match(_LOCKS):
            path.unlink()
        else:
            path.chmod(folder.stat().st_mode & 0o666)


def _write_segment(folder: Path, passages: Iterable[str], serial: int) -> None:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field(KEY, fast=True)
    builder.add_text_field(FIELD, tokenizer_name=_ANALYZER, index_option="position")
    index = tantivy.Index(builder.build(), path=str(folder))
    index.register_tokenizer(_ANALYZER, english_analyzer())
    writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)
    for number, words in enumerate(passages):
        document = tantivy.Document()
        document.add_unsigned(KEY, passage_key(serial, number))
        document.add_text(FIELD, words)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


class WordIndex:
    """The words of all segments, searched as one index, so that weights do not depend on the segments; read only."""

    def __init__(self, folders: Sequence[Path], deleted: DeletedTerms | None = None) -> None:
        self._folder = folders[0]
        self._deleted = deleted
        with self._reading():
            self._index = _opened(folders)
            self._index.register_tokenizer(_ANALYZER, english_analyzer())
            self._schema = self._index.schema
            self._searcher = self._index.searcher()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn whatever tantivy raises into an IndexDamagedError; a panic of Rust is a BaseException of no public class."""
        try:
            yield
        except (KeyboardInterrupt, SystemExit, MemoryError, IndexDamagedError):
            raise
        except BaseException as error:
            reason = " ".join(str(error).split())[:200]
            raise IndexDamagedError(f"{self._folder}: tantivy cannot read it ({reason}); run qa index --rebuild") from error

    def __len__(self) -> int:
        with self._reading():
            return int(self._searcher.num_docs) - (self._deleted.passages if self._deleted else 0)

    def passages_with(self, term: str) -> int:
        """Return the number of passages with this term."""
        with self._reading():
            return int(self._searcher.doc_freq(FIELD, term)) - (self._deleted.counts.get(term, 0) if self._deleted else 0)

    def search(self, groups: Sequence[Sequence[str]], *, top_k: int, among: KeyRanges | None = None) -> list[WordHit]:
        """Return the passages with the most groups, best first; `among` limits the search to these passages.

        A group is one term, or several that count only as a phrase. Scores
        do not depend on `among`.

        Source: BM25, Robertson & Zaragoza 2009; k1 = 1.2, b = 0.75.

        Raises:
            IndexDamagedError: tantivy cannot read the files.
        """
        with self._reading():
            return self._best(groups, top_k, among)

    def _best(self, groups: Sequence[Sequence[str]], top_k: int, among: KeyRanges | None) -> list[WordHit]:
        clauses = [(tantivy.Occur.Should, self._group(group)) for group in groups]
        if not clauses:
            return []
        query = tantivy.Query.boolean_query(clauses)
        if among is not None:
            return self._hits_among(query, top_k, among)
        if self._deleted is not None:
            return self._hits_inside(query, top_k, self._deleted.ranges, inside=False)
        return self._hits(query, top_k)

    def _group(self, group: Sequence[str]) -> Any:
        if len(group) == 1:
            query = tantivy.Query.term_query(self._schema, FIELD, group[0], index_option="freq")
        else:
            query = tantivy.Query.phrase_query(self._schema, FIELD, list(group), slop=1)
        # tantivy counts deleted passages in its statistics; this weight corrects the counts.
        return query if self._deleted is None else tantivy.Query.boost_query(query, self._weight(group))

    def _weight(self, group: Sequence[str]) -> float:
        """Return a group's weight without the deleted passages, as a share of its weight with them."""
        size = int(self._searcher.num_docs)
        with_deleted = sum(_idf(size, int(self._searcher.doc_freq(FIELD, term))) for term in group)
        return sum(_idf(len(self), self.passages_with(term)) for term in group) / with_deleted

    def _hits_among(self, query: Any, top_k: int, among: KeyRanges) -> list[WordHit]:
        """Return the best hits in these ranges.

        A few ranges are part of the query, since the hits of a few articles
        may come late (0.4 s for 260,000 hits). With many ranges more and more
        hits are fetched, since enough of the first ones lie in a range.
        """
        if len(among) <= MAX_RANGES:
            number, query_of = tantivy.FieldType.Unsigned, tantivy.Query.range_query
            ranges = [query_of(self._schema, KEY, number, start, end - 1) for start, end in among.tolist()]
            either = tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in ranges])
            inside = tantivy.Query.const_score_query(either, 0.0)
            both = [(tantivy.Occur.Must, inside), (tantivy.Occur.Must, query)]
            return self._hits(tantivy.Query.boolean_query(both), top_k)
        return self._hits_inside(query, top_k, among, inside=True)

    def _hits_inside(self, query: Any, top_k: int, ranges: KeyRanges, *, inside: bool) -> list[WordHit]:
        """Return the best hits inside of these ranges, or outside of them."""
        limit = top_k
        while True:
            hits = self._hits(query, limit)
            flags = in_ranges(ranges, np.array([hit.key for hit in hits], np.int64)) == inside
            found = [hit for hit, counts in zip(hits, flags.tolist(), strict=True) if counts]
            if len(found) >= top_k or len(hits) < limit:
                return found[:top_k]
            limit *= _MORE

    def _hits(self, query: Any, limit: int) -> list[WordHit]:
        hits = self._searcher.search(query, limit=limit, count=False).hits
        numbers = self._searcher.fast_field_values(KEY, [address for _, address in hits])
        return [WordHit(int(number), float(score)) for (score, _), number in zip(hits, numbers, strict=True)]


def _opened(folders: Sequence[Path]) -> Any:
    """Open the files of several segments as one index.

    tantivy needs a lock file beside the files. So it gets links to them in a
    temporary folder: opening writes nothing to the index, which may be
    read-only. The links are removed once the files are mapped into memory.
    """
    links = Path(tempfile.mkdtemp(prefix="qa-words-"))
    try:
        together: dict[str, Any] = {}
        for folder in folders:
            for path in folder.absolute().iterdir():
                if path.name not in (_META, _MANAGED) and not path.match(_LOCKS) and not path.is_symlink():
                    (links / path.name).symlink_to(path)
            meta = json.loads((folder / _META).read_bytes())
            together = {**meta, "segments": [*together.get("segments", []), *meta["segments"]]}
        (links / _META).write_text(json.dumps(together), "utf-8")
        index = tantivy.Index.open(str(links))
        # No watching for commits: the watcher would take the lock in a folder that is removed.
        index.config_reader(reload_policy="manual")
        return index
    finally:
        for _ in range(_REMOVALS):
            shutil.rmtree(links, ignore_errors=True)  # A watcher that is ending may make its lock file again.
            if not links.exists():
                break
