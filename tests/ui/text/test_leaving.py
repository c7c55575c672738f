"""What leaves the page: rich and plain text, tables, Word files, annotations."""

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from articles_qa.index import Article
from articles_qa.index.articles.article import decode_article
from articles_qa.qa.drafts.draft_file import draft_text
from articles_qa.qa.proof.saved_answer import SavedAnswer, read_answer
from articles_qa.ui.text.annotations import to_annotations
from articles_qa.ui.text.markdown import to_markdown
from articles_qa.ui.text.quote_notes import NOT_HERE, ArticleNamed, no_article
from articles_qa.ui.text.rich_text import to_plain, to_rich
from articles_qa.ui.text.spreadsheet import HEAD, to_csv, to_tabs
from articles_qa.ui.text.word_file import to_word

PAGE = "http://127.0.0.1:7860/"
HOSTILE = "<b>&amp; \"'` =1+1 {x} \x00\x1b[31m \u202e ]]> ${x} \r\n\tend"
LINKS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def hostile(record: dict[str, Any]) -> SavedAnswer:
    """The answer with words that no form may take for markup."""
    for quote in (*record["quotes"], *record["beside"]):
        quote["text"] = (HOSTILE + quote["text"])[: quote["end"] - quote["start"]]
        quote |= {"said_by": HOSTILE, "speaker": None, "outlet": HOSTILE, "title": HOSTILE, "source": f"{HOSTILE}.txt"}
    for table in record["claims"]:
        table["about"] = HOSTILE
        for value in table["values"]:
            for claim in value["claims"]:
                claim |= {"value": HOSTILE, "said_by": HOSTILE}
    within = {"sources": [HOSTILE], "outlets": [], "since": "2024-01-01", "until": None, "articles": 2}
    return read_answer(record | {"question": HOSTILE, "within": within})


def test_each_pasted_quote_names_speaker_day_file_and_link(compared: dict[str, Any]) -> None:
    compared["quotes"][0] |= {"outlet": "The Gazette", "published": "2025-03-04"}
    answer = read_answer(compared)
    quote = answer.quotes[0]
    (told,) = [part for part in to_plain([answer], page=PAGE).split("\n\n") if part.startswith("[1]")]
    words, source, link = told.split("\n")
    assert words == f"[1] “{quote.text}”"
    assert source == (
        "— said by NIS (National Intelligence Service), The Gazette, 4 Mar 2025, “North Korean Soldier Captured While "
        "Fighting for Russia Dies of Injuries” (000_752357c04fcf2a77.txt:26)"
    )
    assert link.startswith(f"{PAGE}?") and parse_qs(urlsplit(link).query)["start"] == [str(quote.start)]


def test_rich_text_escapes_all_and_links_to_the_page(compared: dict[str, Any], parsed: Callable[[str], Element]) -> None:
    shown = parsed(to_rich([hostile(compared)], page=PAGE).replace("<table border=1>", "<table>"))
    assert {item.tag for item in shown.iter()} == {*"div h2 h3 blockquote p a table caption tr th td".split()}
    assert len(list(shown.iter("blockquote"))) == 10 and len(list(shown.iter("td"))) == 12 * 4
    assert all((link.get("href") or "").startswith(f"{PAGE}?source=") for link in shown.iter("a"))


def test_tables_are_read_back_row_by_row_and_nothing_in_them_calculates(compared: dict[str, Any]) -> None:
    answer = read_answer(compared)
    rows = list(csv.reader(io.StringIO(to_csv([answer]))))
    assert rows == [line.split("\t") for line in to_tabs([answer]).splitlines()]
    assert tuple(rows[0]) == HEAD and len(rows) == 13
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["value"], first["low"], first["said by"], first["about"]) == (
        *("over 100", "100", "NIS (National Intelligence Service)", "killed"),
    )
    assert first["quote"] == answer.quotes[0].text
    for row in csv.reader(io.StringIO(to_csv([hostile(compared)]))):
        assert len(row) == len(HEAD) and not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_formula_is_text(formula: str, compared: dict[str, Any]) -> None:
    record = compared | {"question": formula, "claims": compared["claims"][:1]}
    row = next(csv.DictReader(io.StringIO(to_csv([read_answer(record)]))))
    assert row["question"] == f"'{formula}"


def test_a_word_file_holds_each_quote_with_its_source_and_link(compared: dict[str, Any]) -> None:
    answer = read_answer(compared)
    data = to_word([answer], page=PAGE)
    assert data == to_word([answer], page=PAGE)
    text = draft_text(data, "answer.docx")
    assert text.startswith(answer.question)
    for quote in (*answer.quotes, *answer.beside):
        assert " ".join(quote.text.split()) in text
    assert "Killed: sources differ" in text and "(000_752357c04fcf2a77.txt:26)" in text
    for made in (data, to_word([hostile(compared)], page=PAGE)):
        with zipfile.ZipFile(io.BytesIO(made)) as archive:
            trees = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
        assert next(iter(trees)) == "[Content_Types].xml"
        links = [one.get("Target", "") for one in trees["word/_rels/document.xml.rels"].iter(LINKS) if one.get("TargetMode")]
        assert len(links) == 10 and all(link.startswith(f"{PAGE}?source=") for link in links)


def test_annotations_name_the_words_and_their_offsets(compared: dict[str, Any]) -> None:
    answer = read_answer(compared)
    made = to_annotations([answer], page=PAGE)
    assert (made["@context"], made["type"], made["total"]) == ("http://www.w3.org/ns/anno.jsonld", "AnnotationCollection", 10)
    for one, quote in zip(made["first"]["items"], (*answer.quotes, *answer.beside), strict=True):
        words, place = one["target"]["selector"]
        assert one["type"] == "Annotation" and one["target"]["source"] == quote.source
        assert (words["exact"], place["start"], place["end"]) == (quote.text, quote.start, quote.end)
    assert len({one["id"] for one in made["first"]["items"]}) == 10


NOTED = "District | Dead\nDell | 14\n\nAn earlier version said 140."
FORMS: dict[str, Callable[[SavedAnswer, ArticleNamed], str]] = {
    "plain": lambda answer, named: to_plain([answer], article_named=named),
    "rich": lambda answer, named: to_rich([answer], article_named=named),
    "Markdown": lambda answer, named: to_markdown([answer], article_named=named).replace("\\", ""),
    "Word": lambda answer, named: draft_text(to_word([answer], article_named=named), "a.docx"),
    "annotations": lambda answer, named: str(to_annotations([answer], article_named=named)),
    "table": lambda answer, named: to_csv([answer], article_named=named),
}


@pytest.fixture
def noted(compared: dict[str, Any]) -> tuple[SavedAnswer, Article]:
    """An answer whose one quote is a row of a table that a note corrects, and its article."""
    article, row = decode_article(NOTED.encode(), "a.txt"), NOTED.index("Dell")
    quote = compared["quotes"][0] | {
        "source": "a.txt",
        "sha256": article.sha256,
        "start": row,
        "end": row + 9,
        "text": "Dell | 14",
    }
    note = {"start": NOTED.index("An"), "end": len(NOTED)}
    quote |= {"read_with": [{"start": 0, "end": 15}], "corrections": [note], "same_report": ["b.txt"], "place": None}
    quote |= {"said_by": None, "said_by_span": None, "said_at": None, "speaker": None, "citing": None, "marks": [], "gaps": []}
    claim = {"rank": 1, "value": "14", "start": row + 7, "end": row + 9}
    value = {"low": 14, "high": 14, "sense": "exact", "reports": 1, "asked": False, "claims": [claim]}
    table = {"about": "dead", "kind": "figure", "unit": "", "differ": False, "values": [value], "denied": []}
    return read_answer(compared | {"quotes": [quote], "beside": [], "claims": [table]}), article


@pytest.mark.parametrize("form", FORMS)
def test_notes_leave_with_their_quote(form: str, noted: tuple[SavedAnswer, Article]) -> None:
    answer, article = noted
    made = FORMS[form](answer, {"a.txt": article}.get)
    assert "District | Dead" in made and "An earlier version said 140." in made and "the same report in 2 papers: b.txt" in made
    without = FORMS[form](answer, no_article)
    assert NOT_HERE in without and "District" not in without
