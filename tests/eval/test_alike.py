"""Indexes that are kept in several ways are told apart by what a question gets first."""

import json
from pathlib import Path

import pytest

from articles_qa.eval import alike
from articles_qa.eval.alike import FirstQuote, IndexVariant, build_in_parts, measure
from articles_qa.eval.datasets.cases import DataSet, Document
from articles_qa.eval.datasets.load_dataset import sampled
from articles_qa.index import Index, InputError


@pytest.fixture(scope="module")
def data() -> DataSet:
    """The seeds and some of the project's own questions."""
    return sampled([], 6)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A data set of five documents of a sentence each."""
    told = {
        f"Who rang bell {number}?": f"The ringer {name} rang bell {number} in Ostwick." for number, name in enumerate("abcde")
    }
    paragraphs = [
        {"context": text, "qas": [{"id": question, "question": question, "answers": [{"text": text[4:12], "answer_start": 4}]}]}
        for question, text in told.items()
    ]
    (tmp_path / "bells.json").write_text(json.dumps({"data": [{"title": "Bells", "paragraphs": paragraphs}]}), "utf-8")
    return tmp_path / "bells.json"


def test_an_index_in_parts_gives_the_quotes_of_one_that_was_built_at_once(data: DataSet, tmp_path: Path) -> None:
    (in_parts,) = measure(data, tmp_path, parts=5)
    assert in_parts.parts == 5 and in_parts.alike == 1 and len(in_parts.answers) == 6
    assert any(one.text for _, one, _ in in_parts.answers)
    assert list(in_parts.lines()) == ["in parts (5 parts): 1.0000 (6 of 6)"]


def test_what_differs_is_shown() -> None:
    same, other, none = FirstQuote("a.txt", 3, "It rained."), FirstQuote("b.txt", 0, "It snowed."), FirstQuote()
    compared = IndexVariant("there", 1, (("did it rain?", same, same), ("and then?", same, other), ("why?", other, none)))
    assert compared.alike == pytest.approx(1 / 3)
    assert list(compared.lines()) == [
        "there (1 part): 0.3333 (1 of 3)",
        "  and then?\n    one part: It rained.\n    here: It snowed.",
        "  why?\n    one part: It snowed.\n    here: -",
    ]


def test_another_place_is_compared_too_and_a_low_share_fails(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "elsewhere"
    asked = [str(small), "--parts", "2", "--questions", "2", "--at", str(place)]
    assert alike.main([*asked, "--fail-under", "1"]) == 0
    assert f"{place} (1 part): 1.0000 (2 of 2)" in capsys.readouterr().out
    assert alike.main(asked) == 2
    assert capsys.readouterr().err == f"eval.alike: {place}: an index is there, which would be lost; name a place without one\n"
    monkeypatch.setattr(FirstQuote, "of", lambda retriever, question: FirstQuote(str(retriever), 0, question))
    assert alike.main([*asked[:5], "--fail-under", "0.5"]) == 1


def test_a_few_documents_make_as_many_parts(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert alike.main([str(small), "--questions", "2"]) == 0
    assert capsys.readouterr().out == "in parts (5 parts): 1.0000 (2 of 2)\n"


def test_parts_are_not_made_one(tmp_path: Path) -> None:
    documents = [Document(f"{number:02}.txt", f"The bell number {number} rang in Ostwick.\n") for number in range(20)]
    assert Index.open(build_in_parts(tmp_path, documents, 20)).info.segments == 20


def test_more_parts_than_documents_are_refused(data: DataSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="has 5 documents; ask for no more parts"):
        next(measure(data, tmp_path, parts=6))
    assert alike.main(["--parts", "6", "--questions", "2"]) == 2
    assert capsys.readouterr().err.startswith("eval.alike: --parts 6: ")
