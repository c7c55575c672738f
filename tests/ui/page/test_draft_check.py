"""The page's answer to a draft: nothing in the draft or the articles becomes markup."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from articles_qa.index import InputError
from articles_qa.ui.page.live_index import LiveIndex
from articles_qa.ui.page.service import Service

RIGHT = "The NIS claims over 100 North Korean troops have been killed in Kursk"
WRONG = RIGHT.replace("100", "200")
Parse = Callable[[str], Element]


@pytest.fixture(scope="module")
def service(seeds_index: Path) -> Service:
    return Service(LiveIndex(seeds_index))


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def classed(element: Element, name: str) -> list[Element]:
    return [inner for inner in element.iter() if name in inner.get("class", "").split()]


def test_each_quotation_is_shown_with_its_place_and_its_differences(service: Service, parsed: Parse) -> None:
    draft = f"“{RIGHT}”\n\n“{WRONG}”\n\n“<script>alert(1)</script> was never {{{{said}}}} by ${{anyone}}”"
    reply = service.check({"text": draft})
    shown = parsed(reply["html"])
    assert [words(one) for one in classed(shown, "verdict")] == [
        "word for word · line 1 of the draft",
        "other words · line 3 of the draft",
        "not found · line 5 of the draft",
    ]
    assert [words(quoted) for quoted in shown.iter("blockquote")][1:] == [
        WRONG,
        "<script>alert(1)</script> was never {{said}} by ${anyone}",
    ]
    assert [words(change) for changes in classed(shown, "changes") for change in changes] == ["“200” for “100”"]
    places = classed(shown, "place")
    assert len(places) == 2 and words(places[0]) == "000_752357c04fcf2a77.txt:26"
    assert reply["record"]["quotations"][0]["found"]["start"] == int(places[0].get("data-start", ""))
    assert not set("{}$`\\\r") & set(reply["html"])


def test_a_file_is_read_and_what_is_none_is_refused(service: Service) -> None:
    sent = {"name": "draft.md", "base64": b64encode(f"“{RIGHT}”".encode()).decode()}
    assert service.check(sent)["record"]["quotations"][0]["verdict"] == "exact"
    for wrong in ({"base64": "é"}, {"base64": b64encode(b"PK\x03\x04").decode()}, {"text": "x" * 500_001}, {"text": 5}):
        with pytest.raises(InputError):
            service.check(wrong)
    assert "no quotation" in service.check({"text": ""})["html"]


def test_figures_are_shown_beside_those_of_the_articles(service: Service, parsed: Parse) -> None:
    draft = "NIS said that over 200 North Korean troops have been <b>killed</b> in Kursk."
    shown = parsed(service.check({"text": draft})["html"])
    assert "1 figure compared, 1 differs" in words(classed(shown, "tally")[0])
    (verdict,) = classed(shown, "verdict")
    assert words(verdict) == "“over 200”, said by NIS: the articles have another figure · line 1 of the draft"
    (told,) = classed(shown, "there")
    assert words(told) == "The NIS claims over 100 North Korean troops have been killed in Kursk, plus a thousand more injured."
    assert [words(one) for one in told.iter("b")] == ["over 100"]
    assert [words(one) for one in shown.iter("blockquote")] == [draft]
