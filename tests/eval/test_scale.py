"""Corpora of any size are real sentences in sound indexes, and each size is measured whole."""

import builtins
import json
import os
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from articles_qa.eval.datasets.cases import Document
from articles_qa.eval.scale import _alone, main
from articles_qa.eval.scaling.size_benchmark import build_mixed, build_real, serve
from articles_qa.eval.scaling.synthetic_corpus import PASSAGE_CHARS, lines_of, paragraphs, write_articles
from articles_qa.index import Index, InputError
from articles_qa.index.backends import check_index

TEXT = "The ferry Amalia carried forty people to Linz. It rained all day. The mayor was on board, the police said on Monday."


@pytest.fixture(scope="module")
def documents(seeds: Path) -> list[Document]:
    return [Document(path.name, path.read_text("utf-8")) for path in sorted(seeds.glob("*.txt"))]


def test_paragraphs_hold_every_line_once_before_any_comes_again() -> None:
    lines = [f"{number} " * 40 for number in range(100)]
    drawn = [number for paragraph in islice(paragraphs(lines), 80) for number in paragraph]
    assert sorted(drawn[:100]) == sorted(drawn[100:200]) == list(range(100)) and drawn[:100] != drawn[100:200]
    assert all(sum(len(lines[at]) + 1 for at in made) <= PASSAGE_CHARS + 1 for made in islice(paragraphs(lines), 80))


def test_articles_are_made_of_the_documents_own_sentences(documents: list[Document], tmp_path: Path) -> None:
    lines = lines_of(documents)
    write_articles(tmp_path, lines, 25)
    texts = [path.read_text("utf-8") for path in sorted(tmp_path.rglob("*.txt"))]
    assert [text.count("\n\n") + 1 for text in texts] == [10, 10, 5]
    assert all(any(line in text for line in lines) for text in texts)


def test_an_index_of_mixed_vectors_is_sound_and_has_the_size_asked_for(documents: list[Document], tmp_path: Path) -> None:
    assert not build_real(tmp_path / "real", documents, 12).mixed
    assert build_mixed(tmp_path / "mixed", tmp_path / "real", 40).mixed
    assert check_index(tmp_path / "mixed" / "index").findings == ()
    assert Index.open(tmp_path / "mixed" / "index").info.passages == 40
    served = serve(tmp_path / "mixed", ["how many casualties did NIS report?", "who was captured?"])
    assert served.passages == 40 and served.recall == 1.0 and served.ask.p99_ms >= served.ask.p50_ms > 0


def test_each_step_has_a_process_of_its_own() -> None:
    step: Any = "__import__('os').getpid()"
    assert _alone(builtins.eval, step) != os.getpid()
    step = "__import__('os')._exit(1)"
    with pytest.raises(InputError, match="its process was stopped"):
        _alone(builtins.eval, step)


def test_a_row_is_printed_and_saved_for_each_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("articles_qa.eval.scale._alone", lambda act, folder, *arguments: act(folder, *arguments))
    asked = {"id": "1", "question": "Who was carried?", "answers": [{"text": "forty people", "answer_start": 25}]}
    squad = {"data": [{"title": "Ferries", "paragraphs": [{"context": TEXT, "qas": [asked]}]}]}
    (tmp_path / "squad.json").write_text(json.dumps(squad), "utf-8")
    saved = ["--json", str(tmp_path / "rows.json")]
    assert main([str(tmp_path / "squad.json"), "--passages", "4", "8", "--real", "4", *saved]) == 0
    record = json.loads((tmp_path / "rows.json").read_text("utf-8"))
    assert [row["built"]["mixed"] for row in record["rows"]] == [False, True]
    assert (record["schema"], record["data"], record["questions"]) == ("scale/1", "squad", 1)
    assert set(record["measured"]) == {"date", "version", "commit", "machine"}
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and "real" in lines[1] and "mixed" in lines[2]


def test_what_cannot_be_measured_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.json")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(SystemExit):
        main(["--passages", "0"])
