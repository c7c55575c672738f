"""IVF lists: very many vectors are split into lists by nearness, and a question searches the `nprobe` nearest lists.

Vectors in lists have the same 8 bits a dimension as vectors without lists. So scores equal those of an exhaustive
search, and all lists together find what an exhaustive search finds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, sqrt

import faiss
import numpy as np

from articles_qa.index.arrays import Ids, Vectors
from articles_qa.index.models.onnx_session import cores

# Sentences. An exhaustive search of so many takes 7 to 13 ms, as long as the rest of an answer; with lists it takes 1 ms.
EXHAUSTIVE_UP_TO = 200_000
LISTS_PER_ROOT = 4  # For each √n vectors; comparing a question with all centres then costs as much as searching some lists.
MIN_PER_LIST = 8
TRAINING_PER_LIST, MAX_TRAINING = 32, 200_000  # Vectors; 300 MB at most, of 384 dimensions.
TRAINING_ROUNDS = 10
SEED = 1234
HELD_OUT = 256  # Sentences that a build makes test questions of.
NEAREST, CANDIDATES = 10, 50  # The share of the exhaustive NEAREST among CANDIDATES found is the recall.
MIN_RECALL = 0.975  # Of test questions; people's questions find .99.
MAX_SEARCHED = EXHAUSTIVE_UP_TO  # Vectors that a question compares at most, however unequal the lists are.


@dataclass(frozen=True, slots=True)
class Lists:
    """The number of lists, the number that a question searches, and the recall that the build measured.

    `recall` is the share of the exhaustive NEAREST that test questions find.
    """

    count: int
    nprobe: int
    recall: float

    def to_dict(self) -> dict[str, object]:
        """Return the record of the manifest."""
        return {"lists": self.count, "nprobe": self.nprobe, "recall": self.recall}


def draw_sample(size: int) -> tuple[Ids, Ids]:
    """Draw the rows of vectors that train the centres, and of those that become test questions; in order, always the same."""
    held_out = min(HELD_OUT, size // 4)
    training = min(TRAINING_PER_LIST * _list_count(size), MAX_TRAINING, size - held_out)
    drawn = np.random.default_rng(SEED).choice(size, held_out + training, replace=False)
    return np.sort(drawn[held_out:]), np.sort(drawn[:held_out])


def train_lists(training: Vectors, size: int) -> faiss.IndexIVFScalarQuantizer:
    """Return an empty index with lists for so many vectors; the same for the same vectors.

    The centres are found by spherical k-means of `training`.
    """
    faiss.omp_set_num_threads(cores())
    dim, count = training.shape[1], _list_count(size)
    centres = faiss.IndexFlatIP(dim)
    means = faiss.Clustering(dim, count)
    means.seed, means.niter, means.spherical = SEED, TRAINING_ROUNDS, True
    means.min_points_per_centroid, means.max_points_per_centroid = 1, MAX_TRAINING  # Else FAISS warns, or takes fewer vectors.
    means.train(training, centres)
    eight_bits, by_residual = faiss.ScalarQuantizer.QT_8bit, False
    return faiss.IndexIVFScalarQuantizer(centres, dim, count, eight_bits, faiss.METRIC_INNER_PRODUCT, by_residual)


def choose_nprobe(index: faiss.IndexIVFScalarQuantizer, held_out: Vectors) -> Lists:
    """Set `nprobe` to the fewest lists that reach MIN_RECALL, or as many as MAX_SEARCHED allows.

    A test question lies half way between two sentences: like a real question it is near some and equal to none.
    Sentences as test questions mislead where many are nearly copies: of 200,000 made of 4,000, three lists found .99
    for sentences, and .71 for questions.
    """
    faiss.omp_set_num_threads(cores())
    between = held_out + np.roll(held_out, 1, axis=0)
    queries = between / np.maximum(np.linalg.norm(between, axis=1, keepdims=True), 1e-12)
    everywhere = faiss.SearchParametersIVF(nprobe=index.nlist)  # type: ignore[call-arg]
    _, nearest = index.search(queries, min(NEAREST, index.ntotal), params=everywhere)
    nprobe, recall = 1, 1.0
    for nprobe in _ladder(index):
        _, found = index.search(queries, CANDIDATES, params=search_params(nprobe))
        hits = sum(len({*wanted} & {*got}) for wanted, got in zip(nearest, found, strict=True))
        recall = hits / max(1, nearest.size)
        if recall >= MIN_RECALL:
            break
    index.nprobe = nprobe
    return Lists(index.nlist, nprobe, round(recall, 4))


def search_params(nprobe: int) -> faiss.SearchParametersIVF:
    """Return the search parameters for so many lists."""
    return faiss.SearchParametersIVF(nprobe=nprobe, max_codes=MAX_SEARCHED)  # type: ignore[call-arg]


def search_params_among(index: faiss.IndexIVFScalarQuantizer, chosen: faiss.IDSelector, size: int) -> faiss.SearchParametersIVF:
    """Return the search parameters for a choice of `size` vectors.

    The smaller the choice, the more lists are searched, so that as many chosen vectors are compared.
    """
    nprobe = min(index.nlist, ceil(index.nprobe * index.ntotal / max(1, size)))
    return faiss.SearchParametersIVF(sel=chosen, nprobe=nprobe)  # type: ignore[call-arg]


def _list_count(size: int) -> int:
    return max(1, min(round(LISTS_PER_ROOT * sqrt(size)), size // MIN_PER_LIST))


def _ladder(index: faiss.IndexIVFScalarQuantizer) -> Iterator[int]:
    """Yield 1, 2, 3, 4, 6, 8, 12, 16 and so on, up to the number that MAX_SEARCHED allows."""
    last = max(1, min(index.nlist, index.nlist * MAX_SEARCHED // index.ntotal))
    step = 1
    while step < last:
        yield step
        if step > 1 and step * 3 // 2 < last:
            yield step * 3 // 2
        step *= 2
    yield last
