"""Lists: very many vectors train_lists by nearness, of which a question looks into the nearest few (FAISS's IVF).

Beside the lists, vectors are kept as they are without: 8 bits a dimension, over the range of all. So whatever is
found has the score that it has in an exhaustive search, and all lists together find just what that finds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, sqrt

import faiss
import numpy as np

from index.arrays import Ids, Vectors
from index.models.onnx_session import cores

# Sentences. Comparing a question with so many takes 7 to 13 ms, as long as all the rest of an answer; in lists
# it takes 1 ms.
EXHAUSTIVE_UP_TO = 200_000
LISTS_PER_ROOT = 4  # For each √n vectors; comparing a question with their centres then costs what looking into some does.
MIN_PER_LIST = 8
TRAINING_PER_LIST, MAX_TRAINING = 32, 200_000  # Vectors; 300 MB at most, of 384 dimensions.
TRAINING_ROUNDS = 10
SEED = 1234
HELD_OUT = 256  # Sentences that a build makes questions of, to see what is found.
NEAREST, CANDIDATES = 10, 50  # Of so many found exhaustively, which are among as many as a question asks for.
MIN_RECALL = 0.975  # Of what is asked then; people ask less widely, and find .99.
MAX_SEARCHED = EXHAUSTIVE_UP_TO  # A question never looks at more, however unequal lists are.


@dataclass(frozen=True, slots=True)
class Lists:
    """How many lists there are, how many of them a question looks into, and what part of its nearest sentences it finds.

    `recall` is what the build measured, of the exhaustive NEAREST of questions made of held-out sentences.
    """

    count: int
    nprobe: int
    recall: float

    def to_dict(self) -> dict[str, object]:
        """Their part of the manifest."""
        return {"lists": self.count, "nprobe": self.nprobe, "recall": self.recall}


@dataclass(frozen=True, slots=True)
class TrainingSample:
    """The numbers of the vectors that centres are made of, and of those that a build asks for; each in order."""

    training: Ids
    held_out: Ids


def draw_sample(size: int) -> TrainingSample:
    """Which of so many vectors to take; always the same."""
    held_out = min(HELD_OUT, size // 4)
    training = min(TRAINING_PER_LIST * _list_count(size), MAX_TRAINING, size - held_out)
    drawn = np.random.default_rng(SEED).choice(size, held_out + training, replace=False)
    return TrainingSample(np.sort(drawn[held_out:]), np.sort(drawn[:held_out]))


def train_lists(training: Vectors, size: int) -> faiss.IndexIVFScalarQuantizer:
    """An index, still empty, with lists for so many vectors; the same for the same vectors.

    Their centres are spherical k-means of `training`.
    """
    faiss.omp_set_num_threads(cores())
    dim, count = training.shape[1], _list_count(size)
    centres = faiss.IndexFlatIP(dim)
    means = faiss.Clustering(dim, count)
    means.seed, means.niter, means.spherical = SEED, TRAINING_ROUNDS, True
    means.min_points_per_centroid, means.max_points_per_centroid = 1, MAX_TRAINING  # Else it warns, or takes fewer.
    means.train(training, centres)
    eight_bits, by_residual = faiss.ScalarQuantizer.QT_8bit, False
    return faiss.IndexIVFScalarQuantizer(centres, dim, count, eight_bits, faiss.METRIC_INNER_PRODUCT, by_residual)


def choose_nprobe(index: faiss.IndexIVFScalarQuantizer, held_out: Vectors) -> Lists:
    """Have a question look into the fewest lists that find MIN_RECALL, or as many as MAX_SEARCHED allows.

    What is asked lies half way between two sentences, as questions do: near some, like none. Sentences themselves
    mislead where many are nearly copies: of 200,000 made of 4,000, three lists found .99 for them, and .71 for questions.
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
    """How a question is search_params in so many lists."""
    return faiss.SearchParametersIVF(nprobe=nprobe, max_codes=MAX_SEARCHED)  # type: ignore[call-arg]


def search_params_among(index: faiss.IndexIVFScalarQuantizer, chosen: faiss.IDSelector, size: int) -> faiss.SearchParametersIVF:
    """How a question is search_params in some vectors, `size` of them, between which others lie.

    In more lists by as much as they are fewer than all, so that as many are looked at; where they are few, in all lists.
    """
    nprobe = min(index.nlist, ceil(index.nprobe * index.ntotal / max(1, size)))
    return faiss.SearchParametersIVF(sel=chosen, nprobe=nprobe)  # type: ignore[call-arg]


def _list_count(size: int) -> int:
    return max(1, min(round(LISTS_PER_ROOT * sqrt(size)), size // MIN_PER_LIST))


def _ladder(index: faiss.IndexIVFScalarQuantizer) -> Iterator[int]:
    """1, 2, 3, 4, 6, 8, 12, 16 and so on up to what MAX_SEARCHED allows."""
    last = max(1, min(index.nlist, index.nlist * MAX_SEARCHED // index.ntotal))
    step = 1
    while step < last:
        yield step
        if step > 1 and step * 3 // 2 < last:
            yield step * 3 // 2
        step *= 2
    yield last
