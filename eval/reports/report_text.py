"""Reports and comparisons as lines of text for a terminal, at most COLUMNS wide; and figures as text, for every screen."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from articles_qa.eval.datasets.cases import Gold
from articles_qa.eval.measures.measure import Better
from articles_qa.eval.reports.compare_reports import ChangedCase, Difference, ReportComparison
from articles_qa.eval.reports.judged_case import CaseFailure
from articles_qa.eval.reports.report import EvalReport
from articles_qa.index.english import count

COLUMNS = 100
NONE = "–"
KIND_COLUMNS = 40
CHANGES_LISTED = 50  # Of the better cases, and of the worse cases.
SIGNIFICANT = 0.05  # A difference with a smaller p is called better or worse.
# The measures that tell most about a kind of question, by what the data set names as right.
KIND_MEASURES = {
    Gold.ANSWERS: ("answer@1", "answer@3"),
    Gold.SENTENCES: ("answer@1", "answer@3", "word F1"),
    Gold.DOCUMENTS: ("recall@5", "nDCG@5"),
}


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line of a report. A `heading` stands over the lines that follow. Text of the data is unchanged but for line ends."""

    text: str
    heading: bool = False


def report_lines(report: EvalReport) -> tuple[ReportLine, ...]:
    """Return the lines of a report: what was asked, the measures, the kinds of cases, and the failures."""
    blank = ReportLine("")
    kinds = [blank, *_kinds(report)] if len(report.by_kind) > 1 else []
    return (*_asked(report), blank, *_measures(report), *kinds, blank, *_end(report))


def _asked(report: EvalReport) -> list[ReportLine]:
    data, index = report.dataset, report.index
    untold = data.cases - data.answerable - data.unanswerable
    parts = [f"{data.answerable:,} answerable", f"{data.unanswerable:,} not", f"{untold:,} not told"]
    told = ", ".join(part for part in parts if not part.startswith("0 "))
    of = (count(index.articles, "article"), count(index.passages, "passage"), count(index.sentences, "sentence"))
    return [
        ReportLine(f"{_cut(data.name, 60)}: {count(data.cases, 'case')} ({told})", heading=True),
        ReportLine(f"asked of {', '.join(of)}, generation {index.generation}"),
        ReportLine(_cut(f"{_model(report)}, {report.model.get('runtime')}", COLUMNS)),
        *(ReportLine(_cut(note, COLUMNS)) for note in data.notes),
    ]


def _measures(report: EvalReport) -> Iterable[ReportLine]:
    """Yield a line for each measure that could be scored."""
    yield ReportLine(f"{'measure':<22}{'value':>9}{'95 % interval':>19}{'cases':>9}", heading=True)
    for name, found in report.measures.items():
        if found.value is not None:
            interval = interval_text(name, found.low, found.high)
            yield ReportLine(f"{name:<22}{figure_text(name, found.value):>9}{interval:>19}{found.cases:>9,}")


def _kinds(report: EvalReport) -> Iterable[ReportLine]:
    names = [name for name in KIND_MEASURES[report.dataset.gold] if report.measures[name].value is not None]
    columns = min(max(len(kind) for kind in report.by_kind) + 2, KIND_COLUMNS)
    head = "".join(f"{name:>11}" for name in (*names, "refused"))
    yield ReportLine(f"{'kind':<{columns}}{'cases':>9}{head}", heading=True)
    for kind, facts in report.by_kind.items():
        cells = "".join(f"{figure_text(name, facts.get(name)):>11}" for name in (*names, "refused"))
        yield ReportLine(f"{_cut(kind, columns - 2):<{columns}}{facts['cases']:>9,}{cells}")


def _end(report: EvalReport) -> list[ReportLine]:
    failures = Counter(case.failure for case in report.cases if case.failure)
    asked = f"{count(len(report.cases), 'question')} asked in {duration_text(report.took_s)}"
    if not failures:
        return [ReportLine(f"no case failed; {asked}")]
    lines = [ReportLine(f"{count(failures.total(), 'case')} failed; {asked}", heading=True)]
    return lines + [ReportLine(f"{failures[failure]:>7,}  {failure.value}") for failure in CaseFailure if failures[failure]]


def comparison_lines(comparison: ReportComparison, a: EvalReport, b: EvalReport) -> tuple[ReportLine, ...]:
    """Return the lines of a comparison: each measure in `a` and `b`, then the better cases and the worse cases."""
    title = f"{_cut(comparison.dataset, 50)}: {count(comparison.common, 'case')} in both reports"
    only = f", {comparison.only_a:,} only in A, {comparison.only_b:,} only in B"
    return (
        ReportLine(title + (only if comparison.only_a or comparison.only_b else ""), heading=True),
        _made("A", a),
        _made("B", b),
        ReportLine(""),
        *_differences(comparison.differences),
        *_changes(f"better, by {comparison.judged_by}", comparison.better),
        *_changes(f"worse, by {comparison.judged_by}", comparison.worse),
    )


def _made(letter: str, report: EvalReport) -> ReportLine:
    """Return the line that says when and by which program a report was made."""
    commit = f"commit {report.commit[:12]}{'-dirty' * report.commit.endswith('-dirty')}" if report.commit else "no commit"
    made = f"{report.date[:16].replace('T', ' ')} UTC, version {report.version}, {commit}, {_model(report)}"
    return ReportLine(_cut(f"{letter}  {made}", COLUMNS))


def _model(report: EvalReport) -> str:
    return f"{report.model.get('name')}, {report.model.get('precision')}"


def _differences(differences: Sequence[Difference]) -> Iterable[ReportLine]:
    """Yield a line for each measure. A verdict stands only where chance alone would do as much less than once in 20 times."""
    yield ReportLine(f"{'measure':<22}{'A':>9}{'B':>9}{'B - A':>9}{'95 % interval':>19}{'p':>8}{'cases':>9}", heading=True)
    for found in differences:
        if found.a is None and found.b is None:
            continue
        name = found.measure
        interval = (
            NONE if found.low is None or found.high is None else f"{_signed(name, found.low)} – {_signed(name, found.high)}"
        )
        chance = NONE if found.p is None else "<.001" if found.p < 0.001 else figure_text("", found.p)
        cells = f"{figure_text(name, found.a):>9}{figure_text(name, found.b):>9}{_signed(name, found.difference):>9}"
        yield ReportLine(f"{name:<22}{cells}{interval:>19}{chance:>8}{found.cases:>9,}{_verdict(found)}")


def _verdict(found: Difference) -> str:
    if found.p is None or found.p >= SIGNIFICANT or not found.difference:
        return ""
    return "  better" if (found.difference > 0) is (found.better is Better.HIGHER) else "  worse"


def _signed(name: str, value: float | None) -> str:
    if value is None:
        return NONE
    return ("-" if value < 0 else "+") + figure_text(name, abs(value))


def _changes(title: str, changes: Sequence[ChangedCase]) -> Iterable[ReportLine]:
    if changes:
        yield ReportLine("")
        yield ReportLine(f"{count(len(changes), 'case')} {title}", heading=True)
    for change in changes[:CHANGES_LISTED]:
        scores = f"{figure_text('', change.a):>6} → {figure_text('', change.b):<6}"
        yield ReportLine(f"{scores} {_cut(change.id, 24):<24} {_cut(change.question, COLUMNS - 41)}")
    if len(changes) > CHANGES_LISTED:
        yield ReportLine(f"and {len(changes) - CHANGES_LISTED:,} more")


def _cut(text: str, columns: int) -> str:
    """Return the text on one line of at most so many columns."""
    line = " ".join(text.split())
    return line if len(line) <= columns else line[: columns - 1] + "…"


def figure_text(measure: str, value: float | None) -> str:
    """Return a measure's value: a share as .917, a time in milliseconds with one digit after the point."""
    if value is None:
        return NONE
    return f"{value:,.1f}" if measure.endswith("ms") else share_text(value)


def interval_text(measure: str, low: float | None, high: float | None) -> str:
    """Return a measure's interval."""
    return NONE if low is None or high is None else f"{figure_text(measure, low)} – {figure_text(measure, high)}"


def share_text(share: float) -> str:
    """Return a share of one, as .917."""
    text = f"{share:.3f}"
    return text[1:] if text.startswith("0.") else text


def duration_text(seconds: float) -> str:
    """Return a time in seconds, or in minutes and seconds from 100 s on."""
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
