"""Plain REST for programs, beside Gradio's API and behind the same guard: JSON in, the records of the command line out.

POST /v1/ask     {"question": "how many were killed?", "top_k": 3}    the answer's record
POST /v1/verify  the record                                           each quote against its file as it is now
GET /v1/openapi.json                                                  all routes, with what they read and write
"""

import json
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from articles_qa.index import InputError, QaError
from articles_qa.qa.proof.answer_schema import SCHEMA_FILE
from articles_qa.ui.page.openapi import openapi
from articles_qa.ui.page.requests import ArticlesRequest, AskRequest, SearchRequest, read_request
from articles_qa.ui.page.service import Service


def rest_routes(service: Service) -> tuple[Route, ...]:
    """Return the routes under `/v1`. The guard has read each body before: it is JSON of bounded size and depth."""

    def ask(given: Any) -> Any:
        asked = read_request(AskRequest, given, advice=_fields(AskRequest))
        return service.ask(asked.question, asked.history, asked.top_k, asked.scope, searched=asked.searched)

    def search(given: Any) -> Any:
        asked = read_request(SearchRequest, given, advice=_fields(SearchRequest))
        return {"passages": service.search(asked.question, asked.history, asked.top_k, asked.scope)}

    def articles(given: Any) -> Any:
        return service.articles(read_request(ArticlesRequest, given, advice=_fields(ArticlesRequest)))

    return (
        _route("POST", "/v1/ask", ask),
        _route("POST", "/v1/search", search),
        _route("POST", "/v1/verify", service.verify),
        _route("GET", "/v1/articles", articles),
        _route("GET", "/v1/healthz", lambda _: {"status": "ok"}),
        _route("GET", "/v1/openapi.json", lambda _: openapi()),
        _route("GET", f"/v1/{SCHEMA_FILE.name}", lambda _: json.loads(SCHEMA_FILE.read_bytes())),
    )


def _route(method: str, path: str, answer: Callable[[Any], Any]) -> Route:
    async def endpoint(request: Request) -> Response:
        given = await request.json() if method == "POST" else dict(request.query_params)
        try:
            return JSONResponse(await run_in_threadpool(answer, given))
        except QaError as error:
            return JSONResponse({"error": str(error)}, 422 if isinstance(error, InputError) else 503)

    return Route(path, endpoint, methods=[method])


def _fields(kind: type[AskRequest | SearchRequest | ArticlesRequest]) -> str:
    return f"it takes {', '.join(kind.model_fields)}"
