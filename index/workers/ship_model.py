"""Shipping: an export brought to a machine that lacks it, and the proof that it calculates there what it does here."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from index.articles.article import decode_article
from index.errors import IndexMismatchError
from index.grammar.parser import reader_name
from index.models.model_card import ModelCard
from index.models.model_files import GRAPH, TOKENIZER, Export, cached_export, export_folder, keep_export, working_folder
from index.models.onnx_graph import SAMPLES
from index.workers.worker import Worker


@dataclass(frozen=True, slots=True)
class Shipment:
    """What names an export, without its files: its folder's name, its card, its files' sha256."""

    name: str
    card: str
    sha256: str

    @classmethod
    def of(cls, export: Export, files: tuple[bytes, bytes]) -> "Shipment":
        """Of a cached export and its files, as `export_files` reads them."""
        card = json.dumps(export.card.to_dict(), sort_keys=True)
        return cls(export.folder.name, card, _sha256(files))

    def install(self, files: Callable[[], tuple[bytes, bytes]]) -> Export:
        """The export on this machine: the one it has, or made of `files`, which are asked for only then.

        An export that this machine made for itself is left alone where it
        differs: what is shipped lies beside it.

        Raises:
            IndexMismatchError: what came is not what was sent.
            InputError: it cannot be kept here.
        """
        for name in (self.name, f"{self.name}-{self.sha256[:16]}"):
            export = cached_export(export_folder(name))
            if export is not None and _sha256(export_files(export)) == self.sha256:
                return export
        came = files()
        if _sha256(came) != self.sha256:
            raise IndexMismatchError("the model's files did not arrive whole; run it again")
        own = export_folder(self.name)
        folder = own if not own.exists() else export_folder(f"{self.name}-{self.sha256[:16]}")
        record = json.loads(self.card)
        with working_folder() as working:
            for file, data in zip((GRAPH, TOKENIZER), came, strict=True):
                (working / file).write_bytes(data)
            keep_export(working, folder, record)
        return Export(folder, ModelCard.from_dict(record))


def export_files(export: Export) -> tuple[bytes, bytes]:
    """The graph and the tokenizer of an export that onnxruntime runs."""
    return (export.folder / GRAPH).read_bytes(), (export.folder / TOKENIZER).read_bytes()


def worker_proof(worker: Worker) -> str:
    """A digest of all that this worker makes of sample texts, bit for bit.

    int8 sums are not the same on every processor, nor is a parse by every version.
    """
    text = "\n\n".join([*SAMPLES, " ".join(SAMPLES)])
    (entry,) = worker.entries([decode_article(text.encode(), "samples")])
    said = [repr((entry.passages, entry.sentences, entry.aliases)), reader_name() if worker.parser else ""]
    tokens = [sentence.tokens for sentence in entry.sentences]
    return hashlib.sha256(b"\0".join([*(part.encode() for part in said), *tokens, entry.vectors.tobytes()])).hexdigest()


def _sha256(files: tuple[bytes, bytes]) -> str:
    return hashlib.sha256("".join(hashlib.sha256(data).hexdigest() for data in files).encode()).hexdigest()
