"""`qa eval`: what it asks of which index, what it writes where, and its exit statuses."""

import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import articles_qa.ui.commands.eval_command
from articles_qa.eval.datasets.cases import OWN_CASES
from articles_qa.index import InputError, build
from articles_qa.ui.cli import main
from articles_qa.ui.commands.output import check_writable, write_whole

Capsys = pytest.CaptureFixture[str]
SQUAD = {
    "data": [
        {
            "title": "High_water",
            "paragraphs": [
                {
                    "context": "The river rose by two metres overnight. It fell again on Monday.",
                    "qas": [
                        {
                            "id": "1",
                            "question": "By how much did the river rise?",
                            "answers": [{"text": "two metres", "answer_start": 18}],
                        },
                        {"id": "2", "question": "Who painted the Mona Lisa?", "answers": [], "is_impossible": True},
                    ],
                }
            ],
        }
    ]
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of the module's own; what one test built, another need not."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def elsewhere(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test runs in an empty folder of its own, with the module's cache."""
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("QA_CACHE", str(cache))
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv("QA_INDEX", raising=False)
    return tmp_path / "here"


@pytest.fixture
def at(seeds_index: Path) -> list[str]:
    return ["--index", str(seeds_index)]


def run(arguments: list[str]) -> int:
    """The exit status, however it is given."""
    try:
        return main(["eval", *arguments])
    except SystemExit as stop:
        assert isinstance(stop.code, int)
        return stop.code


def only_line(capsys: Capsys) -> str:
    """The one line on stderr, with nothing on stdout."""
    out, err = capsys.readouterr()
    assert out == "" and err.endswith("\n") and err.count("\n") == 1 and err.startswith("qa: ")
    return err


def saved(name: str = "report.json") -> Any:
    return json.loads(Path(name).read_text("utf-8"))


def write_squad() -> str:
    Path("squad.json").write_text(json.dumps(SQUAD), "utf-8")
    return "squad.json"


def test_the_bundled_cases_are_asked_of_the_index_in_force(at: list[str], capsys: Capsys) -> None:
    assert run([*at, "--limit", "13", "--json", "report.json", "--html", "report.html"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("The bundled cases: 13 cases (") and "answer@1 " in out and err == "" and "\x1b" not in out
    record = saved()
    assert (record["schema"], record["dataset"]["name"], record["dataset"]["limit"]) == ("eval/1", "The bundled cases", 13)
    assert record["index"]["articles"] == 5 and len(record["cases"]) == 13
    ids = [json.loads(line)["id"] for line in OWN_CASES.read_text("utf-8").splitlines()]
    asked = [case["id"] for case in record["cases"]]
    assert asked == sorted(asked, key=ids.index) and (asked[0], asked[-1]) == (ids[0], ids[-1])
    assert '<h1 dir="auto">The bundled cases</h1>' in Path("report.html").read_text("utf-8")
    assert sorted(path.name for path in Path().iterdir()) == ["report.html", "report.json"]


def test_where_there_is_no_index_one_is_built_from_the_bundled_articles(capsys: Capsys) -> None:
    assert run(["--limit", "2"]) == 0
    out, err = capsys.readouterr()
    assert "asked of 5 articles" in out and err == "qa: no index at .qa-index yet; building one from the bundled articles\n"
    assert run(["--limit", "2"]) == 0 and capsys.readouterr().err == ""


# What the index holds beside or instead of the bundled articles, and whether it is asked.
HELD: list[tuple[Callable[[Path], object], bool]] = [
    (lambda articles: (articles / "more.txt").write_text("The ferry sank.", "utf-8"), True),
    (lambda articles: next(articles.glob("000_*.txt")).unlink(), False),
    (lambda articles: next(articles.glob("000_*.txt")).write_text("The ferry sank.", "utf-8"), False),
]


@pytest.mark.parametrize(("change", "is_asked"), HELD, ids=["more", "fewer", "another text"])
def test_the_bundled_cases_are_never_asked_of_other_articles(
    change: Callable[[Path], object], is_asked: bool, seeds: Path, seeds_index: Path, capsys: Capsys
) -> None:
    shutil.copytree(seeds, "articles")
    change(Path("articles"))
    shutil.copytree(seeds_index, "index")  # What it holds need not be embedded again.
    build(["articles"], "index")
    assert run(["--index", "index", "--limit", "2"]) == 0
    out, err = capsys.readouterr()
    assert f"asked of {6 if is_asked else 5} articles" in out
    assert err == (
        "" if is_asked else "qa: index holds other articles than the bundled ones; asking a scratch index of those\n"
    )


def test_a_data_set_with_its_own_texts_brings_its_own_index(capsys: Capsys) -> None:
    assert run([write_squad(), "--json", "report.json"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("squad: 2 cases (1 answerable, 1 not)\n") and err == "" and not Path(".qa-index").exists()
    case, other = saved()["cases"]
    assert case["wanted"][0]["text"] == "two metres" and case["right_rank"] == 1 and other["answered"] is False
    assert "no case failed" in out and "--html" not in out


def test_own_cases_are_asked_of_the_index_named(at: list[str], capsys: Capsys) -> None:
    lines = OWN_CASES.read_text("utf-8").splitlines()[:3]
    Path("mine.jsonl").write_text("\n".join(lines), "utf-8")
    assert run(["mine.jsonl", *at]) == 0
    assert capsys.readouterr().out.startswith("mine: 3 cases (3 answerable)\n")
    case = {"id": "1", "kind": "what", "question": "What sank?", "spans": [{"source": "ferry.txt", "start": 0, "end": 3}]}
    Path("mine.jsonl").write_text(json.dumps(case), "utf-8")
    assert run(["mine.jsonl", *at]) == 2 and "ferry.txt is not in" in only_line(capsys)
    # No index of the bundled articles is built for questions about others.
    assert run(["mine.jsonl"]) == 3 and "run qa index" in only_line(capsys) and not Path(".qa-index").exists()


def test_a_limit_that_is_not_kept_is_status_1(capsys: Capsys) -> None:
    assert run([write_squad(), "--fail-under", "answer@1=1", "--fail-under", "recall@1=0.5"]) == 0
    assert capsys.readouterr().err == ""
    assert run(["squad.json", "--fail-under", "answer-1=0", "--json", "report.json"]) == 2
    assert "no such measure" in only_line(capsys) and not Path("report.json").exists()
    assert run(["squad.json", "--fail-under", "p50 ms=0", "--fail-under", "word F1=.1", "--json", "report.json"]) == 1
    out, err = capsys.readouterr()
    assert "answer@1" in out and saved()["cases"]
    assert [line.split(":")[:2] for line in err.splitlines()] == [["qa", " p50 ms"], ["qa", " word F1"]]


# Arguments, and words of the one line on stderr; the status is 2, and nothing was asked.
UNUSABLE = [
    (["missing.json"], "missing.json"),
    (["file.txt"], "file.txt"),
    (["--limit", "0"], "--limit 0"),
    (["--limit", "-3"], "--limit -3"),
    (["--limit", "few"], "invalid int"),
    (["--fail-under", "answer@1"], "--fail-under 'answer@1'"),
    (["--fail-under", "answer@1=nan"], "'nan' is not a number"),
    (["--fail-under", "beauty=1"], "no such measure"),
    (["--json", "nowhere/report.json"], "--json nowhere/report.json: there is no folder"),
    (["--html", "nowhere/report.html"], "--html nowhere/report.html: there is no folder"),
    (["--json", "folder"], "--json folder: not a file"),
    (["--json", "-"], "--json -: not a file"),
    (["--json", "/dev/null"], "--json /dev/null: not a file"),
    (["--json", "file.txt/report.json"], "there is no folder"),
    (["--html", "n" * 300], "File name too long"),
    (["--html", "loop"], "--html loop: not a file"),
    (["--json", "report", "--html", "./folder/../report"], "both name"),
    (["--json", ""], "--json"),
    (["--compare", "a.json"], "expected 2 arguments"),
    (["--compare", "a.json", "b.json"], "a.json: cannot be read"),
    (["--compare", "file.txt", "file.txt"], "file.txt: not JSON"),
    (["squad.json", "--compare", "a.json", "b.json"], "--compare: takes two saved reports and nothing else"),
    (["--compare", "a.json", "b.json", "--limit", "3"], "--compare: takes two saved reports and nothing else"),
    (["--compare", "a.json", "b.json", "--json", "c.json"], "--compare: takes two saved reports and nothing else"),
    (["--model", "./nowhere"], "nowhere"),
]


@pytest.mark.parametrize(("arguments", "words"), UNUSABLE, ids=[" ".join(a)[:40] for a, _ in UNUSABLE])
def test_what_cannot_be_used_is_said_before_anything_is_asked(
    arguments: list[str], words: str, at: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    def asked(*_: object, **__: object) -> None:
        raise AssertionError("it was asked")

    monkeypatch.setattr(articles_qa.ui.commands.eval_command, "run_cases", asked)
    Path("file.txt").write_text("not a data set", "utf-8")
    Path("folder").mkdir()
    Path("loop").symlink_to("loop")
    write_squad()
    assert run([*arguments, *at]) == 2
    assert words in only_line(capsys)
    assert sorted(path.name for path in Path().iterdir()) == ["file.txt", "folder", "loop", "squad.json"]


def test_a_damaged_index_is_status_3(seeds_index: Path, capsys: Capsys) -> None:
    shutil.copytree(seeds_index, "index")
    next(Path("index").glob("gen-*/articles.db")).unlink()
    assert run(["--index", "index"]) == 3
    assert "run qa index" in only_line(capsys)


@pytest.mark.usefixtures("exact")
def test_an_index_of_another_model_is_status_3(at: list[str], capsys: Capsys) -> None:
    assert run([*at, "--precision", "fp32"]) == 3
    assert "run qa index" in only_line(capsys)


def test_two_reports_are_compared(capsys: Capsys) -> None:
    assert run([write_squad(), "--json", "a.json"]) == 0
    record = saved("a.json")
    record["cases"][0]["scores"]["answer@1"] = 0
    record["settings"]["reranker"] = "ms-marco"  # Earlier reports name one, or None.
    Path("b.json").write_text(json.dumps(record), "utf-8")
    capsys.readouterr()
    assert run(["--compare", "a.json", "b.json"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("squad: 2 cases in both reports\n") and "1 case worse, by answer@1" in out and err == ""
    record["dataset"]["sha256"] = "another"
    Path("b.json").write_text(json.dumps(record), "utf-8")
    assert run(["--compare", "a.json", "b.json"]) == 2
    assert "different data sets" in only_line(capsys)


def test_ctrl_c_while_asking_is_130_and_writes_nothing(at: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(articles_qa.ui.commands.eval_command, "run_cases", interrupted)
    Path("report.json").write_text("before", "utf-8")
    assert run([*at, "--json", "report.json", "--html", "report.html"]) == 130
    assert "stopped" in only_line(capsys)
    assert Path("report.json").read_text("utf-8") == "before" and not Path("report.html").exists()


def test_what_was_measured_is_printed_even_where_it_cannot_be_written(monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    def full(path: Path, data: bytes) -> None:
        raise InputError(f"{path}: cannot be written (No space left on device)")

    monkeypatch.setattr(articles_qa.ui.commands.eval_command, "write_whole", full)
    assert run([write_squad(), "--json", "report.json"]) == 2
    out, err = capsys.readouterr()
    assert "answer@1" in out and err.count("\n") == 1 and "No space left" in err


def test_headings_are_bold_on_a_terminal_only(at: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    assert run([*at, "--limit", "1"]) == 0 and "\x1b" not in capsys.readouterr().out
    monkeypatch.setattr(articles_qa.ui.commands.eval_command, "use_colour", lambda: True)
    assert run([*at, "--limit", "1"]) == 0 and "\x1b[1mThe bundled cases: 1 case" in capsys.readouterr().out


def test_text_of_the_data_cannot_drive_the_terminal(at: list[str], capsys: Capsys) -> None:
    case = json.loads(OWN_CASES.read_text("utf-8").splitlines()[0])
    odd = [{**case, "id": kind, "kind": kind} for kind in ("\x1b[31mred", "a\nb")]
    Path("mine.jsonl").write_text("\n".join(json.dumps(case) for case in odd), "utf-8")
    assert run(["mine.jsonl", *at]) == 0
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err and "\n␛[31mred " in out and "\na b " in out


def test_a_file_is_written_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Path("report.json")
    write_whole(target, b"first")
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~umask()
    target.chmod(0o640)
    write_whole(target, b"second")
    assert target.read_bytes() == b"second" and stat.S_IMODE(target.stat().st_mode) == 0o640

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"report\.json: cannot be written \(No space left on device\)"):
        write_whole(target, b"third")
    assert target.read_bytes() == b"second" and [path.name for path in Path().iterdir()] == ["report.json"]


def umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def test_a_link_to_a_file_stays_one() -> None:
    Path("folder").mkdir()
    Path("link.json").symlink_to("folder/report.json")
    check_writable(Path("link.json"), "--json")
    write_whole(Path("link.json"), b"{}")
    assert Path("link.json").is_symlink() and Path("folder/report.json").read_bytes() == b"{}"
    Path("broken.json").symlink_to("nowhere/report.json")
    with pytest.raises(InputError, match="there is no folder"):
        check_writable(Path("broken.json"), "--json")


def test_help_names_what_there_is(capsys: Capsys) -> None:
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    options = "--json --html --limit --fail-under --compare --model".split()
    assert all(name in out for name in ("DATASET", *options))
