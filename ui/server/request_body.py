"""The body of a request: its size, its pace, and the depth of its JSON are bounded."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from math import isfinite
from typing import Any

from starlette.types import Message, Receive

from articles_qa.ui.server.response import ClientGone, Refused

# A string that is never closed runs to the end, so that each byte is read once.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+\\?(?:"|\Z)', re.DOTALL)
_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


@dataclass(slots=True)
class Room:
    """The bytes that are free for bodies under way; a body of at most `small` bytes is taken even where none is free."""

    free: int
    small: int = 0


class RequestBody:
    """The body of a request, counted and timed while it is read; `forget` gives its bytes back to the room.

    A refusal is raised to the reader and kept in `refused`, since the reader may swallow it. `whole` says that nothing
    more comes, `cut_off` that the client left first.
    """

    def __init__(self, receive: Receive, *, max_bytes: int, deadline_s: float, room: Room) -> None:
        self._receive = receive
        self._room = room
        self._max_bytes = max_bytes
        self._deadline_s = deadline_s
        self._deadline = asyncio.get_running_loop().time() + deadline_s
        self._read = 0
        self.whole = False
        self.cut_off = False
        self.refused: Refused | None = None

    async def receive(self) -> Message:
        """Return the next message. Once the body is whole, any message is returned, without a deadline.

        Raises:
            Refused: the body is larger, or slower, than allowed, or there is no room for it.
        """
        if self.whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            self.refused = Refused(408, f"the request took longer than {self._deadline_s:.0f} s to arrive; send it again")
            raise self.refused from None
        size = len(message.get("body", b""))
        self._read += size
        self._room.free -= size
        if self._read > self._max_bytes:
            self.refused = too_large(self._max_bytes)
            raise self.refused
        if self._room.free < 0 and self._read > self._room.small:
            self.refused = Refused(503, "too many large requests at once; try again in a moment", retry_after="2")
            raise self.refused
        self.cut_off = message["type"] != "http.request"
        self.whole = self.cut_off or not message.get("more_body", False)
        return message

    def forget(self) -> None:
        """Give the room of what was read to other bodies, once the request is answered."""
        self._room.free += self._read
        self._read = 0

    async def read(self) -> bytes:
        """Return the whole body.

        Raises:
            Refused: as `receive` does.
            ClientGone: the client left before the body was whole.
        """
        parts = []
        while not self.whole:
            parts.append((await self.receive()).get("body", b""))
        if self.cut_off:
            raise ClientGone
        return b"".join(parts)

    def again(self, body: bytes) -> Receive:
        """Return a `receive` that gives a body already read, then the messages after it."""
        given = False

        async def receive() -> Message:
            nonlocal given
            if given:
                return await self._receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        return receive


def too_large(max_bytes: int) -> Refused:
    """Return the refusal of a body over its limit."""
    return Refused(413, f"the request is larger than {max_bytes:,} bytes; send less")


# An object with one of these is, or holds, a file to Gradio, of this version or an earlier one.
_OF_FILES = frozenset({"_type", "__type__", "is_file", "path"})


def read_json(body: bytes, *, max_depth: int) -> Any:
    """Return the value of a JSON body.

    For the depth, strings are removed, then brackets that hold nothing, layer by layer: no Python loop over a megabyte.

    Raises:
        Refused: the body is nested too deeply, is not JSON in UTF-8 (whose strings hold no NUL and no half
            character, and whose numbers are finite), or holds a file object.
    """
    brackets = _STRING.sub(b"", body).translate(_SQUARE, _NO_BRACKET)
    if b"[" * (max_depth + 1) not in brackets:
        for _ in range(max_depth):
            brackets = brackets.replace(b"[]", b"")
    try:
        if not brackets and b"\0" not in body:
            value = json.loads(body, object_pairs_hook=_without_file, parse_float=_finite, parse_constant=_finite)
            if b"\\u" in body:
                json.dumps(
                    value, ensure_ascii=False
                ).encode()  # An escape can be half a character, which no answer could repeat.
            return value
    except ValueError:
        pass
    raise Refused(400, f"the request is not JSON in UTF-8 with at most {max_depth} levels; send that")


def _finite(number: str) -> float:
    """Return a number that is not "NaN", "Infinity" or as large as "1e999", which no answer could repeat.

    Raises:
        ValueError: it is.
    """
    if not isfinite(found := float(number)):
        raise ValueError(number)
    return found


def _without_file(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object that is no file; all of its pairs are seen, also those of a name that stands twice.

    {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}} makes Gradio read the file, and a "path" or "url" of
    another site makes it fetch that, whatever function the object is sent to.
    """
    found = dict(pairs)
    if not _OF_FILES.isdisjoint(found):
        raise Refused(400, 'the request holds a file object (with "path" or "_type"); send text alone')
    return found
