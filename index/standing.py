"""Whether an index stands at a place, without opening it, wherever that is."""

from pathlib import Path

from index.generation import index_exists
from index.milvus_place import is_milvus


def is_indexed(place: str | Path) -> bool:
    """Whether an index was published there; false where there is nothing yet.

    Raises:
        InputError: something else is there, or the extra for Milvus is not installed.
        IndexUnusableError: the server cannot be reached.
    """
    if is_milvus(place):
        from index.milvus_standing import milvus_index_exists

        return milvus_index_exists(place)
    return index_exists(Path(place))
