"""The login: checks of names and passwords, and the page without what lies behind the login."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress

from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from articles_qa.ui.server.accounts import Accounts, composed
from articles_qa.ui.server.hosts import network
from articles_qa.ui.server.response import Refused, Response
from articles_qa.ui.server.throttle import Throttle

_CHALLENGE = {"www_authenticate": 'Basic realm="qa", charset="UTF-8"'}


def _basic(authorization: str) -> tuple[str, str] | None:
    """Return the name and password of an `Authorization` header.

    Source: RFC 7617, section 2.
    """
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() == "basic":
        with suppress(ValueError):  # Not base64, or not UTF-8.
            name, colon, password = b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
            return (name, password) if colon else None
    return None


class Login:
    """The check of names, passwords and cookies. `signed_in` returns the account that Gradio knows by the cookies."""

    def __init__(
        self, accounts: Accounts | None, signed_in: Callable[[dict[str, str]], str | None], throttle: Throttle
    ) -> None:
        self._accounts = accounts
        self._signed_in = signed_in
        self._throttle = throttle

    def name(self, scope: Scope) -> str | None:
        """Return the account with which the sender has logged in on the page, "" where nobody need log in."""
        return "" if self._accounts is None else self._signed_in(Request(scope).cookies)

    def check_basic(self, scope: Scope) -> str:
        """Check the name and password that a request brings along; return the name.

        Raises:
            Refused: 401, or 429 after too many wrong ones.
        """
        given = _basic(Request(scope).headers.get("authorization", ""))
        if given is None:
            raise Refused(401, "log in first, by HTTP Basic", **_CHALLENGE)
        if not self._right(scope, *given):
            raise Refused(401, "wrong name or password", **_CHALLENGE)
        return composed(given[0].strip())

    async def check_form(self, scope: Scope, receive: Receive) -> None:
        """Check a login before Gradio sees it, so that wrong passwords are counted.

        Raises:
            Refused: 400, as Gradio says it, or 429 after too many wrong ones.
        """
        try:
            form = await Request(scope, receive).form(max_files=0, max_fields=16)
        except MultiPartException as error:
            raise Refused(400, "the login is not a form of username and password; send one") from error
        name, password = form.get("username"), form.get("password")
        if not (isinstance(name, str) and isinstance(password, str) and self._right(scope, name, password)):
            raise Refused(400, "wrong name or password")

    def _right(self, scope: Scope, name: str, password: str) -> bool:
        """Return whether name and password belong together.

        Nothing is awaited between the look at the counts and the count, so that tries sent at once are counted one by
        one.

        Raises:
            Refused: 429, after too many wrong ones.
        """
        client = network(str((scope.get("client") or ("",))[0]))
        if wait_s := self._throttle.wait_s(client, name):
            raise Refused(429, f"too many wrong passwords; try again in {wait_s} s", retry_after=str(wait_s))
        right = self._accounts is not None and self._accounts.check(name, password)
        (self._throttle.succeeded if right else self._throttle.failed)(client, name)
        return right


# A link of another site can lead here, and no further. A form would send no origin, since the page sends no referrer.
_LOGOUT_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Log out</title>
<button onclick="fetch('/logout', {method: 'POST', redirect: 'manual'}).finally(() => location.replace('/'))">Log out</button>
"""


async def log_out(app: ASGIApp, scope: Scope, receive: Receive, response: Response) -> None:
    """Ask the reader with a button; at a POST, have Gradio end the login, and the browser forget what it kept."""
    if scope["method"] != "POST":
        await HTMLResponse(_LOGOUT_PAGE)(scope, receive, response.send)
        return
    # Without "cookies", which would also log the reader out of the other hosts of this domain.
    response.headers[b"clear-site-data"] = b'"cache", "storage"'
    await app({**scope, "method": "GET", "query_string": b""}, receive, response.send)


_ENDPOINTS = re.compile(rb"(window\.gradio_api_info = ).*?(;</script>)", re.DOTALL)
_NONE = rb'\1{"named_endpoints":{},"unnamed_endpoints":{}}\2'


async def serve_without_endpoints(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the page without the list of endpoints.

    Gradio writes that list, with every choice of every component, into the page that asks for the login. The options of
    the address (`?all_endpoints=`, `?deep_link=`) are only for readers who have logged in.
    """
    start: Message = {}
    parts: list[bytes] = []

    async def collect(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
        else:
            parts.append(message.get("body", b""))

    plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
    await app({**scope, "query_string": b"", "headers": plain}, receive, collect)
    page = _ENDPOINTS.sub(_NONE, b"".join(parts))
    headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
    length = (b"content-length", str(len(page)).encode())
    await send({**start, "headers": [*headers, *([length] if scope["method"] != "HEAD" else [])]})
    await send({"type": "http.response.body", "body": page})
