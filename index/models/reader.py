"""The reader: reads a question together with a passage, and says for each sentence how surely it answers.

One pass of a small transformer reads `[CLS] question [SEP] title. passage
[SEP]`. Each sentence's tokens are pooled and compared with the question's. A
logit above 0 says that the sentence rather answers than not; the logits of all
passages that were read compete with 0, "nothing here answers".
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from articles_qa.index.arrays import Logits
from articles_qa.index.models.embedder import PassageText, States
from articles_qa.index.models.model_files import Export, load_tokenizer
from articles_qa.index.models.onnx_session import Session, cores

MAX_TOKENS = 256  # Of question, title and passage. Sentences beyond are not read.
MAX_QUESTION_TOKENS, MAX_TITLE_TOKENS = 48, 24
UNREAD = -20.0  # The logit of a sentence beyond the window, or without a token.
QUESTION, OTHER = -2, -1  # Owners of tokens that belong to no sentence.

Owners: TypeAlias = npt.NDArray[np.int64]
"""(tokens,) int64: the number of each token's sentence, QUESTION or OTHER."""


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """The transformer's input: ids, the part that each token is of (0 question, 1 passage), and its owner."""

    ids: tuple[int, ...]
    types: tuple[int, ...]
    owners: Owners


@dataclass(frozen=True, slots=True)
class ReaderHead:
    """The layers above the transformer, which make a sentence's logit of its pooled tokens and the question's.

    `hidden`, (4·dim, dim), and `hidden_bias` make a layer of sentence, question,
    their product and their difference; `out`, (dim,), a number of that layer.
    `token`, (dim,), makes a number of each token, summed as log-sum-exp.
    `scale` is the weight of the cosine, `shift` the sum of all biases.
    """

    hidden: npt.NDArray[np.float32]
    hidden_bias: npt.NDArray[np.float32]
    out: npt.NDArray[np.float32]
    token: npt.NDArray[np.float32]
    scale: float
    shift: float

    def logits(self, states: States, owners: Owners, sentences: int) -> Logits:
        """Return the logit of each sentence of a passage. (sentences,)"""
        found = np.full(sentences, UNREAD)
        own = np.flatnonzero(owners >= 0)
        asked_by = owners == QUESTION
        if not len(own) or not asked_by.any():
            return found
        starts = np.flatnonzero(np.diff(owners[own], prepend=-1))
        counts = np.diff(starts, append=len(own))
        pooled = np.asarray(np.add.reduceat(states[own], starts, axis=0) / counts[:, None], np.float32)
        question = states[asked_by].mean(axis=0)
        cosines = pooled @ question / np.maximum(np.linalg.norm(pooled, axis=1) * np.linalg.norm(question), 1e-8)
        asked, said = _normed(question[None]), _normed(pooled)
        features = np.concatenate([said, np.broadcast_to(asked, said.shape), said * asked, np.abs(said - asked)], axis=1)
        layer = _gelu(features @ self.hidden + self.hidden_bias)
        tokens = _normed(states[own]) @ self.token
        summed = [float(np.logaddexp.reduce(tokens[a:b])) for a, b in pairwise([*starts.tolist(), len(own)])]
        logits = layer @ self.out + self.scale * cosines + self.shift + np.array(summed) - np.log(counts)
        found[owners[own[starts]]] = logits
        return found


class Reader:
    """Reads passages for a question; several threads may use it."""

    def __init__(self, head: ReaderHead, graph: Callable[[], bytes], base: Export) -> None:
        """Make a reader of its head and its graph, which has inputs and tokenizer of the export `base`."""
        self._head = head
        self._base = base
        self._session = Session(graph, base.card.inputs)

    def read(self, question: str, passages: Sequence[PassageText]) -> list[Logits]:
        """Return for each passage the logit of each of its sentences, UNREAD for those beyond the window.

        Each passage is read alone, by one core: quantised sums depend on the
        other texts of a batch, and a logit must not.
        """
        asked = question_ids(self._tokenizer, question)
        with ThreadPoolExecutor(cores()) as workers:
            return list(workers.map(lambda passage: self._read(asked, passage), passages))

    def _read(self, asked: Sequence[int], passage: PassageText) -> Logits:
        given = reader_input(self._tokenizer, asked, passage)
        ids, types = np.array([given.ids], np.int64), np.array([given.types], np.int64)
        values = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
        return self._head.logits(self._session.run(values, threads=1)[0], given.owners, len(passage.sentences))

    @cached_property
    def _tokenizer(self) -> Any:
        return load_tokenizer(self._base.folder)


def question_ids(tokenizer: Any, question: str) -> list[int]:
    """Return the ids of a question's first tokens, without special tokens."""
    ids: list[int] = tokenizer.encode(question, add_special_tokens=False).ids
    return ids[:MAX_QUESTION_TOKENS]


def reader_input(tokenizer: Any, asked: Sequence[int], passage: PassageText) -> ReaderInput:
    """Return the transformer's input for a question's tokens and a passage, at most MAX_TOKENS."""
    first, last = (tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]"))
    body: list[int] = []
    owners: list[int] = []
    if passage.title:
        title = tokenizer.encode(passage.title, add_special_tokens=False).ids[:MAX_TITLE_TOKENS]
        body += [*title, tokenizer.token_to_id(".")]
        owners += [OTHER] * len(body)
    for number, sentence in enumerate(passage.sentences):
        ids = tokenizer.encode(sentence, add_special_tokens=False).ids
        body += ids
        owners += [number] * len(ids)
    room = MAX_TOKENS - len(asked) - 3
    body, owners = body[:room], owners[:room]
    return ReaderInput(
        (first, *asked, last, *body, last),
        (0,) * (len(asked) + 2) + (1,) * (len(body) + 1),
        np.array([OTHER, *[QUESTION] * len(asked), OTHER, *owners, OTHER], np.int64),
    )


def _normed(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return rows of mean 0 and deviation 1."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    found: npt.NDArray[np.float32] = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
    return found


def _gelu(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the Gaussian error linear unit of each number, by the formula of Abramowitz and Stegun, 7.1.26."""
    scaled = np.abs(rows) / np.float32(np.sqrt(2.0))
    t = 1 / (1 + 0.3275911 * scaled)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(rows) * (1 - poly * np.exp(-(scaled**2)))
    found: npt.NDArray[np.float32] = (0.5 * rows * (1 + erf)).astype(np.float32)
    return found
