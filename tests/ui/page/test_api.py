"""The same answer through every door: Python, the command line, Gradio's API, MCP, plain REST."""

import asyncio
import json
import re
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from articles_qa.qa import Retriever, Scope
from articles_qa.qa.proof.answer_schema import answer_schema
from articles_qa.ui.cli import main
from articles_qa.ui.page.live_index import LiveIndex
from articles_qa.ui.page.page import make_page
from articles_qa.ui.page.rest import rest_routes
from articles_qa.ui.page.service import Service
from articles_qa.ui.server.accounts import Accounts
from articles_qa.ui.server.server import ServeSettings, running

QUESTIONS = (
    "how many casualties did NIS report?",
    "Who confirmed the death of the soldier?",
    "What is the capital of Peru?",
    "what did Kirby say about “hopeless assaults”? <b>",
)
SCOPE = {"sources": ["00[14]*"]}
Site = tuple[str, tuple[str, str] | None]


@pytest.fixture(scope="module", params=["open", "locked"])
def site(request: pytest.FixtureRequest, seeds_index: Path) -> Iterator[Site]:
    """The page over the seeds and with what to log in: once for everyone, once with an account."""
    accounts = Accounts.from_text("ann:secret", where="test") if request.param == "locked" else None
    settings = ServeSettings(port=0, mcp=True, accounts=accounts)
    with running(lambda: make_page(LiveIndex(seeds_index), editable=True), settings) as url:
        yield url, ("ann", "secret") if accounts else None


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[Any]:
    """A client of the page's API."""
    from gradio_client import Client

    client = Client(site[0], auth=site[1], verbose=False, analytics_enabled=False, download_files=False)
    yield client
    client.close()


@pytest.fixture(scope="module")
def tool(site: Site) -> Callable[[str, Mapping[str, Any]], tuple[bool, str]]:
    """Calls an MCP tool; whether it failed, and what it said."""

    async def call(name: str, arguments: Mapping[str, Any]) -> tuple[bool, str]:
        import httpx
        from mcp.client.session import ClientSession
        from mcp.client.streamable_http import streamable_http_client

        async with (
            httpx.AsyncClient(auth=site[1], timeout=60) as http,
            streamable_http_client(f"{site[0]}gradio_api/mcp/", http_client=http) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            result: Any = await session.call_tool(name, dict(arguments))
            return result.isError, result.content[0].text

    return lambda name, arguments: asyncio.run(call(name, arguments))


def untimed(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without what differs from one time to the next."""
    return {key: value for key, value in record.items() if key != "took_ms"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_api_gives_the_record_of_the_command_line(
    client: Any, question: str, seeds_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["ask", question, "--json", "--index", str(seeds_index), "-k", "3"])
    printed = json.loads(capsys.readouterr().out)
    assert untimed(client.predict(question=question, top_k=3, api_name="/ask")) == untimed(printed)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_mcp_tool_gives_the_record_too(
    tool: Callable[[str, Mapping[str, Any]], tuple[bool, str]], question: str, retriever: Retriever
) -> None:
    failed, text = tool("ask", {"question": question, "top_k": 3})
    assert not failed
    assert untimed(json.loads(text)) == untimed(retriever.ask(question, top_k=3).to_dict())


def test_history_and_scope_are_heeded(
    client: Any, tool: Callable[[str, Mapping[str, Any]], tuple[bool, str]], retriever: Retriever
) -> None:
    history = [{"role": "user", "content": QUESTIONS[0]}]
    wanted = retriever.ask("and Zelensky?", history, within=Scope(sources=tuple(SCOPE["sources"]))).to_dict()
    assert wanted["within"]["articles"] == 2
    asked = {"question": "and Zelensky?", "history": history, **SCOPE}
    assert untimed(client.predict(**asked, api_name="/ask")) == untimed(wanted)
    assert untimed(json.loads(tool("ask", asked)[1])) == untimed(wanted)


def test_what_is_searched_may_be_given(
    client: Any, tool: Callable[[str, Mapping[str, Any]], tuple[bool, str]], retriever: Retriever
) -> None:
    wanted = retriever.ask("and they?", searched=QUESTIONS[0]).to_dict()
    asked = {"question": "and they?", "searched": QUESTIONS[0]}
    assert wanted["searched"][0] == QUESTIONS[0] and wanted["question"] == "and they?"
    assert untimed(client.predict(**asked, api_name="/ask")) == untimed(wanted)
    assert untimed(json.loads(tool("ask", asked)[1])) == untimed(wanted)


def test_search_gives_the_passages_of_the_retriever(
    client: Any, tool: Callable[[str, Mapping[str, Any]], tuple[bool, str]], retriever: Retriever
) -> None:
    wanted = [passage.to_dict() for passage in retriever.search("casualties", top_k=4)]
    assert client.predict("casualties", top_k=4, api_name="/search") == wanted
    assert json.loads(tool("search", {"question": "casualties", "top_k": 4})[1]) == wanted


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"question": ""}, "question: empty"),
        ({"question": "x" * 2001}, "question: "),
        ({"question": 5}, "question: "),
        ({"question": ["who?"]}, "question: "),
        ({"question": "who?", "top_k": 0}, "top_k: 0"),
        ({"question": "who?", "top_k": "5"}, "top_k: '5'"),
        ({"question": "who?", "history": ["who?"]}, "history: "),
        ({"question": "who?", "sources": "a.txt"}, "sources: "),
        ({"question": "who?", "sources": [""]}, "sources: "),
        ({"question": "who?", "since": "yesterday"}, "since: "),
        ({"question": "who?", "since": "2024-12-02", "until": "2024-12-01"}, "since: "),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(client: Any, request_: Mapping[str, Any], said: str) -> None:
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError) as refused:
        client.predict(**request_, api_name="/ask")
    assert str(refused.value).startswith(said) and "\n" not in str(refused.value)


def test_an_mcp_client_hears_what_was_wrong(tool: Callable[[str, Mapping[str, Any]], tuple[bool, str]]) -> None:
    failed, text = tool("ask", {"question": ""})
    assert failed and "question: empty" in text


def test_programs_see_the_two_endpoints_and_no_other(client: Any) -> None:
    listed = client.view_api(return_format="dict", print_info=False)
    assert set(listed["named_endpoints"]) == {"/ask", "/search"} and not listed["unnamed_endpoints"]


def test_the_example_in_the_readme_runs(site: Site) -> None:
    url, login = site
    readme = (Path(__file__).parents[3] / "ui" / "README.md").read_text("utf-8")
    (example,) = (block for block in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "gradio_client" in block)
    found: dict[str, Any] = {}
    exec(example.replace('"http://127.0.0.1:7860"', f"{url!r}, auth={login!r}"), found)
    assert len(found["record"]["quotes"]) > 0 and len(found["passages"]) > 0
    found["page"].close()


def fetch(site: Site, path: str, body: object = None) -> tuple[int, Any]:
    """A plain request, with a name and password where there is one; its status and JSON."""
    request = urllib.request.Request(f"{site[0]}v1/{path}", None if body is None else json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    if site[1]:
        request.add_header("Authorization", "Basic " + b64encode(":".join(site[1]).encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            text = error.read().decode()
        return error.code, json.loads(text) if text.startswith("{") else text


def test_plain_rest_gives_what_the_retriever_and_the_command_line_give(
    site: Site, retriever: Retriever, seeds_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {
        "question": "and Zelensky?",
        "history": [{"role": "user", "content": QUESTIONS[0]}],
        "sources": ["00[14]*"],
        "top_k": 3,
    }
    status, record = fetch(site, "ask", {"question": QUESTIONS[0], "top_k": 3})
    assert (status, untimed(record)) == (200, untimed(retriever.ask(QUESTIONS[0], top_k=3).to_dict()))
    assert fetch(site, "ask", asked)[1]["within"]["articles"] == 2
    wanted = [passage.to_dict() for passage in retriever.search(QUESTIONS[0], top_k=4)]
    assert fetch(site, "search", {"question": QUESTIONS[0], "top_k": 4}) == (200, {"passages": wanted})
    (tmp_path / "answer.json").write_text(json.dumps(record))
    main(["verify", str(tmp_path / "answer.json"), "--json", "--index", str(seeds_index)])
    printed = json.loads(capsys.readouterr().out)
    del printed["records"][0]["file"]
    assert fetch(site, "verify", record) == (200, printed) and printed["ok"]


def test_an_altered_record_is_not_proven_and_other_files_are_not_looked_at(site: Site) -> None:
    record = fetch(site, "ask", {"question": QUESTIONS[0]})[1]
    text = record["quotes"][0]["text"]
    record["quotes"][0]["text"] = text.replace("100", "900", 1)
    status, proven = fetch(site, "verify", record)
    assert status == 200 and not proven["ok"] and proven["counts"]["not equal"] >= 1
    record["quotes"][0]["source"] = "README"  # It lies beside the articles.
    refused = {"error": "README: the index has no such article; it may have been removed"}
    assert fetch(site, "verify", record) == (422, refused)


def test_articles_are_listed_in_parts(site: Site) -> None:
    status, page = fetch(site, "articles?offset=1&limit=2")
    assert (status, page["total"], len(page["articles"])) == (200, 5, 2)
    assert page["articles"][0]["source"] == "001_534d993bd45e83e2.txt"
    assert fetch(site, "articles?query=nothing%20such")[1] == {"total": 0, "articles": []}


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("ask", {}, "question: Field required; it takes sources, outlets, since, until, question, history, top_k, searched"),
        ("ask", {"question": ""}, "question: empty"),
        ("ask", {"question": QUESTIONS[0], "more": 1}, "more: Extra inputs"),
        ("ask", [QUESTIONS[0]], "request: "),
        ("search", {"question": QUESTIONS[0], "searched": QUESTIONS[0]}, "searched: Extra inputs"),
        ("search", {"question": QUESTIONS[0], "top_k": 0}, "top_k: 0"),
        ("verify", {"schema": "answer/1"}, "answer: "),
        ("articles?limit=0", None, "limit: "),
        ("articles?limit=x", None, "limit: "),
        ("articles?path=/etc", None, "path: Extra inputs"),
    ],
)
def test_what_is_wrong_is_one_line(site: Site, path: str, body: object, said: str) -> None:
    status, told = fetch(site, path, body)
    assert status == 422 and told["error"].startswith(said) and "\n" not in told["error"]


def test_health_and_schema_are_for_everyone_and_the_articles_for_accounts(site: Site) -> None:
    nobody = (site[0], None)
    assert fetch(nobody, "healthz") == (200, {"status": "ok"})
    assert fetch(nobody, "answer-1.schema.json") == (200, answer_schema())
    assert fetch(nobody, "nothing")[0] == 404 and fetch(nobody, "healthz", {})[0] == 405
    right = 401 if site[1] else 200
    for path, body in (("ask", {"question": "who?"}), ("search", {"question": "who?"}), ("articles", None)):
        assert fetch(nobody, path, body)[0] == right
    assert fetch(nobody, "verify", {})[0] == (401 if site[1] else 422)
    assert fetch((site[0], ("ann", "wrong")), "articles")[0] == right  # Four more would let all of this machine wait.


def test_the_document_names_the_scripts_to_come_and_brings_no_comments_of_its_own(site: Site) -> None:
    with urllib.request.urlopen(site[0], timeout=60) as reply:
        document = reply.read().decode()
    assert '<link rel="modulepreload" href="./assets/' in document
    if site[1] is None:  # Before the login, there are no parts.
        assert "articlesQa.chat = (element" in document and "// The conversation: asks" not in document
        assert "--lit-edge" in document and "Gradio writes a prefix" not in document


def test_openapi_describes_the_routes_and_what_they_give(site: Site) -> None:
    status, told = fetch((site[0], None), "openapi.json")
    assert status == 200 and json.loads(json.dumps(told)) == told
    described = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    served = [route for route in rest_routes(object.__new__(Service)) if not route.path.endswith(".json")]
    assert described == {(method, route.path) for route in served for method in (route.methods or set()) - {"HEAD"}}
    asked = {"question": QUESTIONS[0], "top_k": 2}
    record = fetch(site, "ask", asked)[1]
    for path, method, given in (
        ("ask", "post", asked),
        ("ask", "post", {"question": QUESTIONS[2]}),
        ("search", "post", asked),
        ("verify", "post", record),
        ("articles", "get", None),
        ("healthz", "get", None),
        ("ask", "post", {"question": ""}),
    ):
        status, reply = fetch(site, path, given)
        route = told["paths"][f"/v1/{path}"][method]
        if given and status == 200:
            jsonschema.validate(given, {**told, **route["requestBody"]["content"]["application/json"]["schema"]})
        jsonschema.validate(reply, {**told, **route["responses"][str(status)]["content"]["application/json"]["schema"]})
