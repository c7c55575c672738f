"""Places: what a stretch of an extracted text stands for in its file."""

import pytest

from articles_qa.index.articles.places import Places, Proves, Run, Unit, are_runs, cited
from articles_qa.index.articles.span import Span

# Of a page `<p>K&ouml;ln <b>ist</b> naß.` from byte 100 on, on line 7.
TEXT = "Köln ist naß."
RUNS = (
    Run(0, 1, 0, 103, 104, 7),
    Run(1, 2, 0, 104, 110, 7),
    Run(2, 5, 0, 110, 113, 7),
    Run(5, 8, 0, 116, 119, 7),
    Run(8, 13, 0, 123, 129, 8),
)
PLACES = Places("html 1", "", Unit.LINE, Proves.MARKUP, ("",), RUNS)


def stretches(start: int, end: int) -> list[tuple[int, int]]:
    place = PLACES.of(Span(start, end), "a.html", TEXT, "utf-8")
    return [(stretch.start, stretch.end) for stretch in place.stretches]


def test_runs_that_follow_each_other_are_one_stretch_and_tags_part_them() -> None:
    assert stretches(0, 13) == [(103, 113), (116, 119), (123, 129)]


def test_part_of_a_run_is_its_letters_and_a_reference_is_whole() -> None:
    assert stretches(6, 7) == [(117, 118)] and stretches(1, 2) == [(104, 110)]
    assert stretches(11, 13) == [(126, 129)]  # "ß" has two bytes.
    assert stretches(12, 13) == [(128, 129)]


def test_places_read_back_are_the_same() -> None:
    assert Places.from_json("html 1", "", PLACES.to_json(TEXT)) == PLACES
    for said in (
        "[]",
        "{}",
        "null",
        '["line","markup",[],[[0,1,0,0,1,1]],[],""]',
        '["line","markup",[""],[[1,1,0,0,1,1]],[],""]',
    ):
        with pytest.raises((ValueError, TypeError)):
            Places.from_json("html 1", "", said)


def test_runs_out_of_order_or_of_the_text_are_none() -> None:
    assert are_runs(RUNS, 1, len(TEXT)) and not are_runs(RUNS, 1, len(TEXT) - 1) and not are_runs(RUNS, 0, len(TEXT))
    assert not are_runs(RUNS[::-1], 1, len(TEXT)) and not are_runs((Run(0, 1, 0, 5, 4, 1),), 1, 9)


SHOWN = [
    ("a.html", "", Unit.LINE, (3, 4), "a.html:3-4"),
    ("b/a.jsonl/12", "12", Unit.LINE, (40, 40), "b/a.jsonl:40"),
    ("a.zip/x.txt", "x.txt", Unit.LINE, (5, 5), "a.zip/x.txt:5"),
    ("a.pdf", "", Unit.PAGE, (3, 4), "a.pdf p. 3-4"),
    ("a.docx", "", Unit.PARAGRAPH, (7, 7), "a.docx ¶ 7"),
    ("a.epub", "", Unit.CHAPTER, (2, 2), "a.epub chapter 2"),
    ("a.srt", "", Unit.TIME, (3_723_500, 3_730_000), "a.srt 1:02:03"),
]


@pytest.mark.parametrize(("source", "member", "unit", "ats", "shown"), SHOWN, ids=[row[-1] for row in SHOWN])
def test_a_place_is_shown_in_the_units_that_people_count(
    source: str, member: str, unit: Unit, ats: tuple[int, int], shown: str
) -> None:
    assert cited(source, member, unit, ats) == shown
