"""The default model's export, index/models/minilm, made again from the published weights through sentence-transformers.

    python -m eval.export [--check]

The folder also gets the original's vectors of the sample texts, and the places
of the reader's layers in the graph. The reader's graph is made through
sentence-transformers, too: the program makes it without, and must make the same.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from articles_qa.index import InputError, ModelSettings, QaError
from articles_qa.index.errors import packages_of
from articles_qa.index.models.export import write_export
from articles_qa.index.models.model_card import DEFAULT_MODEL
from articles_qa.index.models.model_files import GRAPH, PACKAGED, find_model, fingerprints, write_card
from articles_qa.index.models.onnx_graph import SAMPLES, load_original, quantise, trace
from articles_qa.index.models.other_processors import REFERENCE
from articles_qa.index.models.reader_graph import PLACES, find_layers, put_layers
from articles_qa.index.models.reader_weights import read_reader_layers

_CLOSE = 2e-4  # Vectors are kept with four decimals; torch's sums differ a little between processors.


def write_default_export(folder: Path) -> None:
    """Write the export of the default model, with the places of the reader's layers.

    Raises:
        InputError: the model cannot be loaded or exported, or the reader's graph is another than the program's.
    """
    source = find_model(DEFAULT_MODEL)
    sha256, files_sha256 = fingerprints(source)
    card = write_export(source, folder, ModelSettings(), sha256=sha256, files_sha256=files_sha256)
    if not card.export_sha256:
        raise InputError(f"{source}: {card.note}")
    write_card(folder, card)
    model = load_original(source)
    graph, layers = (folder / GRAPH).read_bytes(), read_reader_layers()
    named = model[0].auto_model.named_parameters()
    places = find_layers(graph, {name: each.detach().numpy() for name, each in named if name in layers})
    reader = put_layers(graph, layers, places)
    if reader != _reader_graph(model):
        raise InputError("the reader's graph through sentence-transformers is another than the program's")
    record = {"sha256": hashlib.sha256(reader).hexdigest(), "places": places}
    (folder / PLACES.name).write_text(json.dumps(record, indent=1) + "\n", "utf-8")


def reader_transformer(model: Any) -> Any:
    """Put the reader's layers into the transformer of the default model; return the transformer."""
    import torch

    layers = {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in read_reader_layers().items()}
    unknown = model[0].auto_model.load_state_dict(layers, strict=False).unexpected_keys
    if unknown:
        raise InputError(f"the reader's weights do not fit {DEFAULT_MODEL} ({unknown[0]})")
    return model[0].auto_model


def _reader_graph(model: Any) -> bytes:
    """Return the reader's graph as it is traced and quantised."""
    with tempfile.TemporaryDirectory() as working:
        full, graph = Path(working) / "full.onnx", Path(working) / GRAPH
        features = model.tokenizer(list(SAMPLES[:2]), padding=True, return_tensors="pt")
        trace(reader_transformer(model), features, full)
        quantise(full, graph, reduce_range=True)
        return graph.read_bytes()


def differing(one: Path, other: Path) -> list[str]:
    """Return the names of the files that differ between two exports."""
    names = sorted({path.name for folder in (one, other) for path in folder.iterdir()})
    return [name for name in names if not _same(one / name, other / name)]


def _same(one: Path, other: Path) -> bool:
    if not (one.exists() and other.exists()):
        return False
    if one.name == REFERENCE:
        return np.allclose(json.loads(one.read_bytes()), json.loads(other.read_bytes()), atol=_CLOSE)
    return one.read_bytes() == other.read_bytes()


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the default model's export, or compare it with the present one."""
    parser = argparse.ArgumentParser(prog="python -m eval.export", description=main.__doc__)
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as working, packages_of("models", "eval.export"):
            made = Path(working)
            write_default_export(made)
            if chosen.check:
                others = differing(made, PACKAGED)
                print(f"another export: {', '.join(others)}" if others else "the same export")
                return 1 if others else 0
            PACKAGED.mkdir(exist_ok=True)
            for path in made.iterdir():
                (PACKAGED / path.name).write_bytes(path.read_bytes())
    except (QaError, OSError) as error:
        print(f"eval.export: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
