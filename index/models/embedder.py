"""The embedder: vectors of sentences, pooled from one pass over their passage, and vectors of questions."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from articles_qa.index.arrays import Vectors
from articles_qa.index.models.model_card import Runtime
from articles_qa.index.models.model_files import GRAPH, Export, find_model, load_tokenizer
from articles_qa.index.models.onnx_graph import load_original
from articles_qa.index.models.onnx_session import Session, cores
from articles_qa.index.models.token_vectors import TOKEN_DIM, Projection, TokenRows, projection_of

States: TypeAlias = npt.NDArray[np.float32]
"""(tokens, dim) float32: the transformer's output for one window of tokens."""

TORCH_BATCH = 32


@dataclass(frozen=True, slots=True)
class PassageText:
    """The model's input for one passage: the article's title, and the words of each sentence."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmbeddedPassage:
    """A passage's sentence vectors, (sentences, dim), and the packed tokens of each sentence, b"" where none are kept."""

    vectors: Vectors
    tokens: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class EmbeddedQuestion:
    """A question's vector, (1, dim), and its tokens with the special ones.

    `starts` has the offset of each token in the text, -1 for special tokens.
    `ids`, `rows` and `starts` are empty where the index keeps no tokens.
    """

    vector: Vectors
    ids: npt.NDArray[np.uint16]
    rows: TokenRows
    starts: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Tokens:
    """One window of tokens: ids with the special tokens, and for each id the number of its sentence, or -1.

    `starts` has the offset of each token in the text, -1 for special tokens.
    """

    ids: tuple[int, ...]
    owners: npt.NDArray[np.int64]
    starts: tuple[int, ...] = ()


class Embedder:
    """Turns text into vectors with an exported model, or with sentence-transformers.

    `threads` is the number of cores to use; None: all.
    """

    def __init__(self, export: Export, *, threads: int | None = None) -> None:
        self._threads = threads or cores()
        self.card = export.card
        self._export = export
        self._session = Session(export.folder / GRAPH, export.card.inputs, precise=export.precise)

    def embed_texts(self, texts: Sequence[str], *, prompt: str = "") -> Vectors:
        """Return one vector for each text, pooled as the model says; text beyond the model's window is left out. (n, dim)"""
        if self.card.pooling == "other":
            encoded = self._reference.encode(list(texts), prompt=prompt, normalize_embeddings=True, show_progress_bar=False)
            return np.asarray(encoded, np.float32).reshape(len(texts), self.card.dim)
        windows = [self._window(prompt + text, prompt_chars=0 if self.card.pools_prompt else len(prompt)) for text in texts]
        found = self._states(windows, self._threads)
        pooled = [self._pool_whole(window, states) for window, states in zip(windows, found, strict=True)]
        return _unit(np.stack(pooled)) if pooled else np.empty((0, self.card.dim), np.float32)

    def embed_question(self, question: str) -> EmbeddedQuestion:
        """Return the question's vector and tokens, with the model's prompt for questions, in one pass."""
        prompt = self.card.query_prompt
        projection = self._projection
        if projection is None or not self.card.late_chunking:
            nothing = np.empty(0, np.uint16), np.empty((0, TOKEN_DIM), np.float32), np.empty(0, np.int64)
            return EmbeddedQuestion(self.embed_texts([question], prompt=prompt), *nothing)
        window = self._window(prompt + question, prompt_chars=0 if self.card.pools_prompt else len(prompt))
        states = next(self._states([window], self._threads))
        starts = np.array(window.starts, np.int64)
        starts[starts >= 0] -= len(prompt)
        return EmbeddedQuestion(
            _unit(self._pool_whole(window, states)[None]),
            (np.array(window.ids, np.int64) & 0xFFFF).astype(np.uint16),
            projection.rows(states),
            np.maximum(starts, -1),
        )

    def token_states(self, passage: PassageText) -> States:
        """Return the states of all tokens of a passage's sentences, in order; the model must pool by mean."""
        windows = self._windows(passage)
        parts = zip(windows, self._states(windows, self._threads), strict=True)
        return np.concatenate([states[window.owners >= 0] for window, states in parts])

    @property
    def keeps_tokens(self) -> bool:
        """Tell whether sentences get token vectors."""
        return self.card.late_chunking and self._projection is not None

    def knows(self, word: str) -> bool | None:
        """Tell whether a word is one token of the model, as common words and names are; None where this is unknown."""
        if self.card.pooling == "other":
            return None
        forms = {word, word.lower()}
        read = (self._tokenizer.encode(form, add_special_tokens=False).tokens for form in forms)
        return any(len(pieces) == 1 and pieces[0].strip("▁Ġ") in forms for pieces in read)

    def embed_passages(
        self, passages: Sequence[PassageText], *, progress: Callable[[int], None] = lambda done: None
    ) -> list[EmbeddedPassage]:
        """Embed the sentences of passages; return one result for each passage, in order.

        Each passage is read alone: quantised sums depend on the other texts of
        a batch, and a vector must not. `progress` gets the number of passages
        done, one at a time.

        Source: late chunking, Günther et al. 2024, arXiv 2409.04701, section 3.
        A model that does not pool by mean reads each sentence alone, with the title.
        """
        if self.card.late_chunking:
            return self._late(passages, progress)
        found: list[EmbeddedPassage] = []
        for passage in passages:
            texts = [f"{passage.title}. {sentence}" if passage.title else sentence for sentence in passage.sentences]
            vectors = self.embed_texts(texts, prompt=self.card.passage_prompt)
            found.append(EmbeddedPassage(vectors, (b"",) * len(texts)))
            progress(1)
        return found

    def _late(self, passages: Sequence[PassageText], progress: Callable[[int], None]) -> list[EmbeddedPassage]:
        """Pool each sentence's vector as the mean of its tokens' states.

        With one core for each passage: 117 passages/s on two cores, against 98 with all cores for each.
        """
        # Longest first, so that the workers end together.
        order = sorted(range(len(passages)), key=lambda i: -sum(map(len, passages[i].sentences)))
        found = [EmbeddedPassage(np.empty((0, self.card.dim), np.float32), ())] * len(passages)
        with ThreadPoolExecutor(self._threads) as workers:
            run: Any = map if self.card.runtime is Runtime.SENTENCE_TRANSFORMERS else workers.map
            for i, embedded in zip(order, run(self._pool_sentences, [passages[i] for i in order]), strict=True):
                found[i] = embedded
                progress(1)
        return found

    def _pool_sentences(self, passage: PassageText) -> EmbeddedPassage:
        """Return each sentence's mean state and packed tokens."""
        size = len(passage.sentences)
        windows = self._windows(passage)
        sums = np.zeros((size, self.card.dim), np.float64)
        counts = np.zeros(size, np.int64)
        tokens = [b""] * size
        for window, states in zip(windows, self._states(windows, 1), strict=True):
            # The tokens of a sentence are neighbours: reduceat is some 100 times as fast as numpy.add.at.
            own = np.flatnonzero(window.owners >= 0)
            if len(own):
                owners = window.owners[own]
                starts = np.flatnonzero(np.diff(owners, prepend=-1))
                sums[owners[starts]] += np.add.reduceat(states[own], starts, axis=0)
                counts[owners[starts]] += np.diff(starts, append=len(own))
                if self._projection:
                    packed = self._projection.packed(np.array(window.ids, np.int64)[own], states[own])
                    size_bytes = len(packed) // len(own)
                    for start, end in pairwise([*starts.tolist(), len(own)]):
                        tokens[owners[start]] += packed[start * size_bytes : end * size_bytes]
        # A sentence without tokens (marks only) takes the mean of the whole passage.
        sums[counts == 0] = sums.sum(axis=0)
        return EmbeddedPassage(_unit((sums / np.maximum(counts, 1)[:, None]).astype(np.float32)), tuple(tokens))

    @cached_property
    def _projection(self) -> Projection | None:
        return projection_of(self.card.sha256)

    def _pool_whole(self, window: _Tokens, states: States) -> npt.NDArray[np.float32]:
        pooled: npt.NDArray[np.float32] = states[0] if self.card.pooling == "cls" else states[window.owners >= 0].mean(axis=0)
        return pooled

    @cached_property
    def _tokenizer(self) -> Any:
        return load_tokenizer(self._export.folder)

    def _window(self, text: str, *, prompt_chars: int) -> _Tokens:
        """Return the first tokens of a text that fit into one window; the prompt's tokens have the owner -1."""
        lead, body, trail = _around_specials(self._tokenizer.encode(text[: self.card.max_tokens * 20]))
        body = body[: self.card.max_tokens - len(lead) - len(trail)]
        owners = [0] * len(lead) + [-1 if start < prompt_chars else 0 for _, start in body] + [0] * len(trail)
        starts = (*(-1 for _ in lead), *(start for _, start in body), *(-1 for _ in trail))
        return _Tokens((*lead, *(token for token, _ in body), *trail), np.array(owners, np.int64), starts)

    def _windows(self, passage: PassageText) -> list[_Tokens]:
        """Return all tokens of a passage, in as many windows as the model needs."""
        head = self.card.passage_prompt + (f"{passage.title}. " if passage.title else "")
        lead, body, trail = _around_specials(self._tokenizer.encode(head + " ".join(passage.sentences)))
        starts = np.cumsum([len(head), *(len(sentence) + 1 for sentence in passage.sentences[:-1])])
        room = self.card.max_tokens - len(lead) - len(trail)
        windows = []
        for at in range(0, len(body), room):
            part = body[at : at + room]
            owners = np.full(len(lead) + len(part) + len(trail), -1, np.int64)
            owners[len(lead) : len(lead) + len(part)] = np.searchsorted(starts, [start for _, start in part], side="right") - 1
            windows.append(_Tokens((*lead, *(token for token, _ in part), *trail), owners))
        return windows

    def _states(self, windows: Sequence[_Tokens], threads: int) -> Iterator[States]:
        """Yield the token states of each window; two threads take 1.3 ms for a question, one takes 2.0."""
        if self.card.runtime is Runtime.SENTENCE_TRANSFORMERS:
            yield from self._torch_states(windows)
            return
        for window in windows:
            ids = np.array([window.ids], np.int64)
            values = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            yield self._session.run(values, threads=threads)[0]

    @cached_property
    def _reference(self) -> Any:
        return load_original(find_model(self.card.name), self.card.device)

    def _torch_states(self, windows: Sequence[_Tokens]) -> Iterator[States]:
        import torch

        model = self._reference
        for at in range(0, len(windows), TORCH_BATCH):
            part = windows[at : at + TORCH_BATCH]
            width = max(len(window.ids) for window in part)
            ids = torch.zeros((len(part), width), dtype=torch.long)
            mask = torch.zeros_like(ids)
            for row, window in enumerate(part):
                ids[row, : len(window.ids)] = torch.tensor(window.ids)
                mask[row, : len(window.ids)] = 1
            with torch.inference_mode():
                output = model[0].auto_model(input_ids=ids.to(model.device), attention_mask=mask.to(model.device))
            states = output.last_hidden_state.float().cpu().numpy()
            yield from (states[row, : len(window.ids)] for row, window in enumerate(part))


def _around_specials(encoding: Any) -> tuple[list[int], list[tuple[int, int]], list[int]]:
    """Split an encoding into leading special tokens, the text's tokens with their offsets, and trailing special tokens."""
    ids, specials, offsets = encoding.ids, encoding.special_tokens_mask, encoding.offsets  # Each access makes a new list.
    own = [i for i, special in enumerate(specials) if not special]
    first, last = (own[0], own[-1] + 1) if own else (len(ids), len(ids))
    return ids[:first], [(ids[i], offsets[i][0]) for i in range(first, last)], ids[last:]


def _unit(vectors: npt.NDArray[np.float32]) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), np.float32)
