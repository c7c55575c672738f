"""Over real connections to a real server: what strangers send must not get through, nor stop others."""

import asyncio
import base64
import gzip
import http.client
import itertools
import json
import logging
import os
import re
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import pytest

from articles_qa.index.errors import InputError
from articles_qa.ui.server import uvicorn_server as connections
from articles_qa.ui.server.accounts import Accounts
from articles_qa.ui.server.gradio_app import mount_page
from articles_qa.ui.server.guard import COUNTED_BYTES, Guard
from articles_qa.ui.server.guard_settings import GuardSettings, Limits
from articles_qa.ui.server.hosts import AllowedHosts, Authority
from articles_qa.ui.server.login import Login
from articles_qa.ui.server.request_body import read_json
from articles_qa.ui.server.response import Refused
from articles_qa.ui.server.server import ServeSettings, running
from articles_qa.ui.server.throttle import Throttle

MakePage = Callable[[], Any]
JSON = {"Content-Type": "application/json"}
LIMITS = Limits(body_deadline_s=0.5, upload_deadline_s=1.5, stalled_after_s=0.8)


OPENING = '<meta property="og:title" content="small">'


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


added: list[tuple[str, bytes, bool]] = []


def add_article(name: str, data: bytes, *, more: bool) -> str:
    """Notes a file; refuses pictures."""
    if name.endswith(".jpg"):
        raise InputError(f"{name}: not text")
    added.append((name, data, more))
    return f"added/{name}"


@pytest.fixture(scope="module")
def site(make_page: MakePage) -> Iterator[str]:
    """The address of a page that everyone on this machine may use, and add articles to."""
    settings = ServeSettings(port=0, mcp=True, allow_hosts=("qa.example.org",), limits=LIMITS)
    with running(lambda: replace(make_page(), add_article=add_article, opening=OPENING), settings) as url:
        yield url


@pytest.fixture(scope="module")
def locked(make_page: MakePage) -> Iterator[str]:
    """The address of a page that articles can be added to; passwords are guessed of its accounts dan and eve."""
    accounts = Accounts.from_text("ann:secret\ndan:secret\neve:secret", where="test")
    with running(
        lambda: replace(make_page(), add_article=add_article, opening=OPENING),
        ServeSettings(port=0, mcp=True, accounts=accounts),
    ) as url:
        yield url


@contextmanager
def connection(url: str, source: str = "127.0.0.1") -> Iterator[http.client.HTTPConnection]:
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20, source_address=(source, 0))) as made:
        yield made


def fetch(
    url: str, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, *, source: str = "127.0.0.1"
) -> Reply:
    """One request, its path sent as it is. Of a stream only the start is read."""
    with connection(url, source) as made:
        made.putrequest(method, path, skip_host="Host" in (headers or {}), skip_accept_encoding=True)
        sent = dict(headers or {})
        if body or method in ("POST", "PUT"):
            sent.setdefault("Content-Length", str(len(body)))
        for name, value in sent.items():
            if value is not None:
                made.putheader(name, value)
        made.endheaders(body or None)
        response = made.getresponse()
        stream = response.headers.get_content_type() == "text/event-stream"
        return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, b"" if stream else response.read())


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def login(url: str, name: str, password: str, source: str = "127.0.0.1") -> Reply:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return fetch(url, "POST", "/login", f"username={quote(name)}&password={quote(password)}".encode(), form, source=source)


# Whom a request names, and whether that is served here. {port} is the server's own.
HOSTS = [
    ("localhost:{port}", True),
    ("127.0.0.1:{port}", True),
    ("[::1]:{port}", True),
    ("LOCALHOST", True),
    ("localhost:8080", True),  # By a tunnel.
    ("qa.example.org", True),
    ("evil.example", False),
    ("localhost.evil.example:{port}", False),
    ("127.0.0.1.evil.example", False),
    ("0.0.0.0:{port}", False),
    ("169.254.169.254", False),
    ("[::ffff:7f00:1]", False),
]
# Whose page asks, of http://localhost:{port}; None sends no Origin.
ORIGINS = [
    (None, True),
    ("http://localhost:{port}", True),
    ("https://localhost:{port}", True),
    ("https://qa.example.org", True),
    ("http://localhost:1", False),  # Another program's page on this machine.
    ("http://127.0.0.1:{port}", False),
    ("http://evil.example", False),
    ("http://qa.example.org:{port}", False),
    ("http://localhost:{port}.evil.example", False),
    ("null", False),
    ("", False),
    ("file://", False),
]
PLACES: list[tuple[str, str, bytes, dict[str, str]]] = [
    ("GET", "/", b"", {}),
    ("GET", "/gradio_api/heartbeat/x1", b"", {}),
    ("POST", "/gradio_api/queue/join", b"{}", JSON),
    ("PUT", "/articles/a.txt", b"some text", {}),
    ("POST", "/gradio_api/mcp/", b"{}", JSON),
    ("POST", "/v1/ask", b"{}", JSON),
    ("GET", "/v1/articles", b"", {}),
    ("OPTIONS", "/gradio_api/queue/join", b"", {"Access-Control-Request-Method": "POST"}),
]


@pytest.mark.parametrize(("method", "path", "body", "headers"), PLACES, ids=lambda value: str(value)[:30])
def test_only_the_hosts_that_are_served_are_answered(
    site: str, method: str, path: str, body: bytes, headers: dict[str, str]
) -> None:
    for host, served in HOSTS:
        reply = fetch(site, method, path, body, {**headers, "Host": host.format(port=urlsplit(site).port)})
        assert (reply.status != 421) is served, (host, reply)


@pytest.mark.parametrize(("method", "path", "body", "headers"), PLACES, ids=lambda value: str(value)[:30])
def test_only_the_page_s_own_scripts_are_answered(
    site: str, method: str, path: str, body: bytes, headers: dict[str, str]
) -> None:
    port = urlsplit(site).port
    for origin, own in ORIGINS:
        sent = {**headers, "Host": f"localhost:{port}"}
        if origin is not None:
            sent["Origin"] = origin.format(port=port)
        reply = fetch(site, method, path, body, sent)
        assert (reply.status != 403) is own, (origin, reply)
        assert not [name for name in reply.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "Host: localhost\r\nHost: evil.example\r\n",
        "Host:\r\n",
        "Host: a b\r\n",
        "Host: localhost.\r\n",
        "Host: user@localhost\r\n",
    ],
)
def test_a_request_must_name_one_host(site: str, lines: str) -> None:
    assert exchange(site, f"GET / HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode()).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),  # A link to the page.
        ("/", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ("/config", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
        ("/config", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ("/config", {"Sec-Fetch-Site": "same-origin"}, 200),
        ("/config", {"Sec-Fetch-Site": "none"}, 200),
    ],
)
def test_other_sites_can_link_to_the_page_and_take_nothing_from_it(
    site: str, path: str, headers: dict[str, str], status: int
) -> None:
    assert fetch(site, "GET", path, headers=headers).status == status


@pytest.mark.parametrize(
    ("name", "host", "allowed"),
    [
        ("qa.example.org", "qa.example.org:99", True),
        ("QA.example.org", "qa.example.org", True),
        ("qa.example.org:99", "qa.example.org:99", True),
        ("qa.example.org:99", "qa.example.org", False),
        ("qa.example.org", "a.qa.example.org", False),
        ("192.168.1.5", "192.168.1.5:7860", True),
        ("fd00::5", "[fd00::5]:7860", True),
        ("[fd00::5]", "[fd00::5]", True),
    ],
)
def test_hosts_are_allowed_by_name(name: str, host: str, allowed: bool) -> None:
    authority = Authority.parse(host)
    assert authority is not None
    assert AllowedHosts.from_names((name,)).allows(authority) is allowed


@pytest.mark.parametrize("name", ["", "https://qa.example.org", "qa.example.org/", "*", "a b", "[::1", "-a", "a:b"])
def test_what_is_no_host_cannot_be_allowed(name: str) -> None:
    with pytest.raises(InputError, match=r"--allow-host .*: not a host"):
        AllowedHosts.from_names((name,))


# What Gradio serves and the page does not need, and what lies outside; each written in several ways below.
SHUT = [
    "gradio_api/file=http://127.0.0.1:1/x",
    "gradio_api/file=https://example.org/x",
    "gradio_api/file=/etc/passwd",
    "gradio_api/file=../../../../etc/passwd",
    "gradio_api/file=C:\\Windows\\win.ini",
    "gradio_api/file/etc/passwd",
    "gradio_api/upload",
    "gradio_api/upload_progress",
    "gradio_api/proxy=https://x.hf.space/",
    "gradio_api/deep_link",
    "gradio_api/runs",
    "gradio_api/run-history/buckets",
    "gradio_api/dev/reload",
    "gradio_api/vibe-code",
    "gradio_api/token",
    "gradio_api/user",
    "gradio_api/app_id",
    "gradio_api/startup-events",
    "gradio_api/stream/a/b/1/playlist.m3u8",
    "gradio_api/custom_component/a/client/b/c.js",
    "gradio_api/mcp/schema",
    "gradio_api/mcp/sse",
    "gradio_api/mcp/http",
    "gradio_api/profiling/traces",
    "monitoring",
    "monitoring/summary",
    "svelte/svelte.js",
    "pwa_icon",
    "openapi.json",
    "docs",
    "login",  # There are no accounts.
    "logout",
    "static/../../../../../../etc/passwd",
    "static/..\\..\\README.md",
    "assets/../index.html",
    "assets/.hidden",
]
WRITINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda path: "/" + quote(path, safe="/=:?\\"),
    "all encoded": lambda path: "/" + "".join(f"%{ord(c):02x}" for c in path),
    "dots and slashes encoded": lambda path: (
        "/" + path.replace(".", "%2e").replace("=", "%3D").replace("\\", "%5C").replace("/", "%2F")
    ),
    "two slashes": lambda path: "//" + quote(path, safe="=:").replace("%2F", "//"),
    "from elsewhere": lambda path: "/static/../" + quote(path, safe="/=:"),
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_what_the_page_does_not_need_is_not_there(site: str, writing: str) -> None:
    for path, method in itertools.product(SHUT, ("GET", "POST")):
        reply = fetch(site, method, WRITINGS[writing](path), headers=JSON)
        assert (reply.status, reply.body) == (404, b"there is nothing here\n"), path


@pytest.mark.parametrize(
    "path",
    [
        "vibe-edit", "undo-vibe-edit", "vibe-code", "vibe-starter-queries", "process_recording", "stream/x", "stream/x/close",
        "run-history/connect", "api/ask", "api/predict/", "mcp/messages/", "mcp/messages/?session_id=1",
    ],
)  # fmt: skip
def test_nothing_is_taken_where_the_page_sends_nothing(site: str, path: str) -> None:
    assert fetch(site, "POST", f"/gradio_api/{path}", b"{}", JSON).status == 404


def test_another_method_is_told_which_are_taken(site: str) -> None:
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS"):
        reply = fetch(site, method, "/gradio_api/mcp/")
        assert (reply.status, reply.headers["allow"]) == (405, "POST")


# The headers of the OWASP Secure Headers Project: as every answer has them, as some have them, and why others are left out.
SECURITY = {
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-dns-prefetch-control": "off",
    "x-frame-options": "DENY",
    "x-permitted-cross-domain-policies": "none",
}
SOMETIMES = {
    "cache-control": "no-store, but for files that look alike for everyone",
    "clear-site-data": "after logging out",
    "strict-transport-security": "under TLS, but for this machine's own names: they serve other programs too",
}
LEFT_OUT = {
    "cross-origin-embedder-policy": "it opens memory that origins share; the page needs none, and loads nothing of others",
    "expect-ct": "browsers took it out",
    "feature-policy": "permissions-policy took its place",
    "pragma": "for HTTP/1.0; cache-control took its place",
    "public-key-pins": "browsers took it out",
    "x-powered-by": "it only tells what to attack, as server does",
    "x-xss-protection": "browsers took it out; content-security-policy took its place",
}
OWASP = """cache-control clear-site-data content-security-policy cross-origin-embedder-policy cross-origin-opener-policy
cross-origin-resource-policy expect-ct feature-policy permissions-policy pragma public-key-pins referrer-policy
strict-transport-security x-content-type-options x-dns-prefetch-control x-frame-options x-permitted-cross-domain-policies
x-powered-by x-xss-protection""".split()


@pytest.mark.parametrize(
    ("method", "path", "cache"),
    [
        ("GET", "/", "no-store"),
        ("GET", "/config", "no-store"),
        ("GET", "/nothing", "no-store"),
        ("GET", "/gradio_api/heartbeat/x2", "no-store"),
        ("PUT", "/", "no-store"),
        ("GET", "/theme.css", None),  # Looks alike for everyone.
    ],
)
def test_every_answer_carries_the_headers(site: str, method: str, path: str, cache: str | None) -> None:
    headers = fetch(site, method, path).headers
    assert SECURITY.items() <= headers.items() and headers.get("cache-control") == cache
    assert not {"server", "strict-transport-security", "clear-site-data", *LEFT_OUT} & headers.keys()


def test_the_document_is_compressed_and_its_preview_the_page_s_own(site: str, locked: str) -> None:
    for url in (site, locked):
        plain = fetch(url, "GET", "/")
        packed = fetch(url, "GET", "/", headers={"Accept-Encoding": "br, gzip"})
        assert packed.headers["content-encoding"] == "gzip" and gzip.decompress(packed.body) == plain.body
        assert "content-encoding" not in plain.headers and plain.headers["vary"] == "Accept-Encoding"
        assert "content-encoding" not in fetch(url, "GET", "/", headers={"Accept-Encoding": "gzip;q=0, br"}).headers
        assert re.findall(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>', plain.body) == [OPENING.encode()]
        assert b"githubusercontent" not in plain.body


def test_each_header_that_owasp_lists_is_sent_or_left_out_for_a_reason() -> None:
    assert sorted([*SECURITY, *SOMETIMES, *LEFT_OUT]) == OWASP


def test_the_address_that_gradio_keeps_is_not_a_stranger_s(site: str) -> None:
    names = ("X-Forwarded-Host", "X-Forwarded-Server", "X-Gradio-Server", "Forwarded")
    lies = dict.fromkeys(names, "http://evil.example/")
    for path in ("/", "/config", "/gradio_api/info", "/gradio_api/openapi.json"):
        reply = fetch(site, "GET", path, headers=lies)
        assert reply.status == 200 and b"evil.example" not in reply.body


def exchange(url: str, sent: bytes, *, then: tuple[bytes, ...] = (), pause_s: float = 0.0) -> bytes:
    """Send bytes as they are, and read until the server closes."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as sock:
        sock.sendall(sent)
        got = b""
        try:
            for piece in then:
                time.sleep(pause_s)
                if select.select([sock], [], [], 0)[0]:
                    break  # It answers already.
                sock.sendall(piece)
            while more := sock.recv(65_536):
                got += more
        except OSError:  # The server closed while we were sending.
            pass
        return got


def head(path: str, *lines: str) -> bytes:
    method = "PUT" if path.startswith("/articles/") else "POST"
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *lines, "", "")).encode()


def chunked(data: bytes) -> bytes:
    return b"%x\r\n" % len(data) + data + b"\r\n"


JSON_LINE, TEXT_LINE = "Content-Type: application/json", "Content-Type: text/plain"


@pytest.mark.parametrize(
    ("path", "kind", "size"),
    [
        ("/gradio_api/queue/join", JSON_LINE, 1_000_001),
        ("/gradio_api/run/ask", JSON_LINE, 50_000_000),
        ("/gradio_api/mcp/", JSON_LINE, 50_000_000),
        ("/gradio_api/component_server", JSON_LINE, 10**18),
        ("/articles/a.txt", TEXT_LINE, 24_000_001),
    ],
)
def test_a_body_that_says_it_is_too_large_is_refused_unread(site: str, path: str, kind: str, size: int) -> None:
    with closing(socket.create_connection((urlsplit(site).hostname, urlsplit(site).port), timeout=5)) as sock:
        sock.sendall(head(path, kind, f"Content-Length: {size}"))
        assert sock.recv(1_000).startswith(b"HTTP/1.1 413")


def test_a_body_with_a_length_and_chunks_is_refused_and_the_connection_closed(site: str) -> None:
    sent = f"POST /gradio_api/mcp/ HTTP/1.1\r\nHost: localhost\r\n{JSON_LINE}\r\nContent-Length: 2\r\n"
    got = exchange(site, sent.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"{}") + chunked(b""))
    assert got.startswith(b"HTTP/1.1 400") and b"send one of them" in got and got.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("line", ["Content-Length: -1", "Content-Length: 1, 2", "Content-Length: x", "Content-Length: 9" * 2])
def test_lengths_that_are_none_are_refused(site: str, line: str) -> None:
    status = exchange(site, head("/gradio_api/queue/join", JSON_LINE, line))[9:12]
    assert status in (b"400", b"408")


def memory() -> int:
    """The most memory that this process had since the last call, in bytes; the server is a thread of it."""
    peak = int(re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[0]) * 1_024
    Path("/proc/self/clear_refs").write_text("5")
    return peak


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="reads memory as Linux shows it")
@pytest.mark.parametrize(
    ("path", "kind", "start"),
    [
        ("/articles/a.txt", TEXT_LINE, b"x"),
        ("/gradio_api/queue/join", JSON_LINE, b'"'),
    ],
)
@pytest.mark.parametrize("declared", [True, False])
def test_a_large_body_is_refused_and_takes_no_memory(site: str, path: str, kind: str, start: bytes, declared: bool) -> None:
    piece = b"x" * 1_000_000
    length = "Content-Length: 60000000" if declared else "Transfer-Encoding: chunked"
    pieces = (piece,) * 60 if declared else (chunked(piece),) * 60
    memory()
    before = memory()
    got = exchange(site, head(path, kind, length) + (start if declared else chunked(start)), then=pieces)
    assert got.startswith(b"HTTP/1.1 413")
    assert memory() - before < 50_000_000


def test_a_client_that_does_not_take_its_answer_is_let_go(site: str) -> None:
    file = "/static/ffmpeg/ffmpeg-core.wasm"  # The largest file that Gradio brings: 30 MB.
    with closing(socket.socket()) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.connect((urlsplit(site).hostname, urlsplit(site).port))
        sock.sendall(f"GET {file} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        time.sleep(1.5)
        got = 0
        while more := sock.recv(1_000_000):
            got += len(more)
    assert 0 < got < 20_000_000


@pytest.mark.parametrize(
    ("path", "kind", "start"),
    [
        ("/gradio_api/queue/join", JSON_LINE, b"{"),
        ("/gradio_api/mcp/", JSON_LINE, b"{"),
        ("/articles/a.txt", TEXT_LINE, b"x"),
    ],
)
def test_a_body_that_comes_too_slowly_is_refused(site: str, path: str, kind: str, start: bytes) -> None:
    got = exchange(site, head(path, kind, "Content-Length: 900") + start, then=(b" ",) * 9, pause_s=0.2)
    assert got.startswith(b"HTTP/1.1 408")


def test_connections_on_which_nothing_is_asked_are_closed(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADERS_WITHIN_S", 0.3)
    for sent in (b"", b"GET / HTTP/1.1\r\nHost: loc"):
        began = time.monotonic()
        assert exchange(site, sent, then=(b"a",) * 10, pause_s=0.1) == b""
        assert time.monotonic() - began < 3


def test_one_client_has_few_idle_connections_and_the_oldest_is_closed(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_WAITING", 3)
    place = urlsplit(site).hostname, urlsplit(site).port
    with ExitStack() as stack:
        opened = [
            stack.enter_context(socket.create_connection(place, timeout=5, source_address=(source, 0)))
            for source in ("127.0.0.10", *["127.0.0.9"] * 5)
        ]
        with suppress(ConnectionResetError):
            assert opened[1].recv(1) == b""
        with suppress(ConnectionResetError):
            assert opened[2].recv(1) == b""
        for kept in (opened[0], *opened[3:]):
            kept.sendall(b"GET /theme.css HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert kept.recv(100).startswith(b"HTTP/1.1 200")


def test_one_client_keeps_some_open_pages_and_the_oldest_goes(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_PAGES", 2)
    with ExitStack() as stack:
        opened = []
        for source in ("127.0.0.10", *["127.0.0.9"] * 3):
            made = stack.enter_context(connection(site, source))
            made.request("GET", "/gradio_api/heartbeat/page")
            opened.append(stack.enter_context(made.getresponse()))
            assert opened[-1].readline() == b"data: ALIVE\n"
        with suppress(ConnectionResetError, http.client.IncompleteRead):
            assert opened[1].read() == b"\n"
        for kept in (opened[0], *opened[2:]):
            assert not select.select([kept.fp], [], [], 0)[0] or kept.readline() == b"\n"
        assert fetch(site, "GET", "/theme.css", source="127.0.0.9").status == 200


def test_sixty_open_pages_do_not_keep_others_out(site: str) -> None:
    with ExitStack() as stack:
        for n in range(60):
            made = stack.enter_context(connection(site))
            made.request("GET", f"/gradio_api/heartbeat/page{n}")
            assert stack.enter_context(made.getresponse()).readline() == b"data: ALIVE\n"
        began = time.monotonic()
        assert fetch(site, "GET", "/").status == 200
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("path", ["queue/join", "run/ask", "call/ask", "call/v2/ask", "component_server", "cancel", "mcp/"])
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 65 + b"]" * 65,
        b'{"data": [' * 5,
        '{"data": ["q"]}'.encode("utf-16"),
        b'{"event_id": 1e999}',
        b'{"event_id": -Infinity}',
        b'{"event_id": "\\ud800"}',
    ],
    ids=["lists", "objects", "just too deep", "not closed", "UTF-16", "a number without bound", "infinity", "half a character"],
)
def test_json_that_nobody_can_read_is_refused(site: str, path: str, body: bytes) -> None:
    assert fetch(site, "POST", f"/gradio_api/{path}", body, JSON).status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"7", b'""', b"[]", b"{}", b"\xff", b'{"data": 5}', b'{"data": [' + b"1" * 10_000 + b"]}",
        b'{"data": ["q"], "fn_index": 10000}',
        b'{"data": ["q"], "fn_index": -1}', b'{"data": ["\\u0000"], "session_hash": "\\u0000", "fn_index": 0}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["queue/join", "run/ask", "call/ask", "component_server", "cancel", "mcp/"])
def test_json_of_any_other_shape_is_no_leak(site: str, path: str, body: bytes) -> None:
    reply = fetch(site, "POST", f"/gradio_api/{path}", body, JSON)
    assert b"Traceback" not in reply.body and b"/site-packages/" not in reply.body


def test_what_is_queued_cannot_be_called_past_the_queue(site: str) -> None:
    reply = fetch(site, "POST", "/gradio_api/run/predict", b'{"fn_index": 0, "data": ["x"]}', JSON)
    assert reply.status == 404 and b"join the queue" in reply.body


@pytest.mark.parametrize(
    ("body", "deep"),
    [
        (b'{"a": "[[[[[[", "b": "\\"[[[["}', False),
        (b"[" * 64 + b"]" * 64, False),
        (b"[[]," * 64 + b"[]" + b"]" * 64, True),
        (b"[" + b"[]," * 100_000 + b"[]]", False),
        (b'"' + b'\\"' * 400_000, True),  # Never closed, and read in one go all the same.
        (b"[}" * 10, True),
    ],
)
def test_depth_is_measured_outside_strings(body: bytes, deep: bool) -> None:
    began = time.perf_counter()
    if deep:
        with pytest.raises(Refused, match="at most 64 levels"):
            read_json(body, max_depth=64)
    else:
        read_json(body, max_depth=64)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/gradio_api/queue/join", "text/plain"),
        ("/gradio_api/run/ask", ""),
        ("/gradio_api/component_server", "multipart/form-data; boundary=edge"),
    ],
)
def test_what_a_form_of_another_site_could_send_is_refused(site: str, path: str, kind: str) -> None:
    assert fetch(site, "POST", path, b"{}", {"Content-Type": kind} if kind else {}).status == 415


# A path below /articles/, the name that arrives and whether more files follow.
NAMES = [
    ("a.txt", "a.txt", False),
    ("a.txt?more", "a.txt", True),
    ("a.txt?more=1", "a.txt", False),
    (quote("flood “x” #1?.txt", safe=""), "flood “x” #1?.txt", False),
    (quote("cafe\u0301.md"), "cafe\u0301.md", False),
    ("two/parts.txt", "two/parts.txt", False),
    ("two%2Fparts.txt", "two/parts.txt", False),
    ("..%2F..%2Fetc%2Fpasswd", "../../etc/passwd", False),
    ("../config", "../config", False),
    ("%0A%00%1b.txt", "\n\0\x1b.txt", False),
    ("%FF.txt", "\ufffd.txt", False),
    ("%2525.txt", "%25.txt", False),
    ("C:%5Ca.txt", "C:\\a.txt", False),
    ("x" * 1_000, "x" * 1_000, False),
]


@pytest.mark.parametrize(("path", "name", "more"), NAMES, ids=lambda value: str(value)[:20])
def test_a_file_is_added_under_the_name_of_its_path(site: str, path: str, name: str, more: bool) -> None:
    added.clear()
    data = bytes(range(256)) * 40
    reply = fetch(site, "PUT", f"/articles/{path}", data)
    assert (reply.status, reply.body.decode()) == (201, f"added/{name}\n")
    assert added == [(name, data, more)]


def test_an_empty_file_and_one_of_chunks_arrive_whole(site: str) -> None:
    added.clear()
    assert fetch(site, "PUT", "/articles/a.txt").status == 201
    sent = head("/articles/b.txt", "Transfer-Encoding: chunked") + chunked(b"some ") + chunked(b"text") + chunked(b"")
    assert exchange(site, sent).startswith(b"HTTP/1.1 201")
    assert added == [("a.txt", b"", False), ("b.txt", b"some text", False)]


@pytest.mark.parametrize(
    ("method", "path", "status", "line"),
    [
        ("PUT", "a.jpg", 422, b"a.jpg: not text\n"),
        ("PUT", "", 404, b"there is nothing here\n"),
        ("PUT", "x" * 1_001, 404, b"there is nothing here\n"),
        ("GET", "a.txt", 405, b"use PUT here\n"),
        ("POST", "a.txt", 405, b"use PUT here\n"),
        ("DELETE", "a.txt", 405, b"use PUT here\n"),
        ("OPTIONS", "a.txt", 405, b"use PUT here\n"),
    ],
)
def test_what_cannot_be_added_is_told_in_one_line(site: str, method: str, path: str, status: int, line: bytes) -> None:
    added.clear()
    reply = fetch(site, method, f"/articles/{path}", b"some text")
    assert (reply.status, reply.body, added) == (status, line, [])


def test_nobody_can_add_where_the_page_does_not_let_its_readers(make_page: MakePage) -> None:
    with running(make_page, ServeSettings(port=0)) as url:
        reply = fetch(url, "PUT", "/articles/a.txt", b"some text")
        assert (reply.status, reply.body) == (404, b"there is nothing here\n")


def test_only_who_is_logged_in_can_add(locked: str) -> None:
    added.clear()
    assert fetch(locked, "PUT", "/articles/a.txt", b"some text").status == 401
    assert fetch(locked, "PUT", "/articles/a.txt", b"some text", basic("ann", "secret")).status == 401
    assert added == []
    cookie = login(locked, "ann", "secret", source="127.0.0.8").headers["set-cookie"].split(";")[0]
    assert fetch(locked, "PUT", "/articles/a.txt", b"some text", {"Cookie": cookie}).status == 201
    assert added == [("a.txt", b"some text", False)]


def test_files_cut_off_half_way_are_not_added(site: str) -> None:
    added.clear()
    parts = urlsplit(site)
    for _ in range(10):
        opened = [socket.create_connection((parts.hostname, parts.port)) for _ in range(LIMITS.max_uploads)]
        for sock in opened:
            sock.sendall(head("/articles/a.txt", "Content-Length: 90000") + b"x" * 10_000)
        wait_until(lambda: fetch(site, "PUT", "/articles/b.jpg", b"x").status == 503)
        for sock in opened:
            sock.close()
        wait_until(lambda: fetch(site, "PUT", "/articles/b.jpg", b"x").status == 422)
    assert added == []


@pytest.mark.parametrize(
    "file",
    [
        {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
        {"path": "http://example.com/a.txt", "meta": {"_type": "gradio.FileData"}},
        {"url": "http://example.com/a.txt", "meta": {"_type": "gradio.FileData"}},
        {"path": "/etc/passwd"},
        {"path": "", "meta": 5},
        {"__type__": "file"},
        {"name": "/etc/passwd", "is_file": True},
    ],
)
def test_a_file_object_is_refused_wherever_it_stands(file: dict[str, Any]) -> None:
    inside = json.dumps(file).encode()
    escaped = inside.replace(b"a", b"\\u0061").replace(b"_t", b"\\u005ft")
    twice = inside[:-1] + b"," + b",".join(b'"%s": 0' % name.encode() for name in file) + b"}"
    for written in (inside, escaped, twice):
        for place in (b"%s", b'{"data": [%s]}', b'{"params": {"arguments": {"history": [{"content": [[%s]]}]}}}'):
            with pytest.raises(Refused, match="file object"):
                read_json(place % written, max_depth=64)


def test_text_that_only_speaks_of_files_is_let_through() -> None:
    body = {"data": ['{"path": "x", "meta": {"_type": "gradio.FileData"}}', {"content": "path", "_meta": {}}]}
    assert read_json(json.dumps(body).encode(), max_depth=64) == body


def test_gradio_behind_the_guard_takes_no_file_that_was_not_uploaded(site: str, make_page: MakePage) -> None:
    from fastapi import FastAPI
    from gradio.context import LocalContext
    from gradio.exceptions import InvalidPathError
    from gradio.processing_utils import _check_allowed

    page, _ = asyncio.run(mount_page(FastAPI(), make_page, accounts=None, mcp=False))
    before = LocalContext.blocks.set(page.blocks)
    try:
        with pytest.raises(InvalidPathError):
            _check_allowed(__file__, True)
    finally:
        LocalContext.blocks.reset(before)


@pytest.mark.parametrize("path", ["run/ask", "queue/join", "mcp/"])
def test_no_file_of_the_machine_is_read_because_a_request_names_it(site: str, path: str, tmp_path: Path) -> None:
    (tmp_path / "private.txt").write_text("the secret of the machine")
    file = {"path": str(tmp_path / "private.txt"), "meta": {"_type": "gradio.FileData"}}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ask", "arguments": {"question": file}}}
    body = call if path == "mcp/" else {"data": [file, 5], "fn_index": 0, "session_hash": "file"}
    sent = {**JSON, "Accept": "application/json, text/event-stream"}
    reply = fetch(site, "POST", f"/gradio_api/{path}", json.dumps(body).encode(), sent)
    assert reply.status == 400 and b"file object" in reply.body
    folder = Path(os.environ["GRADIO_TEMP_DIR"])
    assert not [path for path in folder.rglob("*") if path.is_file()]


NO_CALLS: list[tuple[str, dict[str, Any], int]] = [
    ("run/ask", {"data": ["who?"]}, 422),  # It takes two values.
    ("run/ask", {"data": "who?"}, 422),
    ("run/nothing", {"data": ["who?", 5]}, 404),
    ("run/ask", {"data": ["who?", 5], "fn_index": 99}, 404),
    ("run/ask", {"data": ["who?", 5], "fn_index": "99"}, 422),
    ("queue/join", {"data": ["who?", 5], "fn_index": 99, "session_hash": "x"}, 404),
    ("queue/join", {"data": ["who?", 5], "session_hash": "x"}, 404),
    ("queue/join", {"data": [], "fn_index": 0, "session_hash": "x"}, 422),
    ("queue/join", {"data": ["who?"], "fn_index": 0, "session_hash": ""}, 422),
    ("queue/join", {"data": ["who?"], "fn_index": 0}, 422),
    ("run/ask", {"data": ["who?", 5], "session_hash": 5}, 422),
    ("call/nothing", {"data": []}, 404),
    ("call/ask", {"data": ["who?"], "fn_index": 0}, 422),
    ("call/v2/nothing", {}, 404),
    ("call/v2/ask", {}, 422),
    ("call/v2/ask", {"question": "who?", "colour": 5}, 422),
    ("component_server", {"component_id": 0, "fn_name": "ls", "session_hash": "x", "data": 0}, 404),
    ("component_server", {"component_id": 1, "fn_name": "preprocess", "session_hash": "x", "data": 0}, 404),
    ("component_server", {"component_id": 1, "fn_name": "ls", "session_hash": ["x"], "data": 0}, 422),
]


@pytest.mark.parametrize(("path", "body", "status"), NO_CALLS, ids=str)
def test_a_call_that_cannot_be_served_is_told_in_one_line_and_leaves_no_traceback(
    site: str,
    path: str,
    body: dict[str, Any],
    status: int,
    *,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    reply = fetch(site, "POST", f"/gradio_api/{path}", json.dumps(body).encode(), JSON)
    assert reply.status == status and reply.body.count(b"\n") == 1
    assert caplog.text == "" and capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("call/ask", {"data": ["who?", 5]}),
        ("call/v2/ask", {"question": "who?"}),
        ("run/ask", {"data": ["who?", 5]}),
        ("queue/join", {"data": ["who?"], "fn_index": 0, "session_hash": "served"}),
    ],
)
def test_a_call_that_can_be_served_is(site: str, path: str, body: dict[str, Any]) -> None:
    assert fetch(site, "POST", f"/gradio_api/{path}", json.dumps(body).encode(), JSON).status == 200


def test_a_part_s_function_is_called_and_knows_the_visitor(locked: str) -> None:
    cookie = {"Cookie": login(locked, "ann", "secret", source="127.0.0.11").headers["set-cookie"].split(";")[0]}
    parts = json.loads(fetch(locked, "GET", "/config", headers=cookie).body)["components"]
    (number,) = (part["id"] for part in parts if part["props"].get("elem_id") == "shown")
    body = {"component_id": number, "fn_name": "visitor", "session_hash": "x", "data": 0}
    reply = fetch(locked, "POST", "/gradio_api/component_server", json.dumps(body).encode(), {**JSON, **cookie})
    assert (reply.status, reply.body) == (200, b'"ann"')


def wait_until(true: Callable[[], bool], *, within_s: float = 5.0) -> None:
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_fault_is_one_line_to_the_client_and_the_rest_in_the_log(site: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        reply = fetch(site, "GET", "/?page=nosuch")
    assert reply.status == 500
    match = re.fullmatch(rb"a fault of the program; its log tells more under ([0-9a-f]{8})\n", reply.body)
    assert match and match[1].decode() in caplog.text and "KeyError" in caplog.text


# With accounts: what Gradio serves, tried without login. A route of a newer Gradio stands in none of these.
OPEN = {
    "GET /", "HEAD /", "GET /favicon.ico", "GET /logout", "GET /manifest.json", "GET /robots.txt", "GET /theme.css",
    "GET /assets/{}", "GET /static/{}", "POST /login", "POST /login/",
}  # fmt: skip
BEHIND_LOGIN = {
    "GET /config", "GET /config/", "GET /gradio_api/info", "GET /gradio_api/info/", "GET /gradio_api/openapi.json",
    "GET /gradio_api/heartbeat/{}", "GET /gradio_api/queue/data", "GET /gradio_api/queue/status",
    "GET /gradio_api/call/{}/{}", "GET /gradio_api/call/v2/{}/{}",
    "POST /gradio_api/queue/join", "POST /gradio_api/cancel", "POST /gradio_api/reset", "POST /gradio_api/reset/",
    "PUT /articles/{}", "POST /gradio_api/run/{}", "POST /gradio_api/run/{}/", "POST /gradio_api/component_server",
    "POST /gradio_api/component_server/", "POST /gradio_api/call/{}", "POST /gradio_api/call/{}/",
    "POST /gradio_api/call/v2/{}", "POST /gradio_api/call/v2/{}/", "POST /gradio_api/mcp", "POST /gradio_api/mcp/",
    "POST /logout",
}  # fmt: skip
CLOSED = {
    "GET /monitoring", "GET /monitoring/summary", "GET /monitoring/{}", "GET /pwa_icon", "GET /pwa_icon/{}", "GET /svelte/{}",
    "GET /openapi.json", "HEAD /openapi.json", "GET /gradio_api/app_id", "GET /gradio_api/app_id/",
    "GET /gradio_api/custom_component/{}/{}/{}/{}", "GET /gradio_api/deep_link", "GET /gradio_api/dev/reload",
    "GET /gradio_api/file/{}", "GET /gradio_api/file={}", "HEAD /gradio_api/file={}", "GET /gradio_api/login_check",
    "GET /gradio_api/login_check/", "GET /gradio_api/proxy={}", "HEAD /gradio_api/proxy={}",
    "GET /gradio_api/run-history/buckets",
    "GET /gradio_api/run-history/records", "GET /gradio_api/run-history/records/{}/{}/assets/{}",
    "POST /gradio_api/run-history/connect", "GET /gradio_api/runs", "GET /gradio_api/runs/", "GET /gradio_api/startup-events",
    "GET /gradio_api/stream/{}/{}/{}/playlist-file", "GET /gradio_api/stream/{}/{}/{}/playlist.m3u8",
    "GET /gradio_api/stream/{}/{}/{}/{}.{}", "POST /gradio_api/stream/{}", "POST /gradio_api/stream/{}/close",
    "GET /gradio_api/theme.css", "GET /gradio_api/token", "GET /gradio_api/token/", "GET /gradio_api/user",
    "GET /gradio_api/user/",
    "GET /gradio_api/vibe-code", "GET /gradio_api/vibe-code/", "POST /gradio_api/api/{}", "POST /gradio_api/api/{}/",
    "POST /gradio_api/process_recording", "POST /gradio_api/undo-vibe-edit", "POST /gradio_api/undo-vibe-edit/",
    "POST /gradio_api/vibe-code", "POST /gradio_api/vibe-code/", "POST /gradio_api/vibe-edit", "POST /gradio_api/vibe-edit/",
    "POST /gradio_api/vibe-starter-queries", "POST /gradio_api/vibe-starter-queries/", "POST /gradio_api/mcp/messages",
    "POST /gradio_api/mcp/schema", "POST /gradio_api/mcp/sse", "POST /gradio_api/upload", "GET /gradio_api/upload_progress",
}  # fmt: skip


def gradio_routes(make_page: MakePage) -> set[str]:
    """All routes of a Gradio application, with `{}` for what varies."""
    from gradio.routes import App

    def walk(routes: Any, prefix: str) -> Iterator[str]:
        for route in routes:
            inner = getattr(route, "original_router", None) or getattr(route, "app", None)
            path = prefix + getattr(route, "path", "")
            if routes_inside := getattr(inner, "routes", None):
                yield from walk(routes_inside, path)
            else:
                methods = getattr(route, "methods", None) or {"POST"}
                if "/mcp" in path:  # Taken by whatever method; POST is what is tried.
                    methods = {"POST"}
                yield from (f"{method} {re.sub(r'{[^}]*}', '{}', path)}" for method in methods)

    async def application() -> App:  # Made while a loop runs: else Gradio makes loops of its own and leaves them open.
        return App.create_app(make_page().blocks, mcp_server=True)

    return set(walk(asyncio.run(application()).routes, ""))


def test_nothing_but_the_login_is_open_without_it(locked: str, make_page: MakePage) -> None:
    found: dict[str, set[str]] = {"open": set(), "behind login": set(), "closed": set()}
    kinds = {"/login": "application/x-www-form-urlencoded"}
    routes = gradio_routes(make_page)
    for route in routes | {"POST /gradio_api/mcp/", "POST /logout", "PUT /articles/{}"}:
        method, path = route.split()
        kind = kinds.get(path.rstrip("/"), "application/json")
        reply = fetch(locked, method, path.replace("{}", "x"), headers={"Content-Type": kind})
        closed = reply.status == 404 and reply.body in (b"there is nothing here\n", b"")  # Gradio's own says other words.
        found["closed" if closed else "behind login" if reply.status == 401 else "open"].add(route)
    expected = {"open": OPEN, "behind login": BEHIND_LOGIN, "closed": CLOSED}
    assert {kind: found[kind] ^ expected[kind] for kind in found} == {kind: set() for kind in found}


def test_the_login_page_says_nothing_of_what_lies_behind_it(locked: str) -> None:
    for query in ("", "?all_endpoints=true", "?deep_link=x", "?page=nosuch"):
        for headers in ({}, {"Accept-Encoding": "br"}):
            page = fetch(locked, "GET", f"/{query}", headers=headers)
            assert page.status == 200 and b"auth_required" in page.body
            assert not [word for word in (b"secret choice", b"/ask", b"/choose", b"In plain words") if word in page.body]


def test_who_logged_in_sees_the_page_and_who_logged_out_does_not(locked: str) -> None:
    reply = login(locked, "ann", "secret", source="127.0.0.2")
    assert reply.status == 200
    pair, _, rules = reply.headers["set-cookie"].partition("; ")
    assert "unsecure" not in pair and rules == "HttpOnly; Path=/; SameSite=Lax"
    cookie = {"Cookie": pair}
    assert b"secret choice" in fetch(locked, "GET", "/", headers=cookie).body
    assert fetch(locked, "GET", "/config", headers=cookie).status == 200
    asked = fetch(locked, "GET", "/logout", headers=cookie)  # As a link of another site would.
    assert asked.status == 200 and b"<button" in asked.body and "clear-site-data" not in asked.headers
    assert fetch(locked, "GET", "/config", headers=cookie).status == 200
    done = fetch(locked, "POST", "/logout", headers=cookie)
    assert (done.status, done.headers["clear-site-data"]) == (302, '"cache", "storage"')
    assert fetch(locked, "GET", "/config", headers=cookie).status == 401
    assert fetch(locked, "GET", "/config", headers={"Cookie": cookie["Cookie"][:-3] + "xyz"}).status == 401


def ping(url: str, headers: dict[str, str], source: str = "127.0.0.1") -> Reply:
    sent = {**JSON, "Accept": "application/json, text/event-stream", **headers}
    return fetch(url, "POST", "/gradio_api/mcp/", b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}', sent, source=source)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (basic("ann", "secret"), 200),
        ({}, 401),
        (basic("ann", "wrong"), 401),
        (basic("bob", "secret"), 401),
        ({"Authorization": "Basic ann:secret"}, 401),
        ({"Authorization": "Basic " + base64.b64encode(b"annsecret").decode()}, 401),
        ({"Authorization": "Basic \xff"}, 401),
        ({"Authorization": "Bearer secret"}, 401),
        ({"Cookie": "access-token-x=y"}, 401),
    ],
)
def test_mcp_asks_for_the_accounts_too(locked: str, headers: dict[str, str], status: int) -> None:
    reply = ping(locked, headers, source="127.0.0.3")
    assert reply.status == status
    assert ("www-authenticate" in reply.headers) is (status == 401)


def test_mcp_takes_the_page_s_login(locked: str) -> None:
    cookie = login(locked, "ann", "secret", source="127.0.0.4").headers["set-cookie"].split(";")[0]
    assert ping(locked, {"Cookie": cookie}).status == 200


@pytest.mark.parametrize(
    ("way", "name", "source", "other"), [("login", "dan", "127.0.0.5", "127.0.0.7"), ("mcp", "eve", "127.0.0.6", "127.0.0.8")]
)
def test_guessing_a_password_is_slowed_down(locked: str, way: str, name: str, source: str, other: str) -> None:
    tries = [
        login(locked, name, f"guess {n}", source) if way == "login" else ping(locked, basic(name, f"guess {n}"), source)
        for n in range(40)
    ]
    statuses = [reply.status for reply in tries]
    assert statuses[:5] == [400 if way == "login" else 401] * 5
    assert statuses.count(429) >= 33
    assert int(tries[-1].headers["retry-after"]) >= 1
    assert login(locked, name, "secret", other).status == 429  # Whoever tries that name,
    assert login(locked, "nobody", "x", source).status == 429  # and whatever that client tries.
    assert login(locked, "nobody", "x", other).status == 400


async def ask(guard: Guard, *parts: bytes, path: str = "/gradio_api/component_server", client: str = "127.0.0.1") -> int:
    """The status of a request straight to the guard; an empty last part is waited for without end."""
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    method = "PUT" if path.startswith("/articles/") else "POST"
    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "headers": headers, "scheme": "http"}
    coming = list(parts)
    statuses: list[int] = []

    async def receive() -> Any:
        if not coming or not coming[0]:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": coming.pop(0), "more_body": bool(coming)}

    async def send(message: Any) -> None:
        statuses.append(message.get("status"))

    await guard({**scope, "client": (client, 1), "query_string": b""}, receive, send)
    return statuses[0]


async def answer_all(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers whatever comes."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


def test_bodies_under_way_take_bounded_memory_together_and_small_ones_always_find_room() -> None:
    limits = Limits(max_at_once=30_000, small=10_000, body_deadline_s=0.05)
    settings = GuardSettings(AllowedHosts.from_names(()), limits=limits)
    guard = Guard(answer_all, settings, login=Login(None, lambda cookies: None, Throttle()))
    large, small = b'"' + b"x" * 20_000 + b'"', b'"' + b"x" * 9_000 + b'"'

    async def statuses() -> list[int]:
        half_sent = asyncio.create_task(ask(guard, large, b""))
        await asyncio.sleep(0)
        together = [await ask(guard, large), await ask(guard, small), await ask(guard, small)]
        return [*together, await half_sent, await ask(guard, large)]

    assert asyncio.run(statuses()) == [503, 200, 200, 408, 200]


def test_one_visitor_adds_a_share_and_the_user_of_this_machine_all() -> None:
    settings = GuardSettings(AllowedHosts.from_names(()), add_article=add_article, limits=Limits(max_added=2 * COUNTED_BYTES))

    async def statuses(client: str) -> list[int]:
        guard = Guard(answer_all, settings, login=Login(None, lambda cookies: None, Throttle()))
        own = [await ask(guard, b"text", path="/articles/a.txt", client=client) for _ in range(3)]
        return [*own, await ask(guard, b"text", path="/articles/a.txt", client="192.0.2.7")]

    assert asyncio.run(statuses("192.0.2.1")) == [201, 201, 429, 201]
    assert asyncio.run(statuses("127.0.0.1")) == [201, 201, 201, 201]


def test_one_visitor_takes_a_share_of_the_uploads_at_a_time() -> None:
    limits = Limits(upload_deadline_s=0.05, max_uploads=3, max_uploads_each=2)
    settings = GuardSettings(AllowedHosts.from_names(()), add_article=add_article, limits=limits)

    async def statuses(clients: list[str]) -> list[int]:
        guard = Guard(answer_all, settings, login=Login(None, lambda cookies: None, Throttle()))
        at_once = [ask(guard, b"te", b"", path="/articles/a.txt", client=client) for client in clients]
        slow = await asyncio.gather(*at_once)
        return [*slow, await ask(guard, b"text", path="/articles/a.txt", client=clients[0])]

    assert asyncio.run(statuses(["192.0.2.1"] * 3 + ["192.0.2.2"] * 2)) == [408, 408, 503, 408, 503, 201]
    assert asyncio.run(statuses(["127.0.0.1"] * 3)) == [408, 408, 408, 201]  # The user of this machine.


def test_few_requests_are_worked_on_at_once_the_others_wait_and_too_many_are_told() -> None:
    working: list[int] = [0]
    seen: list[int] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        working[0] += 1
        seen.append(working[0])
        await asyncio.sleep(0.01)
        working[0] -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.05)  # Whoever reads slowly holds nobody up.
        await send({"type": "http.response.body", "body": b"{}"})

    limits = Limits(max_working=6, at_work=2)
    settings = GuardSettings(AllowedHosts.from_names(()), limits=limits)
    guard = Guard(application, settings, login=Login(None, lambda cookies: None, Throttle()))

    async def crowd() -> list[int]:
        return await asyncio.gather(*(ask(guard, b"{}") for _ in range(8)))

    assert sorted(asyncio.run(crowd())) == [200] * 6 + [503] * 2
    assert max(seen) == 2 and len(seen) == 6
