"""The command `qa mcp`: MCP over standard input and output, for a program on this machine that starts it."""

import threading
from argparse import Namespace
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from articles_qa.index.errors import packages_of
from articles_qa.ui.commands.arguments import chosen_settings
from articles_qa.ui.commands.open_index import build_where_missing
from articles_qa.ui.commands.output import ExitStatus
from articles_qa.ui.page.endpoints import program_functions
from articles_qa.ui.page.live_index import LiveIndex
from articles_qa.ui.page.requests import ArticlesRequest, read_request
from articles_qa.ui.page.service import Service

LOOK_EVERY_S = 1.0  # For a newer generation of the index.
INSTRUCTIONS = (
    "Searches a folder of news articles. Quote only what `ask` returns, word for word, with source and lines; "
    "where it answers nothing, say so."
)


def serve_tools(chosen: Namespace) -> ExitStatus:
    """Serve the tools until standard input ends.

    Raises:
        InputError: a package is missing.
    """
    with packages_of("mcp", "qa mcp"):
        import mcp.server.fastmcp  # noqa: F401
    build_where_missing(chosen.index, None)
    live = LiveIndex(chosen.index, chosen_settings(chosen), generation=chosen.generation)
    live.watch(threading.Event(), every_s=LOOK_EVERY_S)
    _server(Service(live)).run("stdio")
    return ExitStatus.DONE


def _server(service: Service) -> Any:
    from mcp.server.fastmcp import FastMCP
    from mcp.types import ToolAnnotations

    def read_article(source: str, first_line: int = 1, last_line: int | None = None) -> dict[str, Any]:
        """Read lines of an article, word for word, at most 500 at once.

        Args:
            source: The article's file, as quotes name it.
            first_line: The first line, from 1.
            last_line: The last line.
        """
        return service.lines(source, first_line, last_line)

    def verify(record: dict[str, Any]) -> dict[str, Any]:
        """Compare each quote of an answer's record with its file as it is now.

        Args:
            record: What `ask` returned, whole.
        """
        return service.verify(record)

    def list_articles(query: str = "", offset: int = 0, limit: int = 50) -> dict[str, Any]:
        """List the articles whose file, title or outlet has all words of a query, in order of their files.

        Args:
            query: Some words; none: all articles.
            offset: So many articles are passed over.
            limit: At most so many are listed, 1 to 1,000.
        """
        asked = {"query": query, "offset": offset, "limit": limit}
        return service.articles(read_request(ArticlesRequest, asked, advice="see the tool's description"))

    server = FastMCP("articles-qa", instructions=INSTRUCTIONS, log_level="CRITICAL")
    reads = ToolAnnotations(readOnlyHint=True, idempotentHint=True, openWorldHint=False)
    functions: tuple[Callable[..., Any], ...] = (*program_functions(service), read_article, verify, list_articles)
    for function in functions:
        server.tool(annotations=reads)(function)

    @server.resource("article:///{source}", mime_type="text/plain")
    def article(source: str) -> str:
        """Return the beginning of an article, 500 lines at most; a slash in its name is written %2F."""
        text: str = service.lines(unquote(source))["text"]
        return text

    return server
