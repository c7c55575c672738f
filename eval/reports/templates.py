"""Templates: a page of this folder filled in, whole in itself: its style inside, all that is put in escaped."""

from pathlib import Path

from markupsafe import Markup

from eval.reports.format_figures import count_text, duration_text, share_text
from index.files.printable import printable_lines


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
    return printable_lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value
