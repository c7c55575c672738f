"""Articles' text as HTML: escaped, and the same text again when the page is read back."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from index import Span
from index.files.printable import printable

if TYPE_CHECKING:
    from jinja2 import Environment

# An HTML parser turns carriage returns into line feeds unless they are written as references. The others mean something
# to the templates of Gradio's HTML component, which are Handlebars and JavaScript.
_TABLE = str.maketrans({c: f"&#{ord(c)};" for c in "\r{}$`\\"})


@dataclass(frozen=True, slots=True)
class Layer:
    """A span that is shown in some way: `kind` names the way, `key` which one it is."""

    span: Span
    kind: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that is shown in one way."""

    text: str
    layers: tuple[Layer, ...]

    @property
    def kinds(self) -> str:
        """The names of the ways, as a class attribute holds them."""
        return " ".join(dict.fromkeys(layer.kind for layer in self.layers))

    @property
    def keys(self) -> str:
        """Which ones they are."""
        return " ".join(dict.fromkeys(layer.key for layer in self.layers if layer.key))


def runs(text: str, span: Span, layers: Sequence[Layer]) -> Iterator[Run]:
    """The stretch, cut wherever a layer begins or ends; together the runs are the stretch, character for character."""
    inside = [layer for layer in layers if layer.span.start < span.end and span.start < layer.span.end]
    edges = {edge for layer in inside for edge in (layer.span.start, layer.span.end) if span.start < edge < span.end}
    waiting, over = deque(sorted(inside, key=lambda layer: layer.span.start)), list[Layer]()
    for start, end in pairwise(sorted({span.start, span.end, *edges})):
        while waiting and waiting[0].span.start <= start:
            over.append(waiting.popleft())
        over = [layer for layer in over if layer.span.end > start]
        yield Run(text[start:end], tuple(over))


def verbatim(text: str) -> Markup:
    """The text as HTML whose text content is the text, whatever it holds."""
    return Markup(str(escape(text)).translate(_TABLE))


def rendered(template: str, values: Mapping[str, object]) -> str:
    """A template of this folder, filled in; all that is put in is escaped."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["printable"] = printable
    environment.filters["next"] = next
    return environment


def _finalized(value: object) -> object:
    return verbatim(value) if isinstance(value, str) and not isinstance(value, Markup) else value
