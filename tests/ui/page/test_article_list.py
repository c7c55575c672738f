"""The list of articles: ordered, searched, and nothing in it becomes markup."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

import pytest

from articles_qa.index import Index, build
from articles_qa.ui.page.article_list import Order, listing_html
from articles_qa.ui.page.facets import Choice, facets

Parse = Callable[[str], Element]
ARTICLES = {
    "a.txt": "Title: Harvest\nOutlet: Farm News\nDate: 2025-03-01\n\nFarmers brought in tons of wheat, Anna Lind said.\n",
    "b.txt": "Title: <b>Bolts</b>\nOutlet: Daily Mirror\nDate: 2025-04-01\n\nThe city closed its old bridge {{x}} on Monday.\n",
    "c.txt": "Divers found the tug on Monday. It lay under the old bridge of Harlow.\n",
    "d.txt": "Title: Wheat\nOutlet: Daily Mirror\nDate: 2025-02-01\n\nPrices of bread rose again.\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("listed")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, "utf-8")
    build([folder], folder / ".index")
    return Index.open(folder / ".index")


def listed(shown: Element) -> str:
    return "".join(row.get("data-source", "")[0] for row in shown.iter("tr") if row.get("data-source"))


ORDERS = [(Order.NEWEST, "badc"), (Order.OLDEST, "dabc"), (Order.OUTLET, "bdac"), (Order.FILE, "abcd")]


@pytest.mark.parametrize(("order", "sources"), ORDERS)
def test_articles_stand_in_the_order_that_is_asked_for(index: Index, order: Order, sources: str, parsed: Parse) -> None:
    shown = parsed(listing_html(index, "", 0, editable=False, order=order).replace("<input", "<meta"))
    assert listed(shown) == sources  # What has no day or outlet comes last.
    assert sum(head.get("aria-sort") in ("ascending", "descending") for head in shown.iter("th")) == 1


FOUND = [("old bridge", "bc"), ("BRIDGES", "bc"), ("wheat", "ad"), ("anna lind", "a"), ("wheat bread", "d"), ("mirror", "bd")]


@pytest.mark.parametrize(("query", "sources"), [*FOUND, ("nowhere", ""), ("wheat nowhere", ""), ("!", "")])
def test_articles_are_found_by_words_of_their_text_too(index: Index, query: str, sources: str, parsed: Parse) -> None:
    html = listing_html(index, query, 0, editable=True, order=Order.FILE)
    assert listed(parsed(html.replace("<input", "<meta"))) == sources
    assert not set("{}$`\\\r") & set(html) and "<b>Bolts" not in html


@pytest.mark.parametrize(
    ("choice", "sources", "counts"),
    [
        (Choice(), "badc", {"Daily Mirror": 2, "Farm News": 1, "Apr 2025": 1, "Mar 2025": 1, "Feb 2025": 1}),
        (Choice("Daily Mirror"), "bd", {"Daily Mirror": 2, "Farm News": 1, "Apr 2025": 1, "Feb 2025": 1}),
        (Choice("Daily Mirror", "2025-02"), "d", {"Daily Mirror": 1, "Apr 2025": 1, "Feb 2025": 1}),
        (Choice("Gone"), "", {"Daily Mirror": 2, "Farm News": 1, "Gone": 0}),
    ],
)
def test_outlets_and_months_narrow_the_list_and_count_what_is_left(
    index: Index, choice: Choice, sources: str, counts: dict[str, int], parsed: Parse
) -> None:
    counted = facets(index, range(4), choice)
    assert {facet.words: facet.articles for facet in (*counted.outlets, *counted.months)} == counts
    shown = parsed(listing_html(index, "", 0, editable=False, choice=choice).replace("<input", "<meta"))
    pressed = [button.get("data-value") for button in shown.iter("button") if button.get("aria-pressed") == "true"]
    assert listed(shown) == sources and pressed == [value for value in (choice.outlet, choice.month) if value]
