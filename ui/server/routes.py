"""The routes that the page needs, of Gradio's and its own; all others are closed.

Gradio serves some sixty routes. Among them are a proxy, a fetcher of other sites' files, uploads, monitoring and an
editor of the program. The routes below are those that the page in a browser, `gradio_client`, curl and MCP clients were
seen to ask for. A route that a newer Gradio brings stays closed until this list names it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Any

UPLOADS = "/articles/"
LOGOUT = "/logout"


class BodyKind(Enum):
    """The kind of body that a request may carry."""

    NONE = "nothing"
    JSON = "JSON"
    LOGIN = "a login"
    FILE = "a file"


class Feature(Enum):
    """A feature of the served page that opens routes."""

    ACCOUNTS = "accounts"
    MCP = "MCP"
    UPLOADS = "uploads"


@dataclass(frozen=True, slots=True)
class Route:
    """One route.

    `path` matches the whole decoded path. Where `needs` is set, the route is open only with that feature. An
    `open_to_all` route needs no login: a browser asks for it to show the login. Behind a route that `works` the program
    calculates while the client waits. Answers of a `cached` route hold nothing of the articles, and browsers may keep them.
    A route `for_programs` takes a name and password with each request, too.
    """

    methods: frozenset[str]
    path: re.Pattern[str]
    body: BodyKind = BodyKind.NONE
    open_to_all: bool = False
    works: bool = False
    needs: Feature | None = None
    cached: bool = False
    for_programs: bool = False


# Names of Gradio's own files, session hashes and endpoints. No name starts with a dot, so neither `..` nor `.git` does.
_WORD = r"[A-Za-z0-9_@-][A-Za-z0-9_.@-]{0,127}"
_WORDS = rf"{_WORD}(?:/{_WORD}){{0,7}}"


def _get(path: str, **more: Any) -> Route:
    return Route(frozenset({"GET", "HEAD"}), re.compile(path, re.ASCII), **more)


def _post(path: str, body: BodyKind, **more: Any) -> Route:
    return Route(frozenset({"POST"}), re.compile(path, re.ASCII), body, **more)


ROUTES = (
    _get(r"/", open_to_all=True),
    _get(rf"/(?:static|assets)/{_WORDS}", open_to_all=True, cached=True),
    _get(r"/(?:theme\.css|favicon\.ico|manifest\.json|robots\.txt)", open_to_all=True, cached=True),
    _post(r"/login/?", BodyKind.LOGIN, open_to_all=True, needs=Feature.ACCOUNTS),
    _get(LOGOUT, open_to_all=True, needs=Feature.ACCOUNTS),
    _post(LOGOUT, BodyKind.NONE, needs=Feature.ACCOUNTS),  # A link of another site can ask for GET alone.
    _get(r"/config/?"),
    _get(r"/gradio_api/(?:info/?|openapi\.json)"),
    _get(rf"/gradio_api/heartbeat/{_WORD}"),
    _get(r"/gradio_api/(?:queue/data|queue/status)"),
    _post(r"/gradio_api/(?:queue/join|cancel|reset/?)", BodyKind.JSON),
    _post(rf"/gradio_api/(?:run/{_WORD}/?|component_server/?)", BodyKind.JSON, works=True),
    _post(rf"/gradio_api/call/(?:v2/)?{_WORD}/?", BodyKind.JSON),
    _get(rf"/gradio_api/call/(?:v2/)?{_WORD}/{_WORD}"),
    # No GET: it would hold a connection open for news that never come. MCP's clients accept 405 for GET.
    _post(r"/gradio_api/mcp/?", BodyKind.JSON, works=True, needs=Feature.MCP, for_programs=True),
    _post(r"/v1/(?:ask|search|verify)", BodyKind.JSON, works=True, for_programs=True),
    _get(r"/v1/articles", works=True, for_programs=True),
    _get(r"/v1/(?:healthz|openapi\.json|answer-1\.schema\.json)", open_to_all=True),
    Route(frozenset({"PUT"}), re.compile(rf"{UPLOADS}(?s:.){{1,1000}}"), BodyKind.FILE, needs=Feature.UPLOADS),
)


def routes_at(path: str, features: Collection[Feature]) -> tuple[Route, ...]:
    """Return the open routes at a path; they differ in their methods."""
    return tuple(route for route in ROUTES if (not route.needs or route.needs in features) and route.path.fullmatch(path))
