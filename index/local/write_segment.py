"""Writing a segment: entries → SQLite, vectors, FAISS, tantivy. One article at a time is in memory."""

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from articles_qa.index.entries.entry import Entry
from articles_qa.index.entries.entry_db import Store, write_store
from articles_qa.index.files.disk import Disk
from articles_qa.index.local.segment import ARTICLES, EXACT, FIRST_PASSAGES, FIRST_SENTENCES, VECTORS, WORDS, SegmentRecord
from articles_qa.index.search.bm25_index import write_words
from articles_qa.index.search.float16_vectors import ROW_TYPE, Float16Vectors, to_bytes


def write_segment(
    generation: Path,
    entries: Iterator[Entry],
    *,
    serial: int,
    folder: str,
    dim: int,
    exhaustive_up_to: int,
    with_words: bool = True,
    disk: Disk,
) -> SegmentRecord:
    """Write all files of a segment. More than `exhaustive_up_to` sentences are searched in IVF lists.

    The last entries may have no vectors. Without `with_words` the words are not written.

    Raises:
        OSError: a file cannot be written.
    """
    from articles_qa.index.search.faiss_index import write_vectors

    place = generation / folder
    if folder:
        disk.make_folder(place)
    passages, sentences = array("q", [0]), array("q", [0])  # A list would take five times the memory.
    with disk.create(place / EXACT) as exact, disk.by_library(place / ARTICLES):
        write_store(place / ARTICLES, _recording(entries, exact, passages, sentences))
    for name, firsts in ((FIRST_PASSAGES, passages), (FIRST_SENTENCES, sentences)):
        with disk.create(place / name) as file:
            np.save(file, np.frombuffer(firsts, np.int64), allow_pickle=False)
    rows = (place / EXACT).stat().st_size // (ROW_TYPE.itemsize * dim)
    vectors = Float16Vectors(place / EXACT, rows=rows, dim=dim)
    lists = write_vectors(place / VECTORS, vectors.blocks, dim=dim, exhaustive_up_to=exhaustive_up_to, disk=disk)
    if with_words:
        with disk.by_library(place / WORDS):
            write_words(place / WORDS, Store(place / ARTICLES).passage_words(), serial=serial)
    return SegmentRecord(serial, folder, len(passages) - 1, passages[-1], sentences[-1], lists, sentences[-1] - rows)


def _recording(entries: Iterator[Entry], exact: BinaryIO, passages: "array[int]", sentences: "array[int]") -> Iterator[Entry]:
    """Yield the entries; write their vectors, and note where their passages and sentences begin."""
    for entry in entries:
        exact.write(to_bytes(entry.vectors))
        sizes = np.bincount(np.array([one.passage for one in entry.sentences], np.int64), minlength=len(entry.passages))
        sentences.extend((sentences[-1] + np.cumsum(sizes)).tolist())
        passages.append(passages[-1] + len(entry.passages))
        yield entry
