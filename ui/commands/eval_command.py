"""The command `qa eval`: which cases are asked of which index, and where the report goes."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.datasets.cases import OWN_CASES, Case, DataSet, Document, check_spans
from eval.datasets.load_dataset import even_sample, load_dataset
from eval.measures.all_measures import MEASURES
from eval.reports.compare_reports import compare, fail_under
from eval.reports.report import EvalReport, read_report
from eval.reports.report_text import ReportLine, comparison_lines, report_lines
from eval.reports.trial import Trial, report_on
from eval.running.run_cases import CaseOutcome, gold_articles, run_cases
from eval.running.scratch_index import scratch_index
from index import Article, BuildSettings, Index, InputError, ModelSettings
from index.articles.article import read_article
from index.backends import open_index
from index.files.printable import printable
from index.models.reranker import Reranker
from qa import AskSettings
from ui.commands.atomic_file import check_writable, write_whole
from ui.commands.open_index import build_progress, build_where_missing, bundled_articles, open_reranker
from ui.commands.output import note, on_terminal, show
from ui.text.terminal import BOLD, PLAIN

BUNDLED = "The bundled cases"
HINT = ReportLine("         each is shown on the page that --html FILE writes")


@dataclass(frozen=True, slots=True)
class Request:
    """What `qa eval` is asked for. No `paths`: the bundled cases. `cases` is the most that are asked, None: all."""

    index: Path | str
    paths: tuple[Path, ...] = ()
    model: ModelSettings | None = None
    reranker: str | None = None
    json: Path | None = None
    html: Path | None = None
    limits: tuple[str, ...] = ()
    cases: int | None = None


def evaluate(request: Request, *, colour: bool) -> bool:
    """Ask, report and print; false where a limit is not kept. What is wrong with the request is said before anything is asked.

    Raises:
        InputError: the request, the data set or a file to write cannot be used.
        IndexUnusableError: the index cannot be asked.
    """
    _check(request)
    reranker = open_reranker(request.reranker)
    data = load_dataset(request.paths) if request.paths else replace(load_dataset([OWN_CASES]), name=BUNDLED)
    index = _index_for(data, request)
    if data.documents is None:
        check_spans(data.cases, list(gold_articles(data.cases, index).values()))
    report = _report(data, index, request.cases, reranker)
    try:
        _write(report, request)
    finally:
        hint = () if request.html or not any(case.failure for case in report.cases) else (HINT,)
        _print((*report_lines(report), *hint), colour=colour)
    failed = fail_under({name: found.value for name, found in report.measures.items()}, request.limits)
    for line in failed:
        note(f"qa: {line}")
    return not failed


def compare_reports(a: Path, b: Path, *, colour: bool) -> None:
    """Print what got better and worse from report `a` to report `b`.

    Raises:
        InputError: one is not a report, or they are not of the same cases.
    """
    first, second = read_report(a), read_report(b)
    _print(comparison_lines(compare(first, second), first, second), colour=colour)


def _check(request: Request) -> None:
    """Refuse what would otherwise be found out after minutes."""
    if request.cases is not None and request.cases < 1:
        raise InputError(f"--limit {request.cases}: no number of cases; ask for 1 or more")
    fail_under({measure.name: None for measure in MEASURES}, request.limits)
    for option, path in (("--json", request.json), ("--html", request.html)):
        if path is not None:
            check_writable(path, option)
    if request.json and request.html and request.json.resolve() == request.html.resolve():
        raise InputError(f"--json and --html: both name {request.json}; name two files")


def _index_for(data: DataSet, request: Request) -> Index:
    """The index that the cases are about: of their own documents, or the one in force.

    The bundled cases go to the one in force where it holds the bundled
    articles, else to a scratch index of them.
    """
    if data.documents is not None:
        return scratch_index(data, BuildSettings(model=request.model), progress=build_progress())
    bundled = [read_article(path, path.name) for path in sorted(bundled_articles().glob("*.txt"))]
    if {gold.source for case in data.cases for gold in case.spans} <= {article.source for article in bundled}:
        build_where_missing(request.index, request.model)
    index = open_index(request.index, model=request.model)
    if request.paths or all(_holds(index, article) for article in bundled):
        return index
    note(f"qa: {request.index} holds other articles than the bundled ones; asking a scratch index of those")
    documents = tuple(Document(article.source, article.text) for article in bundled)
    settings = BuildSettings(model=request.model)
    return scratch_index(replace(data, documents=documents), settings, progress=build_progress())


def _holds(index: Index, article: Article) -> bool:
    held = index.store.article_named(article.source)
    return held is not None and held.sha256 == article.sha256


def _report(data: DataSet, index: Index, limit: int | None, reranker: Reranker | None) -> EvalReport:
    """What came of asking the cases, or an even sample of them."""
    cases, settings = even_sample(data.cases, limit or len(data.cases)), AskSettings()
    began = time.perf_counter()
    outcomes = _asked(cases, index, settings, reranker)
    took_s = time.perf_counter() - began
    sampled = limit if len(cases) < len(data.cases) else None
    name = None if reranker is None else reranker.card.name
    return report_on(Trial(data, outcomes, index.info, settings, took_s, sampled, name))


def _asked(cases: Sequence[Case], index: Index, settings: AskSettings, reranker: Reranker | None) -> tuple[CaseOutcome, ...]:
    """The outcomes, with a bar on a terminal."""
    if not on_terminal(sys.stderr):
        return run_cases(cases, index, settings, reranker=reranker)
    from tqdm import tqdm

    with tqdm(total=len(cases), desc="asking", unit=" questions", leave=False, dynamic_ncols=True, delay=0.3) as bar:
        return run_cases(cases, index, settings, reranker=reranker, progress=bar.update)


def _write(report: EvalReport, request: Request) -> None:
    if request.json:
        write_whole(request.json, report.to_json())
    if request.html:
        from eval.reports.page import render_page

        write_whole(request.html, render_page(report))


def _print(lines: Sequence[ReportLine], *, colour: bool) -> None:
    texts = ((printable(line.text), line.heading) for line in lines)
    show("\n".join(f"{BOLD}{text}{PLAIN}" if heading and colour else text for text, heading in texts))
