"""The page: its parts, put together with Gradio. `Service`, `Corpus` and plain functions make their content."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from articles_qa.index.formats.kinds import ReadSettings
from articles_qa.qa.questions.question import MAX_QUESTION_CHARS
from articles_qa.ui.notes.placed_notes import place_notes
from articles_qa.ui.page.article_list import Order, listing_html
from articles_qa.ui.page.corpus import Corpus
from articles_qa.ui.page.endpoints import add_endpoints
from articles_qa.ui.page.facets import Choice
from articles_qa.ui.page.html import fill_template
from articles_qa.ui.page.live_index import LiveIndex, OpenGeneration
from articles_qa.ui.page.requests import ListingRequest, read_request
from articles_qa.ui.page.rest import rest_routes
from articles_qa.ui.page.service import Service, reported
from articles_qa.ui.server.document import preload_links
from articles_qa.ui.server.server import Page

SCRIPTS = ("page.js", "pictures.js", "chat.js", "article_pane.js", "corpus.js", "draft.js", "notes.js")
TITLE = "Ask the articles"
# Tab scrolls what it leads to out from behind the head and the box (WCAG 2.2, 2.4.11). Gradio keeps `css` from <html>.
FOCUS_IN_SIGHT = (
    "html { scroll-padding: 2.75rem 0 6.5rem; } @media (max-width: 60rem) { html { scroll-padding-top: 4.75rem; } }"
)
ABOUT = "Questions about a folder of articles, answered by its own sentences, with file and lines."
# A link's preview, and the line that stands there until the scripts have run. Nothing of the articles: it needs no login.
OPENING = (
    f'<meta property="og:title" content="{TITLE}"><meta property="og:type" content="website">'
    f'<meta property="og:description" content="{ABOUT}"><meta name="description" content="{ABOUT}">'
    f"<style>gradio-app:not(:has(*))::before {{ content: '{TITLE} …'; padding: 1.2rem; font: 600 1.4rem Georgia, serif; }}"
    f"</style>"
)
_FOLDER = Path(__file__).parent
_COMMENT = re.compile(r"^[ \t]*//[^\n]*|/\*.*?\*/", re.MULTILINE | re.DOTALL)
_Handler = Callable[[Any], dict[str, Any]]


def make_page(live: LiveIndex, *, editable: bool) -> Page:
    """Make the page over an index; with `editable`, its readers may add articles and take some out."""
    import gradio as gr

    font = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
    theme = gr.themes.Base(font=font, font_mono=["ui-monospace", "monospace"])
    info = live.now().index.info
    blocked = (info.root, *([info.directory] if isinstance(info.directory, Path) else []))
    corpus = Corpus(live.directory, live)
    scripts = "\n".join(_plain((_FOLDER / name).read_text("utf-8")) for name in SCRIPTS)
    service = Service(live)
    return Page(
        _blocks(live, corpus, service, editable=editable),
        theme,
        css=_plain((_FOLDER / "page.css").read_text("utf-8")),
        head=f'<meta name="color-scheme" content="light dark"><style>{FOCUS_IN_SIGHT}</style><script>\n{scripts}\n</script>',
        opening=OPENING + preload_links(),
        blocked=blocked,
        routes=rest_routes(service),
        add_article=corpus.add if editable else None,
    )


def _blocks(live: LiveIndex, corpus: Corpus, service: Service, *, editable: bool) -> Any:
    """Return the parts of the page at their places, and the endpoints for programs, as `gradio.Blocks`."""
    import gradio as gr

    page = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with page:
        with gr.Row(elem_id="desk", equal_height=False):
            with gr.Column(scale=6, min_width=300, elem_id="left"), gr.Tabs():
                with gr.Tab("Ask", elem_id="asking"):
                    _part("chat", fill_template("chat.html", {"key": _key(live)}), _asking(service))
                    _question_box()
                with gr.Tab("Articles", elem_id="articles", render_children=True):
                    html = fill_template("corpus.html", {"editable": editable, "suffixes": ",".join(ReadSettings().suffixes)})
                    _part("corpus", html, _listing(live, corpus, service, editable=editable))
                with gr.Tab("Check a draft", elem_id="drafts", render_children=True):
                    _part("draft", fill_template("draft.html", {}), {"check": service.check})
            with gr.Column(scale=5, min_width=300, elem_id="right"):
                reading = {"article": service.article, "find": service.find, "picture": service.picture}
                _part("reading", fill_template("pane.html", {}), reading)
        add_endpoints(service)
    service.begin({})  # Finds the example questions, so that the first reader need not wait.
    return page


def _plain(code: str) -> str:
    """Return a script or a style sheet without what only people read; no text in them goes over a line's end."""
    lines = (line.strip() for line in _COMMENT.sub("", code).splitlines())
    return "\n".join(line for line in lines if line)


def _part(name: str, html: str, handlers: Mapping[str, _Handler]) -> None:
    """Add a part of the page. Its script gets the element and the functions by which it asks the server."""
    import gradio as gr

    functions = [reported(function, name=f"qa_{handler}") for handler, function in handlers.items()]
    ask = f"const ask = Object.fromEntries({json.dumps(list(handlers))}.map((name) => [name, server['qa_' + name]]));"
    gr.HTML(
        html_template=html,
        elem_id=name,
        js_on_load=f"{ask} articlesQa.{name}(element, ask);",
        server_functions=functions,
        apply_default_css=False,
    )


def _asking(service: Service) -> dict[str, _Handler]:
    return {
        "begin": service.begin,
        "ask": service.turn,
        "render": service.render,
        "around": service.around,
        "cite": service.cite,
        "judge": service.judge,
        "note": service.noting.save,
    }


def _question_box() -> None:
    """Add the question box. Its text goes to the script of the conversation, so that an answer is one request."""
    import gradio as gr

    with gr.Row(elem_id="box", equal_height=True):
        question = gr.Textbox(
            elem_id="question",
            label="Your question",
            show_label=False,
            container=False,
            placeholder="Ask the articles …",
            lines=1,
            max_lines=4,
            max_length=MAX_QUESTION_CHARS,
            autofocus=True,
            scale=8,
        )
        button = gr.Button("Ask", variant="primary", scale=1, min_width=80, elem_id="ask")
    send = "(question) => { articlesQa.ask(question); return ''; }"
    gr.on([question.submit, button.click], fn=None, inputs=[question], outputs=[question], js=send, api_visibility="private")


def _listing(live: LiveIndex, corpus: Corpus, service: Service, *, editable: bool) -> dict[str, _Handler]:
    def listing(request: object) -> dict[str, Any]:
        wanted = read_request(ListingRequest, request)

        def show(opened: OpenGeneration) -> str:
            return listing_html(
                opened.index,
                wanted.query,
                wanted.offset,
                editable=editable,
                order=Order(wanted.order),
                choice=Choice(wanted.outlet, wanted.month, wanted.mark),
                notes=place_notes(opened.index, service.noting.all()),
                problem=live.problem,
            )

        return {"html": live.call(show)}

    changing: dict[str, _Handler] = {"change": corpus.change, "progress": corpus.progress} if editable else {}
    return {"listing": listing, "export": service.noting.export, **changing}


def _key(live: LiveIndex) -> str:
    """Return a key that tells the conversations of one index from another's in the browser's storage."""
    place = live.now().index.info.directory
    return hashlib.sha256(str(place.resolve() if isinstance(place, Path) else place).encode()).hexdigest()[:12]
