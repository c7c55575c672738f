"""Exports: folders in the user's cache with a model's card, its tokenizer and its ONNX graph, put there whole."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.errors import InputError

# Raise it when the export changes, so that older exports are made anew.
EXPORT_FORMAT = 1
CARD, GRAPH, TOKENIZER = "card.json", "model.onnx", "tokenizer.json"
_TOKENIZER_SHA256 = "tokenizer_sha256"


@contextmanager
def working_folder(cache: Path) -> Iterator[Path]:
    """An empty folder in the cache to make an export in, removed at the end unless it was kept.

    Raises:
        InputError: nothing can be written there.
    """
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
    """Put a finished export, with its card's record, in its place."""
    fixed = {"format": EXPORT_FORMAT, _TOKENIZER_SHA256: _sha256_if_there(working / TOKENIZER)}
    (working / CARD).write_text(json.dumps({**fixed, **record}, indent=1), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        working.rename(folder)
    except OSError:  # Another process was first; its export is the same.
        if read_record(folder) is None:
            raise


def read_record(folder: Path) -> dict[str, Any] | None:
    """The card's record of a whole export in that folder, or nothing.

    `export_sha256` is that of its graph, "" where there is none.
    """
    try:
        record = json.loads((folder / CARD).read_text("utf-8"))
        if not isinstance(record, dict) or record.pop("format", None) != EXPORT_FORMAT:
            return None
        if record.pop(_TOKENIZER_SHA256, None) != _sha256_if_there(folder / TOKENIZER):
            return None
        if (digest := record.get("export_sha256")) and sha256_of(folder / GRAPH) != digest:
            return None
    except (OSError, ValueError, RecursionError):
        return None
    return record


def _sha256_if_there(path: Path) -> str:
    """Of a file; nothing where a model needs no such file."""
    return sha256_of(path) if path.exists() else ""


_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_SETTINGS = ("*.json", "*.txt", "*.model")


def find_folder(name: str, *, option: str, owner: str) -> Path:
    """The folder of a model: a path, or a name in the local hub cache, with or without its owner.

    Raises:
        InputError: there is none.
    """
    if (path := Path(name).expanduser()).is_dir():
        return path
    from huggingface_hub import snapshot_download

    for repository in (name, f"{owner}/{name}"):
        try:
            return Path(snapshot_download(repository, local_files_only=True))
        except (OSError, ValueError):
            continue
    raise InputError(
        f"{option} {name}: neither a folder nor a model in the local Hugging Face cache; "
        f"download it first (huggingface-cli download {name}) or name its folder"
    )


def fingerprints(source: Path, option: str) -> tuple[str, str]:
    """sha256 of the weights (of all of them, where there are several) and of everything that shapes the output.

    Raises:
        InputError: there are no weights.
    """
    weights = sorted({path for pattern in _WEIGHTS for path in source.glob(pattern)}) or sorted(source.rglob("*.safetensors"))
    if not weights:
        raise InputError(f"{option} {source}: holds no weights (*.safetensors); name a sentence-transformers model's folder")
    sums = [sha256_of(path) for path in weights]
    sha256 = sums[0] if len(sums) == 1 else hashlib.sha256("".join(sums).encode()).hexdigest()
    others = sorted({path for pattern in _SETTINGS for path in source.rglob(pattern)} - set(weights))
    lines = [f"{path.relative_to(source)} {sha256_of(path)}" for path in others]
    return sha256, hashlib.sha256("\n".join([*sums, *lines]).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
