"""The report: what it says of each case, its record as strict JSON, and its lines for a terminal."""

import json
import math
import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles_qa.eval.datasets.cases import OWN_CASES, Case, DataSet, Document, Gold, GoldDocument, GoldSpan, load_cases
from articles_qa.eval.datasets.load_dataset import even_sample, load_dataset
from articles_qa.eval.measures.all_measures import MEASURES
from articles_qa.eval.reports.compare_reports import compare
from articles_qa.eval.reports.judged_case import CaseFailure, JudgedCase, PassageRanks, WantedDocument, judge_case
from articles_qa.eval.reports.provenance import CHECKOUT, commit, provenance
from articles_qa.eval.reports.report import EvalReport, read_report
from articles_qa.eval.reports.report_text import (
    COLUMNS,
    comparison_lines,
    duration_text,
    figure_text,
    interval_text,
    report_lines,
    share_text,
)
from articles_qa.eval.reports.trial import Trial, report_on
from articles_qa.eval.running.run_cases import CaseOutcome, RankedPassage, run_cases
from articles_qa.index import Article, Index, InputError, Span
from articles_qa.index.articles.article import decode_article
from articles_qa.index.english import count
from articles_qa.index.files.source_files import SourceState
from articles_qa.qa import AskSettings, Quote

TEXT = "The flood took two bridges. Nobody was hurt. The mayor thanked the crews.\n"
FLOOD, HURT = Span(0, 27), Span(28, 44)


@pytest.fixture(scope="module")
def report(seeds_index: Path) -> EvalReport:
    """Some of the project's own cases, asked."""
    index, data = Index.open(seeds_index), load_dataset([OWN_CASES])
    outcomes = run_cases(even_sample(data.cases, 30), index)
    return report_on(Trial(data, outcomes, index.info, AskSettings(), took_s=1.0, limit=30))


def article(source: str = "a.txt") -> Article:
    return decode_article(TEXT.encode(), source)


def quote(span: Span, *, source: str = "a.txt", rank: int = 1) -> Quote:
    return Quote(article(source), span, rank, 0.5, None, span, (), (), None, SourceState.UNCHANGED)


def outcome(case: Case, *quotes: Quote, answered: bool = True, places: tuple[RankedPassage, ...] = ()) -> CaseOutcome:
    wanted = tuple(gold.span.cut(TEXT) for gold in case.spans)
    return CaseOutcome(case, answered, 0.5, quotes if answered else (), () if answered else quotes, places, wanted, 1.0)


def judged(found: CaseOutcome, gold: Gold = Gold.ANSWERS) -> JudgedCase:
    return judge_case(found, gold, MEASURES)


ANSWERED = Case("1", "what", "What did the flood take?", True, spans=(GoldSpan("a.txt", FLOOD),))
UNANSWERED = Case("2", "off-topic", "Who painted it?", False)
BY_DOCUMENT = Case("3", "what", "What?", None, documents=(GoldDocument("b.txt", 0), GoldDocument("a.txt", 2)))

# What was asked, what was put forward, whether it was shown as an answer; the first right rank, and what went wrong.
JUDGED: list[tuple[Case, list[Quote], bool, int | None, CaseFailure | None]] = [
    (ANSWERED, [quote(FLOOD)], True, 1, None),
    (ANSWERED, [quote(Span(0, 44))], True, 1, None),  # It holds all of the answer, and more.
    (ANSWERED, [quote(HURT), quote(FLOOD, rank=2)], True, 2, CaseFailure.WRONG_FIRST),
    (ANSWERED, [quote(FLOOD, source="b.txt")], True, None, CaseFailure.WRONG_FIRST),  # The same words in another article.
    (ANSWERED, [quote(FLOOD)], False, 1, CaseFailure.REFUSED),
    (UNANSWERED, [quote(FLOOD)], True, None, CaseFailure.ANSWERED),
    (UNANSWERED, [quote(FLOOD)], False, None, None),
    (BY_DOCUMENT, [quote(HURT)], True, 1, None),
    (BY_DOCUMENT, [quote(HURT)], False, 1, None),  # Nobody says whether it is answerable.
    (BY_DOCUMENT, [quote(HURT, source="b.txt")], True, None, CaseFailure.WRONG_FIRST),  # Grade 0 is not right.
]


@pytest.mark.parametrize(("case", "quotes", "answered", "rank", "failure"), JUDGED)
def test_what_went_wrong_is_told(
    case: Case, quotes: list[Quote], answered: bool, rank: int | None, failure: CaseFailure | None
) -> None:
    found = judged(outcome(case, *quotes, answered=answered), Gold.DOCUMENTS if case.documents else Gold.ANSWERS)
    assert (found.right_rank, found.failure) == (rank, failure)
    assert [shown.right for shown in (*found.quotes, *found.closest)].count(True) == (rank is not None)


def test_a_case_keeps_what_each_measure_makes_of_it() -> None:
    found = judged(outcome(ANSWERED, quote(HURT), quote(FLOOD, rank=2)))
    assert (found.scores["answer@1"], found.scores["answer@3"], found.scores["abstention recall"]) == (0, 1, None)
    assert {"answerable AUROC", "ECE", "p50 ms"}.isdisjoint(found.scores)  # They are of whole sets.


def test_the_right_passage_is_followed_through_each_stage() -> None:
    places = (
        RankedPassage("a.txt", Span(28, 73), by_meaning=1, by_words=None),
        RankedPassage("a.txt", Span(0, 27), by_meaning=4, by_words=3),
        RankedPassage("a.txt", Span(20, 44), by_meaning=None, by_words=2),
    )
    assert judged(outcome(ANSWERED, places=places)).right_passage == PassageRanks(by_meaning=4, by_words=2, combined=2)
    assert judged(outcome(UNANSWERED, places=places)).right_passage == PassageRanks(None, None, None)
    assert judged(outcome(BY_DOCUMENT, places=places), Gold.DOCUMENTS).right_passage == PassageRanks(1, 2, 1)


def test_wanted_documents_come_best_first() -> None:
    found = judged(outcome(BY_DOCUMENT, quote(HURT)), Gold.DOCUMENTS)
    assert found.wanted == (WantedDocument("a.txt", 2), WantedDocument("b.txt", 0))


def test_earlier_turns_are_kept_as_they_were_said() -> None:
    turns: tuple[Mapping[str, Any], ...] = ({"role": "user", "content": "What rose?"}, {"question": "When?", "quotes": []})
    assert judged(outcome(replace(ANSWERED, history=turns))).history == ("What rose?", "When?")


@given(st.lists(st.integers(), max_size=50), st.integers(1, 60))
def test_a_sample_is_spread_evenly(items: list[int], size: int) -> None:
    numbered = list(enumerate(items))
    sample = even_sample(numbered, size)
    assert len(sample) == min(size, len(items)) and list(sample) == sorted(set(sample))
    steps = {after[0] - before[0] for before, after in pairwise(sample)}
    assert not steps or max(steps) - min(steps) <= 1
    assert sample[:1] == tuple(numbered[:1]) and (size == 1 or sample[-1:] == tuple(numbered[-1:]))


def refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


def strict(data: bytes) -> Any:
    return json.loads(data.decode("utf-8"), parse_constant=refuse)


# What the record promises: a part, and the names in it.
RECORD = {
    "": "schema date version commit machine took_s dataset index model settings measures by_kind curves cases",
    "machine": "cpus platform python",
    "dataset": "name form gold sha256 cases answerable unanswerable documents notes limit",
    "index": "generation articles passages sentences built",
    "curves": "risk_coverage reliability latency_ms",
    "measures.answer@1": "value low high cases better source",
    "cases.0": "id kind question history answerable answered confidence right_rank took_ms scores wanted quotes closest "
    "right_passage",
    "cases.0.quotes.0": "rank source start end first_line text probability right",
    "cases.0.wanted.0": "source start end text",
    "cases.0.right_passage": "by_meaning by_words combined",
}


@pytest.mark.parametrize("place", RECORD)
def test_the_record_has_just_these_names(place: str, report: EvalReport) -> None:
    part: Any = report.to_dict()
    for step in place.split(".") if place else ():
        part = part[int(step)] if step.isdigit() else part[step]
    assert list(part) == RECORD[place].split()


def test_the_record_is_the_report(report: EvalReport) -> None:
    record = strict(report.to_json())
    assert record == report.to_dict() == EvalReport.from_dict(record).to_dict()
    assert len(record["cases"]) == record["dataset"]["cases"] == 30 and record["dataset"]["limit"] == 30
    assert list(record["measures"]) == [measure.name for measure in MEASURES]
    assert sum(facts["cases"] for facts in record["by_kind"].values()) == 30
    assert len(record["curves"]["latency_ms"]) == 101 and record["curves"]["risk_coverage"][-1]["coverage"] == 1
    assert record["settings"]["min_answer"] == AskSettings().min_answer and record["model"]["name"] == "all-MiniLM-L6-v2"
    assert datetime.fromisoformat(record["date"]).utcoffset() is not None


def test_every_text_in_the_record_is_its_slice(report: EvalReport, seeds: Path) -> None:
    checked = 0
    for case in report.to_dict()["cases"]:
        for part in (*case["quotes"], *case["closest"], *case["wanted"]):
            assert part["text"] == (seeds / part["source"]).read_bytes().decode()[part["start"] : part["end"]]
            checked += 1
    assert checked > 60


def test_numbers_are_rounded_and_those_that_json_does_not_know_are_none(report: EvalReport) -> None:
    measures = {name: replace(found, value=math.nan, high=math.inf) for name, found in report.measures.items()}
    record = strict(replace(report, measures=measures, took_s=1 / 3).to_json())
    assert record["took_s"] == 0.33333
    assert {(found["value"], found["high"]) for found in record["measures"].values()} == {(None, None)}


def test_any_text_can_be_kept(report: EvalReport) -> None:
    text = '"\ud800\x00\u2028\r\n</script>\U0001f642\\'
    record = strict(replace(report, cases=(replace(report.cases[0], question=text),)).to_json())
    assert record["cases"][0]["question"] == text


def data_set(cases: tuple[Case, ...], text: str) -> DataSet:
    return DataSet("set", "form", Gold.ANSWERS, (), cases, (Document("a.txt", text),))


def test_the_same_cases_and_documents_are_known_by_their_sum(report: EvalReport, seeds_index: Path) -> None:
    info = Index.open(seeds_index).info
    sets = [data_set(load_cases(), "x"), data_set(load_cases(), "x"), data_set(load_cases(), "y"), data_set((ANSWERED,), "x")]
    sums = [
        report_on(Trial(data, (outcome(ANSWERED, quote(FLOOD)),), info, AskSettings(), 1.0)).dataset.sha256 for data in sets
    ]
    assert sums[0] == sums[1] and len(set(sums)) == 3


# What a file holds, and words of the error.
UNREADABLE = [
    (b"", "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b"\xff\xfe\x00", "not JSON"),
    (b"[]", "no report of schema eval/1"),
    (b'{"schema": "eval/2"}', "no report of schema eval/1"),
    (b'{"schema": "eval/1"}', "no report of schema eval/1"),
    (b'{"schema": "eval/1", "took_s": NaN}', "not JSON .NaN is no number"),
    (b'{"schema": "eval/1", "cases": [{"id": "1"}]}', "no report of schema eval/1"),
]


@pytest.mark.parametrize(("data", "words"), UNREADABLE)
def test_what_is_no_report_is_refused_in_one_line(data: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(data)
    with pytest.raises(InputError, match=words) as refused:
        read_report(tmp_path / "a.json")
    assert "\n" not in str(refused.value) and "a.json" in str(refused.value)
    with pytest.raises(InputError, match=r"missing\.json: cannot be read"):
        read_report(tmp_path / "missing.json")


def test_a_report_in_which_a_case_comes_twice_is_refused(report: EvalReport) -> None:
    record = report.to_dict()
    with pytest.raises(InputError, match="comes twice"):
        EvalReport.from_dict(record | {"cases": record["cases"] * 2})


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def test_the_commit_is_that_of_the_programs_own_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert commit(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert commit(tmp_path) is None  # Nothing is committed yet.
    (tmp_path / "a.txt").write_text("a", "utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "a")
    clean = commit(tmp_path)
    assert clean is not None and len(clean) == 40
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))  # As inside a git hook.
    assert commit(tmp_path) == clean
    monkeypatch.delenv("GIT_DIR")
    (tmp_path / "a.txt").write_text("b", "utf-8")
    assert commit(tmp_path) == f"{clean}-dirty"
    (tmp_path / "installed").mkdir()
    assert commit(tmp_path / "installed") is None  # A package that lies in somebody else's checkout.
    monkeypatch.setenv("PATH", os.devnull)
    assert commit(tmp_path) is None


def test_where_it_ran_is_told() -> None:
    made = provenance()
    assert made.machine.cpus >= 1 and made.machine.python.startswith("3.") and made.commit == commit(CHECKOUT)


def test_figures_read_the_same_everywhere() -> None:
    assert [share_text(share) for share in (0, 0.0004, 0.917, 0.9996, 1)] == [".000", ".000", ".917", "1.000", "1.000"]
    assert [figure_text("p50 ms", 4.06), figure_text("p50 ms", 1234), figure_text("ECE", None)] == ["4.1", "1,234.0", "–"]
    assert interval_text("ECE", 0.1, 0.25) == ".100 – .250" and interval_text("ECE", None, 0.2) == "–"
    assert (count(1, "case"), count(2910, "case")) == ("1 case", "2,910 cases")
    assert (duration_text(0.84), duration_text(125)) == ("0.8 s", "2 min 5 s")


def test_the_table_says_what_was_asked_measured_and_failed(report: EvalReport) -> None:
    lines = [line.text for line in report_lines(report)]
    scored = [name for name, found in report.measures.items() if found.value is not None]
    assert lines[0].startswith("cases: 30 cases (") and "an even sample: 30 of its" in "\n".join(lines)
    assert [
        line[:22].strip() for line in lines if line[:22].strip() in report.measures
    ] == scored  # "word F1" is not among them.
    assert "word F1" not in scored
    assert all(any(line.startswith(kind) for line in lines) for kind in report.by_kind)
    failed = sum(case.failure is not None for case in report.cases)
    assert any(line.startswith(f"{failed} case") for line in lines)


def test_no_line_of_the_table_is_too_wide_or_broken(report: EvalReport) -> None:
    long = "a kind\nwith a very long name, much longer than any column of a table could hold, and more than one line"
    dataset = replace(report.dataset, name=long, notes=(long * 2,))
    wide = replace(report, dataset=dataset, by_kind={long: next(iter(report.by_kind.values())), **report.by_kind})
    assert all(len(line.text) <= COLUMNS and "\n" not in line.text for line in report_lines(wide))


def test_a_comparison_lists_what_got_better_and_worse(report: EvalReport) -> None:
    cases = list(report.cases)
    first = next(place for place, case in enumerate(cases) if case.scores["answer@1"] == 1)
    cases[first] = replace(cases[first], question="why\nso?" * 30, scores={**cases[first].scores, "answer@1": 0.0})
    worse = replace(report, cases=tuple(cases), commit=None)
    lines = [line.text for line in comparison_lines(compare(report, worse), report, worse)]
    assert "1 case worse, by answer@1" in lines and lines[-1].split()[:4] == ["1.000", "→", ".000", cases[first].id]
    assert "no commit" in lines[2] and all(len(line) <= COLUMNS and "\n" not in line for line in lines)
    back = [line.text for line in comparison_lines(compare(worse, report), worse, report)]
    assert "1 case better, by answer@1" in back


def test_only_a_difference_that_chance_hardly_makes_is_called_one(report: EvalReport) -> None:
    flipped = [replace(case, scores=dict.fromkeys(case.scores, 0.0)) for case in report.cases]
    none = replace(report, cases=tuple(flipped))
    lines = [line.text for line in comparison_lines(compare(report, none), report, none)]
    assert next(line for line in lines if line.startswith("answer@1")).endswith("worse")
    assert next(line for line in lines if line.startswith("Brier")).endswith("better")  # There, less is more.
    same = [line.text for line in comparison_lines(compare(report, report), report, report)]
    assert not any(line.endswith(("worse", "better")) for line in same)
