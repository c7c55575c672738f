"""uvicorn as the page needs it: it listens at an address, closes slow connections, and stops without a trace."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from articles_qa.index.errors import InputError
from articles_qa.ui.server.hosts import network

HEADERS_WITHIN_S = 10.0
MAX_WAITING = 64  # Connections of one client on which no request is under way. A browser opens six.
MAX_PAGES = 500  # Open pages of one client, half of all connections; a proxy in front of this server is one client.
_OPEN_PAGE = "/gradio_api/heartbeat/"


class Connection(H11Protocol):
    """An HTTP connection of uvicorn, closed where the headers of a request do not come in time.

    uvicorn only times the pause between requests. A client that sends a byte now and then, or none after connecting,
    would keep its place for ever. Nor does uvicorn bound the places of one client: of the connections that await a
    request, and of those that an open page keeps, the oldest is closed.
    """

    _late: asyncio.TimerHandle | None = None
    _open_since: float | None = None
    _network = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # As in uvicorn.
        super().connection_made(transport)
        self._network = network(self.client[0] if self.client else "")
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()
        answering = self.cycle and not self.cycle.response_complete
        if answering and self._open_since is None and self.scope["path"].startswith(_OPEN_PAGE):
            self._open_since = self.loop.time()
            self._close_oldest({other: other._open_since for other in self._of_client() if other._open_since}, MAX_PAGES)

    def on_response_complete(self) -> None:
        self._open_since = None
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_watching()

    def _watch(self) -> None:
        """Time the headers while they are awaited."""
        if self.conn.their_state is not h11.IDLE:
            self._stop_watching()
        elif self._late is None:
            self._late = self.loop.call_later(HEADERS_WITHIN_S, self.transport.abort)
            self._close_oldest({other: other._late.when() for other in self._of_client() if other._late}, MAX_WAITING)

    def _of_client(self) -> Iterator[Connection]:
        """Yield the open connections of the same client."""
        for other in self.connections:
            if isinstance(other, Connection) and other._network == self._network:
                yield other

    @staticmethod
    def _close_oldest(since: dict[Connection, float], most: int) -> None:
        """Close the connection with the earliest time, where there are too many."""
        if len(since) > most:
            oldest = min(since, key=since.__getitem__)
            oldest._stop_watching()
            oldest._open_since = None
            oldest.transport.abort()

    def _stop_watching(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class Listener(socket.socket):
    """A listening socket that bounds the connections of one client that have not begun, as while TLS is agreed on.

    uvicorn knows a connection only once it has begun. Of too many the oldest is closed.
    """

    connections: Collection[Any] = ()  # Those that have begun.

    def __init__(self, *of: Any) -> None:
        super().__init__(*of)
        self._coming: list[tuple[socket.socket, str]] = []

    def accept(self) -> tuple[socket.socket, Any]:
        came, address = super().accept()
        self._coming.append((came, network(address[0])))
        if len(self._coming) > MAX_WAITING:
            self._close_oldest(self._coming[-1][1])
        return came, address

    def _close_oldest(self, client: str) -> None:
        """Forget the connections that have begun or ended; close the oldest one of the client, where too many are left."""
        sockets = (other.transport.get_extra_info("socket") for other in self.connections)  # None where one has just ended.
        gone = {-1, *(begun.fileno() for begun in sockets if begun)}
        self._coming = [(other, of) for other, of in self._coming if other.fileno() not in gone]
        same = [coming for coming in self._coming if coming[1] == client]
        if len(same) > MAX_WAITING:
            self._coming.remove(same[0])
            with suppress(OSError):
                same[0][0].shutdown(socket.SHUT_RDWR)


class Server(uvicorn.Server):
    """uvicorn's server. It calls `ready` when it answers, ends open streams with `stop`, and then just returns."""

    def __init__(self, config: uvicorn.Config, *, ready: Callable[[], None], stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._stop = stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in sockets or ():
            if isinstance(listening, Listener):
                listening.connections = self.server_state.connections
        with suppress(SystemExit):  # Raised where the application did not start.
            await super().startup(sockets)
        if self.started:
            self._ready()
        self.should_exit |= not self.started

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stop()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGINT and SIGTERM; uvicorn would raise them again at the end, before the program has tidied up."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def listen(host: str, port: int) -> Listener:
    """Return a socket that listens at the address; early clients wait until the page is served.

    Raises:
        InputError: the address is in use, not of this machine, or not allowed.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = Listener(family, kind, protocol)
        try:
            if os.name == "posix":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen()
        except BaseException:
            listening.close()
            raise
    except (socket.gaierror, UnicodeError) as error:
        raise InputError(f"--host {host}: no address of that name; name one of this machine") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InputError(f"--port {port}: in use at {host}; name another, or 0 for any free one") from error
        raise InputError(f"--host {host} --port {port}: cannot be used ({error.strerror}); name others") from error
    return listening
