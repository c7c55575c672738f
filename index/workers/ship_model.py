"""Shipping a model's export to another machine, and proving that a worker there gives the same results."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from articles_qa.index.articles.article import decode_article
from articles_qa.index.errors import IndexMismatchError
from articles_qa.index.grammar.parser import reader_name
from articles_qa.index.models.model_card import ModelCard
from articles_qa.index.models.model_files import (
    GRAPH,
    TOKENIZER,
    Export,
    cached_export,
    export_folder,
    keep_export,
    packaged_export,
    working_folder,
)
from articles_qa.index.models.onnx_graph import SAMPLES
from articles_qa.index.workers.worker import Worker


@dataclass(frozen=True, slots=True)
class Shipment:
    """The name of an export's folder, its card, the sha256 of its files, and how it is run."""

    name: str
    card: str
    sha256: str
    precise: bool = False

    @classmethod
    def of(cls, export: Export, files: tuple[bytes, bytes]) -> "Shipment":
        """Describe an export with the files that `export_files` read."""
        card = json.dumps(export.card.to_dict(), sort_keys=True)
        return cls(export.folder.name, card, _sha256(files), export.precise)

    def install(self, files: Callable[[], tuple[bytes, bytes]]) -> Export:
        """Return this machine's own export, or install the export from `files`, which are fetched only then.

        This machine's own export stays where it differs; the shipped export
        lies beside it.

        Raises:
            IndexMismatchError: the files differ from those that were sent.
            InputError: the cache cannot be written.
        """
        cached = (cached_export(export_folder(name)) for name in (self.name, f"{self.name}-{self.sha256[:16]}"))
        for export in (packaged_export(), *cached):
            if export is not None and _sha256(export_files(export)) == self.sha256:
                return replace(export, precise=self.precise)
        came = files()
        if _sha256(came) != self.sha256:
            raise IndexMismatchError("the model's files did not arrive whole; run it again")
        own = export_folder(self.name)
        folder = own if not own.exists() else export_folder(f"{self.name}-{self.sha256[:16]}")
        card = ModelCard.from_dict(json.loads(self.card))
        with working_folder() as working:
            for file, data in zip((GRAPH, TOKENIZER), came, strict=True):
                (working / file).write_bytes(data)
            keep_export(working, folder, card)
        return Export(folder, card, self.precise)


def export_files(export: Export) -> tuple[bytes, bytes]:
    """Read the graph and the tokenizer of an export that onnxruntime runs."""
    return (export.folder / GRAPH).read_bytes(), (export.folder / TOKENIZER).read_bytes()


def worker_proof(worker: Worker) -> str:
    """Return a digest of a worker's results for the sample texts, bit for bit.

    int8 sums differ between processors, and parses between versions.
    """
    text = "\n\n".join([*SAMPLES, " ".join(SAMPLES)])
    (entry,) = worker.entries([decode_article(text.encode(), "samples")])
    results = [repr((entry.passages, entry.sentences, entry.aliases)), reader_name() if worker.parser else ""]
    tokens = [sentence.tokens for sentence in entry.sentences]
    return hashlib.sha256(b"\0".join([*(part.encode() for part in results), *tokens, entry.vectors.tobytes()])).hexdigest()


def _sha256(files: tuple[bytes, bytes]) -> str:
    return hashlib.sha256("".join(hashlib.sha256(data).hexdigest() for data in files).encode()).hexdigest()
