"""What stands between the network and Gradio: every request passes here first.

Gradio serves more than the page needs, reads bodies without a bound, trusts headers that only a proxy should send,
and mounts MCP outside its login. `ui/routes.py` says what is open.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server.accounts import Accounts
from ui.server.hosts import AllowedHosts, Authority
from ui.server.login import Login, without_endpoints
from ui.server.multipart import Parts
from ui.server.refusal import Refused, answer
from ui.server.request_body import Body, check_json, too_large
from ui.server.response import ClientGone, Reply
from ui.server.routes import For, Route, Sent, routes_at
from ui.server.uploads import Uploads

# Gradio builds its own address from these, keeps it for everyone and sends MCP calls there, whoever wrote them.
_PROXIES_ONLY = (b"forwarded", b"x-forwarded-", b"x-gradio-")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how long. Sizes in bytes, times in seconds."""

    max_json: int = 1_000_000  # The page sends the conversation along.
    max_login: int = 16_000
    max_upload: int = 24_000_000  # Of one request, with all its files.
    max_uploads: int = 512_000_000  # Of all that is uploaded and still there.
    max_depth: int = 64  # Of JSON.
    body_deadline_s: float = 20.0
    upload_deadline_s: float = 120.0
    stalled_after_s: float = 60.0
    max_working: int = 128  # Requests at a time that Gradio's queue does not bound; of them,
    at_work: int = 4  # so many are worked on, the others wait their turn: more would only hinder each other.


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """What is let through."""

    hosts: AllowedHosts
    accounts: Accounts | None = None
    mcp: bool = False
    limits: Limits = field(default_factory=Limits)


class Guard:
    """The ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: GuardSettings, *, login: Login, uploads: Uploads) -> None:
        self._app = app
        self._settings = settings
        self._limits = settings.limits
        self._login = login
        self._uploads = uploads
        self._working = 0
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
        """Serve a request; whatever goes wrong becomes one line, and a fault one in the log as well."""
        reply = Reply(send, stalled_after_s=self._limits.stalled_after_s)
        body: Body | None = None
        refused: Refused | None = None
        try:
            self._check_sender(scope)
            route = self._route(scope)
            body = self._body(route, scope, receive)
            await self._serve(route, scope, body, reply)
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
            await reply.finish()
        elif not reply.started:
            reply.drop()
            await answer(refused, receive, reply.pass_on, unread=body is None or not body.whole)

    def _check_sender(self, scope: Scope) -> None:
        """Refuse what is not sent to us, or is sent from another site's page.

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
        """The open route of a request.

        Raises:
            Refused: 404 or 405.
        """
        accounts, mcp = self._settings.accounts is not None, self._settings.mcp
        routes = routes_at(scope["path"], accounts=accounts, mcp=mcp, uploads=self._uploads.folder)
        if not routes:
            raise Refused(404, "there is nothing here")
        for route in routes:
            if scope["method"] in route.methods:
                return route
        allow = ", ".join(sorted(method for route in routes for method in route.methods))
        raise Refused(405, f"use {allow} here", allow=allow)

    def _body(self, route: Route, scope: Scope, receive: Receive) -> Body:
        """The request's body, bounded by what its route may carry.

        Raises:
            Refused: 413 where the declared length is too large, 415 where the body is of another kind.
        """
        limits = self._limits
        limit = {Sent.JSON: limits.max_json, Sent.LOGIN: limits.max_login, Sent.FILES: limits.max_upload}.get(route.sent, 0)
        if _declared(scope) > limit:
            raise too_large(limit)
        kind = (_single(scope, b"content-type") or "").partition(";")[0].strip().lower()
        needed = {Sent.JSON: "application/json", Sent.FILES: "multipart/form-data"}.get(route.sent, kind)
        if kind != needed:
            raise Refused(415, f"send {needed} here")
        deadline_s = limits.upload_deadline_s if route.sent is Sent.FILES else limits.body_deadline_s
        return Body(receive, max_bytes=limit, deadline_s=deadline_s)

    async def _serve(self, route: Route, scope: Scope, body: Body, reply: Reply) -> None:
        """Let the application answer, once it is known who asks and what.

        Raises:
            Refused: 401 or 429 for who asks, 400, 408 or 413 for what, 503 or 507 for want of room.
        """
        known = self._login.knows(scope)
        if not known and route.when is For.MCP:
            self._login.check_basic(scope)
        elif not known and not route.open_to_all:
            raise Refused(401, "log in first")
        scope = {**scope, "headers": [pair for pair in scope["headers"] if not pair[0].startswith(_PROXIES_ONLY)]}
        receive: Receive = body.receive
        if route.sent in (Sent.JSON, Sent.LOGIN):
            sent = await body.read()
            if body.cut_off:
                raise ClientGone
            receive = body.again(sent)
            if route.sent is Sent.JSON:
                check_json(sent, max_depth=self._limits.max_depth)
            else:
                await self._login.check_form(scope, body.again(sent))
        if route.sent is Sent.FILES:
            parts = Parts(body, _single(scope, b"content-type") or "")
            async with self._uploads.room(_declared(scope) or self._limits.max_upload):
                await self._app(scope, parts.receive, reply.send)
        elif scope["path"] == "/" and not known:
            await without_endpoints(self._app, scope, receive, reply.send)
        elif route.works:
            await self._work(scope, receive, reply)
        else:
            await self._app(scope, receive, reply.send)

    async def _work(self, scope: Scope, receive: Receive, reply: Reply) -> None:
        """Let the application answer what it does not queue, first come first served, unless too many wait already.

        Who is slow to read an answer keeps no turn: it ends when the answer begins.

        Raises:
            Refused: 503.
        """
        if self._working >= self._limits.max_working:
            raise Refused(503, "busy; try again in a moment", retry_after="1")
        self._working += 1
        try:
            await self._turns.acquire()
            ended = False

            def end_turn() -> None:
                nonlocal ended
                if not ended:
                    ended = True
                    self._turns.release()

            async def send(message: Message) -> None:
                end_turn()
                await reply.send(message)

            try:
                await self._app(scope, receive, send)
            finally:
                end_turn()
        finally:
            self._working -= 1


def _single(scope: Scope, name: bytes) -> str | None:
    """The header's value; None where it is missing or sent twice."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return values[0] if len(values) == 1 else None


def _declared(scope: Scope) -> int:
    """The declared length of the body, 0 where none is. The server in front of us checked that it is one number."""
    return int(_single(scope, b"content-length") or 0)
