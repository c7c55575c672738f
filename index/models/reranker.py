"""The reranker: a cross-encoder, which reads a question and a text together and says how well they fit."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from index.arrays import Logits
from index.errors import InputError
from index.models.model_card import Precision, Runtime
from index.models.model_files import GRAPH, TOKENIZER
from index.models.onnx_session import Session, cores

"""(n,) float64, any size; above 0 where the text fits rather than not."""


@dataclass(frozen=True, slots=True)
class RerankerCard:
    """What a cross-encoder's export is, and how it wants its input.

    `files_sha256` covers everything that shapes the output; `max_tokens` is
    for a question and a text together.
    """

    name: str
    files_sha256: str
    runtime: Runtime
    precision: Precision
    max_tokens: int
    inputs: tuple[str, ...]
    export_sha256: str = ""
    note: str = ""

    def to_dict(self) -> dict[str, object]:
        """As JSON keeps it."""
        return {**asdict(self), "runtime": self.runtime.value, "precision": self.precision.value, "inputs": list(self.inputs)}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> "RerankerCard":
        """The card that `to_dict` wrote.

        Raises:
            KeyError, TypeError, ValueError: the record is of another shape.
        """
        fixed = {"runtime": Runtime(record["runtime"]), "precision": Precision(record["precision"])}
        return cls(**{**record, **fixed, "inputs": tuple(record["inputs"])})


@dataclass(frozen=True, slots=True)
class RerankerExport:
    """A cached folder, as for an embedding model, and the folder of the model that it was made from."""

    folder: Path
    source: Path
    card: RerankerCard


class Reranker:
    """Scores texts for a question with an exported cross-encoder; may be used from several threads."""

    def __init__(self, export: RerankerExport) -> None:
        self.card = export.card
        self._export = export
        self._session = Session(export.folder / GRAPH, export.card.inputs)

    def scores(self, question: str, texts: Sequence[str]) -> Logits:
        """How well each text answers the question, as logits; what exceeds the model's window is left out. (n,)

        Each pair is read alone: quantised sums depend on what shares a batch,
        and a score must not.
        """
        if self.card.runtime is Runtime.SENTENCE_TRANSFORMERS:
            from index.models.onnx_graph import original_scores

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
        from tokenizers import Tokenizer

        path = self._export.folder / TOKENIZER
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:
            raise InputError(f"{path}: not a tokenizer ({error}); delete this folder, it is made again") from error
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.card.max_tokens, strategy="longest_first")
        return tokenizer

    @cached_property
    def _original(self) -> Any:
        from index.models.onnx_graph import load_cross_encoder

        return load_cross_encoder(self._export.source)
