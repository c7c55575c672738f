"""The writer lease: one writer an index in Milvus. Milvus has no locks, so the lease is an alias that one writer can have.

The writer raises a number in its collection while it lives. If the number stands still, the writer is dead.
"""

import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from articles_qa.index.errors import IndexBusyError, IndexUnusableError
from articles_qa.index.local.write_lock import this_process
from articles_qa.index.milvus.collections import NO_VECTOR, create_texts, is_writer, lock_alias, writer_name
from articles_qa.index.milvus.server import MilvusServer

BEAT_S = 2.0
# Clocks of two machines are never compared: only the time for which a number stands still counts.
DEAD_AFTER_S = 10.0
_PROCESS = secrets.token_hex(4)  # Tells this process's writers from others, even if process ids repeat.


class Lease:
    """The right to write, until another writer takes it over."""

    def __init__(self, server: MilvusServer, collection: str) -> None:
        self._server, self._collection = server, collection

    def check(self) -> None:
        """Check that the lease is still this writer's.

        Raises:
            IndexBusyError: another writer took over, because this writer was silent for too long.
        """
        if self._server.alias(lock_alias(self._server.place.name)) != self._collection:
            raise IndexBusyError(f"{self._server.place}: another process took over the writing; run qa index again")


@contextmanager
def milvus_writer(
    server: MilvusServer, *, wait: bool = False, note: Callable[[str], None] = lambda text: None
) -> Iterator[Lease]:
    """Take the lease. `note` receives the name of the process that is waited for.

    Raises:
        IndexBusyError: another process is writing, and `wait` is false.
    """
    alias, mine = lock_alias(server.place.name), writer_name(server.place.name, _PROCESS + secrets.token_hex(4))
    create_texts(server, mine, of="INT64")
    stopped = threading.Event()
    beating = threading.Thread(target=_beat, args=(server, mine, stopped), name="milvus-writer", daemon=True)
    try:
        _write(server, mine, 0)
        beating.start()
        _take(server, alias, mine, wait=wait, note=note)
        _sweep(server, mine)
        yield Lease(server, mine)
    finally:
        stopped.set()
        if beating.ident is not None:
            beating.join()
        with suppress(IndexUnusableError):  # The next writer removes the rest.
            if server.alias(alias) == mine:
                server.drop_alias(alias)
            server.drop(mine)


def _take(server: MilvusServer, alias: str, mine: str, *, wait: bool, note: Callable[[str], None]) -> None:
    told = False
    while not server.create_alias(alias, mine):
        holder = server.alias(alias)
        if holder is None:
            continue
        who = _holder(server, holder)
        if _is_dead(server, holder):
            with suppress(IndexUnusableError):  # Another waiting writer may be first.
                if server.alias(alias) == holder:
                    server.drop_alias(alias)
                server.drop(holder)
        elif not wait:
            raise IndexBusyError(f"{server.place}: {who} is writing it; wait until that is done, or have --wait do so")
        elif not told:
            note(f"{server.place}: waiting for {who}, which is writing it")
            told = True


def _is_dead(server: MilvusServer, holder: str) -> bool:
    """Return whether a writer's number stands still. A file of Milvus Lite that could be opened has no other live writer."""
    if server.place.lite is not None and not holder.startswith(writer_name(server.place.name, _PROCESS)):
        return True
    before = _read(server, holder)
    end = time.monotonic() + DEAD_AFTER_S
    while time.monotonic() < end:
        time.sleep(BEAT_S / 4)
        if (now := _read(server, holder)) != before:
            return now is None
    return True


def _beat(server: MilvusServer, mine: str, stopped: threading.Event) -> None:
    number = 0
    while not stopped.wait(BEAT_S):
        number += 1
        with suppress(IndexUnusableError):  # The writer itself notices a fault of the server.
            _write(server, mine, number)


def _write(server: MilvusServer, mine: str, number: int) -> None:
    server.upsert(mine, {"id": 0, "text": this_process(), "of": number, "none": NO_VECTOR})


def _read(server: MilvusServer, holder: str) -> int | None:
    """Return a writer's number; None if its collection is gone."""
    try:
        rows = server.rows(holder, [0], ["of"])
    except IndexUnusableError:
        return None
    return int(rows[0]["of"]) if rows else None


def _holder(server: MilvusServer, holder: str) -> str:
    """Return who has the lease, as far as known."""
    with suppress(IndexUnusableError, ValueError, KeyError, TypeError):
        said = json.loads(server.rows(holder, [0], ["text"])[0]["text"])
        pid, host, since = int(said["pid"]), str(said["host"])[:100], str(said["since"])[:40]
        return f"process {pid}{'' if host == socket.gethostname() else f' on {host}'}, last seen {since},"
    return "another process"


def _sweep(server: MilvusServer, mine: str) -> None:
    """Remove the collections of dead writers."""
    name = server.place.name
    for collection in server.collections():
        if is_writer(name, collection) and collection != mine and _is_dead(server, collection):
            with suppress(IndexUnusableError):
                server.drop(collection)
