"""A model's files: found by name or path, known by their sha256."""

import hashlib
from pathlib import Path

from index.errors import InputError

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
