"""The served page: Gradio behind the guard, on one port, until the process is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from articles_qa.index.errors import InputError, QaError
from articles_qa.ui.server.accounts import Accounts
from articles_qa.ui.server.calls import Calls
from articles_qa.ui.server.gradio_app import Page, mount_page, set_environment
from articles_qa.ui.server.guard import Guard
from articles_qa.ui.server.guard_settings import GuardSettings, Limits
from articles_qa.ui.server.hosts import AllowedHosts, Authority, is_any, is_loopback
from articles_qa.ui.server.login import Login
from articles_qa.ui.server.throttle import Throttle
from articles_qa.ui.server.uvicorn_server import Connection, Server, listen

__all__ = ["Page", "ServeSettings", "running", "serve"]

MAX_CONNECTIONS = 1_000  # Each open page keeps one connection; further ones get 503.
MAX_HEADER_BYTES = 32_000
KEEP_ALIVE_S = 5
DRAIN_S = 8  # Requests under way at the end may take so long.


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """The address of the page, and who may use it. Port 0 takes any free port.

    Raises:
        InputError: the page would be open to others by accident, or a setting cannot be used.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    accounts: Accounts | None = None
    allow_hosts: tuple[str, ...] = ()
    insecure: bool = False
    mcp: bool = False
    certfile: Path | None = None
    keyfile: Path | None = None
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise InputError(f"--port {self.port}: not a port; name one of 0 to 65535")
        if not is_loopback(self.host) and not self.insecure:
            missing = [] if self.accounts else ["accounts (--auth)"]
            missing += [] if self.allow_hosts else ["the names it is reached by (--allow-host)"]
            if missing:
                raise InputError(
                    f"--host {self.host}: others can reach it; give {' and '.join(missing)}, or --insecure to do without"
                )
        if self.keyfile and not self.certfile:
            raise InputError(f"{self.keyfile}: a key without its certificate; name that too")
        if self.certfile:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.certfile, self.keyfile, lambda: "")
                _check_private(self.keyfile or self.certfile)
            except OSError as error:  # The base class of ssl.SSLError.
                raise InputError(f"{self.certfile}: no certificate with its key in PEM ({error.strerror or error})") from error
        if self.mcp and find_spec("mcp") is None:
            raise InputError("--mcp: the package mcp is not installed; run pip install 'articles-qa[mcp]'")
        self.hosts()

    def hosts(self) -> AllowedHosts:
        """Return the allowed hosts; where others can reach the page and none is named, every address of this machine."""
        own: tuple[str, ...] = () if is_any(self.host) else (self.host,)
        any_address = not is_loopback(self.host) and not self.allow_hosts
        own += (socket.gethostname(),) if any_address and Authority.parse(socket.gethostname()) else ()
        return AllowedHosts.from_names((*own, *self.allow_hosts), any_address=any_address, https_only=bool(self.certfile))

    def url(self, port: int) -> str:
        """Return an address at which this machine can open the page."""
        host = "localhost" if is_any(self.host) else self.host
        return f"{'https' if self.certfile else 'http'}://{f'[{host}]' if ':' in host else host}:{port}/"


def _check_private(key: Path) -> None:
    """Check that no other user can read or change the file of a key; a group may read one of root's, as of Debian's.

    Raises:
        InputError: other users can.
    """
    status = key.stat()
    if os.name == "posix" and status.st_mode & (0o037 if status.st_uid == 0 else 0o077):
        raise InputError(f"{key}: other users of this machine can read or change this key; chmod 600 it")


def serve(make_page: Callable[[], Page], settings: ServeSettings, *, ready: Callable[[str], None]) -> None:
    """Serve the page until SIGTERM or Ctrl-C; `ready` gets the address once the page answers.

    Requests under way when the signal comes are still answered, for some seconds.

    Raises:
        InputError: the address cannot be used.
        QaError: the application did not start; the log says why.
    """
    with closing(listen(settings.host, settings.port)) as listening:
        server = _server(make_page, settings, listening, ready)
        server.run([listening])
        if not server.started:
            raise QaError("the page did not start; the lines above say why")


@contextmanager
def running(make_page: Callable[[], Page], settings: ServeSettings) -> Iterator[str]:
    """Serve the page in a thread, for tests; yields its address."""
    started = threading.Event()
    address = []

    def ready(url: str) -> None:
        address.append(url)
        started.set()

    with closing(listen(settings.host, settings.port)) as listening:
        server = _server(make_page, settings, listening, ready)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            if not started.wait(30):
                raise QaError("the page did not start")
            yield address[0]
        finally:
            server.should_exit = True
            thread.join(DRAIN_S + 5)


def _server(
    make_page: Callable[[], Page], settings: ServeSettings, listening: socket.socket, ready: Callable[[str], None]
) -> Server:
    """Put the server together; it is not started yet."""
    set_environment()
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    accounts, mcp = settings.accounts, settings.mcp
    page, gradio = asyncio.run(mount_page(app, make_page, accounts=accounts, mcp=mcp))
    port = listening.getsockname()[1]
    guarded = GuardSettings(
        settings.hosts(), accounts, mcp, page.add_article, settings.limits, Calls(page.blocks).check, page.opening
    )

    def signed_in(cookies: dict[str, str]) -> str | None:
        name: str | None = gradio.tokens.get(cookies.get(f"access-token-{gradio.cookie_id}"))
        return name

    config = uvicorn.Config(
        Guard(app, guarded, login=Login(accounts, signed_in, Throttle())),
        http=Connection,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        log_level=logging.CRITICAL,  # The guard logs what matters; uvicorn would also log what strangers send.
        access_log=False,
        proxy_headers=False,  # A client on this machine could otherwise pass for any other client.
        server_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        ssl_certfile=settings.certfile,
        ssl_keyfile=settings.keyfile,
    )
    return Server(config, ready=lambda: ready(settings.url(port)), stop=gradio.stop_event.set)
