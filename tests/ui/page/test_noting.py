"""Notes of the page's readers: kept, shown at their quote and in the list, found by their marks, exported."""

import csv
import json
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from articles_qa.index import Index, InputError, build
from articles_qa.ui.cli import main
from articles_qa.ui.notes.placed_notes import place_notes
from articles_qa.ui.page.article_list import listing_html
from articles_qa.ui.page.facets import Choice
from articles_qa.ui.page.live_index import LiveIndex
from articles_qa.ui.page.service import Service, reported
from articles_qa.ui.server.quota import VISITOR, Quota

FIRST = "The ferry sank off Harlow on Monday.\n\nTwelve people drowned, the mayor said.\n"
QUESTION = "How many people drowned?"
Parse = Callable[[str], Element]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with two articles, and its index."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "ferry.txt").write_text(FIRST)
    (tmp_path / "articles" / "wheat.txt").write_text("The harvest was good this year, farmers said.\n")
    build([tmp_path / "articles"], tmp_path / "index")
    return tmp_path


@pytest.fixture
def service(place: Path) -> Service:
    return Service(LiveIndex(place / "index"))


def quoted(service: Service) -> dict[str, Any]:
    """The place of the first quote."""
    quote = service.turn({"question": QUESTION})["record"]["quotes"][0]
    return {name: quote[name] for name in ("source", "sha256", "start", "end")}


def noted(place: dict[str, Any], *, star: bool = False, tags: tuple[str, ...] = (), words: str = "") -> dict[str, Any]:
    return {**place, "star": star, "tags": list(tags), "words": words}


def rows(html: str, parsed: Parse) -> list[Element]:
    found = parsed(html.replace("<input", "<meta")).iter("div")
    return [row for row in found if row.get("class") == "noting"]


def shown(place: Path, service: Service, parsed: Parse, mark: str = "") -> list[str]:
    """The rows of the list for a mark, as place and words."""
    index = Index.open(place / "index")
    notes = place_notes(index, service.noting.all())
    html = listing_html(index, "", 0, editable=False, choice=Choice(mark=mark), notes=notes)
    return [f"{row.get('data-source')}:{row.get('data-start')} {row.get('data-words')}" for row in rows(html, parsed)]


def test_a_note_stands_at_its_quote_and_in_the_list(place: Path, service: Service, parsed: Parse) -> None:
    at = quoted(service)
    (row,) = rows(service.noting.save(noted(at, star=True, tags=(" toll ", "toll"), words=" Call him. "))["html"], parsed)
    assert (row.get("data-tags"), row.get("data-words")) == ("toll", "Call him.")
    (again,) = rows(service.turn({"question": QUESTION})["html"], parsed)
    assert again.get("data-words") == "Call him."
    start = at["start"]
    assert shown(place, service, parsed) == ["ferry.txt:0 ", f"ferry.txt:{start} Call him.", "wheat.txt:0 "]
    for mark in ("star", "note", "tag:toll"):
        assert shown(place, service, parsed, mark) == ["ferry.txt:0 ", f"ferry.txt:{start} Call him."]
    assert shown(place, service, parsed, "tag:wheat") == []
    service.noting.save(noted(at))
    assert service.noting.all() == ()


def test_a_note_on_an_article_stands_in_its_row(place: Path, service: Service, parsed: Parse) -> None:
    article = Index.open(place / "index").store.article(1)
    service.noting.save(noted({"source": article.source, "sha256": article.sha256, "start": 0, "end": 0}, words="later"))
    assert shown(place, service, parsed, "note") == ["wheat.txt:0 later"]


def test_a_note_follows_its_words_through_a_rebuild_and_is_kept_where_they_are_gone(
    place: Path, service: Service, parsed: Parse
) -> None:
    at = quoted(service)
    service.noting.save(noted(at, words="check"))
    path = place / "articles" / "ferry.txt"
    path.write_text(f"A correction was made.\n\n{FIRST}")
    build([], place / "index")
    service = Service(LiveIndex(place / "index"))
    moved = quoted(service)
    assert moved["start"] == at["start"] + 24
    (row,) = rows(service.turn({"question": QUESTION})["html"], parsed)
    assert row.get("data-words") == "check"
    service.noting.save(noted(moved, words="checked"))
    assert [(note.start, note.words) for note in service.noting.all()] == [(moved["start"], "checked")]
    path.write_text("The ferry sank off Harlow on Monday. All were saved.\n")
    build([], place / "index")
    service = Service(LiveIndex(place / "index"))
    records = json.loads(service.noting.export({"form": "json"})["text"])
    assert [(one["place"], one["words"]) for one in records["notes"]] == [(None, "checked")]
    assert shown(place, service, parsed)[-1] == f"ferry.txt:{moved['start']} checked"  # Said to be without a place.
    with pytest.raises(InputError, match="has changed since it was quoted"):
        service.noting.save(noted(moved, words="still"))
    service.noting.save(noted(moved))
    assert service.noting.all() == ()


def test_notes_are_exported(place: Path, service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    at = quoted(service)
    service.noting.save(noted(at, star=True, tags=("toll",), words="=1+1"))
    head, row = csv.reader(service.noting.export({"form": "csv"})["text"].splitlines())
    assert dict(zip(head, row, strict=True))["note"] == "'=1+1"
    assert main(["notes", "--index", str(place / "index")]) == 0
    assert capsys.readouterr().out == "★ ferry.txt:3 · #toll\n  “Twelve people drowned, the mayor said.”\n  =1+1\n1 note\n"
    assert main(["notes", "--index", str(place / "index"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(service.noting.export({"form": "json"})["text"])
    assert main(["notes", "--index", str(place / "index"), "--csv"]) == 0
    assert capsys.readouterr().out.startswith("star,tags,note,quote")


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": 5, "end": 5},
        {"start": 0, "end": 6_000},
        {"start": 70, "end": 900},
        {"sha256": "0" * 64},
        {"sha256": ""},
        {"source": "else.txt"},
        {"tags": ["x" * 41]},
        {"tags": ["x"] * 13},
        {"words": "x" * 2_001},
        {"words": "\ud800"},
        {"star": "yes"},
        {"more": 1},
    ],
    ids=str,
)
def test_what_is_no_note_is_one_line(wrong: dict[str, Any], service: Service) -> None:
    reply = reported(service.noting.save)({**noted(quoted(service), star=True), **wrong})
    assert list(reply) == ["error"] and "\n" not in reply["error"]
    assert service.noting.all() == ()


def test_one_visitor_s_notes_take_a_share_of_the_file(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.noting, "_kept", Quota(1))
    at = quoted(service)

    def twice(visitor: str) -> list[dict[str, Any]]:
        VISITOR.set(visitor)
        return [reported(service.noting.save)(noted(at, star=star)) for star in (True, False)]

    for visitor, refused in (("ann", True), ("bob", True), ("", False)):
        assert ["error" in reply for reply in copy_context().run(twice, visitor)] == [False, refused]
