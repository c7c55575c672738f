"""An index of a given number of passages: built, opened, asked and changed, with the time and memory of each."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

import numpy as np

from articles_qa.eval.datasets.cases import Document
from articles_qa.eval.scaling.synthetic_corpus import SentencePool, lines_of, write_articles
from articles_qa.index import BuildSettings, InputError, build
from articles_qa.index.building.segment_plan import SegmentPlan
from articles_qa.index.building.write_generation import write_generation
from articles_qa.index.files.disk import DISK
from articles_qa.index.local.generation import open_generation
from articles_qa.index.local.local_index import LocalIndex
from articles_qa.index.local.manifest import Manifest
from articles_qa.index.local.publish import publish
from articles_qa.index.local.write_lock import writer
from articles_qa.index.search.ivf_lists import CANDIDATES, EXHAUSTIVE_UP_TO, NEAREST
from articles_qa.qa import Retriever

# Words of no other article.
_NEW = "The harbour master of Quellmoor sent the brass bells of the lighthouse to Ostwick"
_BEFORE = "The ferry of Ostwick was painted green.\n"
_NEW_ASKED = "How did the harbour master of Quellmoor send the brass bells to Ostwick?"


@dataclass(frozen=True, slots=True)
class Times:
    """Percentiles of the time of one question, in milliseconds."""

    p50_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, act: Callable[[str], object], questions: Sequence[str]) -> "Times":
        """Time `act` for each question."""
        took = []
        for question in questions:
            began = time.perf_counter()
            act(question)
            took.append((time.perf_counter() - began) * 1e3)
        return cls(*(round(float(np.percentile(took, part)), 2) for part in (50, 95, 99)))


@dataclass(frozen=True, slots=True)
class BuildCost:
    """Time and most memory of building. A `mixed` index is built without the model."""

    mixed: bool
    build_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class ServingCost:
    """Time, memory and recall of a process that answers from the index.

    `lists` and `nprobe` are 0 where search is exhaustive. `first_answer_s` counts
    from the moment the process began to open the index.
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


@dataclass(frozen=True, slots=True)
class ChangeCost:
    """Times of adding an article to an index, changing it, and removing it.

    Embedding is included. Loading the model is not, and reading all files once,
    as the first build on a machine does, is not.
    """

    add_s: float
    change_s: float
    remove_s: float


def build_real(folder: Path, documents: Sequence[Document], passages: int) -> BuildCost:
    """Write articles of about so many passages, and index them."""
    write_articles(folder / "articles", lines_of(documents), passages)
    began = time.perf_counter()
    build([folder / "articles"], folder / "index", BuildSettings(rebuild=True, max_file_mb=inf))
    return BuildCost(False, round(time.perf_counter() - began, 2), _memory_mb("VmHWM"))


def build_mixed(folder: Path, stock: Path, passages: int) -> BuildCost:
    """Write an index of so many passages, made of the sentences of the index in `stock`."""
    before = LocalIndex(stock / "index")
    pool, record = SentencePool.of(before.store), open_generation(stock / "index").manifest.build
    articles = pool.articles(folder / "articles", passages)
    record = replace(record, root=str(folder / "articles"), paths=(str(folder / "articles"),))
    dim, up_to = before.info.model.dim, EXHAUSTIVE_UP_TO
    began = time.perf_counter()

    def write(into: Path) -> Manifest:
        entries = pool.entries(folder / "articles", passages)
        plan = SegmentPlan(articles)
        return write_generation(into, plan, None, lambda _: entries, record, dim=dim, exhaustive_up_to=up_to, disk=DISK)

    with writer(folder / "index"):
        publish(folder / "index", write)
    return BuildCost(True, round(time.perf_counter() - began, 2), _memory_mb("VmHWM"))


def serve(folder: Path, questions: Sequence[str]) -> ServingCost:
    """Open an index and ask it all questions."""
    began = time.perf_counter()
    index = LocalIndex(folder / "index")
    retriever = Retriever(index)
    open_s = time.perf_counter() - began
    retriever.ask(questions[0])
    first_s = time.perf_counter() - began
    if index.verification:  # It reads every file once more, beside the questions.
        index.verification.wait(timeout_s=3600)
    search, ask = Times.of(retriever.search, questions), Times.of(retriever.ask, questions)
    memory_mb, info = _memory_mb("VmRSS"), index.info
    lists, nprobe = (info.lists.count, info.lists.nprobe) if info.lists else (0, 0)
    size_mb = round(info.size_bytes / 1e6, 1)
    opened = (round(open_s, 3), round(first_s, 3), memory_mb)
    found = round(recall(index, questions), 4)
    return ServingCost(info.passages, info.sentences, lists, nprobe, size_mb, *opened, search, ask, found)


def change(folder: Path) -> ChangeCost:
    """Add an article to an index, change it and remove it, and see each change in the answer to a question."""
    path = folder / "articles" / "one more.txt"
    path.with_name("one before.txt").write_text(_BEFORE, "utf-8")
    build([folder / "articles"], folder / "index", BuildSettings(max_file_mb=inf))
    took = []
    for text, quoted in ((f"{_NEW} by ferry.\n", " by ferry."), (f"{_NEW} by sledge.\n", " by sledge."), (None, "")):
        path.unlink() if text is None else path.write_text(text, "utf-8")
        began = time.perf_counter()
        build([folder / "articles"], folder / "index", BuildSettings(max_file_mb=inf))
        took.append(round(time.perf_counter() - began, 2))
        first = Retriever.open(folder / "index").ask(_NEW_ASKED).quotes[:1]
        if [quote.text for quote in first if quote.source == path.name] != ([_NEW + quoted] if quoted else []):
            raise InputError(f"{path}: not found as it is now; the index does not follow its articles")
    return ChangeCost(*took)


def recall(index: LocalIndex, questions: Sequence[str]) -> float:
    """Return the share of the passages of each question's exact NEAREST sentences that the index finds by meaning."""
    queries = np.concatenate([index.embed(question).vector for question in questions])
    (segment,) = index.segments
    rows = np.empty((len(queries), 0), np.int64)
    scores = np.empty((len(queries), 0), np.float32)
    at = 0
    for block in segment.exact.blocks():
        scores = np.concatenate([scores, queries @ block.T], axis=1)
        rows = np.concatenate([rows, np.broadcast_to(np.arange(at, at + len(block)), (len(queries), len(block)))], axis=1)
        best = np.argsort(-scores, axis=1)[:, :NEAREST]
        scores, rows = np.take_along_axis(scores, best, axis=1), np.take_along_axis(rows, best, axis=1)
        at += len(block)
    passages = np.searchsorted(segment.first_sentences, rows, side="right") - 1
    shares = []
    for query, wanted in zip(queries, passages.tolist(), strict=True):
        found = index.nearest_passages(query[None], sentences=CANDIDATES)
        shares.append(len({*wanted} & {*found}) / len({*wanted}))
    return float(np.mean(shares))


def _memory_mb(what: str) -> float:
    """Return the memory of this process by /proc: VmRSS, its memory now, or VmHWM, its most memory so far."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{what}:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise InputError(f"/proc/self/status: says nothing of {what}; measure on Linux")
