"""The reader's graph: the default model's, with the trained layers in the place of its own.

Matrices have 7 bits there, whose sums saturate on no processor.

encoder.layer.0.output.dense.weight, (384, 1536), is written twice into the
graph's bytes: its numbers, transposed, and the scale of each output.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from articles_qa.index.errors import InputError
from articles_qa.index.models.model_files import GRAPH, PACKAGED, packaged_export
from articles_qa.index.models.reader import Reader
from articles_qa.index.models.reader_weights import READER_WEIGHTS, Layer, Layers, read_reader_head, read_reader_layers

PLACES = PACKAGED / "reader.json"  # Where each layer stands in the default model's graph; made with the graph.
LEVELS_8_BITS, LEVELS_7_BITS = 127, 64


@cache
def open_reader(weights: Path = READER_WEIGHTS) -> Reader:
    """Open the reader with these weights.

    Raises:
        InputError: the weights cannot be read.
    """
    try:
        head = read_reader_head(weights)
    except Exception as error:  # That of safetensors for damage is no subclass of another.
        raise InputError(f"{weights}: the reader's weights cannot be read ({error}); install the program again") from error
    return Reader(head, lambda: reader_graph(weights), packaged_export())


def reader_graph(weights: Path = READER_WEIGHTS) -> bytes:
    """Return the graph of the reader with these weights.

    Raises:
        InputError: a file of the program is missing or changed.
    """
    try:
        said = json.loads(PLACES.read_bytes())
        graph = put_layers((PACKAGED / GRAPH).read_bytes(), read_reader_layers(weights), said["places"])
    except Exception as error:  # As above.
        raise InputError(f"{weights}: the reader cannot be made ({error}); install the program again") from error
    if weights == READER_WEIGHTS and hashlib.sha256(graph).hexdigest() != said["sha256"]:
        raise InputError(f"{weights}: the reader's files are damaged; install the program again")
    return graph


def put_layers(graph: bytes, layers: Layers, places: dict[str, list[int]]) -> bytes:
    """Return a graph with these layers at these places, in 7 bits."""
    made = bytearray(graph)
    for name, layer in layers.items():
        for at, data in zip(places[name], layer_bytes(layer, LEVELS_7_BITS), strict=True):
            made[at : at + len(data)] = data
    return bytes(made)


def find_layers(graph: bytes, layers: Layers) -> dict[str, list[int]]:
    """Return where the bytes of each layer stand in a graph of 8 bits.

    Raises:
        ValueError: the graph has a layer not just once.
    """
    places: dict[str, list[int]] = {}
    for name, layer in layers.items():
        parts = layer_bytes(layer, LEVELS_8_BITS)
        places[name] = [graph.find(data) for data in parts]
        if -1 in places[name] or places[name] != [graph.rfind(data) for data in parts]:
            raise ValueError(f"{name} does not stand in the graph once")
    return places


def layer_bytes(layer: Layer, levels: int) -> tuple[bytes, ...]:
    """Return a layer as onnxruntime's quantiser writes it: numbers, or numbers of so many levels and their scales."""
    if layer.ndim == 1:
        return (layer.tobytes(),)
    most = np.abs(layer).max(axis=1)
    scale = ((most + most).astype(np.float64) / (2 * levels)).astype(np.float32)
    numbers: npt.NDArray[np.int8] = np.rint(layer / scale[:, None]).astype(np.int8)
    return numbers.T.tobytes(), scale.tobytes()
