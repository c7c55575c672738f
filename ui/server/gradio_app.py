"""Gradio, mount_page with everything shut that it could open beside the page."""

from __future__ import annotations

import functools
import json
import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute

from articles_qa.index.errors import QaError
from articles_qa.ui.server.accounts import Accounts
from articles_qa.ui.server.guard_settings import AddArticle

MAX_SESSIONS = 1_000  # Gradio keeps 30 kB and more of each, also of those that never came back for their answer.


@dataclass(frozen=True, slots=True)
class Page:
    """A `gradio.Blocks` and what belongs to it.

    The types are loose, since Gradio is imported only when something is served. Endpoints that are to be MCP tools are
    declared with `gr.api(function, api_name=…, queue=False)`. `head` is added by a script, `opening` stands in the
    document itself. Files in `blocked` are never served, whatever else allows it: the articles, the index. `routes` are
    served beside Gradio's. Without `add_article`, nobody can upload.
    """

    blocks: Any
    theme: Any = None
    css: str = ""
    js: str = ""
    head: str = ""
    opening: str = ""
    favicon: Path | None = None
    blocked: tuple[Path, ...] = ()
    routes: tuple[BaseRoute, ...] = ()
    add_article: AddArticle | None = None


async def mount_page(app: FastAPI, make_page: Callable[[], Page], *, accounts: Accounts | None, mcp: bool) -> tuple[Page, Any]:
    """Make the page and mount it at `/`; return the page and Gradio's own application.

    Nothing is awaited, but an event loop has to run: without one Gradio makes some, and leaves them open.

    Raises:
        QaError: MCP cannot be offered.
    """
    import gradio
    from gradio.routes import App

    page = make_page()
    if mcp:
        _check_tools(page.blocks)
    app.router.routes.extend(page.routes)
    page.blocks.has_launched = True  # Until this is set, Gradio reads any file of the machine that a request names.
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
        logging.getLogger("mcp").setLevel(logging.ERROR)  # Else each odd request fills the log with what strangers send.
        logging.getLogger().addFilter(_is_not_of_mcp)
    shutil.rmtree(_no_folder(), ignore_errors=True)
    return page, next(inner for route in app.routes if isinstance(inner := getattr(route, "app", None), App))


def _check_tools(blocks: Any) -> None:
    """Check that MCP can call each public endpoint directly.

    Gradio calls a queued endpoint over the network. It takes the address from the first caller's headers, and sends that
    caller's headers from then on.
    """
    queued = [function.api_name for function in blocks.fns.values() if function.api_visibility == "public" and function.queue]
    if queued:
        raise ValueError(f"endpoints {queued} are queued, which MCP cannot call; declare them with queue=False")


def _speak_json(server: Any) -> None:
    """Make MCP tools answer in JSON; Gradio writes lists and records as Python does."""
    as_gradio_does = server.postprocess_output_data

    def answered(outputs: list[Any], root_url: str) -> Any:
        texts = [json.dumps(out, ensure_ascii=False) if isinstance(out, dict | list) else out for out in outputs]
        return as_gradio_does(texts, root_url)

    server.postprocess_output_data = answered


def _is_not_of_mcp(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR or "mcp" not in Path(record.pathname).parts


def set_environment() -> None:
    """Remove every Gradio setting from the environment that could open something; set those that shut something."""
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]
    os.environ["GRADIO_TEMP_DIR"] = os.environ["GRADIO_EXAMPLES_CACHE"] = str(_no_folder())
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Else each queued event, once done, has pandas sum up the last 10,000 for the monitoring that is off.
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)


@functools.cache
def _no_folder() -> Path:
    """Return a path where nothing lies, for Gradio's files; the page needs none of them.

    Gradio reads the path once, while it is imported, and makes an empty folder there, which `mount_page` removes.
    """
    return Path(tempfile.gettempdir()).resolve() / f"qa-gradio-{secrets.token_hex(8)}"
