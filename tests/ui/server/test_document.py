"""The document: the scripts that it names at once."""

import re

from articles_qa.ui.server.document import PRELOADED, preload_links
from articles_qa.ui.server.routes import routes_at


def test_each_script_that_is_named_is_one_of_gradio_s_that_the_guard_lets_through() -> None:
    names = re.findall(r'<link rel="modulepreload" href="\./(assets/[\w.-]+\.js)">', preload_links())
    assert len(names) == len(set(names)) > len(PRELOADED)
    assert all(any(name.startswith(f"assets/{root}-") for name in names) for root in PRELOADED)
    assert all(routes_at(f"/{name}", ()) for name in names)
