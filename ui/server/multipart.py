"""The parts of an upload, watched as they go by."""

from __future__ import annotations

from contextlib import suppress

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.formparsers import MultiPartException
from starlette.types import Message

from ui.server.refusal import Refused
from ui.server.request_body import Body

MAX_FIELDS_BYTES = 64_000  # The page sends files only.


class Parts:
    """An upload's body, as Gradio is to read it.

    Gradio writes files to disk as they come, but collects parts that are no files in memory, hence the second look
    at them here. And it removes what it wrote of an upload when that turns out to be malformed, not when it is cut
    off, so whatever ends an upload early is told that way.
    """

    def __init__(self, body: Body, content_type: str) -> None:
        self._body = body
        self._fields = 0
        self._name = self._value = self._disposition = b""
        self._is_file = False
        boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_end,
                    "on_part_data": self._data,
                },
            )
        except FormParserError as error:
            raise Refused(400, "the upload's parts have no proper boundary; send one") from error

    async def receive(self) -> Message:
        """The next message.

        Raises:
            MultiPartException: the upload is larger or slower than allowed, holds too much beside files, or the
                client left.
        """
        try:
            message = await self._body.receive()
            with suppress(FormParserError):  # Malformed, which Gradio says too.
                self._parser.write(message.get("body", b""))
        except Refused as error:
            self._body.refused = error
            raise MultiPartException(error.why) from error
        if self._body.cut_off:
            raise MultiPartException("cut off")
        return message

    def _begin(self) -> None:
        self._name = self._value = self._disposition = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name = self._value = b""

    def _headers_end(self) -> None:
        self._is_file = b"filename" in parse_options_header(self._disposition)[1]

    def _data(self, _: bytes, start: int, end: int) -> None:
        self._fields += 0 if self._is_file else end - start
        if self._fields > MAX_FIELDS_BYTES:
            raise Refused(413, f"the upload holds more than {MAX_FIELDS_BYTES:,} bytes beside files; send files only")
