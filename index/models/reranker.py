"""The reranker: a cross-encoder, which reads a question and a text together and scores how well they fit."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np

from index.arrays import Logits
from index.models.model_card import ModelKind, Runtime
from index.models.model_files import GRAPH, Export, find_model, load_tokenizer
from index.models.onnx_graph import load_original, original_scores
from index.models.onnx_session import Session, cores


class Reranker:
    """Scores texts for a question with an exported cross-encoder; several threads may use it."""

    def __init__(self, export: Export) -> None:
        self.card = export.card
        self._export = export
        self._session = Session(export.folder / GRAPH, export.card.inputs)

    def scores(self, question: str, texts: Sequence[str]) -> Logits:
        """Return how well each text answers the question; text beyond the model's window is left out. (n,)

        Each pair is read alone: quantised sums depend on the other pairs of a
        batch, and a score must not.
        """
        if self.card.runtime is Runtime.SENTENCE_TRANSFORMERS:
            return original_scores(self._original, question, texts)
        with ThreadPoolExecutor(cores()) as workers:
            return np.fromiter(workers.map(lambda text: self._score(question, text), texts), np.float64, len(texts))

    def _score(self, question: str, text: str) -> float:
        limit = self.card.max_tokens * 20  # Characters; no token of a language is longer.
        encoding = self._tokenizer.encode(question[:limit], text[:limit])
        ids = np.array([encoding.ids], np.int64)
        types = np.array([encoding.type_ids], np.int64)
        values = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
        return float(self._session.run(values, threads=1)[0, 0])

    @cached_property
    def _tokenizer(self) -> Any:
        tokenizer = load_tokenizer(self._export.folder)
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.card.max_tokens, strategy="longest_first")
        return tokenizer

    @cached_property
    def _original(self) -> Any:
        return load_original(find_model(self.card.name, ModelKind.RERANKER), ModelKind.RERANKER)
