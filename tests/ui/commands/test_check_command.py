"""`qa check`: a draft against the seeds."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from articles_qa.index import InputError
from articles_qa.qa.drafts import draft_file
from articles_qa.qa.drafts.draft_file import draft_text, read_draft
from articles_qa.ui.cli import main

RIGHT = "“The NIS claims over 100 North Korean troops have been killed in Kursk”"
WRONG = "“The NIS claims over 200 North Korean troops have been killed in Kursk”"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word_file(body: str, *, head: str = "") -> bytes:
    """A Word file with this body."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", f'{head}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
    return made.getvalue()


def check(path: Path, seeds_index: Path, *more: str) -> int:
    return main(["check", str(path), "--index", str(seeds_index), *more])


def test_each_quotation_is_told_with_its_place(tmp_path: Path, seeds_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text(
        f"# Draft\n\nSeoul said: {RIGHT}.\n\nOr: {WRONG}.\n\n“Nobody will ever know what the fish had for dinner.”\n"
    )
    assert check(draft, seeds_index) == 1
    lines = capsys.readouterr().out.splitlines()
    assert f"{draft}:3: word for word: {RIGHT}" in lines and f"{draft}:5: other words: {WRONG}" in lines
    assert any(line.startswith("  000_752357c04fcf2a77.txt:26 · said by NIS · North Korean Soldier") for line in lines)
    assert "  “200” for “100”" in lines and any(line.startswith(f"{draft}:7: not found: “Nobody") for line in lines)
    assert lines[-1].startswith("3 quotations: 1 word for word, 1 other words, 1 not found")
    draft.write_text(RIGHT)
    assert check(draft, seeds_index) == 0


def test_the_record_is_printed_as_json(tmp_path: Path, seeds_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft.docx"
    runs = (
        "<w:t>“The NIS claims </w:t>",
        "<w:t>over 200 North</w:t>",
        "<w:br/>",
        "<w:delText>South</w:delText><w:t>Korean troops”</w:t>",
    )
    draft.write_bytes(word_file(f"<w:p>{''.join(f'<w:r>{run}</w:r>' for run in runs)}</w:p>"))
    assert check(draft, seeds_index, "--json") == 1
    record = json.loads(capsys.readouterr().out)
    (one,) = record["quotations"]
    assert one["text"] == "The NIS claims over 200 North\nKorean troops" and one["verdict"] == "altered"
    assert one["changes"] == [{"draft": "200", "article": "100"}]


UNUSABLE = {
    "damaged.docx": b"PK\x03\x04 and nothing more",
    "other.docx": word_file("")[:200],
    "entities.docx": word_file("<w:p/>", head='<!DOCTYPE x [<!ENTITY a "b">]>'),
    "open.docx": word_file("<w:p>"),
    "latin.md": b"caf\xe9",
    "binary.txt": b"\0\1\2",
    "empty.md": b"",
}


@pytest.mark.parametrize("name", [*UNUSABLE, "missing.md", "."])
def test_a_draft_that_cannot_be_read_is_one_line(
    name: str, tmp_path: Path, seeds_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if name in UNUSABLE:
        (tmp_path / name).write_bytes(UNUSABLE[name])
    status = check(tmp_path / name, seeds_index)
    told = capsys.readouterr()
    assert status == 2 and told.out == "" and told.err.count("\n") == 1 and told.err.startswith("qa: "), told


def test_a_large_draft_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_file, "MAX_BYTES", 2_000)
    (tmp_path / "long.md").write_text("x" * 2_001)
    with pytest.raises(InputError, match="check it in parts"):
        read_draft(tmp_path / "long.md")
    with pytest.raises(InputError, match="when unpacked"):
        draft_text(_deflated(f"<w:p><w:r><w:t>{'x' * 5_000}</w:t></w:r></w:p>"), "bomb.docx")


def _deflated(body: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
    return made.getvalue()


def test_a_figure_that_differs_is_told_with_what_the_articles_have(
    tmp_path: Path, seeds_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = tmp_path / "draft.txt"
    draft.write_text("NIS said that over 200 North Korean troops have been killed in Kursk.\n")
    assert check(draft, seeds_index) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{draft}:1: “over 200”, said by NIS: the articles have another figure"
    assert lines[1].startswith("  000_752357c04fcf2a77.txt:26 · said by NIS") and "over 100" in lines[2]
    assert lines[-1] == "There is no quotation in this draft; 1 figure compared, 1 differs"
    draft.write_text("NIS said that over 100 North Korean troops have been killed in Kursk.\n")
    assert check(draft, seeds_index) == 0
