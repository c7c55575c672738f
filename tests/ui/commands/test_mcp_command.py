"""MCP over standard input and output: the same records as everywhere, and nothing else on standard output."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from articles_qa.qa import Retriever
from articles_qa.ui.cli import main

ROOT = Path(__file__).parents[3]
NIS = "how many casualties did NIS report?"
FIRST = "000_752357c04fcf2a77.txt"


@pytest.fixture(scope="module")
def said(seeds_index: Path) -> Mapping[str, Any]:
    """What the tools of one process said, and its lists of tools and resources."""
    from mcp.client.session import ClientSession
    from mcp.client.stdio import StdioServerParameters, stdio_client
    from pydantic import AnyUrl

    program = "import sys; from articles_qa.ui.cli import mcp; sys.exit(mcp())"
    server = StdioServerParameters(
        command=sys.executable, args=["-c", program, "--index", str(seeds_index)], env={"PYTHONPATH": str(ROOT)}
    )

    async def talk() -> dict[str, Any]:
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            found: dict[str, Any] = {"tools": (await session.list_tools()).tools}

            async def call(key: str, name: str, **arguments: Any) -> None:
                found[key] = await session.call_tool(name, arguments)

            await call("ask", "ask", question=NIS, top_k=2)
            await call("search", "search", question=NIS, top_k=2)
            await call("read", "read_article", source=FIRST, first_line=26, last_line=26)
            await call("list", "list_articles", limit=2)
            await call("verify", "verify", record=found["ask"].structuredContent)
            await call("empty", "ask", question="")
            await call("outside", "read_article", source="../../etc/passwd")
            await call("beyond", "read_article", source=FIRST, first_line=10_000)
            found["resource"] = (await session.read_resource(AnyUrl(f"article:///{FIRST}"))).contents[0]
            return found

    return asyncio.run(asyncio.wait_for(talk(), 60))


def test_the_tools_only_read(said: Mapping[str, Any]) -> None:
    assert [tool.name for tool in said["tools"]] == ["ask", "search", "read_article", "verify", "list_articles"]
    assert all(tool.annotations.readOnlyHint and not tool.annotations.openWorldHint for tool in said["tools"])


def test_they_give_the_records_of_the_retriever(said: Mapping[str, Any], retriever: Retriever, seeds: Path) -> None:
    wanted = json.loads(json.dumps(retriever.ask(NIS, top_k=2).to_dict()))
    assert {**said["ask"].structuredContent, "took_ms": 0} == {**wanted, "took_ms": 0}
    assert said["search"].structuredContent["result"] == [found.to_dict() for found in retriever.search(NIS, top_k=2)]
    assert said["read"].structuredContent["text"] == (seeds / FIRST).read_text("utf-8").split("\n")[25]
    assert (said["list"].structuredContent["total"], len(said["list"].structuredContent["articles"])) == (5, 2)
    assert said["verify"].structuredContent["ok"] is True
    assert said["resource"].text.startswith((seeds / FIRST).read_text("utf-8")[:500])


@pytest.mark.parametrize(
    ("key", "why"),
    [("empty", "question: empty"), ("outside", "no such article"), ("beyond", "has lines 1 to")],
)
def test_what_is_wrong_is_an_error_of_one_line(said: Mapping[str, Any], key: str, why: str) -> None:
    assert said[key].isError and why in said[key].content[0].text and "\n" not in said[key].content[0].text


def test_without_the_extra_its_name_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "mcp"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert main(["mcp"]) == 2 and capsys.readouterr().err.endswith("; run pip install 'articles-qa[mcp]'\n")
