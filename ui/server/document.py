"""The page's document on its way out: Gradio's link preview replaced by the page's own, and compressed."""

import gzip
import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from starlette.types import Message, Send

_GRADIOS_PREVIEW = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')
_HEAD_ENDS = b"</head>"
PRELOADED = ("Blocks", "HTML")  # Gradio's scripts of the frame, and of each part of the page.
_IMPORTED = re.compile(r'(?:from|import)\s*"\./([\w.-]+\.js)"')


def preload_links() -> str:
    """Return links to the scripts of PRELOADED and to all that these import; "" where Gradio has no such files.

    Else a browser learns of them one after the other: the first script asks for the second, and that for the third.
    """
    found = find_spec("gradio")
    if found is None or found.origin is None:
        return ""
    assets = Path(found.origin).parent / "templates" / "frontend" / "assets"
    waiting = [path.name for name in PRELOADED for path in sorted(assets.glob(f"{name}-*.js"))]
    names: dict[str, None] = {}
    while waiting:
        name = waiting.pop()
        if name not in names and (assets / name).is_file():
            names[name] = None
            waiting += _IMPORTED.findall((assets / name).read_text("utf-8"))
    return "".join(f'<link rel="modulepreload" href="./assets/{name}">' for name in names)


class Document:
    """Collects a response and sends it whole.

    `opening` is HTML for the end of the head: what links and readers see
    before the scripts have run.
    """

    def __init__(self, send: Send, headers: Iterable[tuple[bytes, bytes]], opening: str) -> None:
        accepted = b",".join(value for name, value in headers if name == b"accept-encoding")
        self._send = send
        self._is_compressed = re.search(rb"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", accepted) is not None
        self._opening = opening.encode()
        self._start: Message = {}
        self._parts: list[bytes] = []

    async def send(self, message: Message) -> None:
        """Keep a message; send all of them with the last one."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            await self._send_whole(b"".join(self._parts))

    async def _send_whole(self, body: bytes) -> None:
        headers = [(name.lower(), value) for name, value in self._start["headers"]]
        is_page = any(name == b"content-type" and value.startswith(b"text/html") for name, value in headers)
        if is_page and b"content-encoding" not in dict(headers):
            body = _GRADIOS_PREVIEW.sub(b"", body).replace(_HEAD_ENDS, self._opening + _HEAD_ENDS, 1)
            added = [(b"vary", b"Accept-Encoding")]
            if self._is_compressed:
                body = gzip.compress(body, 6, mtime=0)
                added.append((b"content-encoding", b"gzip"))
            headers = [pair for pair in headers if pair[0] != b"content-length"]
            headers += [*added, (b"content-length", str(len(body)).encode())]
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})
