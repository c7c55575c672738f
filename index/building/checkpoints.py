"""Checkpoints: the batches that a long build has embedded, kept so that a stopped build can resume.

DIR/pending/<hash of model and parser>/<sha256 of the file>.db: each file is a database of entries, as a segment has.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from articles_qa.index.articles.article import Content
from articles_qa.index.entries.entry import Entry
from articles_qa.index.entries.entry_db import Store, write_store
from articles_qa.index.errors import IndexDamagedError
from articles_qa.index.files.checksums import sha256_of
from articles_qa.index.files.disk import DISK, Disk, remove_tree
from articles_qa.index.local.generation import PENDING
from articles_qa.index.local.manifest import FORMAT
from articles_qa.index.models.model_card import ModelCard
from articles_qa.index.search.float16_vectors import from_bytes

_SUFFIX = ".db"
_OPEN = 4  # Of thousands of files; a build must not run out of file descriptors.


class Checkpoints:
    """The entries of finished batches, by their articles' content; only the holder of the writer lock may use them."""

    def __init__(self, directory: Path, card: ModelCard, *, speakers: str, disk: Disk = DISK) -> None:
        self._folder = directory / PENDING
        identity = json.dumps([FORMAT, card.to_dict(), speakers], sort_keys=True).encode()
        self._batches = self._folder / hashlib.sha256(identity).hexdigest()[:16]
        self._disk = disk
        self._places: dict[Content, tuple[Path, int]] = {}
        self._stores: OrderedDict[Path, Store] = OrderedDict()
        for path in sorted(self._batches.glob(f"*{_SUFFIX}")):
            with suppress(OSError, IndexDamagedError):  # A file that is not whole is passed over.
                if sha256_of(path) == path.name.removesuffix(_SUFFIX):
                    self._places |= {article.content: (path, article.number) for article in Store(path).listed()}

    def __contains__(self, content: object) -> bool:
        return content in self._places

    def entry(self, content: Content) -> Entry:
        """Return the entry of an article with this content; its source is that of any file with this content."""
        store, number = self._store(content)
        entry = store.entry(number)
        return replace(entry, vectors=from_bytes(self.rows(content), rows=len(entry.sentences)))

    def rows(self, content: Content) -> bytes:
        """Return the vectors of an article with this content, as a segment has them."""
        store, number = self._store(content)
        ((rows,),) = store.rows("SELECT rows FROM vectors WHERE article = ?", number)
        return bytes(rows)

    def _store(self, content: Content) -> tuple[Store, int]:
        """Return the opened file of an article, and its number there."""
        path, number = self._places[content]
        if path in self._stores:
            self._stores.move_to_end(path)
        else:
            self._stores[path] = Store(path)
            if len(self._stores) > _OPEN:
                self._stores.popitem(last=False)
        return self._stores[path], number

    def keep(self, entries: Sequence[Entry]) -> None:
        """Write a batch of entries to a file named by its sha256; a half-written file never bears its name.

        Raises:
            OSError: the file cannot be written.
        """
        for folder in (self._folder, self._batches):
            if not folder.is_dir():
                self._disk.make_folder(folder)
        partial = self._batches / "batch.tmp"
        if partial.exists():
            self._disk.unlink(partial)
        with self._disk.by_library(partial):
            write_store(partial, entries, with_vectors=True)
        path = self._batches / f"{sha256_of(partial)}{_SUFFIX}"
        self._disk.replace(partial, path)
        self._places |= {entry.article.content: (path, number) for number, entry in enumerate(entries)}

    def discard(self) -> None:
        """Remove all checkpoints, of any model."""
        self._stores.clear()
        self._places.clear()
        with suppress(OSError):  # The next build removes them.
            if self._folder.is_dir():
                remove_tree(self._folder, self._disk)
