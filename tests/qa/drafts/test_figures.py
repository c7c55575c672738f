"""Figures of a draft beside those that the articles have the same speaker give."""

from pathlib import Path

import pytest

from articles_qa.index import build
from articles_qa.index.opened.index import Index
from articles_qa.qa.drafts.check_draft import check_draft
from articles_qa.qa.drafts.figures import CheckedFigure

FERRY = """Ferry sinks off Harlow

Valley Herald
12 March 2025

The ferry sank off Harlow on Monday. Thirty-eight people were killed, Mayor Ana Reyes said.
Six children were killed, the mayor said. The company said that the ferry was 41 years old.
The police spokesman said that 12 people were missing. The army spokesman said that 14 people were missing.
"""
LATER = """Ferry: toll rises

Valley Herald
14 March 2025

Mayor Ana Reyes said that 44 people were killed when the ferry sank off Harlow.
Mayor Reyes denied that 60 people were killed on the ferry. The toll was 50, Hans Ott said.
"""
STRIKE = "Dockers walk out\n\nThe union said that 1,800 dockers were on strike at Port Alder.\n"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("figures") / "articles"
    folder.mkdir()
    for name, text in (("ferry.txt", FERRY), ("later.txt", LATER), ("strike.txt", STRIKE)):
        (folder / name).write_text(text)
    build([folder], folder.parent / "index")
    return Index.open(folder.parent / "index")


def only(index: Index, draft: str) -> CheckedFigure:
    (found,) = check_draft(index, draft).figures
    return found


def told(checked: CheckedFigure) -> list[str]:
    return [one.value.cut(one.article.text) for one in checked.told]


def test_a_figure_that_the_speaker_does_not_give_differs(index: Index) -> None:
    found = only(index, "In brief.\n\nMayor Reyes said that 40 people were killed when the ferry sank off Harlow.")
    assert (found.line, found.value, found.said_by, found.is_same) == (3, "40", "Mayor Reyes", False)
    assert told(found) == ["Thirty-eight", "44"]  # In the order of the days; not the children, not what is denied.
    assert not check_draft(index, "The mayor said that 40 people were killed on the ferry off Harlow.").is_right


@pytest.mark.parametrize(("figure", "there"), [("38", "Thirty-eight"), ("44", "44")])
def test_a_figure_that_the_speaker_gives_on_any_day_is_the_same(index: Index, figure: str, there: str) -> None:
    found = only(index, f"The mayor said that {figure} people were killed when the ferry sank off Harlow.")
    assert found.is_same and told(found) == [there]
    assert found.told[0].article.text[found.told[0].span.start :].startswith(("Thirty-eight people", "Mayor Ana Reyes"))


def test_one_of_several_whom_a_draft_names_is_told_apart(index: Index) -> None:
    found = only(index, "The army spokesman said that 13 people were missing after the ferry sank off Harlow.")
    assert not found.is_same and told(found) == ["14"]


def test_a_measure_is_compared_with_one_of_its_own_sentence(index: Index) -> None:
    found = only(index, "The union said 2,800 dockers were on strike at Port Alder.")
    assert not found.is_same and told(found) == ["1,800"]


@pytest.mark.parametrize(
    "draft",
    [
        "The mayor said that 40 people were killed.",  # Of what?
        "The mayor said that 40 people were killed in a fire in Vell on Sunday.",  # Another story.
        "The mayor said that 40 people were injured when the ferry sank off Harlow.",  # Nobody tells it.
        "Forty people were killed when the ferry sank off Harlow.",  # Nobody says it.
        "The police said that 40 people were killed when the ferry sank off Harlow.",  # Another speaker.
        "The mayor denied that 40 people were killed when the ferry sank off Harlow.",
        "“Some 40 people were killed when the ferry sank off Harlow,” the mayor said.",  # A quotation is compared itself.
        "The parents of 14-year-old Stefan said that the ferry sank off Harlow.",  # The figure is of the speaker's name.
        "The mayor said that 50 people were killed when the ferry sank off Harlow.",  # Hans Ott may be the mayor.
        "The spokesman said that 20 people were missing after the ferry sank off Harlow.",  # Which one?
        "",
    ],
)
def test_nothing_is_said_where_the_articles_do_not_surely_speak_of_it(index: Index, draft: str) -> None:
    assert check_draft(index, draft).figures == ()


def test_the_record_names_place_and_words(index: Index) -> None:
    record = check_draft(index, "The union said 2,800 dockers were on strike at Port Alder.").to_dict()
    (figure,) = record["figures"]
    (one,) = figure["told"]
    text = Path(index.info.root, one["source"]).read_text()
    assert figure["verdict"] == "differs" and figure["value"] == "2,800"
    assert text[one["start"] : one["end"]] == one["text"] == STRIKE.splitlines()[2]
    assert text[one["value_span"]["start"] : one["value_span"]["end"]] == one["value"] == "1,800"
