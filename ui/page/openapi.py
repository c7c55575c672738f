"""The OpenAPI description of the routes under `/v1`, made of what they read and write."""

from typing import Any

from pydantic import TypeAdapter

from articles_qa.index.opened.listing import ArticleSummary
from articles_qa.qa.proof.answer_schema import answer_schema
from articles_qa.ui.page.requests import ArticlesRequest, AskRequest, SearchRequest

_REF = "#/components/schemas/{model}"
_TEXT, _WHOLE, _SCORE = {"type": "string"}, {"type": "integer"}, {"type": "number", "minimum": 0, "maximum": 1}
_PERHAPS_TEXT, _PERHAPS_WHOLE = {"type": ["string", "null"]}, {"type": ["integer", "null"]}
_PASSAGE = {
    **dict.fromkeys(("source", "sha256", "text"), _TEXT),
    **dict.fromkeys(("title", "outlet", "published"), _PERHAPS_TEXT),
    **dict.fromkeys(("start", "end", "first_line", "last_line"), _WHOLE),
    "place": {"type": ["object", "null"]},
    "score": _SCORE,
    "ranks": {
        "type": "object",
        "properties": {"by_meaning": _PERHAPS_WHOLE, "by_words": _PERHAPS_WHOLE},
        "required": ["by_meaning", "by_words"],
    },
}


def openapi() -> dict[str, Any]:
    """Return the description; accounts, where there are any, log in by HTTP Basic."""
    articles = ArticlesRequest.model_json_schema()["properties"]
    asked = [{"name": name, "in": "query", "schema": schema} for name, schema in articles.items()]
    health = {"summary": "Tell that the program serves", "security": [], "responses": {"200": _json("Health")}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "articles-qa", "version": "1", "description": "Questions about articles, answered by quotes."},
        "paths": {
            "/v1/ask": {"post": _posted("Answer a question by quotes", "AskRequest", "Answer")},
            "/v1/search": {"post": _posted("Rank passages for a question", "SearchRequest", "Passages")},
            "/v1/verify": {"post": _posted("Compare a record's quotes with the files as they are now", "Answer", "Proofs")},
            "/v1/articles": {
                "get": {"summary": "List the articles", "parameters": asked, "responses": _responses("Articles")},
            },
            "/v1/healthz": {"get": health},
        },
        "components": {"schemas": _schemas(), "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}}},
        "security": [{}, {"basic": []}],
    }


def _schemas() -> dict[str, Any]:
    answer = answer_schema()
    parts = answer.pop("$defs")
    made = {
        **{kind.__name__: kind.model_json_schema() for kind in (AskRequest, SearchRequest)},
        "Answer": answer,
        **parts,
        "Passages": _object({"passages": {"type": "array", "items": _object(_PASSAGE)}}),
        "Articles": _object({"total": _WHOLE, "articles": {"type": "array", "items": _summary()}}),
        "Proofs": {"type": "object", "description": "What qa verify --json prints."},
        "Health": _object({"status": {"const": "ok"}}),
        "Error": _object({"error": _TEXT}),
    }
    found: dict[str, Any] = _referring(made)
    return found


def _summary() -> dict[str, Any]:
    return TypeAdapter(ArticleSummary).json_schema()


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object with all of these properties and no others."""
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def _referring(schema: Any) -> Any:
    """Return a schema whose references lead to the components of the document."""
    if isinstance(schema, dict):
        return {
            key: _REF.format(model=value.rpartition("/")[2]) if key == "$ref" else _referring(value)
            for key, value in schema.items()
            if key != "$schema"
        }
    return [_referring(each) for each in schema] if isinstance(schema, list) else schema


def _json(model: str) -> dict[str, Any]:
    return {"description": model, "content": {"application/json": {"schema": {"$ref": _REF.format(model=model)}}}}


def _responses(model: str) -> dict[str, Any]:
    failed = {"422": "The request cannot be used", "503": "The index cannot be used"}
    return {"200": _json(model)} | {status: {**_json("Error"), "description": said} for status, said in failed.items()}


def _posted(summary: str, request: str, reply: str) -> dict[str, Any]:
    body = {"required": True, "content": _json(request)["content"]}
    return {"summary": summary, "requestBody": body, "responses": _responses(reply)}
