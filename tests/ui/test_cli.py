"""The command line's contract: statuses, streams, one line for an error, the record as JSON."""

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import articles_qa.ui.commands.index_command
from articles_qa.index.local.write_lock import writer
from articles_qa.ui.cli import main

ROOT = Path(__file__).parents[2]
NIS = "how many casualties did NIS report?"
NUMBERS = re.compile(r"^\[(\d+)\]", re.MULTILINE)  # Of quotes; in a table they stand further to the right.
OFF_TOPIC = "Who painted the Mona Lisa?"

Capsys = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test runs in an empty folder of its own."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv("QA_INDEX", raising=False)
    return tmp_path / "here"


@pytest.fixture
def at(seeds_index: Path) -> list[str]:
    return ["--index", str(seeds_index)]


def run(arguments: list[str]) -> int:
    """The exit status, however it is given."""
    try:
        return main(arguments)
    except SystemExit as stop:
        assert isinstance(stop.code, int)
        return stop.code


def qa(*arguments: str | bytes, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """A whole process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "articles_qa.ui.cli", *arguments], capture_output=True, env=environment, check=False, **options
    )


def only_line(capsys: Capsys) -> str:
    """The one line on stderr, with nothing on stdout."""
    out, err = capsys.readouterr()
    assert out == "" and err.endswith("\n") and err.count("\n") == 1 and err.startswith("qa: ")
    return err


def test_an_answer_goes_to_stdout_with_status_0(at: list[str], capsys: Capsys) -> None:
    assert run(["ask", NIS, *at]) == 0
    out, err = capsys.readouterr()
    assert "The NIS claims over 100" in out and ":26 · said by NIS" in out and err == "" and "\x1b" not in out


def test_no_answer_is_status_1_and_still_a_result(at: list[str], capsys: Capsys) -> None:
    assert run(["ask", OFF_TOPIC, *at]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("The 5 articles do not answer this.\n") and err == ""


def test_json_is_the_record(at: list[str], capsys: Capsys) -> None:
    for question, status in ((NIS, 0), (OFF_TOPIC, 1)):
        assert run(["ask", question, *at, "--json"]) == status
        record = json.loads(capsys.readouterr().out)
        assert record["question"] == question and record["answered"] is (status == 0)
        check_types(record)


def check_types(record: dict[str, Any]) -> None:
    kinds: dict[str, Any] = {"schema": str, "question": str, "searched": list, "answered": bool, "confidence": float}
    kinds |= {"reason": str | None, "quotes": list, "closest": list, "index": dict, "took_ms": float}
    quote_kinds: dict[str, Any] = dict.fromkeys(
        ("rank", "start", "end", "byte_start", "byte_end", "first_line", "last_line"), int
    )
    quote_kinds |= {"source": str, "sha256": str, "text": str, "probability": float, "said_by": str | None}
    quote_kinds |= {"passage": dict, "source_state": str, "marks": list, "gaps": list, "same_as": int | None}
    assert [name for name, kind in kinds.items() if not isinstance(record[name], kind)] == []
    for quote in record["quotes"] + record["closest"]:
        assert [name for name, kind in quote_kinds.items() if not isinstance(quote[name], kind)] == []


def test_k_limits_the_quotes_and_v_shows_their_context(at: list[str], capsys: Capsys) -> None:
    run(["ask", NIS, *at, "-k", "1"])
    short = capsys.readouterr().out
    run(["ask", NIS, *at, "-k", "1", "-v"])
    long = capsys.readouterr().out
    answers, beside = short.split("More quotes")
    assert NUMBERS.findall(answers) == ["1"] and "2" in NUMBERS.findall(beside)
    assert "prisoner of war" in long and "prisoner of war" not in short


@pytest.fixture
def dated() -> list[str]:
    """An index of articles of three days and two outlets."""
    for name, outlet, day, number in (
        ("2023/a.txt", "Linz Gazette", "December 30, 2023", 11),
        ("2024/b.txt", "Linz Gazette", "January 2, 2024", 12),
        ("2024/c.txt", "Steyr News", "March 5, 2024", 13),
    ):
        Path("dated", name).parent.mkdir(parents=True, exist_ok=True)
        text = f"{outlet}\n\nThe ferry again\n\n{day}\n\nThe ferry Amalia carried {number} people, the police said.\n"
        Path("dated", name).write_text(text, "utf-8")
    assert run(["index", "dated", "--index", "dated-index"]) == 0
    return ["--index", "dated-index"]


# Arguments, the files that are asked, in order, and the status.
SCOPES: list[tuple[list[str], list[str], int]] = [
    ([], ["2023/a.txt", "2024/b.txt", "2024/c.txt"], 0),
    (["--source", "2024"], ["2024/b.txt", "2024/c.txt"], 0),
    (["--source", "*b.txt", "--source", "2023/"], ["2023/a.txt", "2024/b.txt"], 0),
    (["--outlet", "steyr news"], ["2024/c.txt"], 0),
    (["--outlet", "Linz Gazette", "--outlet", "Steyr News"], ["2023/a.txt", "2024/b.txt", "2024/c.txt"], 0),
    (["--since", "2024-01-02"], ["2024/b.txt", "2024/c.txt"], 0),
    (["--until", "2024-01-02"], ["2023/a.txt", "2024/b.txt"], 0),
    (["--since", "2024-01-02", "--until", "2024-01-02"], ["2024/b.txt"], 0),
    (["--outlet", "Linz Gazette", "--since", "2024-01-01"], ["2024/b.txt"], 0),
    (["--source", "nowhere"], [], 1),
    (["--outlet", "Linz"], [], 1),
    (["--since", "2030-01-01"], [], 1),
    (["--source", "caf\udce9"], [], 1),
]


def test_a_question_is_asked_of_the_articles_chosen(dated: list[str], capsys: Capsys) -> None:
    question = "How many people did the ferry Amalia carry?"
    for scope, files, status in SCOPES:
        capsys.readouterr()
        assert run(["ask", question, *dated, *scope, "--json", "-k", "20"]) == status
        out, err = capsys.readouterr()
        record = json.loads(out)
        assert (record["within"]["articles"] if scope else 3) == len(files) and err == ""
        assert {quote["source"] for quote in record["quotes"]} <= set(files) and record["answered"] == bool(files)
    assert run(["ask", question, *dated, "--since", "2030-01-01"]) == 1
    assert capsys.readouterr().out == "No article matches what was chosen, and those that show no date are left out.\n"


def test_chat_keeps_to_the_articles_chosen(dated: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    type_in(monkeypatch, b"How many people did the ferry Amalia carry?\nWhat did the police say?\n")
    assert run(["chat", *dated, "--until", "2023-12-31"]) == 0
    out = capsys.readouterr().out
    assert out.count("[1]") == 2 and "2023/a.txt" in out and "2024" not in out.replace("generation", "")


def test_index_brings_back_what_was_taken_out(dated: list[str], capsys: Capsys) -> None:
    from articles_qa.index import BuildSettings, build

    build([], "dated-index", BuildSettings(exclude=("2023/a.txt", "2024/b.txt")))
    capsys.readouterr()
    assert run(["index", *dated]) == 0
    assert capsys.readouterr().out.startswith("0 added, 0 changed, 0 removed, 1 unchanged, 0 refused, 2 taken out\n")
    assert run(["index", *dated, "--restore"]) == 0
    assert capsys.readouterr().out.startswith("2 added, 0 changed, 0 removed, 1 unchanged, 0 refused\n")
    assert run(["index", *dated, "--restore"]) == 0
    assert capsys.readouterr().out.startswith("0 added, 0 changed, 0 removed, 3 unchanged, 0 refused\n")


def test_accounts_from_the_environment_are_checked_before_anything_is_served(
    monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    monkeypatch.setenv("QA_AUTH", "anna:secret word\nno account")
    assert run(["serve"]) == 2
    line = only_line(capsys)
    assert "QA_AUTH, line 2: not an account" in line and "secret" not in line
    assert not Path(".qa-index").exists()


def test_a_port_in_use_is_status_2(at: list[str], capsys: Capsys) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run(["serve", *at, "--port", str(port)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.splitlines()[-1].startswith(f"qa: --port {port}: in use") and "Traceback" not in err


def test_serving_a_damaged_index_is_status_3(seeds_index: Path, capsys: Capsys) -> None:
    shutil.copytree(seeds_index, "index")
    damage(Path("index"), "bit")
    assert run(["serve", "--index", "index"]) == 3
    assert "run qa index" in only_line(capsys)


@pytest.mark.parametrize("question", ["-how many casualties?", "--json", "-k", "--"])
def test_a_question_that_starts_with_a_dash_follows_two_dashes(question: str, at: list[str], capsys: Capsys) -> None:
    status = run(["ask", *at, "--json", "--", question])
    assert status in (0, 1) if question != "--" else status == 2
    assert "Traceback" not in capsys.readouterr().err


def test_earlier_turns_come_from_a_file(at: list[str], capsys: Capsys) -> None:
    run(["ask", NIS, *at, "--json"])
    record = json.loads(capsys.readouterr().out)
    for turns in ([record], [{"role": "user", "content": NIS}], record):
        Path("turns.json").write_text(json.dumps(turns), "utf-8-sig")
        assert run(["ask", "and what about Zelensky?", *at, "--history", "turns.json"]) == 0
        assert "3,000" in capsys.readouterr().out.split("[2]")[0]


HISTORIES = ["", "{", "{}", '"text"', "[1]", "[{}]", '[{"role":"user"}]', "[" * 100_000, '[{"question":null}]', "\x00"]


@pytest.mark.parametrize("turns", HISTORIES, ids=range(len(HISTORIES)))
def test_an_unusable_history_is_one_line(turns: str, at: list[str], capsys: Capsys) -> None:
    Path("turns.json").write_text(turns, "utf-8")
    assert run(["ask", "and then?", *at, "--history", "turns.json"]) == 2
    only_line(capsys)


# Arguments, and words of the one line on stderr; the status is 2.
UNUSABLE: list[tuple[list[str], str]] = [
    (["ask", ""], "question: empty"),
    (["ask", "\x1b\x00"], "question: empty"),
    (["ask", "🙂"], "no word"),
    (["ask", "why? " * 20_000], "100,000 characters"),
    (["ask", "why \udce9?"], "surrogate"),
    (["ask", "why \udce9?", "--json"], "surrogate"),
    (["ask", "why?", "-k", "0"], "1 to 100"),
    (["ask", "why?", "-k", "101"], "1 to 100"),
    (["ask", "why?", "-k", "many"], "invalid int"),
    (["ask", "why?", "--history", "missing.json"], "missing.json: cannot be read"),
    (["ask", "why?", "--history", "."], "cannot be read"),
    (["ask", "why?", "--index", "file"], "file: not a folder"),
    (["ask", "why?", "--index", "strangers"], "strangers: holds something else"),
    (["ask", "why?", "--precision", "int4"], "invalid choice"),
    (["ask"], "required: QUESTION"),
    (["ask", "how", "many"], "unrecognized arguments: many"),
    (["ask", "-where?"], "required: QUESTION"),
    (["ask", "why?", "two\nlines \x1b]0;"], "two␊lines ␛]0;"),
    (["chat", "-k", "0"], "1 to 100"),
    (["frobnicate"], "invalid choice: 'frobnicate'"),
    ([], "required: COMMAND"),
    (["index", "missing"], "missing"),
    (["index", "empty"], "no article to index"),
    (["index"], "qa index FOLDER"),
    (["index", "articles", "--index", "file"], "file: not a folder"),
    (["index", "articles", "--index", "strangers"], "holds something else"),
    (["index", "articles", "--encoding", "klingon"], "not a known text encoding"),
    (["index", "articles", "--encoding", "utf-7"], "byte for byte"),
    (["index", "articles", "--max-file-mb", "0"], "more than 0"),
    (["index", "articles", "--model", "./nowhere"], "nowhere"),
    (["info", "--index", "file"], "file: not a folder"),
    (["ask", "why?", "--since", "tomorrow"], "argument --since: 'tomorrow' is no day"),
    (["ask", "why?", "--since", "2024-02-30"], "is no day"),
    (["ask", "why?", "--until", ""], "is no day"),
    (["ask", "why?", "--until", "2024-12-3\n"], "is no day"),
    (["ask", "why?", "--until", "caf\udce9"], "is no day"),
    (["ask", "why?", "--since", "2025-01-02", "--until", "2025-01-01"], "2025-01-02 is after until"),
    (["ask", "why?", "--source", ""], "sources: one is empty"),
    (["ask", "why?", "--source", "a", "--source", "/"], "sources: one is empty"),
    (["ask", "why?", "--source", "a" * 501], "501 characters"),
    (["ask", "why?", *["--source=a"] * 101], "101 are too many"),
    (["ask", "why?", "--outlet", " "], "outlets: one is empty"),
    (["chat", "--outlet", ""], "outlets: one is empty"),
    (["index", "--restore"], "qa index FOLDER"),
    (["serve", "--host", "0.0.0.0"], "give accounts"),
    (["serve", "--host", "::"], "give accounts"),
    (["serve", "--host", "0.0.0.0", "--auth", "accounts"], "--allow-host"),
    (["serve", "--host", "0.0.0.0", "--allow-host", "qa.example.org"], "give accounts"),
    (["serve", "--auth", "missing.txt"], "missing.txt: cannot be read"),
    (["serve", "--auth", "empty"], "empty: not a file"),
    (["serve", "--auth", "file"], "not an account; write name:password"),
    (["serve", "--auth", "open"], "open: other users of this machine can read it"),
    (["serve", "--allow-host", "two words"], "not a host"),
    (["serve", "--port", "70000"], "--port 70000: not a port"),
    (["serve", "--port", "-1"], "--port -1: not a port"),
    (["serve", "--port", "http"], "invalid int"),
    (["serve", "--certfile", "file"], "file: no certificate"),
    (["serve", "--certfile", "missing.pem"], "missing.pem: no certificate"),
    (["serve", "--keyfile", "file"], "file: a key without its certificate"),
    (["serve", "--index", "file"], "file: not a folder"),
    (["serve", "--index", "strangers"], "strangers: holds something else"),
    (["serve", "seeds"], "unrecognized arguments: seeds"),
]


@pytest.mark.parametrize(("arguments", "words"), UNUSABLE, ids=[str(a)[:60] for a, _ in UNUSABLE])
def test_unusable_input_is_one_line_and_status_2(arguments: list[str], words: str, capsys: Capsys) -> None:
    Path("file").write_text("not an index", "utf-8")
    Path("file").chmod(0o600)
    for name, mode in (("accounts", 0o600), ("open", 0o644)):
        Path(name).write_text("anna:hunter2 is not it", "utf-8")
        Path(name).chmod(mode)
    Path("strangers").mkdir()
    Path("strangers/photo.jpg").touch()
    Path("empty").mkdir()
    Path("articles").mkdir()
    Path("articles/a.txt").write_text("The ferry sank.", "utf-8")
    assert run(arguments) == 2
    assert words in only_line(capsys)
    assert not Path(".qa-index/CURRENT").exists()  # Nothing is built for what cannot be asked.


def damage(folder: Path, what: str) -> None:
    name = {"bit": "vectors.faiss", "gone": "articles.db", "cut": "manifest.json", "lost": "."}[what]
    path = next(folder.glob("gen-*")) / name
    if what == "lost":
        shutil.rmtree(path)
    elif what == "gone":
        path.unlink()
    else:
        data = path.read_bytes()
        path.write_bytes(data[:-1] if what == "cut" else data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])


@pytest.mark.parametrize("what", ["bit", "gone", "cut", "lost"])
def test_a_damaged_index_is_status_3_and_says_what_to_run(what: str, seeds_index: Path, capsys: Capsys) -> None:
    shutil.copytree(seeds_index, "index")
    damage(Path("index"), what)
    for command in (["ask", NIS], ["info"], ["chat"]):
        assert run([*command, "--index", "index"]) == 3
        assert "run qa index" in only_line(capsys)


def test_where_the_newest_generation_is_damaged_the_one_before_answers_when_asked_for(
    seeds_index: Path, seeds: Path, capsys: Capsys
) -> None:
    shutil.copytree(seeds_index, "index")
    Path("more.txt").write_text("The ferry sank at noon. The mayor of Narvik said that nobody was hurt.")
    assert run(["index", str(seeds), "more.txt", "--index", "index"]) == 0
    path = Path("index/gen-000002/vectors.faiss")
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    capsys.readouterr()
    assert run(["ask", NIS, "--index", "index"]) == 3
    assert only_line(capsys).endswith("run qa index --rebuild, or answer from generation 1 with --generation 1\n")
    assert run(["ask", NIS, "--index", "index", "--generation", "1"]) == 0
    out, err = capsys.readouterr()
    assert "over 100 North Korean troops" in out and err == "qa: generation 1 answers, which is not the one in force\n"
    assert run(["info", "--index", "index", "--generation", "1"]) == 0
    assert "generation 1, not the one in force (--generation 2 is kept too)" in capsys.readouterr().out
    assert run(["ask", NIS, "--index", "index", "--generation", "7"]) == 3
    assert "gen-000007/manifest.json: cannot be read" in only_line(capsys)


def test_a_build_that_was_stopped_is_not_replaced_by_the_bundled_articles(capsys: Capsys) -> None:
    Path("index/pending").mkdir(parents=True)
    Path("index/LOCK").touch()
    assert run(["ask", NIS, "--index", "index"]) == 3
    assert "a build was stopped before it was done; go on with qa index FOLDER" in only_line(capsys)
    assert Path("index/pending").is_dir()


def test_a_busy_index_is_status_2_and_names_its_writer(capsys: Capsys, seeds: Path) -> None:
    with writer(Path("index")):
        assert run(["index", str(seeds), "--index", "index"]) == 2
        assert f"index: process {os.getpid()}, since " in only_line(capsys)


def test_a_writer_that_waits_comes_next(capsys: Capsys, tmp_path: Path) -> None:
    Path("a.txt").write_text("The ferry sank at noon. Nobody was on board.")
    with ThreadPoolExecutor(1) as pool, ExitStack() as held:
        held.enter_context(writer(tmp_path / "index"))
        waiting = pool.submit(run, ["index", "a.txt", "--index", str(tmp_path / "index"), "--wait"])
        time.sleep(0.5)
        assert not waiting.done()
        held.close()
        assert waiting.result() == 0
    out, err = capsys.readouterr()
    assert out.startswith("1 added") and f"waiting for process {os.getpid()}, since " in err


def test_info_without_an_index_is_status_3(capsys: Capsys) -> None:
    assert run(["info"]) == 3
    assert "there is no index here; run qa index" in only_line(capsys)


@pytest.mark.usefixtures("exact")
def test_an_index_of_another_precision_is_status_3(at: list[str], capsys: Capsys) -> None:
    assert run(["ask", NIS, *at, "--precision", "fp32"]) == 3
    assert "run qa index" in only_line(capsys)


def test_without_an_index_one_is_built_from_the_bundled_articles(capsys: Capsys) -> None:
    assert run(["ask", NIS]) == 0
    out, err = capsys.readouterr()
    assert "NIS claims over 100" in out and err == "qa: no index at .qa-index yet; building one from the bundled articles\n"
    assert run(["ask", NIS]) == 0
    assert capsys.readouterr().err == ""


def test_the_environment_names_the_index(seeds_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    monkeypatch.setenv("QA_INDEX", str(seeds_index))
    assert run(["ask", NIS]) == 0 and capsys.readouterr().err == ""
    monkeypatch.setenv("QA_INDEX", "50%s")  # A sign that argparse would expand.
    assert run(["ask", "--help"]) == 0 and "50%s" in capsys.readouterr().out
    monkeypatch.setenv("QA_INDEX", "")
    assert run(["info"]) == 3 and ".qa-index" in only_line(capsys)


def test_index_prints_counts_and_refusals(capsys: Capsys) -> None:
    Path("articles").mkdir()
    Path("articles/good.txt").write_text("The ferry sank near Linz.", "utf-8")
    Path("articles/bad\n\x1b[31m.txt").write_bytes(b"caf\xe9")
    assert run(["index", "articles"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("1 added, 0 changed, 0 removed, 0 unchanged, 1 refused\ngeneration 1: 1 passages, 1 sentences")
    assert err == "refused bad␊␛[31m.txt: not UTF-8 at byte 3; save it as UTF-8 or name its encoding with --encoding\n"


def test_index_without_paths_takes_those_of_the_last_time(capsys: Capsys) -> None:
    Path("articles").mkdir()
    Path("articles/a.txt").write_text("The ferry sank near Linz.", "utf-8")
    run(["index", "articles"])
    Path("articles/b.txt").write_text("The bridge was closed.", "utf-8")
    capsys.readouterr()
    assert run(["index"]) == 0
    assert capsys.readouterr().out.startswith("1 added, 0 changed, 0 removed, 1 unchanged, 0 refused\n")


def test_info_says_what_the_index_holds(at: list[str], seeds: Path, capsys: Capsys) -> None:
    assert run(["info", *at]) == 0
    assert f"articles   5 from {seeds}" in capsys.readouterr().out
    assert run(["info", *at, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["articles"], record["generation"], record["model"]["name"]) == (5, 1, "all-MiniLM-L6-v2")


def type_in(monkeypatch: pytest.MonkeyPatch, typed: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))


def test_chat_answers_turn_by_turn(at: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    type_in(monkeypatch, f"{NIS}\nand what about Zelensky?\n".encode())
    assert run(["chat", *at]) == 0
    out, err = capsys.readouterr()
    _, first, second = re.split(r"(?m)^\[1\]", out)
    assert "over 100" in first.split("[2]")[0] and "3,000" in second.split("[2]")[0] and err == ""


def test_chat_tells_what_a_follow_up_was_searched_as(at: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{NIS}\nand what about Zelensky?\n"))
    assert run(["chat", *at]) == 0
    first, second = re.split(r"(?m)^searched: ", capsys.readouterr().out)
    assert first.startswith(("1 quote", "2 quotes")) and "Zelensky" in second.splitlines()[0]


def test_chat_goes_on_after_what_cannot_be_asked(at: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    type_in(monkeypatch, b"?!\ncaf\xe9?\n" + NIS.encode() + b"\n\nnot asked any more\n")
    assert run(["chat", *at]) == 0
    out, err = capsys.readouterr()
    assert NUMBERS.findall(out).count("1") == 1 and err.count("\n") == 2 and "no word" in err and "surrogate" in err


def interrupt(*_: object) -> int:
    raise KeyboardInterrupt


def fail(*_: object) -> int:
    raise ZeroDivisionError("one\ntwo")


class Finalized:
    def __del__(self) -> None:
        raise KeyboardInterrupt  # The interpreter ignores it here.


def interrupt_a_finalizer(*_: object) -> int:
    Finalized()
    return 0


def fill_the_memory(*_: object) -> int:
    raise MemoryError


@pytest.mark.parametrize(
    ("act", "status", "line"),
    [
        (interrupt, 130, "stopped"),
        (interrupt_a_finalizer, 130, "stopped"),
        (fail, 2, "ZeroDivisionError: one␊two"),
        (fill_the_memory, 2, "the memory is full; end other programs"),
    ],
)
def test_no_traceback_reaches_a_user(
    act: Callable[..., int], status: int, line: str, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    monkeypatch.setattr(articles_qa.ui.commands.index_command, "info", act)
    assert run(["info"]) == status and line in only_line(capsys)


def test_a_fault_can_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles_qa.ui.commands.index_command, "info", fail)
    monkeypatch.setenv("QA_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run(["info"])


def test_the_version_is_that_of_the_package(capsys: Capsys) -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"{project['name']} {project['version']}\n"


def test_help_names_every_command(capsys: Capsys) -> None:
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n    {command} " in out for command in ("index", "ask", "chat", "serve", "eval", "info"))


def test_any_encoding_of_the_output_will_do(at: list[str]) -> None:
    question = f"{NIS} “é” 🙂"
    answer = qa("ask", NIS, *at, env={"PYTHONIOENCODING": "latin-1"})
    record = qa("ask", question, *at, "--json", env={"PYTHONIOENCODING": "ascii"})
    assert (answer.returncode, answer.stderr, record.stderr) == (0, b"", b"")
    assert NUMBERS.findall(answer.stdout.decode("latin-1")).count("1") == 1
    assert json.loads(record.stdout.decode("ascii"))["question"] == question


def test_bytes_that_are_no_text_are_one_line(at: list[str]) -> None:
    done = qa("ask", b"caf\xe9?", *at, "--json", env={"PYTHONUTF8": "1"})
    assert (
        done.returncode == 2
        and done.stdout == b""
        and done.stderr.startswith(b"qa: question: ")
        and done.stderr.count(b"\n") == 1
    )


def shell(line: str, index: Path) -> subprocess.CompletedProcess[str]:
    command = f"{sys.executable} -m articles_qa.ui.cli"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QA_INDEX": str(index), "QA": command}
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, env=environment, check=False)


# A line of shell, and what may stand on stderr.
PIPES = [
    ('$QA ask "Kursk soldiers" -v | head -1', ""),
    ('$QA ask "Kursk soldiers" | true', ""),
    ("$QA --help | true", ""),
    ('$QA ask "Kursk soldiers" > /dev/full', "qa: the output: cannot be used (No space left on device)"),
    ('$QA ask "Kursk soldiers" >&-', ""),
    ("$QA ask '' 2>&-", ""),
]


@pytest.mark.parametrize(("line", "error"), PIPES)
def test_an_output_that_closes_or_fills_up_makes_no_noise(line: str, error: str, seeds_index: Path) -> None:
    done = shell(line, seeds_index)
    assert done.stderr.startswith(error) and done.stderr.count("\n") == bool(error)


def test_ctrl_c_stops_with_one_line(seeds_index: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QA_INDEX": str(seeds_index)}
    command = [sys.executable, "-m", "articles_qa.ui.cli", "chat"]
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, env=environment, text=True, **pipes) as chat:
        assert chat.stdin and chat.stdout and chat.stderr
        chat.stdin.write(f"{NIS}\n")
        chat.stdin.flush()
        assert re.match(r"\d+ quotes? from", chat.stdout.readline())  # It waits for the next question now, or soon.
        time.sleep(0.2)
        chat.send_signal(signal.SIGINT)
        assert chat.wait(10) == 130 and chat.stderr.read() == "qa: stopped\n"


@pytest.mark.parametrize("module", ["articles_qa.ui.commands", "articles_qa.index.errors"])
def test_ctrl_c_while_a_module_is_imported_is_one_line(module: str) -> None:
    program = (
        "import sys\nclass Finder:\n    def find_spec(self, name, *_):\n"
        "        if name == sys.argv[1]: raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Finder())\nfrom articles_qa.ui.cli import main\nsys.exit(main(['info']))"
    )
    done = subprocess.run([sys.executable, "-c", program, module], capture_output=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"qa: stopped\n")


def test_asking_imports_no_heavy_package(seeds_index: Path) -> None:
    heavy = ("torch", "transformers", "sentence_transformers", "langchain_text_splitters", "nupunkt", "gradio")
    script = "import sys; from articles_qa.ui.cli import main; main(['ask', 'who?']); "
    script += f"sys.exit(str([m for m in {heavy} if m in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "QA_INDEX": str(seeds_index)},
        check=False,
    )
    assert done.stderr.decode().strip() == "[]"
