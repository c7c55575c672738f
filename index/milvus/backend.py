"""How an index in Milvus stands, without opening it: whether there is one, which generation is in force, of which paths."""

from pathlib import Path

from index.errors import IndexUnusableError
from index.milvus.generation import number_in_force, open_milvus_generation
from index.milvus.place import milvus_place
from index.milvus.server import milvus_server


def milvus_index_exists(place: object) -> bool:
    """Whether an index is published there.

    Raises:
        InputError: the name is that of something else, or the extra is not installed.
        IndexUnusableError: the server cannot be reached.
    """
    return number_in_force(milvus_server(milvus_place(place))) is not None


def milvus_mark(place: object) -> bytes:
    """What tells the generation in force from another one; b"" where there is none.

    Raises:
        IndexUnusableError: the server cannot be reached.
    """
    number = number_in_force(milvus_server(milvus_place(place)))
    return b"" if number is None else str(number).encode()


def milvus_paths_before(place: object) -> list[Path]:
    """The files and folders that the last build read, if there was any."""
    try:
        manifest = open_milvus_generation(milvus_server(milvus_place(place))).manifest
    except IndexUnusableError:
        return []
    return [Path(str(path)) for path in manifest["paths"]]
