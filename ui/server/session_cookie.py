"""The cookie of a login: one, for this host alone, and under TLS never sent in the clear.

Gradio sets two cookies with one token, and accepts either:

    access-token-ID=T; HttpOnly; Path=/; SameSite=none; Secure
    access-token-unsecure-ID=T; HttpOnly; Path=/; SameSite=lax

The second goes out with any plain request to this host name. The browser gets one in their place, here under TLS:

    __Host-access-token-ID=T; HttpOnly; Path=/; SameSite=Lax; Secure

Source: RFC 6265bis, section 4.1.3.2, for the prefix: no other host and no plain connection can set such a cookie.
"""

from __future__ import annotations

from collections.abc import Iterable

_TOKEN, _SECOND, _PREFIX = b"access-token-", b"access-token-unsecure-", b"__Host-"
_Headers = list[tuple[bytes, bytes]]


def sent(headers: Iterable[tuple[bytes, bytes]], *, https: bool) -> _Headers:
    """Return the headers of a response with the browser's cookie in place of Gradio's."""
    cookies = [(name, _browser_s(value, https=https) if name == b"set-cookie" else value) for name, value in headers]
    return [(name, value) for name, value in cookies if not (name == b"set-cookie" and value.startswith(_SECOND))]


def received(headers: Iterable[tuple[bytes, bytes]], *, https: bool) -> _Headers:
    """Return the headers of a request with Gradio's cookie in place of the browser's."""
    return [(name, _gradio_s(value) if https and name == b"cookie" else value) for name, value in headers]


def _browser_s(cookie: bytes, *, https: bool) -> bytes:
    if not cookie.startswith(_TOKEN) or cookie.startswith(_SECOND):
        return cookie
    parts = [part.strip() for part in cookie.split(b";")]
    kept = [part for part in parts if not part.lower().startswith((b"samesite", b"secure"))]
    return (_PREFIX if https else b"") + b"; ".join([*kept, b"SameSite=Lax", *([b"Secure"] if https else [])])


def _gradio_s(cookies: bytes) -> bytes:
    parts = [part.strip() for part in cookies.split(b";")]
    return b"; ".join(part.removeprefix(_PREFIX) for part in parts if not part.startswith(_TOKEN))
