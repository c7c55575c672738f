"""Generations in Milvus: a manifest, a catalogue and a lexicon in a collection of their own, put in force by an alias."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from index.errors import IndexDamagedError, IndexMismatchError, InputError
from index.local.generation import COUNTED
from index.milvus.catalogue import Catalogue
from index.milvus.collections import (
    NO_VECTOR,
    DataCollections,
    create_pieces,
    data_collections,
    generation_name,
    generation_number,
)
from index.milvus.lexicon import Lexicon
from index.milvus.rows import pieces
from index.milvus.server import MilvusServer, Row

MILVUS_FORMAT = 1
MANIFEST, CATALOGUE, LEXICON = "manifest", "catalogue", "lexicon"
# Where the pieces of each begin; none has as many.
_FIRST = {MANIFEST: 0, CATALOGUE: 10_000_000, LEXICON: 20_000_000}
_SHAPE: Mapping[str, type] = {
    "model": dict, "settings": dict, "counts": dict, "root": str, "paths": list, "added": list, "excluded": list,
    "refused": list, "built": str, "data": int, "next": dict, "gone": list, "sha256": dict, "size_bytes": int,
}  # fmt: skip
EXHAUSTIVE, GRAPH = "Milvus, exhaustive", "Milvus, HNSW"  # What a manifest's settings say of the vectors.
NUMBERED = ("article", "text", "passage", "sentence")


@dataclass(frozen=True, slots=True, eq=False)
class MilvusGeneration:
    """A generation as it was published."""

    number: int
    manifest: Mapping[str, Any]
    catalogue: Catalogue
    lexicon: Lexicon
    data: DataCollections

    @property
    def is_graph(self) -> bool:
        """Whether vectors are searched by a graph, and not every one."""
        return bool(self.manifest["settings"].get("vectors") == GRAPH)

    @property
    def in_force(self) -> str:
        """The condition for a row of it; what else a search finds is left out by the catalogue."""
        gone = self.manifest["gone"]
        return f"since <= {self.number}" + (f" and article not in {gone}" if gone else "")


def generations(server: MilvusServer) -> list[int]:
    """The numbers of those that lie on the server, finished or not, oldest first."""
    numbers = (generation_number(server.place.name, collection) for collection in server.collections())
    return sorted(number for number in numbers if number is not None)


def number_in_force(server: MilvusServer) -> int | None:
    """The number of the generation in force, None where nothing is published.

    Raises:
        InputError: the name is that of something else.
    """
    name = server.place.name
    collection = server.alias(name)
    if collection is None:
        if name in server.collections():
            raise InputError(f"{server.place}: is a collection of something else; choose another name")
        return None
    number = generation_number(name, collection)
    if number is None:
        raise InputError(f"{server.place}: is an alias of something else ({collection[:80]!a}); choose another name")
    return number


def open_milvus_generation(server: MilvusServer, *, number: int | None = None) -> MilvusGeneration:
    """The generation in force, or the one of this number; manifest, catalogue and lexicon by their sha256.

    Raises:
        IndexDamagedError: there is none, or it is not what was published.
        IndexMismatchError: it is of another format.
    """
    place, found = server.place, number_in_force(server) if number is None else number
    if found is None:
        raise IndexDamagedError(f"{place}: there is no index here; run qa index FOLDER --index {place}")
    collection = generation_name(place.name, found)
    if number is not None and number not in generations(server):
        raise IndexDamagedError(f"{place}: generation {number} is not kept; qa info names those that are")
    manifest = _manifest(server, collection)
    if manifest["number"] != found:
        raise IndexDamagedError(f"{place}: the manifest is of another generation; run qa index --rebuild")
    try:
        catalogue = Catalogue.from_bytes(_blob(server, collection, CATALOGUE, manifest))
        lexicon = Lexicon.from_bytes(_blob(server, collection, LEXICON, manifest))
    except (ValueError, TypeError) as error:
        raise IndexDamagedError(f"{place}: the catalogue cannot be read; run qa index --rebuild") from error
    if catalogue.counts() != tuple(manifest["counts"][key] for key in COUNTED):
        raise IndexDamagedError(f"{place}: counts differ from the manifest; run qa index --rebuild")
    return MilvusGeneration(found, manifest, catalogue, lexicon, data_collections(place.name, manifest["data"]))


def write_generation(
    server: MilvusServer, number: int, said: Mapping[str, Any], catalogue: Catalogue, lexicon: Lexicon
) -> MilvusGeneration:
    """Write a generation, and put it in force in one step."""
    collection = generation_name(server.place.name, number)
    blobs = {CATALOGUE: catalogue.to_bytes(), LEXICON: lexicon.to_bytes()}
    manifest = {
        "format": MILVUS_FORMAT,
        "number": number,
        **said,
        "counts": dict(zip(COUNTED, catalogue.counts(), strict=True)),
        "sha256": {part: hashlib.sha256(data).hexdigest() for part, data in blobs.items()},
    }
    raw = json.dumps(manifest).encode()
    sealed = json.dumps([hashlib.sha256(raw).hexdigest(), raw.decode()])
    create_pieces(server, collection)
    server.insert(collection, _rows(MANIFEST, sealed))
    for part, data in blobs.items():
        server.insert(collection, _rows(part, base64.b64encode(data).decode()))
    server.flush(collection)
    server.point(server.place.name, collection)
    return MilvusGeneration(number, manifest, catalogue, lexicon, data_collections(server.place.name, said["data"]))


def _rows(part: str, text: str) -> Iterator[Row]:
    cut = list(pieces(text))
    for number, piece in enumerate(cut):
        yield {"id": _FIRST[part] + number, "text": piece, "of": len(cut), "none": NO_VECTOR}


def _text(server: MilvusServer, collection: str, part: str) -> str:
    """A part's pieces, joined.

    Raises:
        IndexDamagedError: one is missing.
    """
    first = _FIRST[part]
    rows = server.rows(collection, [first], ["text", "of"])
    size = int(rows[first]["of"]) if first in rows else 1
    rows |= server.rows(collection, range(first + 1, first + size), ["text"])
    missing = [number for number in range(first, first + size) if number not in rows]
    if missing:
        raise IndexDamagedError(f"{server.place}: {len(missing):,} pieces of its {part} are missing; run qa index --rebuild")
    return "".join(str(rows[number]["text"]) for number in range(first, first + size))


def _manifest(server: MilvusServer, collection: str) -> Mapping[str, Any]:
    place = server.place
    try:
        digest, raw = json.loads(_text(server, collection, MANIFEST))
        right = hashlib.sha256(raw.encode()).hexdigest() == digest
        manifest = json.loads(raw)
        said = manifest.get("format")
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamagedError(f"{place}: the manifest cannot be read; run qa index --rebuild") from error
    if said != MILVUS_FORMAT:
        raise IndexMismatchError(f"{place}: index format {str(said)[:20]}, this program reads {MILVUS_FORMAT}; run qa index")
    if not right:
        raise IndexDamagedError(f"{place}: the manifest is not what was published; run qa index --rebuild")
    odd = [key for key, kind in _SHAPE.items() if not isinstance(manifest.get(key), kind)]
    if odd or not {*COUNTED} <= {*manifest["counts"]} or {*NUMBERED} != {*manifest["next"]}:
        raise IndexMismatchError(f"{place}: {', '.join(odd) or 'counts'} not as this program writes it; run qa index")
    return dict(manifest)


def _blob(server: MilvusServer, collection: str, part: str, manifest: Mapping[str, Any]) -> bytes:
    try:
        data = base64.b64decode(_text(server, collection, part), validate=True)
    except ValueError as error:
        raise IndexDamagedError(f"{server.place}: the {part} cannot be read; run qa index --rebuild") from error
    if hashlib.sha256(data).hexdigest() != manifest["sha256"].get(part):
        raise IndexDamagedError(f"{server.place}: the {part} is not what was published; run qa index --rebuild")
    return data
