"""A small page to serve."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    pass


@pytest.fixture(scope="session")
def make_page() -> Callable[[], Any]:
    """Makes a small page to serve: one event that is private and queued, a part's function, and two public endpoints."""
    from articles_qa.ui.server.quota import VISITOR
    from articles_qa.ui.server.server import Page

    def visitor(_: object) -> str:
        return VISITOR.get()

    def ask(question: str, top_k: int = 5) -> dict[str, Any]:
        """Ask the articles.

        Args:
            question: In plain words.
            top_k: At most so many quotes.
        """
        return {"question": question, "quotes": [], "top_k": top_k}

    def search(query: str) -> list[str]:
        """Find passages."""
        return [query]

    def make() -> Page:
        import gradio as gr
        from gradio.events import api

        with gr.Blocks(title="small", analytics_enabled=False) as blocks:
            box = gr.Textbox(elem_id="question")
            button = gr.Button("Ask", elem_id="ask")
            script = "element.dataset.loaded = 'yes'"
            shown = gr.HTML("<p>nothing yet</p>", elem_id="shown", js_on_load=script, server_functions=[visitor])
            button.click(lambda text: f"<p>{len(text)} characters</p>", box, shown, api_visibility="private")
            gr.Dropdown(["secret choice"], elem_id="choice").change(str, box, box, api_name="choose", queue=False)
            api(ask, api_name="ask", queue=False)
            api(search, api_name="search", queue=False)
        return Page(blocks.queue(max_size=16))

    return make
