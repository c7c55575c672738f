"""Scratch indexes: indexes of a data set's documents, kept in the cache and built once."""

import codecs
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from itertools import chain
from math import inf
from pathlib import Path

from articles_qa.eval.datasets.cases import DataSet, Document
from articles_qa.index import BuildSettings, Index, IndexUnusableError, InputError, ModelSettings, Progress, build
from articles_qa.index.models.export import export_model
from articles_qa.index.models.model_card import ModelCard
from articles_qa.index.models.model_files import cache_folder

_CODE = Path(__file__).parents[2] / "index"
_SPLITTERS = ("langchain-text-splitters", "nupunkt")  # The packages that decide where passages and sentences end.


def scratch_index(data: DataSet, settings: BuildSettings | None = None, *, progress: Progress | None = None) -> Index:
    """Return an index of a data set's documents: the cached index, or a new index where it is missing or damaged.

    The index is found again by the documents, the model's files and the code of
    `index`, so it is never stale. Of `settings` the model and `rebuild` count;
    size and encoding of the documents are known. Where another process builds
    the same index, this process waits for it.

    Raises:
        InputError: there are no documents, the cache cannot be written, or there is no such model.
    """
    if not data.documents:
        raise InputError(f"{data.name}: brings no documents; name the index that its questions are about (--index)")
    settings, progress = settings or BuildSettings(), progress or Progress()
    model = settings.model or ModelSettings()
    folder = cache_folder() / "eval" / _key(data.documents, export_model(model).card)
    with _locked(folder, progress):
        write_documents(folder / "articles", data.documents)
        index: Index | None = None
        if not settings.rebuild:
            with suppress(IndexUnusableError):  # It is missing or damaged.
                index = Index.open(folder / "index")
        if index is None:
            anew = BuildSettings(model=model, max_file_mb=inf, rebuild=True)
            build([folder / "articles"], folder / "index", anew, progress=progress)
            index = Index.open(folder / "index")
    return index


def write_documents(folder: Path, documents: Sequence[Document]) -> None:
    """Write each document's text to its file. A file of the right size was written whole before, and is left.

    Raises:
        InputError: the folder cannot be written.
    """
    try:
        for document in documents:
            path, data = folder / document.source, document.text.encode()
            if data.startswith(codecs.BOM_UTF8):
                data = codecs.BOM_UTF8 + data  # The first mark of a file is no part of the text.
            if not path.is_file() or path.stat().st_size != len(data):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _key(documents: Sequence[Document], card: ModelCard) -> str:
    """Return the name of the folder: a sha256 of everything that determines the index."""
    model = (card.files_sha256, card.export_sha256, card.precision.value, card.runtime.value, card.device or "")
    parts = [text.encode() for text in (*model, *(version(name) for name in _SPLITTERS))]
    for path in sorted(path for path in _CODE.rglob("*") if path.suffix in (".py", ".json")):
        parts += [str(path.relative_to(_CODE)).encode(), path.read_bytes()]
    digest = hashlib.sha256()
    for part in chain(parts, (text.encode() for document in documents for text in (document.source, document.text))):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()[:32]


@contextmanager
def _locked(folder: Path, progress: Progress) -> Iterator[None]:
    """Hold the folder's lock. The kernel frees it when the process ends, however it ends."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / "LOCK")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            progress.note(f"{folder}: another process builds this index; waiting for it")
            lock.acquire()
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(f"{folder}: cannot be written ({error.strerror}); make room, or set QA_CACHE to another folder")
