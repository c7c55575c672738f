"""A report as one HTML page that needs nothing else: no network, no script."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from articles_qa.eval.datasets.cases import Gold
from articles_qa.eval.datasets.load_dataset import even_sample
from articles_qa.eval.measures.abstention import RiskPoint
from articles_qa.eval.measures.all_measures import MEANINGS
from articles_qa.eval.reports.charts import Bars, Chart, kinds_chart, latency_chart, reliability_chart, risk_coverage_chart
from articles_qa.eval.reports.judged_case import JudgedCase
from articles_qa.eval.reports.report import EvalReport, ReportedMeasure
from articles_qa.eval.reports.report_text import KIND_MEASURES, duration_text, figure_text, interval_text, share_text
from articles_qa.index.english import count
from articles_qa.index.files.printable import printable_lines

FAILURES_SHOWN = 500  # Each takes some 3 KB; the JSON record holds all failed cases.
KINDS_DRAWN = 30
HEADLINES = {
    Gold.ANSWERS: ("answer@1", "answer@3", "answerable AUROC", "ECE", "p50 ms"),
    Gold.SENTENCES: ("answer@1", "word F1", "answerable AUROC", "ECE", "p50 ms"),
    Gold.DOCUMENTS: ("recall@5", "nDCG@10", "answerable AUROC", "p50 ms"),
}


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure with its figures as text."""

    name: str
    meaning: str
    found: ReportedMeasure
    value: str
    interval: str

    @property
    def is_share(self) -> bool:
        """Tell whether the value lies between 0 and 1."""
        return not self.name.endswith("ms")


@dataclass(frozen=True, slots=True)
class FailedKind:
    """The failed cases of one kind. `shown` are the cases that the page has room for."""

    kind: str
    cases: int
    failed: int
    shown: tuple[JudgedCase, ...]


def render_page(report: EvalReport) -> bytes:
    """Return the page in UTF-8. Whatever stands in the data is text on the page."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: printable_lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rows = {row.name: row for row in _rows(report)}
    page = environment.get_template("page.html").render(
        style=Markup((folder / "page.css").read_text("utf-8")),
        count=count,
        duration=duration_text,
        share=share_text,
        report=report,
        index=report.index,
        settings=json.dumps(report.settings, ensure_ascii=False, indent=1),
        headlines=[rows[name] for name in HEADLINES[report.dataset.gold] if name in rows],
        rows=list(rows.values()),
        charts=_charts(report),
        failures=_failures(report),
        failed=sum(case.failure is not None for case in report.cases),
        room=FAILURES_SHOWN,
    )
    return page.encode()


def _rows(report: EvalReport) -> list[MeasureRow]:
    """Return the measures that could be scored."""
    return [
        MeasureRow(
            name, MEANINGS.get(name, ""), found, figure_text(name, found.value), interval_text(name, found.low, found.high)
        )
        for name, found in report.measures.items()
        if found.value is not None
    ]


def _charts(report: EvalReport) -> list[Chart]:
    """Return the charts that the report has figures for."""
    curves, measures = report.curves, report.measures
    charts = [_kinds(report)]
    if curves.risk_coverage:
        charts.append(_risk(report))
    if curves.reliability:
        caption = "On the broken line, probabilities come true just as often as they say. The bars count questions. "
        caption += f"Expected calibration error: {figure_text('ECE', measures['ECE'].value)}."
        charts.append(Chart("What its probabilities mean", Markup(reliability_chart(curves.reliability)), caption))
    times = [case.took_ms for case in report.cases]
    percentiles = [(name.split()[0], measures[name].value or 0.0) for name in ("p50 ms", "p95 ms", "p99 ms")]
    caption = f"Half of the answers took at most {percentiles[0][1]:,.1f} ms, the slowest {max(times, default=0):,.1f} ms."
    return [*charts, Chart("How long it takes", Markup(latency_chart(times, percentiles)), caption)]


def _kinds(report: EvalReport) -> Chart:
    """Return the chart of the largest kinds, in the report's order."""
    by_size = sorted(report.by_kind, key=lambda kind: -report.by_kind[kind]["cases"])
    drawn = [kind for kind in report.by_kind if kind in by_size[:KINDS_DRAWN]]
    chart = Markup(kinds_chart([_bars(kind, report) for kind in drawn]))
    names = [name for name in KIND_MEASURES[report.dataset.gold][:2] if name in report.measures]
    said = "; ".join(f"{name}: {MEANINGS[name]}" for name in names)
    left_out = f" Drawn are the {len(drawn)} largest of {len(by_size):,} kinds." if len(drawn) < len(by_size) else ""
    return Chart("By kind of question", chart, f"The number of questions, then {said}.{left_out}")


def _bars(kind: str, report: EvalReport) -> Bars:
    """Return the bars of a kind: how often it is answered rightly, or how often refused where nothing answers."""
    facts = report.by_kind[kind]
    names = [name for name in KIND_MEASURES[report.dataset.gold] if name in facts][:2]
    return Bars(kind, int(facts["cases"]), tuple((name, float(facts[name])) for name in names or ["refused"]))


def _risk(report: EvalReport) -> Chart:
    """Return the chart of risk and coverage, with the point of the settings."""
    scored = [case for case in report.cases if case.answerable is False or (case.answerable and case.wanted)]
    answered = [case for case in scored if case.answered]
    as_set, caption = None, ""
    if answered:
        risk = sum(case.failure is not None for case in answered) / len(answered)
        as_set = RiskPoint(min(case.confidence for case in answered), len(answered) / len(scored), risk)
        caption = f"As set, {as_set.coverage:.0%} of the questions are answered, and {risk:.0%} of those answers are wrong. "
    caption += f"Averaged over the curve (AURC): {figure_text('AURC', report.measures['AURC'].value)}."
    return Chart("How surely it answers", Markup(risk_coverage_chart(report.curves.risk_coverage, as_set)), caption)


def _failures(report: EvalReport) -> list[FailedKind]:
    """Return the failed cases by kind. Where the page has no room for all, an even sample is shown."""
    failed = [case for case in report.cases if case.failure]
    shown: dict[str, list[JudgedCase]] = {}
    for case in even_sample(failed, FAILURES_SHOWN):
        shown.setdefault(case.kind, []).append(case)
    counts = Counter(case.kind for case in failed)
    return [
        FailedKind(kind, int(facts["cases"]), counts[kind], tuple(shown.get(kind, ())))
        for kind, facts in report.by_kind.items()
        if counts[kind]
    ]
