"""Model cards: a record of what a model is, which numbers it calculates with and what runs it."""

import re
from dataclasses import asdict, dataclass, fields
from enum import Enum

from articles_qa.index.errors import IndexDamagedError, IndexMismatchError, InputError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # Of the weights, as their maker has them.
_SHA256 = re.compile("[0-9a-f]{64}")


class Precision(Enum):
    """The numbers that an exported model calculates with."""

    INT8 = "int8"
    FP32 = "fp32"


class Runtime(Enum):
    """The library that runs a model."""

    ONNX = "onnx"
    SENTENCE_TRANSFORMERS = "sentence-transformers"


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The embedding model to use; `device` is torch's name of a device and needs sentence-transformers."""

    name: str = DEFAULT_MODEL
    precision: Precision = Precision.INT8
    device: str | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError("--model: empty; give a sentence-transformers model's name or folder")


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Facts of a model that decide its output; vectors compare only where the cards agree.

    `sha256` is the digest of the weights. `files_sha256` also covers
    tokenizer, pooling and prompts. `pooling` is sentence-transformers' word
    for it. `device` is torch's name, if one was asked for.
    """

    name: str
    sha256: str
    files_sha256: str
    runtime: Runtime
    precision: Precision
    dim: int
    max_tokens: int
    pooling: str
    pools_prompt: bool
    query_prompt: str
    passage_prompt: str
    inputs: tuple[str, ...]
    export_sha256: str = ""
    device: str | None = None
    note: str = ""

    @property
    def late_chunking(self) -> bool:
        """Tell whether a sentence's vector is pooled from the token states of its passage."""
        return self.pooling == "mean"

    def to_dict(self) -> dict[str, object]:
        """Return the card as JSON keeps it."""
        return {**asdict(self), "runtime": self.runtime.value, "precision": self.precision.value, "inputs": list(self.inputs)}

    @classmethod
    def from_dict(cls, record: dict[str, object]) -> "ModelCard":
        """Return the card that `to_dict` wrote.

        Raises:
            IndexMismatchError: the record has another shape.
            IndexDamagedError: a digest in the record is none. Names of folders are made of digests.
        """
        try:
            fixed = {"runtime": Runtime(record["runtime"]), "precision": Precision(record["precision"])}
            inputs = tuple(str(name) for name in record["inputs"])  # type: ignore[attr-defined]
            card = cls(**{**record, **fixed, "inputs": inputs})  # type: ignore[arg-type]
            for field in fields(cls):
                if field.name != "inputs" and not isinstance(getattr(card, field.name), field.type):  # type: ignore[arg-type]
                    raise TypeError(f"{field.name} is of another type")
        except (KeyError, TypeError, ValueError) as error:
            raise IndexMismatchError(
                f"the record of the model is of another version ({str(error)[:80]}); run qa index --rebuild"
            ) from error
        digests = (card.sha256, card.files_sha256, *([card.export_sha256] if card.export_sha256 else []))
        if not all(map(_SHA256.fullmatch, digests)):
            raise IndexDamagedError("the record of the model has a sha256 that is none; run qa index --rebuild")
        return card

    def check_same(self, other: "ModelCard", where: str) -> None:
        """Refuse to compare vectors of two models.

        Raises:
            IndexMismatchError: weights, settings, precision or size differ.
        """
        same = ("files_sha256", "precision", "runtime", "dim", "pooling", "query_prompt", "passage_prompt")
        differing = [field for field in same if getattr(self, field) != getattr(other, field)]
        if differing:
            mine, theirs = f"{self.name} ({self.sha256[:12]})", f"{other.name} ({other.sha256[:12]})"
            raise IndexMismatchError(
                f"{where}: built with {mine}, not with {theirs} ({', '.join(differing)} differ); "
                f"run qa index --model {other.name} to build it anew, or ask without --model"
            )
