"""The endpoints for programs, over Gradio's API and MCP; they return the same records as the command line."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from articles_qa.index import QaError
from articles_qa.qa import Scope
from articles_qa.ui.page.requests import ScopeRequest, read_request
from articles_qa.ui.page.service import Service


def add_endpoints(service: Service) -> None:
    """Add the endpoints to the page under construction, outside Gradio's queue: MCP cannot call a queued endpoint."""
    from gradio.events import api

    for function in program_functions(service):
        api(_shown(function), api_name=function.__name__, queue=False)


def program_functions(service: Service) -> tuple[Callable[..., Any], ...]:
    """Return `ask` and `search` as programs call them; they raise QaError. Their docstrings are what MCP clients read."""

    def ask(  # noqa: PLR0917 - programs may name the arguments, or give them in order
        question: str,
        history: list[dict[str, Any]] | None = None,
        top_k: int = 5,
        sources: list[str] | None = None,
        outlets: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        searched: str | None = None,
    ) -> dict[str, Any]:
        """Ask the articles a question; get back the sentences that answer it, word for word, with file and lines.

        Args:
            question: The question, in plain words.
            history: Earlier turns, oldest first: objects with "role" and "content", or earlier answers' records.
            top_k: At most this many quotes, 1 to 100; for each part of a question that asks several things.
            sources: Only these files, folders or patterns such as "*kursk*".
            outlets: Only articles of these outlets.
            since: Only articles published on this day or later, as 2024-12-31.
            until: Only articles published on this day or earlier.
            searched: What to search in place of what would be made of the question and the earlier turns.

        Returns:
            The answer's record, schema answer/1: "answered", "quotes", and where nothing answers "reason" and "closest".
        """
        within = _scope(sources, outlets, since, until)
        return service.ask(question, history or (), top_k, within, searched=searched)

    def search(  # noqa: PLR0917
        question: str,
        history: list[dict[str, Any]] | None = None,
        top_k: int = 10,
        sources: list[str] | None = None,
        outlets: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> list[dict[str, Any]]:
        """Find the passages of the articles that most likely answer a question, best first, for your own reader.

        Args:
            question: The question, in plain words.
            history: Earlier turns, oldest first: objects with "role" and "content", or earlier answers' records.
            top_k: At most this many passages, 1 to 100.
            sources: Only these files, folders or patterns such as "*kursk*".
            outlets: Only articles of these outlets.
            since: Only articles published on this day or later, as 2024-12-31.
            until: Only articles published on this day or earlier.

        Returns:
            Passages with "source", "start", "end", lines, "text" and "score", 0 to 1 within one question.
        """
        return service.search(question, history or (), top_k, _scope(sources, outlets, since, until))

    return ask, search


def _shown(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with errors of the program as such that the calling program sees."""
    import gradio as gr

    @wraps(function)
    def shown(*values: Any, **named: Any) -> Any:
        try:
            return function(*values, **named)
        except QaError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return shown


def _scope(sources: list[str] | None, outlets: list[str] | None, since: str | None, until: str | None) -> Scope:
    return read_request(
        ScopeRequest, {"sources": sources or [], "outlets": outlets or [], "since": since, "until": until}
    ).scope
