"""The seal of a build's paths: a later build reads them unasked only where this user's key sealed them.

An index may come from a stranger, whose manifest could name any folder of this machine.
"""

import hmac
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from articles_qa.index.files.checksums import read_small
from articles_qa.index.models.model_files import cache_folder

KEY = "paths-key.json"
_KEY_BYTES = 32
_MAX_BYTES = 1_000


def seal_paths(paths: Sequence[str]) -> str:
    """Return the seal of these paths by this user's key, which is made where it is missing; "" where no key can be kept."""
    path = cache_folder() / KEY
    with suppress(OSError):
        if not path.exists():
            _make_key(path)
        return _seal(paths, path)
    return ""


def is_sealed(paths: Sequence[str], seal: str) -> bool:
    """Tell whether this user's key made the seal of these paths."""
    with suppress(OSError):
        return hmac.compare_digest(_seal(paths, cache_folder() / KEY).encode(), seal.encode("utf-8", "surrogatepass"))
    return False


def _seal(paths: Sequence[str], key: Path) -> str:
    return hmac.digest(read_small(key, max_bytes=_MAX_BYTES), json.dumps([*paths]).encode(), "sha256").hex()


def _make_key(path: Path) -> None:
    """Keep a new key, which only this user can read; of two processes at once the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{KEY}-{secrets.token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump({"key": secrets.token_hex(_KEY_BYTES)}, file)
        with suppress(FileExistsError):
            os.link(partial, path)
    finally:
        partial.unlink()
