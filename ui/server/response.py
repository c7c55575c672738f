"""Responses on their way out: with the page's own headers, held back, or replaced by a refusal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress

from starlette.types import Message, Receive, Send

from articles_qa.ui.server.session_cookie import sent

# Gradio's page runs scripts written into it and compiles the templates of gr.HTML, hence the two 'unsafe'.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# The page asks for none of these; it writes to the clipboard, which therefore is not among them.
_UNUSED = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer", "microphone"),
    *("midi", "payment", "serial", "usb"),
)
HEADERS = {
    b"cache-control": b"no-store",  # Articles and answers are for who has logged in.
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": ", ".join(f"{name}=()" for name in _UNUSED).encode(),
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-dns-prefetch-control": b"off",
    b"x-frame-options": b"DENY",
    b"x-permitted-cross-domain-policies": b"none",
}
# Under TLS. For this machine's own names it would shut the other programs that they serve.
HTTPS_ONLY = {b"strict-transport-security": b"max-age=31536000"}
LINGER_S = 2.0
SILENCE_S = 0.3  # Long enough for the bytes that are already on their way.


class Refused(Exception):
    """A request that is not served: its status, its headers, and the reason in one line for people."""

    def __init__(self, status: int, why: str, **headers: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class ClientGone(Exception):
    """The client has left or takes no answer."""


class Response:
    """One response on its way out; `headers` replace the application's.

    A response with an error status is held back until the application returns: where the application raised, or could
    not read the request, the caller knows a better reason. A client that takes nothing for `stalled_after_s` is dropped.
    """

    def __init__(self, send: Send, *, stalled_after_s: float, https: bool) -> None:
        self._send = send
        self.https = https
        self.headers = dict(HEADERS)
        self._stalled_after_s = stalled_after_s
        self._held: list[Message] = []
        self.started = False

    async def send(self, message: Message) -> None:
        """Send a message of the application, or hold the message back."""
        if self._held or (message["type"] == "http.response.start" and message["status"] >= 400):
            self._held.append(message)
        else:
            await self._pass_on(message)

    async def finish(self) -> None:
        """Send the messages that were held back."""
        held, self._held = self._held, []
        if held and held[0]["status"] == 500 and _has_reason(held[1:]):
            held[0] = {**held[0], "status": 422}
        for message in held:
            await self._pass_on(message)

    async def refuse(self, refused: Refused, receive: Receive, *, unread: bool) -> None:
        """Send a refusal in place of what was held back; close the connection where some of the request is `unread`.

        The rest of the request is then read and thrown away for a moment. A connection closed at once would be reset,
        and the client would mostly not see the answer.
        """
        self._held.clear()
        body = f"{refused.why}\n".encode()
        headers = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), **refused.headers}
        if unread:
            headers["connection"] = "close"
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._pass_on({"type": "http.response.start", "status": refused.status, "headers": raw})
        await self._pass_on({"type": "http.response.body", "body": body, "more_body": unread})
        if unread:
            with suppress(TimeoutError):
                await _drain(receive)
            await self._pass_on({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pass_on(self, message: Message) -> None:
        """Send a message at once; the page's own headers replace the application's.

        Raises:
            ClientGone: the client takes no message.
        """
        if message["type"] == "http.response.start":
            self.started = True
            pairs = [(name.lower(), value) for name, value in message.get("headers", ())]
            # No application lets other sites in.
            kept = [pair for pair in pairs if pair[0] not in self.headers and not pair[0].startswith(b"access-control-")]
            message = {**message, "headers": [*sent(kept, https=self.https), *self.headers.items()]}
        try:
            async with asyncio.timeout(self._stalled_after_s):
                await self._send(message)
        except TimeoutError:
            raise ClientGone from None


def _has_reason(messages: Sequence[Message]) -> bool:
    """Tell whether a function refused its values: Gradio then gives the reason, but the status of a fault."""
    try:
        said = json.loads(b"".join(message.get("body", b"") for message in messages))
    except ValueError:
        return False
    return isinstance(said, dict) and bool(said.get("error"))


async def _drain(receive: Receive) -> None:
    """Read on until the body ends, pauses, or takes too long.

    Raises:
        TimeoutError: the body did not end.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + LINGER_S
    more = True
    while more:
        async with asyncio.timeout_at(min(end, loop.time() + SILENCE_S)):
            message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)
