"""What is sent back: with our headers, or held back where something else is to be said."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Send

# Gradio's page runs scripts written into it and compiles the templates of gr.HTML, hence the two 'unsafe'.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}


class ClientGone(Exception):
    """Nobody is there to answer."""


class Reply:
    """One response on its way out.

    A response that says no waits until the application returns: where it raises, or could not read the request, the
    caller knows better why. A client that takes nothing for `stalled_after_s` is let go.
    """

    def __init__(self, send: Send, *, stalled_after_s: float) -> None:
        self._send = send
        self._stalled_after_s = stalled_after_s
        self._held: list[Message] = []
        self.started = False

    async def send(self, message: Message) -> None:
        """Send a message of the application, or hold it back."""
        if self._held or (message["type"] == "http.response.start" and message["status"] >= 400):
            self._held.append(message)
        else:
            await self.pass_on(message)

    async def finish(self) -> None:
        """Send what was held back."""
        held, self._held = self._held, []
        for message in held:
            await self.pass_on(message)

    def drop(self) -> None:
        """Forget what was held back."""
        self._held.clear()

    async def pass_on(self, message: Message) -> None:
        """Send a message at once.

        Raises:
            ClientGone: the client takes none.
        """
        if message["type"] == "http.response.start":
            self.started = True
            message = {**message, "headers": [*_kept(message), *HEADERS.items()]}
        try:
            async with asyncio.timeout(self._stalled_after_s):
                await self._send(message)
        except TimeoutError:
            raise ClientGone from None


def _kept(message: Message) -> list[tuple[bytes, bytes]]:
    """The application's own headers, but for those that are ours to say, and for leave given to other sites."""
    pairs = [(name.lower(), value) for name, value in message.get("headers", ())]
    return [pair for pair in pairs if pair[0] not in HEADERS and not pair[0].startswith(b"access-control-")]
