"""How tests read pages: a fragment as a tree, and a check that a page is whole without the network."""

from collections.abc import Callable, Mapping, Sequence
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

import pytest

POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # Of a report's page.


@pytest.fixture(scope="session")
def parsed() -> Callable[[str], Element]:
    """Reads a fragment of HTML as a tree below one <div>; its tags must close in order."""

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []
            self.tree = TreeBuilder()

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tree.start(tag, {name: value or "" for name, value in attrs})
            if tag == "meta":  # Which never closes.
                self.tree.end(tag)
            else:
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag
            self.tree.end(tag)

        def handle_data(self, data: str) -> None:
            self.tree.data(data)

    def parse(fragment: str) -> Element:
        reader = Reader()
        reader.feed(f"<div>{fragment}</div>")
        reader.close()
        assert not reader.open
        return reader.tree.close()

    return parse


@pytest.fixture(scope="session")
def check_whole() -> Callable[[Sequence[tuple[str, Mapping[str, str | None]]]], None]:
    """Checks by a page's elements that it reads without the network, runs nothing and sends nothing."""

    def check(found: Sequence[tuple[str, Mapping[str, str | None]]]) -> None:
        policy = [attributes.get("content") for _, attributes in found if attributes.get("http-equiv")]
        assert len(policy) == 1 and policy[0] is not None and policy[0].startswith(POLICY)
        assert {"script", "link", "img", "iframe", "object", "embed", "base", "form", "use", "image"}.isdisjoint(
            tag for tag, _ in found
        )
        for _, attributes in found:
            assert not [name for name in attributes if name.startswith("on") or name in ("src", "srcset", "style", "action")]
            assert (attributes.get("href") or "#").startswith("#")
        ids = [attributes["id"] for _, attributes in found if "id" in attributes]
        named = [name for _, attributes in found for name in (attributes.get("aria-labelledby") or "").split()]
        assert len(set(ids)) == len(ids) and set(named) <= set(ids)

    return check
