"""The first line of an answer, and the names of articles."""

from typing import Any

import pytest

from articles_qa.index.articles.article import decode_article
from articles_qa.qa.proof.saved_answer import SavedAnswer, read_answer
from articles_qa.ui.text.claim_tables import worded_tables
from articles_qa.ui.text.gist import GistLine, gist
from articles_qa.ui.text.headline import Headline, headline
from articles_qa.ui.text.reading_order import numbers
from articles_qa.ui.text.wording import day

Record = dict[str, Any]


def lines(record: Record) -> list[str]:
    """The lines in words."""
    answer: SavedAnswer = read_answer(record)
    return [_words(line) for line in gist(answer, worded_tables(answer, numbers(answer)))]


def _words(line: GistLine) -> str:
    told = []
    for values in line.values:
        shown = values.between.join(f"{row.value} [{row.number}]" for row in values.rows)
        told.append(" ".join(part for part in (shown, values.about, values.last_day) if part))
    return f"{line.who}: {', '.join(told)}"


def test_the_asked_speaker_s_values_come_first_and_the_others_as_a_range(compared: Record) -> None:
    assert lines(compared) == [
        "NIS (National Intelligence Service): over 100 [1] killed, a thousand [1] injured",
        "South Korea's intelligence service: 1,000 [3] killed or injured",
        "Others: around 100 [7] killed, nearly 1,000 [7] injured, "
        "approximately 1,000 [9] to more than 3,000 [6] killed or injured",
    ]


def rising(compared: Record) -> Record:
    """One table in which NIS's figure rises, and nobody was asked for."""
    table = compared["claims"][2]
    for value, on in zip(table["values"], ("05", "01", "03", "02", "04", "06"), strict=True):
        claim = value["claims"][0] | {"speaker": "NIS", "said_by": "NIS", "published": f"2025-03-{on}"}
        value |= {"asked": False, "reports": 1, "claims": [claim]}
    return compared | {"claims": [table]}


def test_one_speaker_s_newest_values_follow_each_other_day_by_day(compared: Record) -> None:
    record = rising(compared)
    first = record["claims"][0]["values"][0]["claims"][0]
    first |= {"rank": 1, "start": compared["quotes"][0]["start"], "end": compared["quotes"][0]["start"] + 5}
    told = "1,100 [5], then nearly 3,000 [4], then more than 3,000 [6], then 1,000 [1], then approximately 1,000 [9]"
    assert lines(record) == [f"NIS: {told} killed or injured 2025-03-06"]


def test_a_single_value_has_its_day_where_others_are_of_another_day(compared: Record) -> None:
    record = rising(compared)
    first, second = (value["claims"][0] for value in record["claims"][0]["values"][:2])
    first |= {"rank": 1, "start": compared["quotes"][0]["start"], "end": compared["quotes"][0]["start"] + 5}
    second |= {"speaker": "Seoul", "said_by": "Seoul"}
    assert lines(record)[1:] == ["Seoul: as high as 3,000 [2] killed or injured 2025-03-01"]


def test_a_table_that_holds_neither_what_was_asked_nor_the_first_quote_s_value_sums_up_nothing(compared: Record) -> None:
    assert lines(rising(compared)) == lines(compared | {"claims": []}) == []


def test_a_unit_is_not_said_twice(compared: Record) -> None:
    table = compared["claims"][0] | {"about": "€", "unit": "€"}
    assert lines(compared | {"claims": [table]}) == [
        "NIS (National Intelligence Service): over 100 [1]",
        "Others: around 100 [7]",
    ]


DAYS = [("2025-03-04", "4 Mar 2025"), ("0999-12-31", "31 Dec 999"), ("spring", "spring"), ("", ""), (None, "")]


@pytest.mark.parametrize(("published", "told"), DAYS)
def test_a_day_is_written_as_people_write_it(published: str | None, told: str) -> None:
    assert day(published) == told


def test_an_article_without_a_title_is_named_by_its_first_sentence() -> None:
    story = decode_article(b"Divers found the tug\non Monday. It lay deep.", "a.txt")
    assert headline(None, "a.txt", story) == Headline("Divers found the tug on Monday.", is_title=False)
    assert headline("Tug\nfound", "a.txt", story) == Headline("Tug found", is_title=True)
    assert headline(None, "a.txt", None) == Headline("a.txt", is_title=False)
    long = decode_article(b"Divers " + b"found and found " * 30 + b"it.", "a.txt")
    assert headline(None, "a.txt", long).words.endswith("found …") and len(headline(None, "a.txt", long).words) < 100
