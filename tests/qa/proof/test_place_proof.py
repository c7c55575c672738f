"""Proving quotes from files that are not plain text: their places hold their words, whatever reader is installed."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from articles_qa.index import SourceState, Span
from articles_qa.index.files.source_files import Sources
from articles_qa.index.formats.article_reader import ArticleReader
from articles_qa.index.formats.kinds import ReadSettings
from articles_qa.qa import Quote
from articles_qa.qa.proof.prove import Proof, Verdict, prove
from articles_qa.qa.proof.saved_answer import read_answer
from tests.made_files import page, zipped

Record = dict[str, Any]
Makers = Mapping[str, Callable[[Sequence[str]], bytes]]
PARAGRAPHS = ("Flood in Linz", "It rained for three days in Linz & Wels.", "Nobody died, the mayor of the town said.")
QUOTED = PARAGRAPHS[1]


def record_of(data: bytes, name: str, quoted: str = QUOTED) -> Record:
    """The record of an answer that quotes a file."""
    article = next(one for one in ArticleReader().read(data, name).articles if quoted in one.text)
    span = Span(article.text.index(quoted), article.text.index(quoted) + len(quoted))
    quote = Quote(
        rank=1,
        article=article,
        span=span,
        probability=0.9,
        attribution=None,
        passage=span,
        marks=(),
        gaps=(),
        same_as=None,
        source_state=SourceState.UNCHANGED,
    )
    head = {"schema": "answer/1", "question": "who?", "answered": True, "confidence": 0.9, "reason": None, "took_ms": 1.0}
    index = {"generation": 1, "model": "m", "articles": 1}
    return {**head, "quotes": [json.loads(json.dumps(quote.to_dict()))], "closest": [], "index": index}


def proof_of(data: bytes, name: str, record: Record, folder: Path) -> Proof:
    (folder / name).write_bytes(data)
    [proof] = prove(read_answer(record, any_length=True), Sources.under(folder))
    return proof


@pytest.mark.parametrize("ending", ["html", "docx", "odt", "epub", "eml", "pdf", "jsonl", "srt", "zip"])
def test_a_quote_from_any_format_is_ok(ending: str, makers: Makers, tmp_path: Path) -> None:
    quoted = "Nobody died, the mayor of the town said."
    data = makers[ending](["Flood in Linz", "It rained for three days.", quoted])
    record = record_of(data, f"a.{ending}", quoted)
    quote = record["quotes"][0]
    assert quote["byte_start"] is None and quote["place"]["stretches"]
    proof = proof_of(data, f"a.{ending}", record, tmp_path)
    assert (proof.verdict, proof.reason) == (Verdict.OK, "")


ALTERED = [
    ({"shown": "a.html:9"}, "shown of its place is not that of the file"),
    ({"text_sha256": "0" * 64}, "text_sha256 of its place"),
    ({"proves": "page"}, "proves of its place"),
    ({"stretches": [{"part": "", "start": 0, "end": 9}]}, "do not hold its words"),
    ({"stretches": []}, "do not hold its words"),
    ({"reader": "html 0", "stretches": [{"part": "", "start": 0, "end": 9}]}, "do not hold its words"),
]


@pytest.mark.parametrize(("what", "reason"), ALTERED, ids=range(len(ALTERED)))
def test_an_altered_place_is_not_equal(what: Record, reason: str, tmp_path: Path) -> None:
    record = record_of(page(PARAGRAPHS), "a.html")
    record["quotes"][0]["place"] |= what
    proof = proof_of(page(PARAGRAPHS), "a.html", record, tmp_path)
    assert proof.verdict is Verdict.NOT_EQUAL and reason in proof.reason, proof.reason


def test_a_record_without_its_place_or_with_bytes_is_not_equal(tmp_path: Path) -> None:
    record = record_of(page(PARAGRAPHS), "a.html")
    record["quotes"][0]["place"] = None
    assert "it says no place" in proof_of(page(PARAGRAPHS), "a.html", record, tmp_path).reason
    record = record_of(page(PARAGRAPHS), "a.html")
    record["quotes"][0] |= {"byte_start": 1, "byte_end": 5}
    assert "byte_start is none, not 1" in proof_of(page(PARAGRAPHS), "a.html", record, tmp_path).reason


def test_another_reader_version_does_not_make_a_quote_false(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = page(PARAGRAPHS)
    record = record_of(data, "a.html")
    before = ReadSettings.reader_of
    monkeypatch.setattr(
        ReadSettings, "reader_of", lambda self, name, **more: before(self, name, **more).replace("html 2", "html 3")
    )
    proof = proof_of(data, "a.html", record, tmp_path)
    assert proof.verdict is Verdict.OK and "another reader version read it (html 2, now html 3)" in proof.reason


def test_a_changed_file_still_holds_the_quote_or_not(tmp_path: Path) -> None:
    record = record_of(page(PARAGRAPHS), "a.html")
    more = page((PARAGRAPHS[0], "First it snowed for a day in the whole of the land.", *PARAGRAPHS[1:]))
    assert proof_of(more, "a.html", record, tmp_path).verdict is Verdict.MOVED
    assert proof_of(page((PARAGRAPHS[0], PARAGRAPHS[2])), "a.html", record, tmp_path).verdict is Verdict.GONE
    inside = record_of(zipped({"b.html": page(PARAGRAPHS)}), "a.zip")
    assert proof_of(zipped({"b.html": page(PARAGRAPHS), "c.txt": "More."}), "a.zip", inside, tmp_path).verdict is Verdict.OK
    assert proof_of(zipped({"c.txt": "More."}), "a.zip", inside, tmp_path).verdict is Verdict.GONE
