"""The calls that Gradio can serve.

Gradio answers any other call with status 500, no reason, and a traceback in the log:

    POST /gradio_api/run/ask  {"data": ["who?"]}   ask takes eight values: 422
    POST /gradio_api/call/v2/x  {}                 no such function: 404
"""

from __future__ import annotations

from typing import Any

from articles_qa.ui.server.response import Refused

_PREFIX = "/gradio_api/"


class Calls:
    """The functions of a `gradio.Blocks`, and the values that each takes."""

    def __init__(self, blocks: Any) -> None:
        # A function without code runs in the browser alone; Gradio fails on calls of it.
        self._functions = {number: function for number, function in blocks.fns.items() if function.fn is not None}
        named = blocks.get_api_info()["named_endpoints"]
        self._parameters = {name.removeprefix("/"): endpoint["parameters"] for name, endpoint in named.items()}
        self._of_parts = {
            (number, name)
            for number, part in blocks.blocks.items()
            for name, function in vars(part).items()
            if getattr(function, "_is_server_fn", False)
        }

    def check(self, path: str, body: Any) -> None:
        """Refuse a call of a function that is not there, or with the wrong values.

        Raises:
            Refused: 404 or 422.
        """
        match path.removeprefix(_PREFIX).rstrip("/").split("/"):
            case ["component_server"]:
                self._check_part(_object(body))
            case ["queue", "join"]:
                self._check_values(None, _object(body))
            case ["call", "v2", name]:
                self._check_named(name, _object(body))
            case ["call", name]:  # Gradio reads no number here.
                self._check_values(name, {**_object(body), "fn_index": None})
            case ["run", name]:
                self._check_values(name, _object(body))

    def _check_part(self, body: dict[str, Any]) -> None:
        number, name = body.get("component_id"), body.get("fn_name")
        if type(number) is not int or not isinstance(name, str) or not isinstance(body.get("session_hash"), str):
            raise Refused(422, "a part's function needs session_hash, component_id, fn_name and data; load the page again")
        if (number, name) not in self._of_parts:
            raise Refused(404, "the page has no such part or function; load the page again")

    def _check_named(self, name: str, body: dict[str, Any]) -> None:
        if name not in self._parameters:
            raise Refused(404, "there is no such function; /gradio_api/info lists them")
        parameters = self._parameters[name]
        needed = {parameter["parameter_name"] for parameter in parameters if not parameter["parameter_has_default"]}
        if not needed <= body.keys() <= {parameter["parameter_name"] for parameter in parameters}:
            raise Refused(422, "these are not the values that the function takes; /gradio_api/info lists them")

    def _check_values(self, name: str | None, body: dict[str, Any]) -> None:
        """Check a list of values. As in Gradio, the number of a function goes before its name."""
        number, values, session = body.get("fn_index"), body.get("data"), body.get("session_hash")
        if not (number is None or type(number) is int) or not isinstance(values, list):
            raise Refused(422, "a call needs data, a list of values; /gradio_api/info lists them")
        if not (isinstance(session, str) and session) and (name is None or session is not None):
            raise Refused(422, "a call in the queue needs session_hash, some text; send one")
        functions = self._functions.items()
        by_name = number is None and name is not None
        chosen = [function for key, function in functions if (function.api_name == name if by_name else key == number)]
        if not chosen:
            raise Refused(404, "there is no such function; /gradio_api/info lists them")
        least = sum(not part.skip_api for part in chosen[0].inputs)
        if len(values) < least:
            raise Refused(422, f"the function takes {least} values, and {len(values)} came; /gradio_api/info lists them")


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Refused(422, "a call is a JSON object; send one")
    return body
