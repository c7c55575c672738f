"""What tests load and check once a process, though each index and each answer would do so anew."""

import gc
import os
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from articles_qa.index.files import checksums
from articles_qa.index.models import export, model_files
from articles_qa.index.models.embedder import Embedder
from articles_qa.index.models.onnx_session import Session

LARGE_BYTES = 200_000  # A file below is hashed each time, since a test may change it twice within a tick of the clock.


@pytest.fixture(scope="session", autouse=True)
def _models_are_loaded_once() -> Iterator[None]:
    """Share graphs, tokenizers and checksums of the models' files between all indexes: 0.2 s for each small index.

    A file that looks otherwise than before is read again.
    """
    run_graph, hash_file, read_tokenizer = Session._loaded, checksums.sha256_of, Embedder.__dict__["_tokenizer"].func
    graphs, hashes, tokenizers = _Remembered(), _Remembered(), _Remembered()

    def loaded(session: Session, threads: int) -> Any:
        if threads in session._sessions:
            return session._sessions[threads]
        if not isinstance(session._graph, Path):
            return run_graph(session, threads)
        return graphs.get(session._graph, 2 * threads + session._precise, lambda: run_graph(session, threads))

    def sha256_of(path: Path) -> str:
        if path.stat().st_size < LARGE_BYTES:
            return hash_file(path)
        digest: str = hashes.get(path, 0, lambda: hash_file(path))
        return digest

    def tokenizer(embedder: Embedder) -> Any:
        return tokenizers.get(embedder._export.folder / "tokenizer.json", 0, lambda: read_tokenizer(embedder))

    shared = cached_property(tokenizer)
    shared.__set_name__(Embedder, "_tokenizer")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "_loaded", loaded)
        patch.setattr(model_files, "sha256_of", sha256_of)
        patch.setattr(export, "sha256_of", sha256_of)
        patch.setattr(Embedder, "_tokenizer", shared)
        yield


class _Remembered:
    """Results by file; a file that was written to, replaced or removed is not the same file."""

    def __init__(self) -> None:
        self._results: dict[tuple[int, ...], Any] = {}

    def get(self, path: Path, kind: int, make: Callable[[], Any]) -> Any:
        try:
            status = os.stat(path)
        except OSError:
            return make()
        key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, kind)
        if key not in self._results:
            self._results[key] = make()
        return self._results[key]


@pytest.fixture(scope="module", autouse=True)
def _imports_are_no_garbage() -> None:
    """Let the garbage collector pass over what was imported so far; each writing of words collects garbage."""
    gc.collect()
    gc.freeze()
