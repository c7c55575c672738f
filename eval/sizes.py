"""Sizes: an index of so many passages built, opened and asked, and what that takes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from eval.dataset import Document
from eval.stock import Pool, lines_of, write_articles
from index import BuildSettings, Index, InputError, build
from index.disk import DISK
from index.filling import write_files
from index.generation import ARTICLES, open_generation
from index.lists import CANDIDATES, EXHAUSTIVE_UP_TO, NEAREST
from index.locking import writer
from index.publishing import publish
from index.store import Store
from qa import Retriever


@dataclass(frozen=True, slots=True)
class Times:
    """Of one question, in milliseconds."""

    p50_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, act: Callable[[str], object], questions: Sequence[str]) -> "Times":
        """What `act` takes for each question."""
        took = []
        for question in questions:
            began = time.perf_counter()
            act(question)
            took.append((time.perf_counter() - began) * 1e3)
        return cls(*(round(float(np.percentile(took, part)), 2) for part in (50, 95, 99)))


@dataclass(frozen=True, slots=True)
class Built:
    """What building took; `mixed`: without the model."""

    mixed: bool
    build_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Served:
    """What an index is like to a process that answers from it.

    `lists` and `nprobe` are 0 where search is exhaustive; `first_answer_s` is
    since the process began to open it.
    """

    passages: int
    sentences: int
    lists: int
    nprobe: int
    disk_mb: float
    open_s: float
    first_answer_s: float
    memory_mb: float
    search: Times
    ask: Times
    recall: float


def build_real(folder: Path, documents: Sequence[Document], passages: int) -> Built:
    """Write articles of about so many passages and index them."""
    write_articles(folder / "articles", lines_of(documents), passages)
    began = time.perf_counter()
    build([folder / "articles"], folder / "index", BuildSettings(rebuild=True, max_file_mb=inf))
    return Built(False, round(time.perf_counter() - began, 2), _memory_mb("VmHWM"))


def build_mixed(folder: Path, stock: Path, passages: int) -> Built:
    """Write an index of so many passages, of the sentences of another one."""
    before = open_generation(stock / "index")
    pool = Pool.of(Store(before.folder / ARTICLES))
    said = {key: value for key, value in before.manifest.items() if key not in ("seal", "format", "files", "vectors")}
    said |= {"root": str(folder / "articles"), "paths": [str(folder / "articles")]}  # Where no files are.
    dim = int(before.manifest["model"]["dim"])
    began = time.perf_counter()

    def write(into: Path) -> dict[str, object]:
        entries = pool.entries(passages)
        return write_files(into, entries, dim=dim, exhaustive_up_to=EXHAUSTIVE_UP_TO, disk=DISK).in_manifest(said)

    with writer(folder / "index"):
        publish(folder / "index", write)
    return Built(True, round(time.perf_counter() - began, 2), _memory_mb("VmHWM"))


def serve(folder: Path, questions: Sequence[str]) -> Served:
    """Open an index and ask it everything."""
    began = time.perf_counter()
    index = Index.open(folder / "index")
    retriever = Retriever(index)
    open_s = time.perf_counter() - began
    retriever.ask(questions[0])
    first_s = time.perf_counter() - began
    search, ask = Times.of(retriever.search, questions), Times.of(retriever.ask, questions)
    memory_mb, info = _memory_mb("VmRSS"), index.info
    if index.verification:  # It reads every file once more beside the questions.
        index.verification.wait(timeout_s=3600)
    lists, nprobe = (info.lists.count, info.lists.nprobe) if info.lists else (0, 0)
    size_mb = round(info.size_bytes / 1e6, 1)
    opened = (round(open_s, 3), round(first_s, 3), memory_mb)
    found = round(recall(index, questions), 4)
    return Served(info.passages, info.sentences, lists, nprobe, size_mb, *opened, search, ask, found)


def recall(index: Index, questions: Sequence[str]) -> float:
    """What part of the passages of each question's exact NEAREST sentences it finds by meaning."""
    queries = np.concatenate([index.embed(question).vector for question in questions])
    rows = np.empty((len(queries), 0), np.int64)
    scores = np.empty((len(queries), 0), np.float32)
    at = 0
    for block in index.store.vector_blocks():
        scores = np.concatenate([scores, queries @ block.T], axis=1)
        rows = np.concatenate([rows, np.broadcast_to(np.arange(at, at + len(block)), (len(queries), len(block)))], axis=1)
        best = np.argsort(-scores, axis=1)[:, :NEAREST]
        scores, rows = np.take_along_axis(scores, best, axis=1), np.take_along_axis(rows, best, axis=1)
        at += len(block)
    passages = np.searchsorted(index.store.first_sentences(), rows, side="right") - 1
    shares = []
    for query, wanted in zip(queries, passages.tolist(), strict=True):
        found = index.nearest_passages(query[None], sentences=CANDIDATES)
        shares.append(len({*wanted} & {*found}) / len({*wanted}))
    return float(np.mean(shares))


def _memory_mb(what: str) -> float:
    """The memory of this process, by /proc: VmRSS, what it holds now, or VmHWM, the most that it held."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{what}:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise InputError(f"/proc/self/status: says nothing of {what}; measure on Linux")
