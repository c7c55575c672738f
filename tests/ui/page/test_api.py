"""The same answer through every door: Python, the command line, Gradio's API, MCP."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from qa import Retriever, Scope
from ui.cli import main
from ui.page.live_index import LiveIndex
from ui.page.page import make_page
from ui.server.accounts import Accounts
from ui.server.server import ServeSettings, running

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
