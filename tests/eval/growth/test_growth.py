"""The page of growth: every figure of every size, a dot for each, what was real and what mixed, nothing from elsewhere."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.growth.growth import FIGURES, SCHEMA, Run, figures_of, read_run, sizes
from eval.growth.growth_page import PANELS, Panel, growth_chart, render_growth
from eval.growth.sizes import Built, Served, Times
from eval.reports.format_figures import number_text
from eval.reports.provenance import Machine, Provenance
from eval.reports.svg import LogAxis, ShareAxis
from eval.scale import main
from index import InputError
from index.files.printable import printable_lines

Read = Callable[..., Element]
CheckWhole = Callable[[Sequence[tuple[str, Mapping[str, str | None]]]], None]

MADE = Provenance("2026-11-29T01:43:35+00:00", "0.1.0", "477dac30", Machine(2, "Linux", "3.11.7"))


def row(passages: int, *, mixed: bool) -> dict[str, Any]:
    """A size whose figures are all different."""
    base = passages / 1e3
    search, ask = Times(base + 7.125, base + 7.375, base + 7.625), Times(base + 9.375, base + 9.625, base + 9.875)
    built = Built(mixed, passages / 61 + 0.5, passages / 97 + 280)
    sentences, lists = 4 * passages, passages // 7
    served = Served(passages, sentences, lists, 3, passages / 83, 0.0625, 0.34375, passages / 89 + 150, search, ask, 0.984)
    return {"built": asdict(built), "served": asdict(served)}


def run(*rows: dict[str, Any], data: str = "squad2-dev", made: Provenance = MADE) -> Run:
    return Run(SCHEMA, data, 200, made, rows)


BOTH = run(row(1_000, mixed=False), row(10_000, mixed=False), row(300_000, mixed=True))


@pytest.fixture
def shown(parsed: Callable[[str], Element]) -> Read:
    """Reads the page of these runs."""
    return lambda *runs: parsed(render_growth(runs).decode("utf-8"))


def text(page: Element) -> str:
    return " ".join("".join(page.itertext()).split())


def cells(page: Element) -> set[str]:
    return {cell.text or "" for cell in page.iter("td")}


def dots(page: Element) -> list[str]:
    return [dot.get("class", "") for dot in page.iter("circle")]


def elements(page: Element) -> list[tuple[str, dict[str, str]]]:
    return [(found.tag, found.attrib) for found in page.iter()]


def numbers(part: Mapping[str, Any]) -> list[float]:
    inner = [number for value in part.values() if isinstance(value, Mapping) for number in numbers(value)]
    return inner + [value for value in part.values() if isinstance(value, int | float) and not isinstance(value, bool)]


def test_the_page_is_whole_in_itself(shown: Read, check_whole: CheckWhole) -> None:
    check_whole(elements(shown(BOTH)))
    html = render_growth([BOTH]).decode("utf-8")
    assert "url(" not in html and "@import" not in html and html.startswith("<!doctype html>")


def test_every_figure_of_every_size_is_on_the_page(shown: Read) -> None:
    page = shown(BOTH)
    for one in BOTH.rows:
        assert {".984" if number == 0.984 else number_text(number) for number in numbers(one)} <= cells(page)
    assert all(figure.name in text(page) for figure in FIGURES if not figure.path.startswith("changed."))


def test_a_figure_that_is_new_is_on_the_page_by_where_it_stands(shown: Read) -> None:
    more = row(1_000, mixed=False) | {"merged": {"took_s": 4.25, "parts": {"largest": 77}}}
    page = shown(run(more, row(2_000, mixed=True)))
    assert "merged.took_s" in text(page) and "merged.parts.largest" in text(page)
    assert {"4.25", "77", "–"} <= cells(page)  # The other size has none.


def test_each_size_is_a_dot_of_each_line_hollow_where_it_is_mixed(shown: Read) -> None:
    drawn = [line for panel in PANELS for line in panel.lines if not line.path.startswith("changed.")]
    found = dots(shown(BOTH))
    assert len(found) == 3 * len(drawn) and sum("mixed" in style for style in found) == len(drawn)


def test_what_a_size_does_not_say_is_not_drawn(shown: Read) -> None:
    changed = row(2_000, mixed=False) | {"changed": {"add_s": 1.5, "change_s": 1.75, "remove_s": 0.5}}
    before = len(dots(shown(run(row(1_000, mixed=False), row(2_000, mixed=False)))))
    assert len(dots(shown(run(row(1_000, mixed=False), changed)))) == before + 3


def test_what_was_real_and_what_was_mixed_is_said(shown: Read) -> None:
    said = text(shown(BOTH))
    assert "Real, filled dots: up to 10,000 passages" in said and "Mixed, hollow dots: from 300,000 passages" in said
    assert "Mixed" not in text(shown(run(row(1_000, mixed=False)))) and "Real" not in text(shown(run(row(9, mixed=True))))


def test_sizes_measured_apart_stand_in_one_chart_each_with_what_made_it(shown: Read) -> None:
    later = Provenance("2026-12-01T00:00:00+00:00", None, None, Machine(64, "Elsewhere", "3.13.0"))
    said = text(shown(run(row(300_000, mixed=True), made=later), run(row(1_000, mixed=False))))
    assert "2 sizes, from 1,000 passages to 300,000" in said
    for told in ("Elsewhere", "64 processors", "no commit", "477dac30", "Run 2", "2026-12-01T00:00:00"):
        assert told in said


def test_no_line_goes_on_from_what_was_embedded_to_what_was_mixed() -> None:
    parted = {panel.name: growth_chart(panel, sizes([BOTH])).count("<polyline") for panel in PANELS}
    assert parted["building"] == parted["disk"] + 1  # Each with the line of proportion.


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
@pytest.mark.parametrize("passages", [(1,), (1_000, 1_000), (1, 10**9), (50, 300, 1_000, 10_000, 1_000_000)])
def test_a_chart_stays_inside_itself(passages: tuple[int, ...], panel: Panel, parsed: Callable[[str], Element]) -> None:
    found = sizes([run(*(row(size, mixed=size > 10_000) | {"changed": {"add_s": 0.0}} for size in passages))])
    (svg,) = parsed(growth_chart(panel, found))
    width, height = (float(edge) for edge in svg.get("viewbox", "").split()[2:])
    points = [(one.get("cx", ""), one.get("cy", "")) for one in svg.iter("circle")]
    points += [(one.get("x", ""), one.get("y", "")) for one in svg.iter("text")]
    points += [(x, y) for one in svg.iter("polyline") for x, y in (at.split(",") for at in one.get("points", "").split())]
    assert points and all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in points)


@given(st.lists(st.floats(1e-6, 1e12), min_size=1, max_size=8))
def test_a_logarithmic_axis_holds_its_values_between_round_numbers(values: list[float]) -> None:
    axis = LogAxis.of(values)
    assert all(-1e-6 <= axis.place(value) <= 1 + 1e-6 for value in values)
    assert len(axis.marks) >= 2 and all(0 <= axis.place(mark) <= 1 + 1e-6 for mark in axis.marks)
    assert axis.place(axis.low * (axis.high / axis.low) ** 0.5) == pytest.approx(0.5)


def test_recall_is_drawn_from_where_it_can_be_told_apart() -> None:
    assert (ShareAxis.of([0.95, 1.0]).low, ShareAxis.of([0.5, 1.0]).low) == (0.9, 0.0)


HOSTILE = [
    "<script>alert(1)</script>",
    "</style></title><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202ea\x00b\x1b[31m\ud800",
]


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_stands_in_a_saved_run_is_text_on_the_page(words: str, shown: Read, check_whole: CheckWhole) -> None:
    def saying(said: str) -> Run:
        made = Provenance(said, said, said, Machine(2, said, said))
        return run(row(1_000, mixed=False) | {said: {said: 5.5}}, data=said, made=made)

    page = shown(saying(words))
    check_whole(elements(page))
    assert [tag for tag, _ in elements(page)] == [tag for tag, _ in elements(shown(saying("plain")))]
    assert text(page).count(" ".join(printable_lines(words).split())) >= 8
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text(page))


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    def save(name: str, record: object) -> Path:
        (tmp_path / name).write_text(record if isinstance(record, str) else json.dumps(record), "utf-8")
        return tmp_path / name

    return save


def test_saved_figures_are_read_as_they_were_and_drawn(saved: Callable[..., Path], tmp_path: Path) -> None:
    first, second = run(row(1_000, mixed=False)), run(row(300_000, mixed=True))
    paths = [saved("a.json", asdict(first)), saved("b.json", asdict(second))]
    assert figures_of(sizes([read_run(path) for path in paths])) == figures_of(sizes([first, second]))
    assert main(["--from", *map(str, paths), "--html", str(tmp_path / "page.html")]) == 0
    assert (tmp_path / "page.html").read_bytes() == render_growth([first, second])


NO_RUNS = [
    "{",
    "[" * 10_000,
    {"schema": "eval/1"},
    asdict(BOTH) | {"schema": "scale/2"},
    asdict(BOTH) | {"rows": [{"built": {"mixed": True}, "served": {"passages": 0}}]},
    asdict(BOTH) | {"rows": [{"built": 5, "served": {"passages": 5}}]},
    asdict(BOTH) | {"rows": [{"built": {"mixed": True}, "served": {"passages": float("nan")}}]},
    asdict(BOTH) | {"rows": []},
]


@pytest.mark.parametrize("record", NO_RUNS, ids=range(len(NO_RUNS)))
def test_a_file_of_something_else_is_one_line(
    record: object, saved: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved("a.json", record)
    with pytest.raises(InputError):
        read_run(path)
    assert main(["--from", str(path), "--html", str(path.with_suffix(".html"))]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "--json FILE" in said and not path.with_suffix(".html").exists()


@pytest.mark.parametrize("arguments", [["--from", "a.json"], ["--from", "a.json", "--html", "b", "--json", "c"]])
def test_saved_figures_are_only_drawn(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
