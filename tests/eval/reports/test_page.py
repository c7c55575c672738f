"""The page: whole in itself, whatever stands in the data; its charts; what it shows of the cases that failed."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles_qa.eval.datasets.cases import OWN_CASES, Gold
from articles_qa.eval.datasets.load_dataset import even_sample, load_dataset
from articles_qa.eval.measures.abstention import RiskPoint
from articles_qa.eval.measures.all_measures import MEANINGS, MEASURES
from articles_qa.eval.measures.calibration import Bin
from articles_qa.eval.reports import page
from articles_qa.eval.reports.charts import Bars, kinds_chart, latency_chart, reliability_chart, risk_coverage_chart
from articles_qa.eval.reports.judged_case import CaseFailure, JudgedCase, JudgedQuote, PassageRanks, WantedDocument, WantedSpan
from articles_qa.eval.reports.page import render_page
from articles_qa.eval.reports.report import Curves, EvalReport
from articles_qa.eval.reports.svg import tick_step, ticks
from articles_qa.eval.reports.trial import Trial, report_on
from articles_qa.eval.running.run_cases import run_cases
from articles_qa.index.files.printable import printable_lines
from articles_qa.index.opened.index import Index
from articles_qa.qa import AskSettings

REPORTS = Path(page.__file__).parent
ROOT = Path(__file__).parents[3]
CheckWhole = Callable[[Sequence[tuple[str, Mapping[str, str | None]]]], None]
VOID = {"meta", "br", "hr", "img", "link", "input", "base"}


class Parsed(HTMLParser):
    """A page's elements and texts; refuses what is not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)


@pytest.fixture(scope="module")
def report(seeds_index: Path) -> EvalReport:
    """Some of the project's own cases, asked."""
    index, data = Index.open(seeds_index), load_dataset([OWN_CASES])
    outcomes = run_cases(even_sample(data.cases, 30), index)
    return report_on(Trial(data, outcomes, index.info, AskSettings(), took_s=1.0))


def parsed(report: EvalReport) -> Parsed:
    return Parsed(render_page(report).decode("utf-8"))


def failed(number: int, *, kind: str = "why", text: str = "Why?", source: str = "a.txt") -> JudgedCase:
    """A case whose first quote is wrong and whose second is right."""
    quotes = tuple(JudgedQuote(rank, source, 0, 9, 7, text, 0.5, right=rank == 2) for rank in (1, 2))
    return JudgedCase(
        id=f"case-{number}",
        kind=kind,
        question=text,
        history=(text,),
        answerable=True,
        answered=True,
        confidence=0.5,
        right_rank=2,
        took_ms=1.0,
        scores={},
        wanted=(WantedSpan(source, 0, 9, text),),
        quotes=quotes,
        closest=(),
        right_passage=PassageRanks(by_meaning=41, by_words=None, combined=37),
    )


def of_cases(report: EvalReport, cases: Sequence[JudgedCase]) -> EvalReport:
    counts = Counter(case.kind for case in cases)
    by_kind = {kind: {"cases": count, "refused": 0.0, "answer@1": 0.5} for kind, count in counts.items()}
    return replace(report, cases=tuple(cases), by_kind=by_kind)


def test_the_page_is_whole_in_itself(report: EvalReport, check_whole: CheckWhole) -> None:
    html = render_page(report).decode("utf-8")
    check_whole(Parsed(html).elements)
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style and "@import" not in style and html.startswith("<!doctype html>")


PAYLOADS = [
    "<script>alert(1)</script>",
    "</style></title><img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)> ' onmouseover=alert(1) x='",
    "<!-- --><![CDATA[ ]]> &lt;b&gt; &amp; &#60;",
    "{{ 7 * 7 }}{% raw %}{# no #} ${alert(1)}",
    "javascript:alert(1) https://example.org/x?a=b&c=d",
    "a\x00b\x1b[31mc\x07\x7f\x85",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200f",
    "half \ud800 a character \udfff\uffff",
    "مرحبا \U0001f642 e\u0301" + "\u0301" * 50,
    "line\r\nline\rline\u2028line\tend",
]


def saying(text: str, report: EvalReport) -> EvalReport:
    """A report with this text wherever it holds text that comes from outside."""
    by_document = replace(failed(2, kind=text, text=text), id=text, wanted=(WantedDocument(text, 1),), answerable=None)
    return replace(
        of_cases(report, [failed(1, kind=text, text=text, source=text), by_document]),
        dataset=replace(report.dataset, name=text, form=text, notes=(text,)),
        model={**report.model, "name": text},
        settings={text: text},
        commit=text,
        version=text,
        machine=replace(report.machine, platform=text),
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_whatever_stands_in_the_data_is_text_on_the_page(payload: str, report: EvalReport, check_whole: CheckWhole) -> None:
    html = render_page(saying(payload, report)).decode("utf-8")
    found = Parsed(html)
    check_whole(found.elements)
    assert Counter(tag for tag, _ in found.elements) == Counter(tag for tag, _ in parsed(saying("plain", report)).elements)
    # As title, name and note, in the footer, and in each part of both cases.
    assert found.text.count(" ".join(printable_lines(payload).split())) >= 20
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)


@given(st.text())
def test_only_what_is_harmful_is_changed(text: str) -> None:
    shown = printable_lines(text)
    assert printable_lines(shown) == shown and shown.encode().decode() == shown
    assert all(c in shown for c in text if c.isalnum() and not "\ud800" <= c <= "\udfff")


def test_a_failed_case_is_shown_with_all_that_tells_why(report: EvalReport) -> None:
    found = parsed(of_cases(report, [failed(1, text="Why did it sink?", source="ferry.txt")]))
    for words in (
        "case-1 · confidence .500",
        "wrong quote first",
        "ferry.txt:7 .500",
        "ferry.txt:7 .500 right",
        "ferry.txt [0, 9)",
        "Right passage by meaning 41",
        "by words –",
        "combined 37",
        "first right quote 2",
    ):
        assert words in found.text
    assert found.text.count("Why did it sink?") == 5  # As it was asked before and now, quoted twice, and wanted.


def test_each_failure_has_its_name_and_what_was_nearest(report: EvalReport) -> None:
    wrong = failed(1)
    cases = [
        wrong,
        replace(wrong, id="case-2", answered=False, quotes=(), closest=wrong.quotes),
        replace(wrong, id="case-3", answerable=False, wanted=(), right_rank=None),
        replace(wrong, id="case-4", right_rank=1),
    ]
    text = parsed(of_cases(report, cases)).text
    assert all(text.count(failure.value) == 1 for failure in CaseFailure)
    assert "Refused; nearest" in text and "No answer." in text and "case-4" not in text and "3 of 4" in text


def test_failures_are_folded_by_kind(report: EvalReport) -> None:
    found = parsed(of_cases(report, [failed(1, kind="why"), failed(2, kind="who"), failed(3, kind="why")]))
    folded = [attributes for tag, attributes in found.elements if tag == "details"]
    assert len([attributes for attributes in folded if attributes.get("class") == "kind"]) == 2
    assert not any("open" in attributes for attributes in folded)


def test_a_page_of_thousands_of_failures_shows_an_even_sample(report: EvalReport) -> None:
    many = [failed(number, kind="why" if number < 5000 else "who") for number in range(6000)]
    html = render_page(of_cases(report, many)).decode("utf-8")
    found = Parsed(html)
    assert found.count("article") == page.FAILURES_SHOWN and len(html) < 3_000_000
    assert "case-0 " in found.text and "case-5999 " in found.text
    assert "Shown is an even sample of 500" in found.text and "more of this kind in the record" in found.text


def test_where_nothing_failed_the_page_says_so(report: EvalReport) -> None:
    text = parsed(of_cases(report, [replace(failed(1), right_rank=1)])).text
    assert "No case failed." in text and "wrong quote first" not in text


def test_a_page_without_curves_and_headlines_is_still_a_page(report: EvalReport, check_whole: CheckWhole) -> None:
    bare = replace(
        report,
        dataset=replace(report.dataset, gold=Gold.DOCUMENTS),
        measures={name: replace(found, value=None, low=None, high=None) for name, found in report.measures.items()},
        curves=Curves((), (), report.curves.latency_ms),
        commit=None,
        version=None,
    )
    found = parsed(bare)
    check_whole(found.elements)
    assert found.count("figure") == 2 and "no commit" in found.text and "version unknown" in found.text


def test_every_measure_is_explained() -> None:
    assert set(MEANINGS) == {measure.name for measure in MEASURES}


CHARTS = {
    "kinds": kinds_chart([Bars("why", 3, (("answer@1", 0.5), ("answer@3", 1.0))), Bars("off", 1, (("refused", 0),))]),
    "kinds of nothing": kinds_chart([]),
    "risk": risk_coverage_chart([RiskPoint(0.9, 0.5, 0.0), RiskPoint(0.1, 1.0, 0.31)], RiskPoint(0.4, 0.7, 0.1)),
    "risk of one": risk_coverage_chart([RiskPoint(0.9, 1.0, 0.0)], None),
    "risk of nothing": risk_coverage_chart([], None),
    "reliability": reliability_chart([Bin(0.0, 0.1, 0.05, 0.0, 3), Bin(0.9, 1.0, 0.97, 1.0, 2945)]),
    "reliability of nothing": reliability_chart([]),
    "latency": latency_chart([1.0, 2.0, 2.5, 900.0], [("p50", 2.2), ("p95", 3.0), ("p99", 3.1)]),
    "latency of one": latency_chart([0.0], [("p50", 0.0), ("p95", 0.0), ("p99", 0.0)]),
}


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_is_named_and_stays_inside_itself(chart: str) -> None:
    found = Parsed(CHARTS[chart])
    tag, attributes = found.elements[0]
    width, height = (float(edge) for edge in (attributes["viewbox"] or "").split()[2:])
    assert tag == "svg" and attributes["role"] == "img" and [tag for tag, _ in found.elements[1:3]] == ["title", "desc"]
    for tag, attributes in found.elements[3:]:
        numbers = {
            name: float(value or 0) for name, value in attributes.items() if name in ("x", "y", "width", "height", "cx", "cy")
        }
        assert all(value >= 0 for value in numbers.values())
        assert (
            numbers.get("x", 0) + numbers.get("width", 0) <= width and numbers.get("y", 0) + numbers.get("height", 0) <= height
        )
        for point in (attributes.get("points") or "").split() if tag == "polyline" else ():
            x, y = (float(edge) for edge in point.split(","))
            assert 0 <= x <= width and 0 <= y <= height


def test_every_question_is_in_the_chart_of_times() -> None:
    bars = re.findall(r'height="([\d.]+)" class="bar-1"', CHARTS["latency"])
    highest = max(float(height) for height in bars)
    assert sum(float(height) for height in bars) == pytest.approx(4 * highest, abs=1)  # Each of the four stands alone.


@given(st.floats(1e-6, 1e9))
def test_an_axis_has_a_few_round_numbers(largest: float) -> None:
    found = ticks(largest)
    assert found[0] == 0 and 3 <= len(found) <= 8 and found[-1] <= largest * 1.001
    assert float(f"{tick_step(largest):e}".split("e")[0]) in (1, 2, 5)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("name", "least"), [("ink", 7), ("muted", 4.5), ("accent", 4.5), ("good", 4.5), ("bad", 4.5), ("other", 3)]
)
def test_words_stand_out_from_the_paper(name: str, least: float, scheme: int) -> None:
    style = (REPORTS / "page.css").read_text("utf-8")
    paper, ink = (re.findall(rf"--{colour}: (#[0-9a-f]{{6}});", style)[scheme] for colour in ("paper", name))
    low, high = sorted((luminance(paper), luminance(ink)))
    assert (high + 0.05) / (low + 0.05) >= least


def test_all_files_of_the_page_are_installed() -> None:
    packaged = (ROOT / "pyproject.toml").read_text("utf-8")
    files = [path.name for ending in ("html", "css") for path in REPORTS.glob(f"*.{ending}")]
    assert {*files} == {"page.html", "page.css"} and all(f'"*{Path(name).suffix}"' in packaged for name in files)


def test_the_texts_of_real_cases_are_on_the_page_word_for_word(report: EvalReport) -> None:
    shown = [case for case in report.cases if case.failure]
    assert shown
    text = parsed(report).text
    for case in shown:
        for found in (*case.quotes, *case.closest):
            assert " ".join(unescape(found.text).split()) in text
