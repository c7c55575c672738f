"""Hostile requests to a served page: refused in one line or done, never slowly, and no file is opened for them."""

import http.client
import json
import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import pytest

from articles_qa.index.models.model_files import cache_folder
from articles_qa.qa import AskSettings, Retriever
from articles_qa.ui.page.live_index import LiveIndex
from articles_qa.ui.page.page import make_page
from articles_qa.ui.server.server import ServeSettings, running

ROOT = Path(__file__).parents[2]
MAX_S = 10.0  # Of one request, on a machine that does much else.
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
NIS = "how many casualties did NIS report?"
ASKED = {
    "question": NIS,
    "history": [],
    "top_k": 5,
    "sources": [],
    "outlets": [],
    "since": None,
    "until": None,
    "searched": None,
}
RECORD = {"schema": "answer/1", "question": NIS, "searched": [NIS], "answered": False, "confidence": 0.0, "quotes": []}
PART = {
    "begin": {},
    "ask": ASKED,
    "render": {"records": [RECORD]},
    "around": {"source": "a.txt", "sha256": "0" * 64, "start": 0, "end": 5},
    "cite": {"records": [RECORD]},
    "find": {"source": "a.txt", "words": "killed"},
    "picture": {"source": "a.txt", "sha256": "0" * 64, "start": 0, "end": 5},
    "check": {"text": "“over 100 North Korean troops”", "name": "draft.txt", "base64": ""},
    "judge": {"record": RECORD, "verdict": "right"},
    "note": {
        "source": "a.txt",
        "sha256": "0" * 64,
        "start": 0,
        "end": 5,
        "star": True,
        "tags": ["a"],
        "words": "b",
        "what": "",
    },
    "export": {"form": "json"},
    "article": {"source": "a.txt", "at": 0, "spans": [[0, 5, 1]], "sha256": ""},
    "listing": {"query": "", "offset": 0},
    "change": {"exclude": [], "restore": [], "added": 1},
    "progress": {},
}
PATHS = (
    "/",
    "/config",
    "/theme.css",
    "/gradio_api/info",
    "/gradio_api/queue/status",
    "/gradio_api/mcp/",
    "/articles/a.txt",
    "/v1/articles",
)
ODD_PATHS = ("/gradio_api/file={}", "/gradio_api/proxy={}", "/static/{}", "/assets/{}", "/articles/{}", "/gradio_api/{}", "/{}")
ODD_WORDS = (
    "..",
    "/etc/passwd",
    "%2e%2e/%2e%2e/etc/passwd",
    "a" * 3000,
    "\0",
    "é",
    "http://127.0.0.1:9/",
    "?x=1",
    "#",
    "\\",
    "%",
)

watched: list[list[str]] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if watched and event in ("open", "os.listdir", "os.scandir", "socket.getaddrinfo", "subprocess.Popen"):
        watched[-1].append(str(arguments[0]))


@contextmanager
def opened_files() -> Iterator[list[str]]:
    """Note what this process opens, lists, looks up and starts."""
    if not watched:
        sys.addaudithook(_watch)
    watched.append([])
    yield watched[-1]
    watched[-1] = []


class Call(NamedTuple):
    """A request of JSON."""

    path: str
    body: Any


@pytest.fixture(scope="module")
def index_copy(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(seeds_index, tmp_path_factory.mktemp("requests") / "index"))


@pytest.fixture(scope="module")
def site(index_copy: Path) -> Iterator[str]:
    """The page over the seeds, with MCP; added articles are only counted."""
    live = LiveIndex(index_copy, AskSettings(reader=False))
    with running(
        lambda: replace(make_page(live, editable=True), add_article=lambda name, data, more: name),
        ServeSettings(port=0, mcp=True),
    ) as url:
        yield url


@pytest.fixture(scope="module")
def calls(site: str, index_copy: Path) -> list[Call]:
    """A right call of each function by each way."""
    with closing(http.client.HTTPConnection(urlsplit(site).netloc)) as made:
        made.request("GET", "/config")
        config = json.loads(made.getresponse().read())
    parts = {name: part["id"] for part in config["components"] for name in part["props"].get("server_fns") or ()}
    assert {f"qa_{name}" for name in PART} == {*parts}
    found = [
        Call(
            "component_server",
            {"data": data, "component_id": parts[f"qa_{name}"], "fn_name": f"qa_{name}", "session_hash": "s"},
        )
        for name, data in PART.items()
    ]
    values = list(ASKED.values())
    found += [
        Call(f"{way}/{name}", {"data": values[:size]}) for way in ("run", "call") for name, size in (("ask", 8), ("search", 7))
    ]
    found += [Call(f"call/v2/{name}", ASKED) for name in ("ask", "search")]
    found += [Call("queue/join", {"data": values, "fn_index": number, "session_hash": "s"}) for number in range(3)]
    found += [Call("cancel", {"session_hash": "s", "fn_index": 0, "event_id": "e"}), Call("reset", {"event_id": "e"})]
    record = Retriever.open(index_copy, settings=AskSettings(reader=False)).ask(NIS, top_k=1).to_dict()
    found += [Call("/v1/ask", ASKED), Call("/v1/search", {"question": NIS, "top_k": 3}), Call("/v1/verify", record)]
    for method, parameters in (
        ("tools/call", {"name": "ask", "arguments": ASKED}),
        ("tools/call", {"name": "search", "arguments": {"question": NIS}}),
        ("tools/list", {}),
        ("resources/read", {"uri": "file:///etc/passwd"}),
    ):
        found.append(Call("mcp/", {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}))
    return found


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, the whole of it first."""
    yield at
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*at, key))


def put(value: Any, at: tuple[Any, ...], other: Any) -> Any:
    """A JSON value with another one at a place."""
    if not at:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = put(value[at[0]], at[1:], other)
    return copy


def file_objects(private: Path) -> tuple[Any, ...]:
    """What Gradio, of one version or another, takes for a file: of this machine, or of another."""
    meta = {"_type": "gradio.FileData"}
    named = ({"path": path, "meta": meta} for path in (str(private), "/dev/zero", "/etc/passwd", "http://127.0.0.1:9/a.txt"))
    return (
        *named,
        {"url": "http://127.0.0.1:9/a.txt", "meta": meta},
        {"path": str(private)},
        {"name": str(private), "is_file": True},
    )


def generated(calls: list[Call], private: Path, mutated: Callable[[Any, Random], str]) -> Iterator[tuple[str, bytes]]:
    """Each call with each JSON type in each place, in any order; then without end calls with several things changed."""
    types = (None, True, -1, 1.5, "", "x" * 3000, [], {}, [[]], 10**400, *file_objects(private))
    odd = [(call, at, value) for call in calls for at in places(call.body) for value in types]
    Random(1).shuffle(odd)
    for call, at, value in odd:
        yield call.path, json.dumps(put(call.body, at, value)).encode()
    for seed in range(10**9):
        random = Random(seed)
        call = random.choice(calls)
        body = mutated(call.body, random)
        if seed % 3 == 0:
            body = body.replace("null", json.dumps(random.choice(file_objects(private))), 1)
        yield call.path, body.encode("utf-8", "surrogatepass")


@pytest.mark.campaign
def test_no_request_opens_a_file_fails_or_holds_a_worker(
    campaign: Callable[[int, int, int], int],
    site: str,
    calls: list[Call],
    index_copy: Path,
    mutated_json: Callable[[Any, Random], str],
    *,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    private = tmp_path / "private.txt"
    private.write_text("the secret of this machine")
    ours = (ROOT, index_copy, cache_folder(), Path(sys.prefix), Path(sys.base_prefix), Path("/proc/self"))
    roots = tuple(f"{root.resolve()}/" for root in ours)
    caplog.set_level(logging.WARNING)
    made = http.client.HTTPConnection(urlsplit(site).netloc, timeout=MAX_S)
    statuses: dict[int, int] = {}

    def send(method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        began = time.monotonic()
        made.putrequest(method, path, skip_accept_encoding=True)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            made.putheader(name, value)
        made.endheaders(body)
        reply = made.getresponse()
        text = b"" if reply.headers.get_content_type() == "text/event-stream" else reply.read()
        if not reply.isclosed():
            made.close()
        assert time.monotonic() - began < MAX_S, (path, body[:2000])
        assert reply.status < 500, (path, body[:2000], text[:500])
        assert reply.status < 400 or b"Traceback" not in text, (path, body[:2000], text[:500])
        statuses[reply.status] = statuses.get(reply.status, 0) + 1

    number = campaign(300, 1_000, 20_000)
    with opened_files() as opened, closing(made):
        for _, (path, body) in zip(range(number), generated(calls, private, mutated_json), strict=False):
            send("POST", path if path.startswith("/") else f"/gradio_api/{path}", body, JSON)
        for seed in range(number // 10):
            random = Random(seed)
            path = random.choice(ODD_PATHS).format(quote(random.choice(ODD_WORDS), safe=random.choice(("", "/%?#\\"))))
            send(random.choice(("GET", "PUT", "POST")), random.choice((path, random.choice(PATHS))), b"x", {})
    foreign = [name for name in dict.fromkeys(opened) if not f"{os.path.realpath(name)}/".startswith(roots)]
    # huggingface_hub looks for a token of its own once in some 20,000 requests; nothing is sent, since no host is looked up.
    assert [name for name in foreign if not name.endswith("/huggingface/token")] == []
    assert statuses[200] > number // 10 and sum(statuses[status] for status in statuses if 400 <= status < 500) > number // 10
    assert caplog.text == "" and "Traceback" not in capfd.readouterr().err
