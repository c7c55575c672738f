"""A request that is not served, and the answer it gets."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import Receive, Send

LINGER_S = 2.0
SILENCE_S = 0.3  # Long enough for what is on its way.


class Refused(Exception):
    """A request is not served: with which status, and why in one line for people."""

    def __init__(self, status: int, why: str, **headers: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


async def answer(refused: Refused, receive: Receive, send: Send, *, unread: bool) -> None:
    """Send the refusal, and end the connection where some of the request is `unread`.

    What still comes is then thrown away for a moment: closed at once, the connection would be reset, and the client
    would mostly not see the answer.
    """
    body = f"{refused.why}\n".encode()
    headers = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), **refused.headers}
    if unread:
        headers["connection"] = "close"
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": refused.status, "headers": raw})
    await send({"type": "http.response.body", "body": body, "more_body": unread})
    if unread:
        with suppress(TimeoutError):
            await _drain(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drain(receive: Receive) -> None:
    """Read on until the body ends, pauses, or took too long.

    Raises:
        TimeoutError: it did not end.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + LINGER_S
    more = True
    while more:
        async with asyncio.timeout_at(min(end, loop.time() + SILENCE_S)):
            message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)
