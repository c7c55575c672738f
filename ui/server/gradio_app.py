"""Gradio, mounted with all that it could open beside the page shut."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from index.errors import QaError
from ui.server.accounts import Accounts

MAX_SESSIONS = 1_000  # Gradio keeps 30 kB and more of each, also of those that never came back for their answer.


@dataclass(frozen=True, slots=True)
class Page:
    """What `gradio.Blocks` and its looks are handed over in.

    Typed loosely, since Gradio is imported only once something is served. Endpoints that are to be MCP tools are
    declared with `gr.api(function, api_name=…, queue=False)`.
    """

    blocks: Any
    theme: Any = None
    css: str = ""
    js: str = ""
    head: str = ""
    favicon: Path | None = None
    blocked: tuple[Path, ...] = ()  # Never served as files, whatever else allows it: the articles, the index.


async def mounted(app: FastAPI, make_page: Callable[[], Page], *, accounts: Accounts | None, mcp: bool, max_upload: int) -> Any:
    """Mount the page at `/`; returns Gradio's own application.

    Nothing is awaited, but an event loop has to run: without one Gradio makes some, and leaves them open.

    Raises:
        QaError: MCP cannot be offered.
    """
    return _mounted(app, make_page(), accounts=accounts, mcp=mcp, max_upload=max_upload)


def _mounted(app: FastAPI, page: Page, *, accounts: Accounts | None, mcp: bool, max_upload: int) -> Any:
    import gradio
    from gradio.routes import App

    if mcp:
        _check_tools(page.blocks)
    page.blocks.state_session_capacity = MAX_SESSIONS
    page.blocks.api_open = False  # Nothing that is queued may be called past the queue.
    gradio.mount_gradio_app(
        app,
        page.blocks,
        path="/",
        app_kwargs={"openapi_url": None},
        auth=accounts.check if accounts else None,
        auth_message="After some wrong passwords, the next try has to wait a moment.",  # Its page shows no 429.
        allowed_paths=[],
        blocked_paths=[str(path.resolve()) for path in page.blocked],
        favicon_path=str(page.favicon) if page.favicon else None,
        show_error=False,
        max_file_size=max_upload,
        enable_monitoring=False,
        run_history=False,
        footer_links=[],
        pwa=False,
        ssr_mode=False,
        mcp_server=mcp,
        theme=page.theme,
        css=page.css,
        js=page.js,
        head=page.head,
    )
    if mcp:
        if not page.blocks.mcp_server:  # Gradio only notes what went wrong.
            raise QaError(f"--mcp: cannot be offered ({page.blocks.mcp_error}); serve without it")
        _speak_json(page.blocks.mcp_server_obj)
    return next(inner for route in app.routes if isinstance(inner := getattr(route, "app", None), App))


def _check_tools(blocks: Any) -> None:
    """See that MCP can call each public endpoint itself.

    A queued one Gradio calls over the network, by an address that it takes from the first caller's headers, and with
    that caller's headers from then on.
    """
    queued = [function.api_name for function in blocks.fns.values() if function.api_visibility == "public" and function.queue]
    if queued:
        raise ValueError(f"endpoints {queued} are queued, which MCP cannot call; declare them with queue=False")


def _speak_json(server: Any) -> None:
    """Have MCP tools answer in JSON; Gradio writes lists and records down as Python would."""
    as_gradio_does = server.postprocess_output_data

    def answered(outputs: list[Any], root_url: str) -> Any:
        texts = [json.dumps(out, ensure_ascii=False) if isinstance(out, dict | list) else out for out in outputs]
        return as_gradio_does(texts, root_url)

    server.postprocess_output_data = answered


def set_environment(uploads: Path) -> None:
    """Leave Gradio nothing of the environment that could open something, and tell it where to keep uploads."""
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]
    os.environ["GRADIO_TEMP_DIR"] = str(uploads)
    os.environ["GRADIO_EXAMPLES_CACHE"] = str(uploads / "examples")
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Else each queued event, once done, has pandas sum up the last 10,000 for the monitoring that is off.
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)
