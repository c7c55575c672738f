"""The one writer of an index in Milvus: an alias that only one can hold, and a number that its holder raises while it lives."""

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from index.errors import IndexBusyError, IndexUnusableError
from index.milvus.collections import NO_VECTOR, create_pieces, is_writer, lock_alias, writer_name
from index.milvus.server import MilvusServer

BEAT_S = 2.0
# A holder whose number stands still so long is dead: no clock is compared with another machine's.
DEAD_AFTER_S = 10.0
_PROCESS = secrets.token_hex(4)  # Tells this process's writers from those of others, however often numbers come again.


class Lease:
    """The right to write, as long as nobody took it for dead."""

    def __init__(self, server: MilvusServer, collection: str) -> None:
        self._server, self._collection = server, collection

    def check(self) -> None:
        """See that it is still held.

        Raises:
            IndexBusyError: another writer took it, since this one was silent for too long.
        """
        if self._server.alias(lock_alias(self._server.place.name)) != self._collection:
            raise IndexBusyError(f"{self._server.place}: another process took over the writing; run qa index again")


@contextmanager
def milvus_writer(
    server: MilvusServer, *, wait: bool = False, note: Callable[[str], None] = lambda text: None
) -> Iterator[Lease]:
    """Be the one writer. `note` is told whom is waited for.

    Raises:
        IndexBusyError: another process writes it, and `wait` is false.
    """
    alias, mine = lock_alias(server.place.name), writer_name(server.place.name, _PROCESS + secrets.token_hex(4))
    create_pieces(server, mine)
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
        with suppress(IndexUnusableError):  # The next writer removes what stays.
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
            with suppress(IndexUnusableError):  # Another one who waits may have been first.
                if server.alias(alias) == holder:
                    server.drop_alias(alias)
                server.drop(holder)
        elif not wait:
            raise IndexBusyError(f"{server.place}: {who} is writing it; wait until that is done, or have --wait do so")
        elif not told:
            note(f"{server.place}: waiting for {who}, which is writing it")
            told = True


def _is_dead(server: MilvusServer, holder: str) -> bool:
    """Whether a holder's number stands still; told at once of one that a file of Milvus Lite was taken from."""
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
        with suppress(IndexUnusableError):  # What is wrong with the server, the writer finds out by itself.
            _write(server, mine, number)


def _write(server: MilvusServer, mine: str, number: int) -> None:
    said = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())}
    server.upsert(mine, {"id": 0, "text": json.dumps(said), "of": number, "none": NO_VECTOR})


def _read(server: MilvusServer, holder: str) -> int | None:
    """A holder's number, None where it is gone."""
    try:
        rows = server.rows(holder, [0], ["of"])
    except IndexUnusableError:
        return None
    return int(rows[0]["of"]) if rows else None


def _holder(server: MilvusServer, holder: str) -> str:
    """Who holds it since when, as far as can be told."""
    with suppress(IndexUnusableError, ValueError, KeyError, TypeError):
        said = json.loads(server.rows(holder, [0], ["text"])[0]["text"])
        pid, host, since = int(said["pid"]), str(said["host"])[:100], str(said["since"])[:40]
        return f"process {pid}{'' if host == socket.gethostname() else f' on {host}'}, last seen {since},"
    return "another process"


def _sweep(server: MilvusServer, mine: str) -> None:
    """Remove the collections of writers that are no more."""
    name = server.place.name
    for collection in server.collections():
        if is_writer(name, collection) and collection != mine and _is_dead(server, collection):
            with suppress(IndexUnusableError):
                server.drop(collection)
