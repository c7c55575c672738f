"""Pictures of rows of dots: only what the record holds, each dot with its quote, and a table with the same values."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from articles_qa.qa.proof.saved_answer import read_answer
from articles_qa.ui.page.turn import turn_html
from articles_qa.ui.pictures.dots import EDGE, LEFT, RIGHT, Dot, DotPicture, apart
from articles_qa.ui.pictures.reports import reports
from articles_qa.ui.pictures.statements import statements
from articles_qa.ui.pictures.timeline import timeline
from articles_qa.ui.text.reading_order import numbers

Parse = Callable[[str], Element]
Record = dict[str, Any]
Drawing = Callable[..., DotPicture | None]
DRAWINGS: list[Drawing] = [timeline, statements, reports]
PAPERS = {
    "000": ("Ledger", "2025-03-01"),
    "001": ("Courier", "2025-03-02"),
    "002": ("Ledger", "2025-03-03"),
    "003": ("Herald", "2025-03-03"),
    "004": ("Courier", "2025-03-05"),
}


def drawn(drawing: Drawing, record: Record) -> DotPicture:
    answer = read_answer(record)
    made = drawing(answer, numbers(answer))
    assert made
    return made


@pytest.fixture
def papers(compared: Record) -> Record:
    """The record with outlets and days."""
    quotes = [*compared["quotes"], *compared["beside"]]
    for quote in quotes:
        quote["outlet"], quote["published"] = PAPERS[quote["source"][:3]]
    for table in compared["claims"]:
        for value in table["values"]:
            for claim in value["claims"]:
                claim["published"] = quotes[claim["rank"] - 1]["published"]
    return compared


def test_a_timeline_has_each_article_at_its_day_and_what_is_told_first(papers: Record) -> None:
    made = drawn(timeline, papers)
    assert [(row.words, len(row.dots)) for row in made.rows] == [("Ledger", 2), ("Courier", 2), ("Herald", 1)]
    assert (made.since, made.until) == ("2025-03-01", "2025-03-05")
    places = {dot.quote.source[:3]: dot.x for row in made.rows for dot in row.dots}
    assert places == {"000": LEFT, "001": 28.0, "002": 50.0, "003": 50.0, "004": RIGHT}
    told = {line.quote.source[:3]: line.cells[2] for line in made.lines}
    assert "over 100 killed" in told["000"] and "more than 3,000 killed or injured" in told["002"]
    assert "more than 3,000" not in told["004"]  # 002 told it two days before.
    assert made.rows[0].dots[0].label == "over 100 killed +2"


def test_who_said_what_has_each_speaker_s_sentences_by_day(papers: Record) -> None:
    made = drawn(statements, papers)
    assert {row.words: len(row.dots) for row in made.rows}["Ukrainian President Volodymyr Zelensky"] == 2
    assert sum(len(row.dots) for row in made.rows) == 9  # The tenth quote is the article's own.
    assert {line.cells[3] for line in made.lines} == {
        quote["text"] for quote in (*papers["quotes"], *papers["beside"]) if quote["said_by"]
    }


def test_who_reports_it_leaves_the_places_of_others_empty(papers: Record) -> None:
    made = drawn(reports, papers)
    outlets = {column.x: column.words for column in made.columns}
    assert list(outlets.values()) == ["Ledger", "Herald", "Courier"]
    told = [(row.words, [outlets[dot.x] for dot in row.dots]) for row in made.rows]
    assert ("over 100 killed", ["Ledger"]) in told
    assert ("more than 3,000 killed or injured", ["Ledger", "Courier"]) in told


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda one: one.__name__)
def test_the_table_has_each_dot_s_quote(drawing: Drawing, papers: Record) -> None:
    made = drawn(drawing, papers)
    dots = {dot.quote.source for row in made.rows for dot in row.dots}
    assert dots == {line.quote.source for line in made.lines}
    assert all(len(line.cells) == len(made.head) for line in made.lines)


def test_each_dot_and_line_of_the_page_leads_to_its_place(papers: Record, parsed: Parse) -> None:
    shown = parsed(turn_html(read_answer(papers), lambda source: None))
    pictures = [one for one in shown.iter("details") if "dotted" in one.get("class", "").split()]
    assert [one.findtext("summary") for one in pictures] == ["The story, day by day", "Who said what", "Who reports it"]
    for one in pictures:
        links = [link for link in one.iter("a") if "open" in link.get("class", "").split()]
        assert links and all(link.get("data-source") and link.get("data-end") and link.get("data-rank") for link in links)
        points = [link for link in links if "point" in link.get("class", "").split()]
        assert all("".join(link.itertext()) in link.get("aria-label", "") for link in points)
    days = [one.get("data-since") for one in shown.iter("button") if one.get("data-do") == "days"]
    assert days == sorted(day for _, day in PAPERS.values())


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda one: one.__name__)
def test_too_little_makes_no_picture_of_dots(drawing: Drawing, papers: Record, compared: Record) -> None:
    for quote in (*papers["quotes"], *papers["beside"]):
        quote["outlet"], quote["published"] = "Ledger", "2025-03-01"
    answer = read_answer(papers)
    assert drawing(answer, numbers(answer)) is None


def test_days_that_cannot_be_read_make_no_timeline(papers: Record) -> None:
    for quote in (*papers["quotes"], *papers["beside"]):
        quote["published"] = "2025-02-31"
    answer = read_answer(papers)
    assert timeline(answer, numbers(answer)) is None and statements(answer, numbers(answer)) is None


def test_no_label_of_a_row_stands_on_another(papers: Record) -> None:
    quote = read_answer(papers).quotes[0]
    dots = [Dot(quote, 0, 1, x, "", "a long label") for x in (LEFT, LEFT, 20.0, 50.0, 60.0, RIGHT)]
    made = apart(dots)
    assert [dot.label != "" for dot in made] == [True, False, False, True, False, True]
    assert len({dot.x for dot in made}) == len(made)
    assert [dot.side for dot in made] == ["after", "after", "after", "over", "over", "before"] and EDGE > 20
