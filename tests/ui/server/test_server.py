import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from articles_qa.index.errors import InputError
from articles_qa.ui.server import uvicorn_server
from articles_qa.ui.server.accounts import Accounts
from articles_qa.ui.server.guard_settings import Limits
from articles_qa.ui.server.server import Page, ServeSettings, running, serve
from articles_qa.ui.server.uvicorn_server import listen

MakePage = Callable[[], Page]
ROOT = Path(__file__).parents[3]
ANN = Accounts.from_text("ann:secret", where="test")


@pytest.fixture(scope="module", params=["open", "locked"])
def site(request: pytest.FixtureRequest, make_page: MakePage) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """The address of a page, and with what to log in: once for everyone, once with an account."""
    accounts = ANN if request.param == "locked" else None
    with running(make_page, ServeSettings(port=0, mcp=True, accounts=accounts)) as url:
        yield url, ("ann", "secret") if accounts else None


def get(url: str | urllib.request.Request) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=20) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"host": "0.0.0.0"}, "--host 0.0.0.0: others can reach it; give accounts"),
        ({"host": "0.0.0.0", "accounts": ANN}, "(--allow-host), or --insecure"),
        ({"host": "::", "allow_hosts": ("qa.example.org",)}, "give accounts (--auth), or --insecure"),
        ({"host": "192.168.1.5"}, "--insecure"),
        ({"host": "qa.example.org"}, "--insecure"),
        ({"host": "127.0.0.1.example.org"}, "--insecure"),
        ({"host": ""}, "--insecure"),
        ({"port": -1}, "--port -1: not a port"),
        ({"port": 65536}, "--port 65536: not a port"),
        ({"allow_hosts": ("https://qa.example.org/",)}, "--allow-host https://qa.example.org/: not a host"),
        ({"certfile": Path("missing.pem")}, "missing.pem: no certificate with its key"),
        ({"certfile": Path(__file__)}, "no certificate with its key"),
        ({"keyfile": Path("key.pem")}, "key.pem: a key without its certificate"),
    ],
)
def test_what_would_be_open_by_accident_or_cannot_be_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as refused:
        ServeSettings(**settings)
    assert said in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"host": "localhost"},
        {"host": "::1"},
        {"host": "127.0.0.2"},
        {"host": "0.0.0.0", "insecure": True},
        {"host": "0.0.0.0", "accounts": ANN, "allow_hosts": ("qa.example.org",)},
    ],
)
def test_the_rest_is_allowed(settings: dict[str, Any]) -> None:
    ServeSettings(**settings)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "http://127.0.0.1:80/"),
        ({"host": "::1"}, "http://[::1]:80/"),
        ({"host": "0.0.0.0", "insecure": True}, "http://localhost:80/"),
    ],
)
def test_the_address_can_be_opened(settings: dict[str, Any], url: str) -> None:
    assert ServeSettings(**settings).url(80) == url


def no_page() -> Page:
    raise AssertionError("made before the port was known to be free")


def test_a_port_in_use_is_said_in_one_line_and_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"^--port {port}: in use at 127.0.0.1; name another, or 0 for any free one$"):
            serve(no_page, ServeSettings(port=port), ready=print)


@pytest.mark.parametrize("host", ["nosuch.invalid", "192.0.2.1"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(InputError, match=f"^--host {host}"):
        serve(no_page, ServeSettings(host=host, insecure=True), ready=print)


def test_who_comes_while_the_page_is_made_waits_and_a_second_server_is_refused() -> None:
    with closing(listen("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
        with pytest.raises(InputError, match=f"--port {port}: in use"):
            listen("127.0.0.1", port)


def test_a_fault_in_the_page_leaves_the_port_free() -> None:
    def broken() -> Page:
        raise ZeroDivisionError

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            serve(broken, ServeSettings(port=port), ready=print)


def test_endpoints_that_mcp_could_not_call_are_refused_from_the_start() -> None:
    def queued() -> Page:
        import gradio as gr
        from gradio.events import api

        with gr.Blocks(analytics_enabled=False) as blocks:
            api(lambda: "x", api_name="ask")
        return Page(blocks)

    with (
        pytest.raises(ValueError, match=r"'ask'.*declare them with queue=False"),
        running(queued, ServeSettings(port=0, mcp=True)),
    ):
        pass


def test_a_full_queue_is_told() -> None:
    def slow() -> Page:
        import gradio as gr

        with gr.Blocks(analytics_enabled=False) as blocks:
            gr.Button().click(lambda: time.sleep(0.5), api_visibility="private")
        return Page(blocks.queue(max_size=1, default_concurrency_limit=1))

    def join(url: str) -> tuple[int, bytes]:
        body = json.dumps({"data": [], "fn_index": 0, "session_hash": "x"}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{url}gradio_api/queue/join", body, headers)
        return get(request)

    with running(slow, ServeSettings(port=0)) as url:
        replies = [join(url) for _ in range(5)]
    assert replies[0][0] == 200
    assert replies[-1][0] == 503 and b"Queue is full" in replies[-1][1]


def test_what_is_not_queued_is_bounded_too() -> None:
    def slow() -> Page:
        import gradio as gr
        from gradio.events import api

        def ask(question: str) -> str:
            time.sleep(0.5)
            return question

        with gr.Blocks(analytics_enabled=False) as blocks:
            api(ask, api_name="ask", queue=False)
        return Page(blocks)

    with running(slow, ServeSettings(port=0, limits=Limits(max_working=2))) as url, ThreadPoolExecutor(5) as pool:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{url}gradio_api/run/ask", b'{"data": ["who?"]}', headers)
        replies = list(pool.map(get, [request] * 5))
    assert sorted(status for status, _ in replies) == [200, 200, 503, 503, 503]
    assert {body for status, body in replies if status == 503} == {b"busy; try again in a moment\n"}


def test_the_python_client_finds_and_calls_the_endpoints(site: tuple[str, tuple[str, str] | None]) -> None:
    from gradio_client import Client

    url, login = site
    client = Client(url, auth=login, verbose=False, analytics_enabled=False, download_files=False)
    try:
        assert client.predict(question="who?", api_name="/ask") == {"question": "who?", "quotes": [], "top_k": 5}
        assert client.predict("who?", api_name="/search") == ["who?"]
    finally:
        client.close()


def test_mcp_clients_find_the_endpoints_and_call_them(site: tuple[str, tuple[str, str] | None]) -> None:
    pytest.importorskip("mcp")
    import httpx
    from mcp.client.session import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    url, login = site

    async def use() -> tuple[set[str], str]:
        async with (
            httpx.AsyncClient(auth=login, timeout=20) as http,
            streamable_http_client(f"{url}gradio_api/mcp/", http_client=http) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = {tool.name for tool in (await session.list_tools()).tools}
            result: Any = await session.call_tool("ask", {"question": "who?"})
            return tools, result.content[0].text

    tools, text = asyncio.run(use())
    assert {"ask", "search"} <= tools
    assert json.loads(text) == {"question": "who?", "quotes": [], "top_k": 5}


def test_the_page_works_in_a_browser_and_breaks_no_rule_of_its_own(
    site: tuple[str, tuple[str, str] | None], browser_path: str
) -> None:
    from playwright.sync_api import sync_playwright

    url, login = site
    quiet = (
        "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run"
    )
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=quiet.split())
        page = browser.new_page()
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda sent: None if sent.url.startswith((url, "data:", "blob:")) else wrong.append(sent.url))
        page.on("response", lambda got: wrong.append(f"{got.status} {got.url}") if got.status >= 400 else None)
        page.goto(url)
        if login:
            page.locator("input").nth(0).fill(login[0])
            page.locator("input[type=password]").fill(login[1])
            page.get_by_role("button", name="Login").click()
        page.locator("#question textarea").fill("hello")
        page.locator("#ask").click()
        page.get_by_text("5 characters").wait_for(timeout=10_000)
        assert page.locator("[data-loaded=yes]").count() == 1  # The script of gr.HTML ran.
        browser.close()
    assert wrong == []


def test_it_serves_over_tls(make_page: MakePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    names = [tmp_path / "key.pem", tmp_path / "certificate.pem"]
    made = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]
    subprocess.run([openssl, *made, "-keyout", names[0], "-out", names[1]], check=True, capture_output=True)
    import ssl

    trusting = ssl.create_default_context(cafile=names[1])
    names[0].chmod(0o604)
    with pytest.raises(InputError, match=r"key\.pem: other users of this machine can read or change this key; chmod 600 it"):
        ServeSettings(keyfile=names[0], certfile=names[1])
    names[0].chmod(0o600)
    settings = ServeSettings(
        host="localhost", port=0, keyfile=names[0], certfile=names[1], accounts=ANN, allow_hosts=("qa.example.org",)
    )
    monkeypatch.setattr(uvicorn_server, "MAX_WAITING", 3)
    with running(make_page, settings) as url, ExitStack() as stack:
        assert url.startswith("https://localhost:")
        place = urllib.parse.urlsplit(url)
        silent = [stack.enter_context(socket.create_connection((place.hostname, place.port), 20)) for _ in range(5)]
        with suppress(ConnectionResetError):
            assert silent[0].recv(1) == silent[1].recv(1) == b""  # No more than three may leave TLS for later.
        with urllib.request.urlopen(url, timeout=20, context=trusting) as response:
            assert response.status == 200 and "strict-transport-security" not in response.headers
        named = urllib.request.Request(url, headers={"Host": "qa.example.org"})
        with urllib.request.urlopen(named, timeout=20, context=trusting) as response:
            assert response.headers["strict-transport-security"] == "max-age=31536000"
        with urllib.request.urlopen(f"{url}login", b"username=ann&password=secret", timeout=20, context=trusting) as response:
            (cookie,) = response.headers.get_all("set-cookie")
        pair, _, rules = cookie.partition("; ")
        assert pair.startswith("__Host-access-token-") and rules == "HttpOnly; Path=/; SameSite=Lax; Secure"
        for sent, status in ((pair, 200), (pair.removeprefix("__Host-"), 401)):  # The second other hosts could set.
            request = urllib.request.Request(f"{url}config", headers={"Cookie": sent})
            try:
                with urllib.request.urlopen(request, timeout=20, context=trusting) as response:
                    assert response.status == status
            except urllib.error.HTTPError as denied:
                with denied:
                    assert denied.code == status
        request = urllib.request.Request(url, headers={"Origin": url.replace("https", "http").rstrip("/")})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=20, context=trusting)
        with refused.value as error:
            assert error.code == 403  # A page that came over a line others can write to.


# A process of its own, in an environment that would open all that can be opened.
PROGRAM = """
import sys
from pathlib import Path
from articles_qa.ui.server.server import Page, ServeSettings, serve

def make():
    import gradio as gr
    with gr.Blocks() as blocks:
        gr.Textbox("here")
    return Page(blocks)

serve(make, ServeSettings(port=0), ready=lambda url: print(url, flush=True))
print("done")
"""
OPENING = {
    "GRADIO_SHARE": "True",
    "GRADIO_ALLOWED_PATHS": "/",
    "GRADIO_ROOT_PATH": "https://evil.example/x",
    "GRADIO_MCP_SERVER": "True",
    "GRADIO_VIBE_MODE": "1",
    "GRADIO_LOCAL_DEV_MODE": "1",
    "GRADIO_ANALYTICS_ENABLED": "True",
    "GRADIO_RUN_HISTORY": "True",
    "GRADIO_SSR_MODE": "True",
    "GRADIO_SERVER_NAME": "0.0.0.0",
    "GRADIO_WATCH_DIRS": "/",
    "GRADIO_TEMP_DIR": "/nonexistent",
}


@contextmanager
def process(program: str, temporary: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A Python process and the first line that it prints; ended at the latest after a minute."""
    environment = {**os.environ, **OPENING, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "PYTHONWARNINGS": "default"}
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, env=environment, cwd=temporary, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as made:
        watch = threading.Timer(60, made.kill)
        watch.start()
        try:
            assert made.stdout is not None
            yield made, made.stdout.readline().strip()
        finally:
            watch.cancel()
            made.kill()


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_process_opens_nothing_more_and_leaves_nothing(tmp_path: Path) -> None:
    with process(PROGRAM, tmp_path) as (served, url):
        assert url.startswith("http://127.0.0.1:")
        assert list(tmp_path.iterdir()) == []  # So that a process that is killed leaves nothing either.
        status, page = get(url)
        found = re.search(rb"window\.gradio_config = (\{.*?\});</script>", page, re.DOTALL)
        assert status == 200 and found
        config = json.loads(found[1])
        assert config["root"] == url.rstrip("/")
        opened = ("analytics_enabled", "vibe_mode", "dev_mode", "run_history", "is_space", "pwa")
        assert not any(config.get(name) for name in opened)
        assert get(f"{url}gradio_api/file=/etc/hostname")[0] == get(f"{url}gradio_api/mcp/")[0] == 404
        stream = urllib.request.urlopen(f"{url}gradio_api/heartbeat/x", timeout=20)  # A page that stays open.
        stream.readline()
        began = time.monotonic()
        served.send_signal(signal.SIGTERM)
        out, err = served.communicate(timeout=20)
        stream.close()
        assert (served.returncode, out.strip(), err) == (0, "done", "")
        assert time.monotonic() - began < 6  # What runs may take longer; a page that is only open may not.
    assert list(tmp_path.iterdir()) == []
