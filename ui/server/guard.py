"""The guard between the network and Gradio: every request passes here first.

Gradio serves more than the page needs, reads bodies without a bound, trusts headers that only a proxy should send,
and mounts MCP outside its login. `ui/server/routes.py` lists the open routes.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from articles_qa.index.errors import QaError
from articles_qa.ui.server.document import Document
from articles_qa.ui.server.guard_settings import GuardSettings
from articles_qa.ui.server.hosts import Authority, is_loopback, network
from articles_qa.ui.server.login import Login, log_out, serve_without_endpoints
from articles_qa.ui.server.quota import VISITOR, Quota
from articles_qa.ui.server.request_body import RequestBody, Room, read_json, too_large
from articles_qa.ui.server.response import HTTPS_ONLY, ClientGone, Refused, Response
from articles_qa.ui.server.routes import LOGOUT, UPLOADS, BodyKind, Route, routes_at
from articles_qa.ui.server.session_cookie import received

# Gradio builds its own address from these, keeps it for everyone and sends MCP calls there, whoever wrote them.
_PROXIES_ONLY = (b"forwarded", b"x-forwarded-", b"x-gradio-")
COUNTED_BYTES = 200_000  # Of a smaller file too: an index takes 2 GB in 10,000 files.
_log = logging.getLogger(__name__)


class Guard:
    """The ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: GuardSettings, *, login: Login) -> None:
        self._app = app
        self._settings = settings
        self._limits = settings.limits
        self._login = login
        self._working = 0
        self._uploading = Counter[str]()
        self._room = Room(settings.limits.max_at_once, small=settings.limits.small)
        self._added = Quota(settings.limits.max_added)
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
        response = Response(send, stalled_after_s=self._limits.stalled_after_s, https=scope["scheme"] == "https")
        body: RequestBody | None = None
        refused: Refused | None = None
        try:
            host = self._check_sender(scope)
            if response.https and not is_loopback(host.name):
                response.headers |= HTTPS_ONLY
            route = self._route(scope)
            if route.cached:
                del response.headers[b"cache-control"]
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
        finally:
            if body:
                body.forget()
        refused = (body.refused if body else None) or refused
        if refused is None:
            await response.finish()
        elif not response.started:
            await response.refuse(refused, receive, unread=body is None or not body.whole)

    def _check_sender(self, scope: Scope) -> Authority:
        """Return the host that a request names; refuse another host, and a request that another site's page sends.

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
        return host

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
            Refused: 400 where the length is declared twice, 413 where it is too large, 415 where JSON is expected and not
                declared.
        """
        if {b"content-length", b"transfer-encoding"} <= {name for name, _ in scope["headers"]}:
            raise Refused(400, "the request has a length and chunks; send one of them")  # RFC 9112, section 6.1.
        max_bytes, deadline_s = self._limits.of(route.body)
        # The server in front of us checked that a declared length is one number.
        if int(_single(scope, b"content-length") or 0) > max_bytes:
            raise too_large(max_bytes)
        kind = (_single(scope, b"content-type") or "").partition(";")[0].strip().lower()
        if route.body is BodyKind.JSON and kind != "application/json":
            raise Refused(415, "send application/json here")
        room = Room(max_bytes) if route.body is BodyKind.FILE else self._room  # Uploads are counted in `_upload`.
        return RequestBody(receive, max_bytes=max_bytes, deadline_s=deadline_s, room=room)

    async def _serve(self, route: Route, scope: Scope, body: RequestBody, response: Response) -> None:
        """Let the application answer, once the sender and the body are known to be right.

        Raises:
            Refused: 401 or 429 for the sender, 400, 404, 408, 413 or 422 for the body, 503 while the server is busy.
        """
        headers = [pair for pair in scope["headers"] if not pair[0].startswith(_PROXIES_ONLY)]
        scope = {**scope, "headers": received(headers, https=response.https)}
        name = self._login.name(scope)
        if name is None and route.for_programs:
            name = self._login.check_basic(scope)
        elif name is None and not route.open_to_all:
            raise Refused(401, "log in first")
        client = str((scope.get("client") or ("",))[0])
        VISITOR.set(name or ("" if is_loopback(client) else network(client)))
        receive: Receive = body.receive
        if route.body in (BodyKind.JSON, BodyKind.LOGIN):
            sent = await body.read()
            receive = body.again(sent)
            if route.body is BodyKind.JSON:
                self._settings.check_call(scope["path"], read_json(sent, max_depth=self._limits.max_depth))
            else:
                await self._login.check_form(scope, body.again(sent))
        if route.body is BodyKind.FILE:
            await self._upload(scope, body, response)
        elif scope["path"] == LOGOUT:
            await log_out(self._app, scope, receive, response)
        elif scope["path"] == "/":
            page = Document(response.send, scope["headers"], self._settings.opening)
            passed_on = page.send if scope["method"] == "GET" else response.send
            if name is None:
                await serve_without_endpoints(self._app, scope, receive, passed_on)
            else:
                await self._app(scope, receive, passed_on)
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
            Refused: 422 where the file is no article, 429 where the visitor has added enough for today, 503 while too many
                other files are on their way, or too many of this visitor.
        """
        add_article, visitor = self._settings.add_article, VISITOR.get()
        own = bool(visitor) and self._uploading[visitor] >= self._limits.max_uploads_each
        if add_article is None or own or self._uploading.total() >= self._limits.max_uploads:
            raise Refused(503, "too many uploads at once; try again in a moment", retry_after="2")
        name, more = scope["path"].removeprefix(UPLOADS), scope["query_string"] == b"more"
        if self._added.used_up(visitor):
            raise Refused(429, "you have added enough for one day; who runs the server can index a folder")
        self._uploading[visitor] += 1
        try:
            data = await body.read()
            source = await asyncio.to_thread(add_article, name, data, more=more)
            self._added.use(visitor, max(len(data), COUNTED_BYTES))
        except QaError as error:
            raise Refused(422, str(error)) from error
        finally:
            self._uploading[visitor] -= 1
            self._uploading += Counter()  # Without those at 0.
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
