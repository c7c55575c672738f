"""The command `qa eval`: asks the cases of a data set and reports how right the answers are."""

import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace

from articles_qa.eval.datasets.cases import OWN_CASES, Case, DataSet, Document, check_spans
from articles_qa.eval.datasets.load_dataset import even_sample, load_dataset
from articles_qa.eval.measures.all_measures import MEASURES
from articles_qa.eval.reports.compare_reports import compare, fail_under
from articles_qa.eval.reports.report import EvalReport, read_report
from articles_qa.eval.reports.report_text import ReportLine, comparison_lines, report_lines
from articles_qa.eval.reports.trial import Trial, report_on
from articles_qa.eval.running.run_cases import CaseOutcome, gold_articles, run_cases
from articles_qa.eval.running.scratch_index import scratch_index
from articles_qa.index import BuildSettings, Index, InputError
from articles_qa.index.articles.article import read_article
from articles_qa.index.files.printable import printable
from articles_qa.qa import AskSettings
from articles_qa.ui.commands.arguments import chosen_model, chosen_settings
from articles_qa.ui.commands.open_index import build_progress, build_where_missing, bundled_articles
from articles_qa.ui.commands.output import ExitStatus, check_writable, note, on_terminal, show, use_colour, write_whole
from articles_qa.ui.text.terminal import BOLD, PLAIN

BUNDLED = "The bundled cases"
HINT = ReportLine("         each is shown on the page that --html FILE writes")


def evaluate(chosen: Namespace) -> ExitStatus:
    """Ask, report and print, or compare two saved reports. Wrong arguments are refused before anything is asked.

    Raises:
        InputError: the arguments, the data set or a file to write cannot be used.
        IndexUnusableError: the index cannot be asked.
    """
    if chosen.compare:
        return _compare(chosen)
    _check(chosen)
    data = load_dataset(chosen.paths) if chosen.paths else replace(load_dataset([OWN_CASES]), name=BUNDLED)
    index = _index_for(data, chosen)
    if data.documents is None:
        check_spans(data.cases, list(gold_articles(data.cases, index).values()))
    report = _report(data, index, chosen.limit, chosen_settings(chosen))
    try:
        if chosen.json:
            write_whole(chosen.json, report.to_json())
        if chosen.html:
            from articles_qa.eval.reports.page import render_page

            write_whole(chosen.html, render_page(report))
    finally:
        hint = () if chosen.html or not any(case.failure for case in report.cases) else (HINT,)
        _print((*report_lines(report), *hint))
    failed = fail_under({name: found.value for name, found in report.measures.items()}, chosen.fail_under)
    for line in failed:
        note(f"qa: {line}")
    return ExitStatus.NOT_PROVEN if failed else ExitStatus.DONE


def _compare(chosen: Namespace) -> ExitStatus:
    """Print what got better and worse from the first report to the second.

    Raises:
        InputError: one file is not a report, the reports are not of the same cases, or other arguments are given.
    """
    others = (
        chosen.paths,
        chosen.json,
        chosen.html,
        chosen.fail_under,
        chosen.limit,
        chosen.no_reader or None,
        chosen_model(chosen),
    )
    if any(other not in (None, []) for other in others):
        raise InputError("--compare: takes two saved reports and nothing else; leave out the other arguments")
    first, second = (read_report(path) for path in chosen.compare)
    _print(comparison_lines(compare(first, second), first, second))
    return ExitStatus.DONE


def _check(chosen: Namespace) -> None:
    """Refuse wrong arguments that would otherwise be found after minutes."""
    if chosen.limit is not None and chosen.limit < 1:
        raise InputError(f"--limit {chosen.limit}: no number of cases; ask for 1 or more")
    fail_under({measure.name: None for measure in MEASURES}, chosen.fail_under)
    for option, path in (("--json", chosen.json), ("--html", chosen.html)):
        if path is not None:
            check_writable(path, option)
    if chosen.json and chosen.html and chosen.json.resolve() == chosen.html.resolve():
        raise InputError(f"--json and --html: both name {chosen.json}; name two files")


def _index_for(data: DataSet, chosen: Namespace) -> Index:
    """Return the index that the cases are about: one of their own documents, or the one in force.

    The bundled cases are asked of the index in force where it has the bundled articles, else of a scratch index.
    """
    settings = BuildSettings(model=chosen_model(chosen))
    if data.documents is not None:
        return scratch_index(data, settings, progress=build_progress())
    bundled = [read_article(path, path.name) for path in sorted(bundled_articles().glob("*.txt"))]
    if {gold.source for case in data.cases for gold in case.spans} <= {article.source for article in bundled}:
        build_where_missing(chosen.index, settings.model)
    index = Index.open(chosen.index, model=settings.model)
    digests = [(article.sha256, index.store.article_named(article.source)) for article in bundled]
    if chosen.paths or all(indexed is not None and indexed.sha256 == sha256 for sha256, indexed in digests):
        return index
    note(f"qa: {chosen.index} holds other articles than the bundled ones; asking a scratch index of those")
    documents = tuple(Document(article.source, article.text) for article in bundled)
    return scratch_index(replace(data, documents=documents), settings, progress=build_progress())


def _report(data: DataSet, index: Index, limit: int | None, settings: AskSettings) -> EvalReport:
    """Ask the cases, or an even sample of them, and report on the answers."""
    cases = even_sample(data.cases, limit or len(data.cases))
    began = time.perf_counter()
    outcomes = _asked(cases, index, settings)
    took_s = time.perf_counter() - began
    sampled = limit if len(cases) < len(data.cases) else None
    return report_on(Trial(data, outcomes, index.info, settings, took_s, sampled))


def _asked(cases: Sequence[Case], index: Index, settings: AskSettings) -> tuple[CaseOutcome, ...]:
    """Ask the cases, with a bar on a terminal."""
    if not on_terminal(sys.stderr):
        return run_cases(cases, index, settings)
    from tqdm import tqdm

    with tqdm(total=len(cases), desc="asking", unit=" questions", leave=False, dynamic_ncols=True, delay=0.3) as bar:
        return run_cases(cases, index, settings, progress=bar.update)


def _print(lines: Sequence[ReportLine]) -> None:
    texts = ((printable(line.text), line.heading) for line in lines)
    colour = use_colour()
    show("\n".join(f"{BOLD}{text}{PLAIN}" if heading and colour else text for text, heading in texts))
