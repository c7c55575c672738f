"""Generations in Milvus: a manifest, a catalogue and a lexicon in a collection of their own, put in force by an alias."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from articles_qa.index.errors import IndexDamagedError, IndexMismatchError, InputError
from articles_qa.index.milvus.catalogue import Catalogue
from articles_qa.index.milvus.collections import (
    NO_VECTOR,
    DataCollections,
    create_texts,
    data_collections,
    generation_name,
    generation_number,
)
from articles_qa.index.milvus.lexicon import Lexicon
from articles_qa.index.milvus.rows import split_text
from articles_qa.index.milvus.server import MilvusRow, MilvusServer
from articles_qa.index.opened.build_record import BuildRecord, Counts

MILVUS_FORMAT = 3
MANIFEST, CATALOGUE, LEXICON = "manifest", "catalogue", "lexicon"
# The row of each part's first piece. No part has this many pieces.
_FIRST = {MANIFEST: 0, CATALOGUE: 10_000_000, LEXICON: 20_000_000}
EXHAUSTIVE, GRAPH = "Milvus, exhaustive", "Milvus, HNSW"  # The two methods for vectors in a manifest.


@dataclass(slots=True)
class NextNumbers:
    """The numbers that come after those of all articles and rows written so far."""

    article: int = 0
    text: int = 0
    passage: int = 0
    sentence: int = 0


@dataclass(frozen=True, slots=True)
class MilvusManifest:
    """The manifest of a generation in Milvus.

    `data` is the generation that made the data collections. `gone` are numbers of articles whose rows
    do not count. `dim` is the vectors' dimension. `sha256` are those of catalogue and lexicon.
    """

    number: int
    build: BuildRecord
    dim: int
    data: int
    next: NextNumbers
    gone: tuple[int, ...]
    size_bytes: int
    counts: Counts
    sha256: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, said: Mapping[str, Any], place: str) -> "MilvusManifest":
        """Read what `to_json` wrote.

        Raises:
            IndexMismatchError: this program writes the manifest otherwise.
        """
        build, counts = BuildRecord.from_manifest(said, place, also=_ALSO)
        if {*NextNumbers.__slots__} != {*said["next"]}:
            raise IndexMismatchError(f"{place}: next not as this program writes it; run qa index")
        sha256 = str(said["sha256"].get(CATALOGUE)), str(said["sha256"].get(LEXICON))
        after, gone = NextNumbers(**said["next"]), tuple(said["gone"])
        return cls(said["number"], build, said["dim"], said["data"], after, gone, said["size_bytes"], counts, sha256)

    def to_json(self) -> dict[str, object]:
        """Return the manifest as it is written."""
        return {
            "format": MILVUS_FORMAT,
            "number": self.number,
            **self.build.to_json(),
            "dim": self.dim,
            "data": self.data,
            "next": asdict(self.next),
            "gone": list(self.gone),
            "size_bytes": self.size_bytes,
            "counts": self.counts._asdict(),
            "sha256": dict(zip((CATALOGUE, LEXICON), self.sha256, strict=True)),
        }


_ALSO: Mapping[str, type] = {
    "number": int, "dim": int, "data": int, "next": dict, "gone": list, "sha256": dict, "size_bytes": int
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class MilvusGeneration:
    """A published generation, opened."""

    manifest: MilvusManifest
    catalogue: Catalogue
    lexicon: Lexicon
    data: DataCollections

    @property
    def number(self) -> int:
        """The number of the generation."""
        return self.manifest.number

    @property
    def is_graph(self) -> bool:
        """True if vectors are searched by a graph (HNSW), and not exhaustively."""
        return self.manifest.build.methods.vectors == GRAPH

    @property
    def in_force(self) -> str:
        """The filter for rows of the generation; the catalogue leaves out other rows that a search finds."""
        gone = [*self.manifest.gone]
        return f"since <= {self.number}" + (f" and article not in {gone}" if gone else "")


def generations(server: MilvusServer) -> list[int]:
    """Return the numbers of the generations on the server, finished or not, oldest first."""
    numbers = (generation_number(server.place.name, collection) for collection in server.collections())
    return sorted(number for number in numbers if number is not None)


def number_in_force(server: MilvusServer) -> int | None:
    """Return the number of the generation in force; None if nothing is published.

    Raises:
        InputError: the name belongs to something else.
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
    """Open the generation in force, or the one with this number. Its three parts are compared by sha256.

    Raises:
        IndexDamagedError: there is no generation, or it is not what was published.
        IndexMismatchError: the generation has another format.
    """
    place, found = server.place, number_in_force(server) if number is None else number
    if found is None:
        raise IndexDamagedError(f"{place}: there is no index here; run qa index FOLDER --index {place}")
    collection = generation_name(place.name, found)
    if number is not None and number not in generations(server):
        raise IndexDamagedError(f"{place}: generation {number} is not kept; qa info names those that are")
    manifest = _manifest(server, collection)
    if manifest.number != found:
        raise IndexDamagedError(f"{place}: the manifest is of another generation; run qa index --rebuild")
    try:
        catalogue = Catalogue.from_bytes(_blob(server, collection, CATALOGUE, manifest.sha256[0]))
        lexicon = Lexicon.from_bytes(_blob(server, collection, LEXICON, manifest.sha256[1]))
    except (ValueError, TypeError) as error:
        raise IndexDamagedError(f"{place}: the catalogue cannot be read; run qa index --rebuild") from error
    if catalogue.counts() != manifest.counts:
        raise IndexDamagedError(f"{place}: counts differ from the manifest; run qa index --rebuild")
    return MilvusGeneration(manifest, catalogue, lexicon, data_collections(place.name, manifest.data))


def publish_generation(
    server: MilvusServer, manifest: MilvusManifest, catalogue: Catalogue, lexicon: Lexicon
) -> MilvusGeneration:
    """Write a generation, and put it in force in one step."""
    name = server.place.name
    collection, blobs = generation_name(name, manifest.number), (catalogue.to_bytes(), lexicon.to_bytes())
    manifest = replace(manifest, sha256=tuple(hashlib.sha256(blob).hexdigest() for blob in blobs))
    raw = json.dumps(manifest.to_json()).encode()
    sealed = json.dumps([hashlib.sha256(raw).hexdigest(), raw.decode()])
    create_texts(server, collection, of="INT64")
    server.insert(collection, _rows(MANIFEST, sealed))
    for part, blob in zip((CATALOGUE, LEXICON), blobs, strict=True):
        server.insert(collection, _rows(part, base64.b64encode(blob).decode()))
    server.flush(collection)
    server.point(name, collection)
    return MilvusGeneration(manifest, catalogue, lexicon, data_collections(name, manifest.data))


def _rows(part: str, text: str) -> Iterator[MilvusRow]:
    cut = list(split_text(text))
    for number, piece in enumerate(cut):
        yield {"id": _FIRST[part] + number, "text": piece, "of": len(cut), "none": NO_VECTOR}


def _text(server: MilvusServer, collection: str, part: str) -> str:
    """Return the text of a part from its pieces.

    Raises:
        IndexDamagedError: a piece is missing.
    """
    first = _FIRST[part]
    rows = server.rows(collection, [first], ["text", "of"])
    size = int(rows[first]["of"]) if first in rows else 1
    rows |= server.rows(collection, range(first + 1, first + size), ["text"])
    missing = [number for number in range(first, first + size) if number not in rows]
    if missing:
        raise IndexDamagedError(f"{server.place}: {len(missing):,} pieces of its {part} are missing; run qa index --rebuild")
    return "".join(str(rows[number]["text"]) for number in range(first, first + size))


def _manifest(server: MilvusServer, collection: str) -> MilvusManifest:
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
    return MilvusManifest.from_json(manifest, str(place))


def _blob(server: MilvusServer, collection: str, part: str, sha256: str) -> bytes:
    try:
        data = base64.b64decode(_text(server, collection, part), validate=True)
    except ValueError as error:
        raise IndexDamagedError(f"{server.place}: the {part} cannot be read; run qa index --rebuild") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise IndexDamagedError(f"{server.place}: the {part} is not what was published; run qa index --rebuild")
    return data
