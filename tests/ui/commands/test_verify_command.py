"""`qa verify`: what it takes, what it prints, with which status it ends."""

import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from articles_qa.index import add_file, build
from articles_qa.index.local.generation import CURRENT, MANIFEST
from articles_qa.index.local.segment import ARTICLES, VECTORS
from articles_qa.qa import Retriever
from articles_qa.qa.proof.saved_answer import read_answer
from articles_qa.ui.cli import main
from articles_qa.ui.text.markdown import to_markdown

NIS = "how many casualties did NIS report?"
Capsys = pytest.CaptureFixture[str]
Record = dict[str, Any]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def qa(capsys: Capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in an empty folder of its own; its status, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QA_INDEX", raising=False)

    def run(*arguments: str | Path, stdin: bytes | None = None) -> tuple[int, str, str]:
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            assert isinstance(stop.code, int)
            status = stop.code
        return status, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def record(retriever: Retriever) -> Record:
    """A record with two quotes at least."""
    made = retriever.ask(NIS).to_dict()
    assert len(made["quotes"]) >= 2
    return made


@pytest.fixture
def folder(seeds: Path, tmp_path: Path) -> Path:
    """A copy of the articles, to be changed."""
    return Path(shutil.copytree(seeds, tmp_path / "articles"))


def saved(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    return path


def altered(record: Record, **what: Any) -> Record:
    return {**record, "quotes": [{**record["quotes"][0], **what}, *record["quotes"][1:]]}


def test_an_index_that_is_sound_is_status_0(qa: Run, seeds_index: Path) -> None:
    status, out, err = qa("verify", "--index", seeds_index)
    assert (status, err) == (0, "") and out.count("\n") == 1
    assert "generation 1: " in out and "5 articles" in out and out.endswith("checked, nothing wrong\n")
    status, out, _ = qa("verify", "--index", seeds_index, "--json")
    found = json.loads(out)
    assert status == 0 and found["ok"] is True and found["index"]["checked"]["articles"] == 5
    assert qa("verify", "--index", seeds_index, "--generation", "1")[0] == 0


def test_a_damaged_index_is_status_3_and_all_damage_is_named(qa: Run, seeds_index: Path, tmp_path: Path) -> None:
    shutil.copytree(seeds_index, tmp_path / "index")
    generation = tmp_path / "index" / "gen-000001"
    for name in (ARTICLES, VECTORS):
        (generation / name).write_bytes((generation / name).read_bytes()[:-1] + b"\0\0")
    status, out, err = qa("verify", "--index", "index")
    assert status == 3 and err == "qa: index: the index is damaged; run qa index --rebuild\n"
    assert [line.partition(":")[0] for line in out.splitlines()[:-1]] == [f"index/gen-000001/{n}" for n in (ARTICLES, VECTORS)]
    status, out, _ = qa("verify", "--index", "index", "--json")
    assert status == 3 and json.loads(out)["ok"] is False and len(json.loads(out)["index"]["findings"]) == 2


def test_an_index_that_cannot_be_looked_at_is_status_3(qa: Run, seeds_index: Path, tmp_path: Path) -> None:
    status, out, err = qa("verify", "--index", "none")
    assert (status, out) == (3, "") and err.startswith("qa: none: there is no index here") and err.count("\n") == 1
    shutil.copytree(seeds_index, tmp_path / "index")
    (tmp_path / "index" / CURRENT).write_text("?")
    assert qa("verify", "--index", "index")[0] == 3
    assert not (tmp_path / ".qa-index").exists()


def test_quotes_that_stand_in_their_files_are_status_0(qa: Run, seeds_index: Path, record: Record, tmp_path: Path) -> None:
    size = len(record["quotes"] + record["beside"])
    path = saved(tmp_path / "answer.json", record)
    assert qa("verify", path, "--index", seeds_index) == (0, f"{size} quotes in 1 record: {size} ok\n", "")
    status, out, _ = qa("verify", path, "--index", seeds_index, "-v")
    first = record["quotes"][0]
    assert status == 0 and f"  [1] ok           {first['source']}:{first['first_line']}\n" in out and NIS in out


def test_what_qa_ask_prints_is_proven(qa: Run, seeds_index: Path) -> None:
    _, asked, _ = qa("ask", NIS, "--index", seeds_index, "--json")
    _, missed, _ = qa("ask", "Who painted the Mona Lisa?", "--index", seeds_index, "--json")
    status, out, _ = qa("verify", "-", "--index", seeds_index, stdin=(asked + missed).encode())
    closest, answer = len(json.loads(missed)["closest"]), json.loads(asked)
    assert closest and status == 0 and f"{closest + len(answer['quotes'] + answer['beside'])} quotes in 2 records" in out


FORMS: list[tuple[str, Callable[[list[Record]], str]]] = [
    ("a list, as the page exports it", lambda records: json.dumps(records, indent=1)),
    ("JSON Lines", lambda records: "".join(json.dumps(record) + "\n" for record in records)),
    ("one after another, as >> leaves them", lambda records: "\n".join(json.dumps(record, indent=1) for record in records)),
    ("lists and records", lambda records: json.dumps(records[:1]) + json.dumps(records[1])),
    ("with blank lines", lambda records: "\r\n\r\n" + "\r\n\r\n".join(map(json.dumps, records)) + "\r\n\r\n"),
]


@pytest.mark.parametrize("form", [form for _, form in FORMS], ids=[name for name, _ in FORMS])
def test_records_come_in_many_forms(
    form: Callable[[list[Record]], str], qa: Run, seeds_index: Path, record: Record, tmp_path: Path
) -> None:
    text = form([record, altered(record, byte_start=1)])
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"):
        (tmp_path / "answers.json").write_bytes(text.encode(encoding))
        status, out, err = qa("verify", "answers.json", "--index", seeds_index)
        assert (status, err) == (1, "") and out.startswith(f"answers.json, record 2: {NIS}\n  [1] not equal    ")
        assert out.count("\n") == 3 and " in 2 records: " in out


def test_several_files_are_taken_together(qa: Run, seeds_index: Path, record: Record, tmp_path: Path) -> None:
    paths = [saved(tmp_path / f"{name}.json", record) for name in "abc"]
    status, out, _ = qa("verify", *paths, "--index", seeds_index)
    assert status == 0 and " in 3 records: " in out


def test_an_altered_record_is_status_1(qa: Run, seeds_index: Path, record: Record, tmp_path: Path) -> None:
    text = record["quotes"][0]["text"].replace("100", "9,000")
    path = saved(tmp_path / "answer.json", altered(record, text=text))
    status, out, _ = qa("verify", path, "--index", seeds_index)
    assert status == 1 and "[1] not equal " in out and "the file does not hold this text; there stands “The NIS" in out


def test_what_became_of_each_quote_is_told(qa: Run, record: Record, folder: Path, tmp_path: Path) -> None:
    path = saved(tmp_path / "answer.json", record)
    assert qa("verify", path, "--root", "articles")[0] == 0  # No index is needed.
    quote, quotes = record["quotes"][0], record["quotes"] + record["beside"]
    source = folder / quote["source"]
    text = source.read_bytes()
    source.write_bytes(text + b"More.\n")
    alike = sum(other["source"] == quote["source"] for other in quotes)
    _, out, _ = qa("verify", path, "--root", "articles")
    assert out == f"{len(quotes)} quotes in 1 record: {len(quotes)} ok ({alike} in files that have changed elsewhere)\n"
    assert "the file has changed elsewhere" in qa("verify", path, "--root", "articles", "-v")[1]
    source.write_bytes(b"One\nmore\n" + text)
    status, out, _ = qa("verify", path, "--root", "articles")
    assert status == 1 and f"[1] moved        {source.name}:{quote['first_line']} - now line {quote['first_line'] + 2}, " in out
    source.write_bytes(text.replace(b"100", b"900"))
    assert (
        f"[1] gone         {source.name}:{quote['first_line']} - the file does not hold"
        in qa("verify", path, "--root", folder)[1]
    )
    source.unlink()
    assert (
        f"[1] missing file {source.name}:{quote['first_line']} - there is no such file"
        in qa("verify", path, "--root", folder)[1]
    )


def test_the_json_says_everything(qa: Run, record: Record, folder: Path, tmp_path: Path) -> None:
    path = saved(tmp_path / "answer.json", [record, record])
    first = record["quotes"][0]
    (folder / first["source"]).write_bytes(b"One\nmore\n" + (folder / first["source"]).read_bytes())
    (tmp_path / "odd.json").write_text("{")
    status, out, err = qa("verify", path, "odd.json", "--root", folder, "--json")
    found = json.loads(out)
    assert status == 2 and found["ok"] is False and len(found["unusable"]) == 1 and "odd.json" in err
    assert sum(found["counts"].values()) == 2 * len(record["quotes"] + record["beside"]) and set(found["counts"]) == {
        *("ok", "moved", "gone", "missing file", "not equal")
    }
    assert [(one["file"], one["record"]) for one in found["records"]] == [(str(path), 1), (str(path), 2)]
    proof = found["records"][0]["quotes"][0]
    assert proof["verdict"] == "moved" and proof["file_changed"] is True and proof["places"] == 1
    assert proof["now"]["start"] == first["start"] + 9 and proof["now"]["first_line"] == first["first_line"] + 2
    assert proof["text"] == first["text"] and proof["rank"] == 1 and proof["answers"] is True


def test_quotes_beside_are_proven_and_claims_told_of_only_where_they_are_wrong(
    qa: Run, seeds: Path, compared: Record, tmp_path: Path
) -> None:
    path = saved(tmp_path / "answer.json", compared)
    assert qa("verify", path, "--root", seeds) == (0, "10 quotes in 1 record: 10 ok\n", "")
    found = json.loads(qa("verify", path, "--root", seeds, "--json")[1])
    assert found["ok"] is True and found["claims"] == {"ok": 12, "not equal": 0}
    assert [len(quote["claims"]) for quote in found["records"][0]["quotes"]] == [2, 1, 1, 1, 1, 1, 2, 1, 1, 1]
    compared["claims"][0]["values"][0]["claims"][0]["value"] = "over\x1b 900"
    path = saved(tmp_path / "answer.json", compared)
    status, out, err = qa("verify", path, "--root", seeds)
    assert (status, err) == (1, "")
    wrong = "  [1] not equal    “over␛ 900” of the table killed - its value does not stand in the quote from start to end"
    assert out == f"{path}: {NIS}\n{wrong}\n10 quotes in 1 record: 10 ok; 1 of 12 claims not equal\n"
    found = json.loads(qa("verify", path, "--root", seeds, "--json")[1])
    claim = found["records"][0]["quotes"][0]["claims"][0]
    assert found["ok"] is False and found["claims"] == {"ok": 11, "not equal": 1} and claim["ok"] is False and claim["reason"]


UNUSABLE: list[tuple[bytes, str]] = [
    (b"", "holds no record"),
    (b"[]", "holds no record"),
    (b" \n\n", "holds no record"),
    (b"{", "not JSON at line 1, column 2"),
    (b'{"a": 1}\n\n{"a": ', "record 1, from line 1 on: not a record"),
    (b"\n\nhello", "not JSON at line 3, column 1"),
    (b"\xff\xfe\xfa", "not JSON (not UTF-16 at byte"),
    (b'"\xe9"', "not JSON (not UTF-8 at byte 1)"),
    (b"12", "record 1, from line 1 on: not a record"),
    (b"[[]]", "not a record"),
    (b"1" * 10_000, "JSON that cannot be read, from line 1"),
    (b"[" * 200_000, "odd.json: "),
    (b'{"schema": "answer/2"}', "not a record"),
    (b'{"schema": "answer/1", "question": 7}', "from line 1 on: question: "),
    (b"# Answers\n\n> 1. quoted\n", "Markdown, which has no offsets; export records instead"),
]


@pytest.mark.parametrize(("data", "line"), UNUSABLE, ids=[str(i) for i in range(len(UNUSABLE))])
def test_what_is_no_record_is_status_2_in_one_line(data: bytes, line: str, qa: Run, record: Record, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_bytes(data)
    status, out, err = qa("verify", "odd.json", saved(tmp_path / "good.json", record), "--root", tmp_path)
    assert status == 2 and err.count("\n") == 1 and err.startswith("qa: odd.json: ") and line in err and len(err) < 400
    assert " in 1 record: " in out  # The other file is proven all the same.


def test_the_pages_markdown_is_refused(qa: Run, seeds_index: Path, record: Record, tmp_path: Path) -> None:
    (tmp_path / "answers.md").write_text(to_markdown([read_answer(record)]), "utf-8")
    status, _, err = qa("verify", "answers.md", "--index", seeds_index)
    assert status == 2 and "export records instead" in err


def test_arguments_that_cannot_be_met_are_status_2(qa: Run, seeds_index: Path, record: Record, tmp_path: Path) -> None:
    path = saved(tmp_path / "answer.json", record)
    for arguments, said in (
        (["--root", "."], "name saved answers too"),
        ([path, "--root", "nowhere"], "not a folder"),
        ([path], "there is no index here to say where"),
        (["none.json", "--index", seeds_index], "none.json: cannot be read (No such file or directory)"),
        ([tmp_path, "--index", seeds_index], "cannot be read (Is a directory)"),
        ([path, "--generation", "x"], "--generation"),
    ):
        status, _, err = qa("verify", *arguments)
        assert status == 2 and said in err and err.count("\n") == 1, err


def test_quotes_are_proven_though_the_index_is_damaged(qa: Run, seeds_index: Path, record: Record, tmp_path: Path) -> None:
    shutil.copytree(seeds_index, tmp_path / "index")
    generation = tmp_path / "index" / "gen-000001"
    (generation / ARTICLES).write_bytes(b"")
    path = saved(tmp_path / "answer.json", record)
    status, out, err = qa("verify", path, "--index", "index")
    assert status == 0 and " ok\n" in out and err.count("\n") == 2 and ARTICLES in err and "all the same" in err
    (generation / MANIFEST).unlink()
    status, _, err = qa("verify", path, "--index", "index")
    assert status == 3 and "--root" in err


def test_an_article_added_by_hand_is_proven_where_it_lies(qa: Run, folder: Path, tmp_path: Path) -> None:
    build([folder], tmp_path / "index")
    add_file(tmp_path / "index", "ferry.txt", b"The ferry Amalia sank near Linz with 40 people.\n")
    build([folder], tmp_path / "index")
    made = Retriever.open(tmp_path / "index").ask("How many people were on the ferry Amalia?").to_dict()
    assert made["quotes"][0]["source"].startswith("added/")
    path = saved(tmp_path / "answer.json", made)
    assert qa("verify", path, "--index", "index")[0] == 0
    assert qa("verify", path, "--root", "articles")[0] == 1
    assert qa("verify", path, "--root", "index")[0] == 0


def test_nothing_in_a_record_or_a_file_drives_the_terminal(qa: Run, tmp_path: Path, record: Record) -> None:
    harm = "\x1b]0;x\x07\u202e\r\n"
    (tmp_path / "a.txt").write_text(f"Harm {harm} all through{harm}", "utf-8", newline="")
    sha256 = "0" * 64
    odd = altered(record, source=harm, sha256=sha256, title=harm, outlet=harm, said_by=harm, encoding=harm)
    more = altered(record, source="a.txt", said_by=None, said_by_span=None, title=None, outlet=None, published=None)
    link = {"source": harm, "sha256": sha256, "start": 1, "end": 2, "text": harm}
    odd = altered(odd, citing=harm, speaker={"name": harm, "links": [link]}, citing_speaker={"name": harm, "links": [link]})
    name = tmp_path / "odd\x1b.json"
    saved(name, [odd | {"question": harm}, more])
    for options in ([], ["-v"]):
        status, out, err = qa("verify", name, "--root", tmp_path, *options)
        assert status == 1 and all(line.isprintable() for line in (out + err).split("\n"))
    status, out, err = qa("verify", saved(name, {"schema": harm}), "--root", tmp_path)
    assert status == 2 and all(line.isprintable() for line in (out + err).split("\n"))
