"""The guard between the network and Gradio: every request passes here first.

Gradio serves more than the page needs, reads bodies without a bound, trusts headers that only a proxy should send,
and mounts MCP outside its login. `ui/server/routes.py` lists the open routes.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import QaError
from ui.server.accounts import Accounts
from ui.server.hosts import AllowedHosts, Authority
from ui.server.login import Login, serve_without_endpoints
from ui.server.request_body import RequestBody, check_json, too_large
from ui.server.response import ClientGone, Refused, Response
from ui.server.routes import UPLOADS, BodyKind, Feature, Route, routes_at

# Gradio builds its own address from these, keeps it for everyone and sends MCP calls there, whoever wrote them.
_PROXIES_ONLY = (b"forwarded", b"x-forwarded-", b"x-gradio-")
_log = logging.getLogger(__name__)


class AddArticle(Protocol):
    """Keeps a file as an article; reads it, unless `more` files follow; returns the article's source."""

    def __call__(self, name: str, data: bytes, *, more: bool) -> str:
        """Keep a file.

        Raises:
            QaError: the file is refused.
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of size, time and number. Sizes in bytes, times in seconds.

    `max_working` bounds the requests at a time that Gradio's queue does not bound. The program works on `at_work` of
    them; the others wait, since more would only hinder each other.
    """

    max_json: int = 1_000_000  # The page sends the conversation along.
    max_login: int = 16_000
    max_upload: int = 24_000_000
    max_uploads: int = 8  # At a time; each is kept in memory until it is whole.
    max_depth: int = 64  # Of JSON.
    body_deadline_s: float = 20.0
    upload_deadline_s: float = 120.0
    stalled_after_s: float = 60.0
    max_working: int = 128
    at_work: int = 4

    def of(self, kind: BodyKind) -> tuple[int, float]:
        """Return the most bytes that a body of this kind may have, and the seconds that it may take."""
        sizes = {BodyKind.JSON: self.max_json, BodyKind.LOGIN: self.max_login, BodyKind.FILE: self.max_upload}
        return sizes.get(kind, 0), self.upload_deadline_s if kind is BodyKind.FILE else self.body_deadline_s


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """The hosts, accounts and features that are let through. Without `add_article`, nobody can upload."""

    hosts: AllowedHosts
    accounts: Accounts | None = None
    mcp: bool = False
    add_article: AddArticle | None = None
    limits: Limits = field(default_factory=Limits)

    @property
    def features(self) -> frozenset[Feature]:
        """The features that open routes."""
        has = {Feature.ACCOUNTS: self.accounts, Feature.MCP: self.mcp, Feature.UPLOADS: self.add_article}
        return frozenset(feature for feature, setting in has.items() if setting)


class Guard:
    """The ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: GuardSettings, *, login: Login) -> None:
        self._app = app
        self._settings = settings
        self._limits = settings.limits
        self._login = login
        self._working = 0
        self._uploading = 0
        self._turns = asyncio.Semaphore(settings.limits.at_work)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the application's start and end pass through."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:  # The page needs no websocket.
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request. Any error becomes one line to the client; a fault of the program is logged as well."""
        response = Response(send, stalled_after_s=self._limits.stalled_after_s)
        body: RequestBody | None = None
        refused: Refused | None = None
        try:
            self._check_sender(scope)
            route = self._route(scope)
            body = self._body(route, scope, receive)
            await self._serve(route, scope, body, response)
        except Refused as error:
            refused = error
        except ClientGone:
            return
        except Exception:
            if body is None or not (body.refused or body.cut_off):  # Else the application only could not read on.
                mark = secrets.token_hex(4)
                _log.exception("fault %s at %s %s", mark, scope["method"], ascii(scope["path"]))
                refused = Refused(500, f"a fault of the program; its log tells more under {mark}")
        refused = (body.refused if body else None) or refused
        if refused is None:
            await response.finish()
        elif not response.started:
            await response.refuse(refused, receive, unread=body is None or not body.whole)

    def _check_sender(self, scope: Scope) -> None:
        """Refuse a request to another host, and one that another site's page sends.

        Raises:
            Refused: 400, 421 or 403.
        """
        host = Authority.parse(_single(scope, b"host") or "")
        if host is None:
            raise Refused(400, "the request names no host, or several; send one Host header")
        if not self._settings.hosts.allows(host):
            raise Refused(421, "this host is not served here; start with --allow-host to serve it")
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        # Browsers name no origin for pictures, scripts and links, but say what kind of site they stand on.
        elsewhere = not origins and _single(scope, b"sec-fetch-site") in ("cross-site", "same-site")
        followed = scope["path"] == "/" and _single(scope, b"sec-fetch-mode") == "navigate"
        if (elsewhere and not followed) or not all(self._settings.hosts.allows_origin(origin, host) for origin in origins):
            raise Refused(403, "pages of other sites may not ask here")

    def _route(self, scope: Scope) -> Route:
        """Return the open route of a request.

        Raises:
            Refused: 404 or 405.
        """
        routes = routes_at(scope["path"], self._settings.features)
        if not routes:
            raise Refused(404, "there is nothing here")
        for route in routes:
            if scope["method"] in route.methods:
                return route
        allow = ", ".join(sorted(method for route in routes for method in route.methods))
        raise Refused(405, f"use {allow} here", allow=allow)

    def _body(self, route: Route, scope: Scope, receive: Receive) -> RequestBody:
        """Return the request's body, bounded by what its route may carry.

        Raises:
            Refused: 413 where the declared length is too large, 415 where JSON is expected and not declared.
        """
        max_bytes, deadline_s = self._limits.of(route.body)
        # The server in front of us checked that a declared length is one number.
        if int(_single(scope, b"content-length") or 0) > max_bytes:
            raise too_large(max_bytes)
        kind = (_single(scope, b"content-type") or "").partition(";")[0].strip().lower()
        if route.body is BodyKind.JSON and kind != "application/json":
            raise Refused(415, "send application/json here")
        return RequestBody(receive, max_bytes=max_bytes, deadline_s=deadline_s)

    async def _serve(self, route: Route, scope: Scope, body: RequestBody, response: Response) -> None:
        """Let the application answer, once the sender and the body are known to be right.

        Raises:
            Refused: 401 or 429 for the sender, 400, 408, 413 or 422 for the body, 503 while the server is busy.
        """
        known = self._login.knows(scope)
        if not known and route.needs is Feature.MCP:
            self._login.check_basic(scope)
        elif not known and not route.open_to_all:
            raise Refused(401, "log in first")
        scope = {**scope, "headers": [pair for pair in scope["headers"] if not pair[0].startswith(_PROXIES_ONLY)]}
        receive: Receive = body.receive
        if route.body in (BodyKind.JSON, BodyKind.LOGIN):
            sent = await body.read()
            receive = body.again(sent)
            if route.body is BodyKind.JSON:
                check_json(sent, max_depth=self._limits.max_depth)
            else:
                await self._login.check_form(scope, body.again(sent))
        if route.body is BodyKind.FILE:
            await self._upload(scope, body, response)
        elif scope["path"] == "/" and not known:
            await serve_without_endpoints(self._app, scope, receive, response.send)
        elif route.works:
            async with self._turn() as end_turn:

                async def send(message: Message) -> None:
                    end_turn()
                    await response.send(message)

                await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, response.send)

    async def _upload(self, scope: Scope, body: RequestBody, response: Response) -> None:
        """Keep the file that a request carries as an article named by the path; "?more" says that more files follow.

        Raises:
            Refused: 422 where the file is no article, 503 while too many other files are on their way.
        """
        add_article = self._settings.add_article
        if add_article is None or self._uploading >= self._limits.max_uploads:
            raise Refused(503, "too many uploads at once; try again in a moment", retry_after="2")
        name, more = scope["path"].removeprefix(UPLOADS), scope["query_string"] == b"more"
        self._uploading += 1
        try:
            data = await body.read()
            source = await asyncio.to_thread(add_article, name, data, more=more)
        except QaError as error:
            raise Refused(422, str(error)) from error
        finally:
            self._uploading -= 1
        await PlainTextResponse(f"{source}\n", 201)(scope, body.receive, response.send)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Callable[[], None]]:
        """Wait for a turn, first come first served; yields the function that ends the turn.

        The turn ends when the answer begins, so that a client that reads slowly does not keep a turn.

        Raises:
            Refused: 503 where too many requests wait already.
        """
        if self._working >= self._limits.max_working:
            raise Refused(503, "busy; try again in a moment", retry_after="1")
        self._working += 1
        try:
            await self._turns.acquire()
            with ExitStack() as turn:
                turn.callback(self._turns.release)
                yield turn.close
        finally:
            self._working -= 1


def _single(scope: Scope, name: bytes) -> str | None:
    """Return the header's value; None where the header is missing or sent twice."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return values[0] if len(values) == 1 else None
