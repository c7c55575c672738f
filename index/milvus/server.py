"""A Milvus server as an index uses it: every request has a time limit, and every failure is one line."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from articles_qa.index.errors import IndexUnusableError, InputError
from articles_qa.index.milvus.connection import AGAIN_MS, GONE, address, connect, failure, says
from articles_qa.index.milvus.place import MilvusPlace

ROWS_AT_ONCE = 500  # Keys in one query, rows in one insertion: some 5 MB, of the 64 that a server takes.
WRITING_TAKES = 12  # Times as long as reading: an index is made, a collection is loaded.
# For this long after opening, reads wait for all earlier writes ("Strong"). Later reads may lag some seconds ("Bounded"),
# which saves the wait for the server's clock (.2 s). Everything that a generation names was written before it was opened.
STRICT_S = 15.0
_T = TypeVar("_T")
MilvusRow = dict[str, Any]
_connected: dict[MilvusPlace, "MilvusServer"] = {}
_connecting = threading.Lock()


class MilvusServer:
    """A connection to one server, for several threads; it survives restarts of the server."""

    def __init__(self, place: MilvusPlace) -> None:
        """Connect.

        Raises:
            InputError: the extra is not installed.
            IndexUnusableError: the server is not there, refuses or has another version.
        """
        self.place = place
        self._opened = time.monotonic()
        self._client, self.version = connect(place)
        self._loaded: set[str] = set()
        self._loading = threading.Lock()

    def collections(self) -> list[str]:
        """Return the names of all collections."""
        found = self._request(lambda: self._client.list_collections(timeout=self.place.timeout_s))
        return sorted(str(name) for name in found)

    def alias(self, name: str) -> str | None:
        """Return the collection of an alias; None if there is no such alias."""
        try:
            found = self._reconnecting(partial(self._client.describe_alias, name, timeout=self.place.timeout_s))
        except IndexUnusableError as error:
            if error.__cause__ is not None and says(error.__cause__, r"not (?:found|exist)|can't find"):
                return None
            raise
        return str(found["collection_name"])

    def create_alias(self, name: str, collection: str) -> bool:
        """Create an alias for a collection; return False if the alias exists."""
        try:
            self._client.create_alias(collection, name, timeout=self._write_s)
        except Exception as error:
            if says(error, "already|alias.*exist"):
                return False
            raise failure(error, self.place) from error
        return self.alias(name) == collection

    def point(self, name: str, collection: str) -> None:
        """Switch an alias to a collection in one step; create the alias if it is new."""
        if self.alias(name) is None:
            self._request(lambda: self._client.create_alias(collection, name, timeout=self._write_s))
        else:
            self._request(lambda: self._client.alter_alias(collection, name, timeout=self._write_s))

    def drop_alias(self, name: str) -> None:
        """Remove an alias."""
        self._request(lambda: self._client.drop_alias(name, timeout=self._write_s))

    def create(self, name: str, schema: Any, indexes: Any) -> None:
        """Create a collection with its indexes, and load it."""
        arguments = {"schema": schema, "timeout": self._write_s, "consistency_level": "Bounded"}
        self._request(lambda: self._client.create_collection(name, **arguments))
        # An empty index exists at once; with sync pymilvus would wait half a second for each.
        self._request(lambda: self._client.create_index(name, indexes, timeout=self._write_s, sync=False))
        self._request(lambda: self._client.load_collection(name, timeout=self._write_s))
        with self._loading:
            self._loaded.add(name)

    def drop(self, name: str) -> None:
        """Remove a collection with its rows."""
        self._request(lambda: self._client.drop_collection(name, timeout=self._write_s))
        with self._loading:
            self._loaded.discard(name)

    def insert(self, name: str, rows: Iterable[MilvusRow]) -> None:
        """Insert rows, ROWS_AT_ONCE at a time."""
        for part in _parts(rows):
            self._request(partial(self._client.insert, name, part, timeout=self._write_s))

    def upsert(self, name: str, row: MilvusRow) -> None:
        """Insert a row, or replace the row with the same key."""
        self._request(lambda: self._client.upsert(name, [row], timeout=self.place.timeout_s))

    def delete_where(self, name: str, condition: str) -> None:
        """Remove the rows that match a filter."""
        self._load(name)
        self._request(lambda: self._client.delete(name, filter=condition, timeout=self._write_s))

    def flush(self, name: str) -> None:
        """Flush inserted rows to the server's disk."""
        self._request(lambda: self._client.flush(name, timeout=self._write_s))

    def rows(self, name: str, keys: Sequence[int], fields: Sequence[str]) -> dict[int, MilvusRow]:
        """Return the existing rows among these keys, by key."""
        self._load(name)
        found: dict[int, MilvusRow] = {}
        for part in _parts(keys):
            condition = f"id in [{', '.join(map(str, part))}]"
            answer = self._reload_and_retry(name, partial(self._query, name, condition, ["id", *fields]))
            found |= {int(row["id"]): row for row in answer}
        return found

    def count(self, name: str, condition: str = "") -> int:
        """Return the number of rows that match a filter, after all earlier writes."""
        self._load(name)
        answer = self._reload_and_retry(name, lambda: self._query(name, condition, ["count(*)"], level="Strong"))
        return int(answer[0]["count(*)"])

    def search(
        self, name: str, queries: Sequence[Any], *, field: str, top_k: int, condition: str, fields: Sequence[str] = ()
    ) -> list[list[MilvusRow]]:
        """Return the nearest rows for each query, best first: `id`, `distance` and these fields."""
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

        answers = self._reload_and_retry(name, ask)
        return [[{"id": hit["id"], "distance": hit["distance"], **hit.get("entity", {})} for hit in hits] for hits in answers]

    def be_strict(self) -> None:
        """Let reads in the next STRICT_S seconds wait for all earlier writes."""
        self._opened = time.monotonic()

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
        """Load a collection on the server; Milvus Lite forgets loaded collections when it restarts."""
        with self._loading:
            if name in self._loaded:
                return
            self._request(lambda: self._client.load_collection(name, timeout=self._write_s))
            self._loaded.add(name)

    def _reload_and_retry(self, name: str, ask: Callable[[], _T]) -> _T:
        """Send a request; once more if the server was restarted and the collection is not loaded."""
        try:
            return self._reconnecting(ask)
        except IndexUnusableError as error:
            if error.__cause__ is None or not says(error.__cause__, "not loaded|released"):
                raise
        with self._loading:
            self._loaded.discard(name)
        self._load(name)
        return self._request(ask)

    def _reconnecting(self, ask: Callable[[], _T]) -> _T:
        """Send a request; repeat it while the server is back but the connection is not."""
        end = time.monotonic() + self.place.timeout_s
        while True:
            try:
                return self._request(ask)
            except IndexUnusableError as error:
                if GONE not in str(error) or time.monotonic() > end or not self._listens():
                    raise
            time.sleep(AGAIN_MS / 2000)

    def _listens(self) -> bool:
        """Return whether something accepts connections at the server's address."""
        if self.place.lite is not None:
            return False
        try:
            address(self.place)
        except IndexUnusableError:
            return False
        return True

    def _request(self, act: Callable[[], _T]) -> _T:
        """Send a request; raise a failure as one line."""
        try:
            return act()
        except (IndexUnusableError, InputError):
            raise
        except Exception as error:  # pymilvus raises exceptions of gRPC, of protobuf and of its own, with no common base.
            raise failure(error, self.place) from error


def milvus_server(place: MilvusPlace) -> MilvusServer:
    """Return this process's connection to a place, which all threads share."""
    with _connecting:
        if place not in _connected:
            _connected[place] = MilvusServer(place)
        return _connected[place]


def _parts(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield the items, ROWS_AT_ONCE at a time."""
    part: list[Any] = []
    for item in items:
        part.append(item)
        if len(part) == ROWS_AT_ONCE:
            yield part
            part = []
    if part:
        yield part
