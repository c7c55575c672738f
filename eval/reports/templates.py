"""Templates: a page of this folder filled in, whole in itself: its style inside, all that is put in escaped."""

import re
from pathlib import Path

from markupsafe import Markup

from eval.reports.format_figures import count_text, duration_text, share_text


def rendered(template: str, **values: object) -> bytes:
    """The page, in UTF-8. Whatever stands in the values, it is text there."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = Markup((folder / "page.css").read_text("utf-8"))
    forms = {"count": count_text, "duration": duration_text, "share": share_text}
    return environment.get_template(template).render(style=style, **forms, **values).encode()


def _harmless(value: object) -> object:
    """What a template puts on the page for a value."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


# Control characters but tab and line end, directions that turn the words around them, halves of characters, no characters.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def visible(text: str) -> str:
    """The text with control and direction characters shown as such, nothing else touched."""
    return _HARMFUL.sub(lambda match: _shown(match.group()), text.replace("\r\n", "\n"))


def _shown(c: str) -> str:
    if c < "\x20":
        return chr(0x2400 + ord(c))
    return "\u2421" if c == "\x7f" else f"\\u{ord(c):04x}"
