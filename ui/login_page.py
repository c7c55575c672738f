"""The page before the login, which Gradio serves to everyone."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ENDPOINTS = re.compile(rb"(window\.gradio_api_info = ).*?(;</script>)", re.DOTALL)
_NONE = rb'\1{"named_endpoints":{},"unnamed_endpoints":{}}\2'


async def without_endpoints(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the page without the list of endpoints.

    Gradio writes that list, with every choice that a component offers, into the page that asks for the login too.
    What the address asks for beside (`?all_endpoints=`, `?deep_link=`) is for those who have logged in.
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
