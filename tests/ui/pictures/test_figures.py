"""Pictures of figures: the same values as the tables, each point with its quote."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from articles_qa.qa.proof.saved_answer import read_answer
from articles_qa.ui.page.turn import turn_html
from articles_qa.ui.pictures.dots import LEFT, RIGHT
from articles_qa.ui.pictures.figures import HEIGHT, Picture, picture
from articles_qa.ui.text.claim_tables import worded_tables

Parse = Callable[[str], Element]
Record = dict[str, Any]


def drawn(record: Record) -> Picture | None:
    answer = read_answer(record)
    return picture(answer, worded_tables(answer))


def dated(compared: Record) -> Record:
    """The table of all casualties, with a day for each claim."""
    table = compared["claims"][2]
    for number, value in enumerate(table["values"]):
        for claim in value["claims"]:
            claim["published"] = f"2025-03-0{number + 1}"
    return compared | {"claims": [table]}


def test_values_of_one_day_lie_by_source_on_one_axis(compared: Record) -> None:
    made = drawn(compared | {"claims": compared["claims"][2:]})
    assert made and not made.over_time and made.ends == ("1,000", "3,000")
    points = {point.row.value: point for line in made.lines for point in line.points}
    assert points["1,000"].x == LEFT and points["nearly 3,000"].x == RIGHT and LEFT < points["1,100"].x < LEFT + 10
    assert points["1,000"].is_exact and not points["nearly 3,000"].is_exact
    assert len({line.y for line in made.lines}) == len(made.lines)
    (zelensky,) = [line for line in made.lines if line.who == "Volodymyr Zelensky"]
    assert [point.label for point in zelensky.points if point.label] == [
        " / ".join(point.row.value for point in zelensky.points[:2])
    ]


def test_values_of_several_days_are_lines_over_time(compared: Record) -> None:
    made = drawn(dated(compared))
    assert made and made.over_time and made.ends == ("1 Mar 2025", "6 Mar 2025")
    points = sorted((point for line in made.lines for point in line.points), key=lambda point: point.row.published)
    assert [point.x for point in points] == sorted(point.x for point in points) and points[0].x == LEFT
    assert min(point.y for point in points) < points[0].y < HEIGHT  # Three thousand stand above one thousand.


def test_each_point_leads_to_its_value_and_says_what_it_is(compared: Record, parsed: Parse) -> None:
    for record in (dated(compared), compared | {"claims": compared["claims"][2:]}):
        shown = parsed(turn_html(read_answer(record), lambda source: None))
        points = [item for item in shown.iter("a") if "point" in item.get("class", "").split()]
        values = [item for item in shown.iter("a") if "value" in item.get("class", "").split()]
        places = [
            {(one.get("data-source"), one.get("data-start"), one.get("data-end")) for one in all_} for all_ in (points, values)
        ]
        assert places[0] == places[1] and len(points) == len(values) == 8
        assert all("Killed or injured" in (point.get("aria-label") or "") for point in points)


def test_too_little_makes_no_picture(compared: Record) -> None:
    assert drawn(compared | {"claims": compared["claims"][:2]}) is None  # Two values each.
    assert drawn(compared | {"claims": []}) is None
    same = compared["claims"][2]
    for value in same["values"]:
        value |= {"low": 5, "high": 5}
    assert drawn(compared | {"claims": [same]}) is None


def test_no_label_stands_on_the_point_above_it(compared: Record) -> None:
    record = dated(compared)
    low, higher = record["claims"][0]["values"][:2]
    higher["low"] = higher["high"] = 1_300  # 21 pixels above: room for the label's words alone.
    for claim in higher["claims"]:
        claim["published"] = low["claims"][0]["published"]
    made = drawn(record)
    assert made
    points = [point for line in made.lines for point in line.points]
    under = [one for one in points for other in points if one.x == other.x and 14 <= one.y - other.y < 27]
    assert under and not any(point.label for point in under)
