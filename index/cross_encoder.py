"""The reranker: a cross-encoder, which reads a question and a text together and says how well they fit."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from index.errors import InputError
from index.exports import GRAPH, TOKENIZER, keep_export, read_record, working_folder
from index.model import Precision, Runtime, cache_folder
from index.model_files import find_folder, fingerprints
from index.session import Session, cores

OPTION = "--reranker"  # What messages name it by.

Logits: TypeAlias = npt.NDArray[np.float64]
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

    @classmethod
    def open(cls, name: str) -> "Reranker":
        """A cross-encoder by its folder or its name in the local hub cache; exported at its first use.

        Raises:
            InputError: there is none of this name, it is no cross-encoder with
                one score, or it cannot be loaded.
        """
        return cls(export_reranker(name))

    def scores(self, question: str, texts: Sequence[str]) -> Logits:
        """How well each text answers the question, as logits; what exceeds the model's window is left out. (n,)

        Each pair is read alone: quantised sums depend on what shares a batch,
        and a score must not.
        """
        if self.card.runtime is Runtime.SENTENCE_TRANSFORMERS:
            from index.cross_encoder_export import original_scores

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
        from index.cross_encoder_export import load_cross_encoder

        return load_cross_encoder(self._export.source)


def export_reranker(name: str) -> RerankerExport:
    """The export of a cross-encoder: the cached one, or a new one.

    Raises:
        InputError: as `Reranker.open`.
    """
    if not name.strip():
        raise InputError(f"{OPTION}: empty; give a cross-encoder's name or folder")
    source = find_folder(name, option=OPTION, owner="cross-encoder")
    _, files_sha256 = fingerprints(source, OPTION)
    cache = cache_folder() / "models"
    folder = cache / f"{files_sha256[:32]}-reranker"
    if (card := _cached_card(folder)) is None:
        from index.cross_encoder_export import write_reranker  # Loads torch.

        with working_folder(cache) as working:
            card = write_reranker(source, working, files_sha256=files_sha256)
            keep_export(working, folder, card.to_dict())
    return RerankerExport(folder, source, replace(card, name=name))


def _cached_card(folder: Path) -> RerankerCard | None:
    """The card of a whole export in that folder, or nothing."""
    record = read_record(folder)
    try:
        return None if record is None else RerankerCard.from_dict(record)
    except (KeyError, TypeError, ValueError):
        return None
