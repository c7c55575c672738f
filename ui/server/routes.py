"""Which of Gradio's routes the page needs; all others are closed.

Gradio serves some sixty routes, among them a proxy, a fetcher of other sites' files, monitoring and an editor of the
program. The ones here are those that the page in a browser, `gradio_client`, curl and MCP clients were seen to ask
for. A route that a newer Gradio brings stays closed until it stands here.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Sent(Enum):
    """What a request may carry."""

    NOTHING = "nothing"
    JSON = "JSON"
    LOGIN = "a login"
    FILES = "files"


class For(Enum):
    """When a route is open at all."""

    ALL = "always"
    ACCOUNTS = "where there are accounts"
    MCP = "where MCP is on"


@dataclass(frozen=True, slots=True)
class Route:
    """One route; `path` matches the decoded path, whole."""

    methods: frozenset[str]
    path: re.Pattern[str]
    sent: Sent = Sent.NOTHING
    open_to_all: bool = False  # Without login: only what a browser needs to show the login.
    works: bool = False  # The program calculates while the client waits, outside Gradio's queue.
    when: For = For.ALL


# Names of Gradio's own files, session hashes and endpoints: no dot at the start, so neither `..` nor `.git`.
_WORD = r"[A-Za-z0-9_@-][A-Za-z0-9_.@-]{0,127}"
_WORDS = rf"{_WORD}(?:/{_WORD}){{0,7}}"


def _read(path: str, *, open_to_all: bool = False, when: For = For.ALL) -> Route:
    return Route(frozenset({"GET", "HEAD"}), re.compile(path, re.ASCII), open_to_all=open_to_all, when=when)


def _post(path: str, sent: Sent, *, open_to_all: bool = False, works: bool = False, when: For = For.ALL) -> Route:
    return Route(frozenset({"POST"}), re.compile(path, re.ASCII), sent, open_to_all, works, when)


ROUTES = (
    _read(r"/", open_to_all=True),
    _read(rf"/(?:static|assets)/{_WORDS}", open_to_all=True),
    _read(r"/(?:theme\.css|favicon\.ico|manifest\.json|robots\.txt)", open_to_all=True),
    _post(r"/login/?", Sent.LOGIN, open_to_all=True, when=For.ACCOUNTS),
    _read(r"/logout", open_to_all=True, when=For.ACCOUNTS),
    _read(r"/config/?"),
    _read(r"/gradio_api/(?:info/?|openapi\.json)"),
    _read(rf"/gradio_api/heartbeat/{_WORD}"),
    _read(r"/gradio_api/(?:queue/data|queue/status|upload_progress)"),
    _post(r"/gradio_api/(?:queue/join|cancel|reset/?)", Sent.JSON),
    _post(r"/gradio_api/upload", Sent.FILES),
    _post(rf"/gradio_api/(?:run/{_WORD}/?|component_server/?)", Sent.JSON, works=True),
    _post(rf"/gradio_api/call/(?:v2/)?{_WORD}/?", Sent.JSON),
    _read(rf"/gradio_api/call/(?:v2/)?{_WORD}/{_WORD}"),
    _read(r"/gradio_api/file=(?P<file>(?s:.){1,4096})"),
    # Not GET, which would hold a connection open for news that never come; MCP's clients take 405 for that.
    _post(r"/gradio_api/mcp/?", Sent.JSON, works=True, when=For.MCP),
)


def routes_at(path: str, *, accounts: bool, mcp: bool, uploads: Path | None) -> tuple[Route, ...]:
    """The open routes at a path, which differ in their methods; of files, only uploaded ones are open."""
    found = []
    for route in ROUTES:
        if match := route.path.fullmatch(path):
            shut = (route.when is For.ACCOUNTS and not accounts) or (route.when is For.MCP and not mcp)
            if not shut and ("file" not in match.groupdict() or _uploaded(match["file"], uploads)):
                found.append(route)
    return tuple(found)


def _uploaded(file: str, uploads: Path | None) -> bool:
    """Whether this names a finished upload: a file in a folder of the cache, written the plain way."""
    if uploads is None or "\0" in file or ("\\" in file and os.sep == "/"):
        return False
    if ".." in Path(file).parts or str(Path(file)) != file:
        return False
    return Path(file).is_relative_to(uploads) and len(Path(file).relative_to(uploads).parts) >= 2
