"""Articles' text as HTML: escaped, and the same text again when a browser reads the page."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from articles_qa.index import Span
from articles_qa.index.files.printable import printable
from articles_qa.ui.text.wording import day

if TYPE_CHECKING:
    from jinja2 import Environment

# An HTML parser turns carriage returns into line feeds unless they are written as references. The other characters have
# a meaning in the templates of Gradio's HTML component, which are Handlebars and JavaScript.
_TABLE = str.maketrans({c: f"&#{ord(c)};" for c in "\r{}$`\\"})


@dataclass(frozen=True, slots=True)
class Layer:
    """A span that is shown in a special way: `kind` is a CSS class, `key` tells spans of one kind apart."""

    span: Span
    kind: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class StyledRun:
    """A stretch of text between two edges of layers, and the layers that cover it."""

    text: str
    layers: tuple[Layer, ...]

    @property
    def kinds(self) -> str:
        """The kinds of the layers, as the value of a class attribute."""
        return " ".join(dict.fromkeys(layer.kind for layer in self.layers))

    @property
    def keys(self) -> str:
        """The keys of the layers, blanks between them."""
        return " ".join(dict.fromkeys(layer.key for layer in self.layers if layer.key))


def styled_runs(text: str, span: Span, layers: Sequence[Layer]) -> Iterator[StyledRun]:
    """Cut a stretch wherever a layer begins or ends; joined, the texts of the runs are the stretch."""
    inside = [layer for layer in layers if layer.span.overlaps(span)]
    edges = {edge for layer in inside for edge in (layer.span.start, layer.span.end) if span.start < edge < span.end}
    waiting, over = deque(sorted(inside, key=lambda layer: layer.span.start)), list[Layer]()
    for start, end in pairwise(sorted({span.start, span.end, *edges})):
        while waiting and waiting[0].span.start <= start:
            over.append(waiting.popleft())
        over = [layer for layer in over if layer.span.end > start]
        yield StyledRun(text[start:end], tuple(over))


def verbatim(text: str) -> Markup:
    """Return HTML whose text content is the text, whatever the text holds."""
    return Markup(str(escape(text)).translate(_TABLE))


def fill_template(template: str, values: Mapping[str, object]) -> str:
    """Fill in a template of this folder; all values are escaped."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: verbatim(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["printable"] = printable
    environment.filters["next"] = next
    environment.filters["day"] = day
    return environment
