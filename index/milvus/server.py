"""A Milvus server as an index uses it: every request has a time limit, and every failure is one line."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from index.errors import IndexUnusableError, InputError
from index.milvus.connection import AGAIN_MS, GONE, address, connect, failure, says, stop_lite
from index.milvus.place import MilvusPlace

ROWS_AT_ONCE = 500  # Keys in one query, rows in one insertion: some 5 MB, of the 64 that a server takes.
WRITING_TAKES = 12  # Times as long as reading: an index is made, a collection is loaded.
# For this long after opening, reads wait for all earlier writes ("Strong"). Later reads may lag some seconds ("Bounded"),
# which saves the wait for the server's clock (.2 s). Everything that a generation names was written before it was opened.
STRICT_S = 15.0
_T = TypeVar("_T")
Row = dict[str, Any]
_connected: dict[MilvusPlace, "MilvusServer"] = {}
_connecting = threading.Lock()


class MilvusServer:
    """A connection to one server, for several threads; it outlives the server's restarts."""

    def __init__(self, place: MilvusPlace) -> None:
        """Connect.

        Raises:
            InputError: the extra is not installed.
            IndexUnusableError: the server is not there, refuses or is of another version.
        """
        self.place = place
        self._opened = time.monotonic()
        self._client, self.version = connect(place)
        self._loaded: set[str] = set()
        self._loading = threading.Lock()

    def collections(self) -> list[str]:
        """The names of all collections."""
        found = self._told(lambda: self._client.list_collections(timeout=self.place.timeout_s))
        return sorted(str(name) for name in found)

    def alias(self, name: str) -> str | None:
        """The collection that an alias stands for, None where there is none."""
        try:
            found = self._patiently(partial(self._client.describe_alias, name, timeout=self.place.timeout_s))
        except IndexUnusableError as error:
            if error.__cause__ is not None and says(error.__cause__, r"not (?:found|exist)|can't find"):
                return None
            raise
        return str(found["collection_name"])

    def create_alias(self, name: str, collection: str) -> bool:
        """Let an alias that is free stand for a collection; false where it is taken."""
        try:
            self._client.create_alias(collection, name, timeout=self._write_s)
        except Exception as error:
            if says(error, "already|alias.*exist"):
                return False
            raise failure(error, self.place) from error
        return self.alias(name) == collection

    def point(self, name: str, collection: str) -> None:
        """Let an alias stand for a collection from now on, in one step."""
        if self.alias(name) is None:
            self._told(lambda: self._client.create_alias(collection, name, timeout=self._write_s))
        else:
            self._told(lambda: self._client.alter_alias(collection, name, timeout=self._write_s))

    def drop_alias(self, name: str) -> None:
        """Take an alias away."""
        self._told(lambda: self._client.drop_alias(name, timeout=self._write_s))

    def create(self, name: str, schema: Any, indexes: Any) -> None:
        """Make a collection with its indexes, and load it."""
        arguments = {"schema": schema, "timeout": self._write_s, "consistency_level": "Bounded"}
        self._told(lambda: self._client.create_collection(name, **arguments))
        # An index of nothing is there at once; pymilvus would wait half a second for each before it looks.
        self._told(lambda: self._client.create_index(name, indexes, timeout=self._write_s, sync=False))
        self._told(lambda: self._client.load_collection(name, timeout=self._write_s))
        with self._loading:
            self._loaded.add(name)

    def drop(self, name: str) -> None:
        """Remove a collection with all that is in it."""
        self._told(lambda: self._client.drop_collection(name, timeout=self._write_s))
        with self._loading:
            self._loaded.discard(name)

    def insert(self, name: str, rows: Iterable[Row]) -> None:
        """Add rows, some at a time."""
        for part in _parts(rows):
            self._told(partial(self._client.insert, name, part, timeout=self._write_s))

    def upsert(self, name: str, row: Row) -> None:
        """Put a row in place of the one with its key."""
        self._told(lambda: self._client.upsert(name, [row], timeout=self.place.timeout_s))

    def delete(self, name: str, keys: Sequence[int]) -> None:
        """Remove the rows with these keys; those that are not there count for nothing."""
        self._load(name)
        for part in _parts(keys):
            self._told(partial(self._client.delete, name, ids=part, timeout=self._write_s))

    def delete_where(self, name: str, condition: str) -> None:
        """Remove the rows that a condition holds for."""
        self._load(name)
        self._told(lambda: self._client.delete(name, filter=condition, timeout=self._write_s))

    def flush(self, name: str) -> None:
        """See to it that what was inserted is on the server's disk."""
        self._told(lambda: self._client.flush(name, timeout=self._write_s))

    def rows(self, name: str, keys: Sequence[int], fields: Sequence[str]) -> dict[int, Row]:
        """The rows with these keys, those that are there, by key."""
        self._load(name)
        found: dict[int, Row] = {}
        for part in _parts(keys):
            condition = f"id in [{', '.join(map(str, part))}]"
            answer = self._again(name, partial(self._query, name, condition, ["id", *fields]))
            found |= {int(row["id"]): row for row in answer}
        return found

    def count(self, name: str, condition: str = "") -> int:
        """How many rows there are, or those that a condition holds for; of all that was written before."""
        self._load(name)
        answer = self._again(name, lambda: self._query(name, condition, ["count(*)"], level="Strong"))
        return int(answer[0]["count(*)"])

    def search(
        self, name: str, queries: Sequence[Any], *, field: str, top_k: int, condition: str, fields: Sequence[str] = ()
    ) -> list[list[Row]]:
        """For each query the rows nearest to it, best first: `id`, `distance` and these fields of each."""
        self._load(name)
        parameters = {"params": {"ef": max(2 * top_k, 200)} if field == "vector" else {}}

        def ask() -> Any:
            return self._client.search(
                name,
                data=list(queries),
                anns_field=field,
                limit=top_k,
                filter=condition,
                output_fields=list(fields),
                search_params=parameters,
                consistency_level=self._level,
                timeout=self.place.timeout_s,
            )

        answers = self._again(name, ask)
        return [[{"id": hit["id"], "distance": hit["distance"], **hit.get("entity", {})} for hit in hits] for hits in answers]

    def be_strict(self) -> None:
        """Let what is read from now on hold all that was written until now, for as long as that takes to be sure."""
        self._opened = time.monotonic()

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    @property
    def _write_s(self) -> float:
        return self.place.timeout_s * WRITING_TAKES

    @property
    def _level(self) -> str:
        return "Strong" if time.monotonic() - self._opened < STRICT_S else "Bounded"

    def _query(self, name: str, condition: str, fields: Sequence[str], level: str = "") -> Any:
        arguments = {"consistency_level": level or self._level, "timeout": self.place.timeout_s}
        return self._client.query(name, filter=condition, output_fields=list(fields), **arguments)

    def _load(self, name: str) -> None:
        """Have the server load a collection, which it forgets when Milvus Lite is started again."""
        with self._loading:
            if name in self._loaded:
                return
            self._told(lambda: self._client.load_collection(name, timeout=self._write_s))
            self._loaded.add(name)

    def _again(self, name: str, ask: Callable[[], _T]) -> _T:
        """Ask, once more where the server was started again since and has not loaded the collection."""
        try:
            return self._patiently(ask)
        except IndexUnusableError as error:
            if error.__cause__ is None or not says(error.__cause__, "not loaded|released"):
                raise
        with self._loading:
            self._loaded.discard(name)
        self._load(name)
        return self._told(ask)

    def _patiently(self, ask: Callable[[], _T]) -> _T:
        """Ask; where the server is back already and only the connection is not, again until it is."""
        end = time.monotonic() + self.place.timeout_s
        while True:
            try:
                return self._told(ask)
            except IndexUnusableError as error:
                if GONE not in str(error) or time.monotonic() > end or not self._listens():
                    raise
            time.sleep(AGAIN_MS / 2000)

    def _listens(self) -> bool:
        """Whether something takes connections at the server's address."""
        if self.place.lite is not None:
            return False
        try:
            address(self.place)
        except IndexUnusableError:
            return False
        return True

    def _told(self, act: Callable[[], _T]) -> _T:
        """Do it; what fails is told in a line."""
        try:
            return act()
        except (IndexUnusableError, InputError):
            raise
        except Exception as error:  # pymilvus passes on exceptions of gRPC, of protobuf and of its own, of no common kind.
            raise failure(error, self.place) from error


def milvus_server(place: MilvusPlace) -> MilvusServer:
    """The connection of this process to a place; one is enough for all threads, and every answer that it gives is fresh."""
    with _connecting:
        if place not in _connected:
            _connected[place] = MilvusServer(place)
        return _connected[place]


def disconnect(place: MilvusPlace) -> None:
    """End the connection, and the server of a file of Milvus Lite, so that another process can open that."""
    with _connecting:
        if (server := _connected.pop(place, None)) is not None:
            server.close()
        if place.lite is not None:
            stop_lite(place.lite)


def _parts(items: Iterable[Any]) -> Iterator[list[Any]]:
    """The items, ROWS_AT_ONCE at a time."""
    part: list[Any] = []
    for item in items:
        part.append(item)
        if len(part) == ROWS_AT_ONCE:
            yield part
            part = []
    if part:
        yield part
