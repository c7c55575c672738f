"""The collections of an index in Milvus: their names and fields.

NAME                     an alias of the generation in force, switched in one step
NAME_gen_000007          one generation's manifest, catalogue and lexicon, in pieces
NAME_data_000003_…       articles' texts, passages and sentences, shared by generations; made by generation 3
NAME_writing             an alias of the one writer's collection
NAME_writer_…            the name of a writer, and a number that the writer raises while it lives
"""

import re
from dataclasses import dataclass
from typing import Any

from articles_qa.index.milvus.lexicon import K1, B
from articles_qa.index.milvus.server import MilvusServer

MAX_VARCHAR = 65_535
NO_VECTOR = [0.0, 0.0]  # Every collection must have a vector; this vector is never searched.


@dataclass(frozen=True, slots=True)
class DataCollections:
    """The names of the collections with an index's rows."""

    texts: str
    passages: str
    sentences: str

    @property
    def all(self) -> tuple[str, str, str]:
        """All three names."""
        return self.texts, self.passages, self.sentences


def generation_name(name: str, number: int) -> str:
    """Return the name of a generation's collection."""
    return f"{name}_gen_{number:06d}"


def generation_number(name: str, collection: str) -> int | None:
    """Return the number of a generation from its collection's name; None for another collection."""
    match = re.fullmatch(rf"{re.escape(name)}_gen_(\d{{6,}})", collection)
    return int(match[1]) if match else None


def data_collections(name: str, number: int) -> DataCollections:
    """Return the names of the data collections that a generation made."""
    return DataCollections(*(f"{name}_data_{number:06d}_{what}" for what in ("texts", "passages", "sentences")))


def is_data(name: str, collection: str) -> bool:
    """Return whether a collection is a data collection of the index."""
    return re.fullmatch(rf"{re.escape(name)}_data_\d{{6,}}_(?:texts|passages|sentences)", collection) is not None


def lock_alias(name: str) -> str:
    """Return the name of the writer lease, an alias."""
    return f"{name}_writing"


def writer_name(name: str, token: str) -> str:
    """Return the name of a writer's collection."""
    return f"{name}_writer_{token}"


def is_writer(name: str, collection: str) -> bool:
    """Return whether a collection is a writer's."""
    return re.fullmatch(rf"{re.escape(name)}_writer_[0-9a-f]+", collection) is not None


def create_data(server: MilvusServer, names: DataCollections, *, dim: int, exhaustive: bool) -> None:
    """Create the data collections. `exhaustive` compares a question with every sentence; else a graph (HNSW) is searched."""
    from pymilvus import Function, FunctionType

    numbers = {"article": "INT64", "since": "INT64"}
    create_texts(server, names.texts, **numbers)
    further = {"first_text": "INT64", "texts": "INT64"}
    schema, indexes = _schema(**numbers, words="VARCHAR", body="VARCHAR", **further, sparse="SPARSE_FLOAT_VECTOR")
    scored = {"input_field_names": ["words"], "output_field_names": ["sparse"]}
    schema.add_function(Function(name="bm25", function_type=FunctionType.BM25, **scored))
    weights = {"bm25_k1": K1, "bm25_b": B}
    indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=weights)
    server.create(names.passages, schema, indexes)
    schema, indexes = _schema(dim, **numbers, vector="FLOAT_VECTOR")
    graph = {"index_type": "HNSW", "params": {"M": 32, "efConstruction": 256}}
    indexes.add_index("vector", metric_type="IP", **({"index_type": "FLAT"} if exhaustive else graph))
    server.create(names.sentences, schema, indexes)


def create_texts(server: MilvusServer, name: str, **numbers: str) -> None:
    """Create a collection of texts with these fields of type INT64."""
    schema, indexes = _schema(**numbers, text="VARCHAR", none="FLOAT_VECTOR")
    indexes.add_index("none", index_type="FLAT", metric_type="L2")
    server.create(name, schema, indexes)


# The project's own analyzer makes the terms, so that articles and questions are analysed alike, as in a folder.
_ANALYZED = {"enable_analyzer": True, "analyzer_params": {"tokenizer": "standard"}}


def _schema(dim: int = len(NO_VECTOR), /, **fields: str) -> tuple[Any, Any]:
    """Return a schema with its key and these fields, given the type of each, and empty index parameters."""
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    options: dict[str, dict[str, Any]] = {"VARCHAR": {"max_length": MAX_VARCHAR}, "FLOAT_VECTOR": {"dim": dim}}
    for name, kind in fields.items():
        schema.add_field(name, DataType[kind], **options.get(kind, {}), **(_ANALYZED if name == "words" else {}))
    return schema, MilvusClient.prepare_index_params()
