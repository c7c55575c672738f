"""Files of all formats at the command line: what is read is quoted with its place, what is not is named."""

import json
from pathlib import Path

import pytest

from articles_qa.ui.cli import main
from articles_qa.ui.commands.output import ExitStatus
from tests.made_files import page, pdf_of_lines

STORY = ("Dam bursts near Velden", "Two people died when the dam near Velden burst on Friday, police said.")


def test_quotes_from_pages_are_shown_proven_and_what_is_not_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, index = tmp_path / "articles", str(tmp_path / "index")
    folder.mkdir()
    (folder / "a.html").write_bytes(page(STORY))
    (folder / "scan.pdf").write_bytes(pdf_of_lines([["It snowed in Linz for a day."], []]))
    (folder / "m.msg").touch()
    assert main(["index", str(folder), "--index", index]) == ExitStatus.DONE
    noted = capsys.readouterr().err.splitlines()
    assert "not read m.msg: a mailbox of Outlook; save the mails as .eml" in noted
    assert "scan.pdf: 2 pages; page 2 holds no text (a scan?)" in noted
    asked = ["ask", "how many people died when the dam burst?", "--index", index]
    main(asked)
    assert "a.html:2" in capsys.readouterr().out
    main([*asked, "--json"])
    record = tmp_path / "answer.json"
    record.write_text(capsys.readouterr().out, "utf-8")
    quote = [*json.loads(record.read_text("utf-8"))["quotes"], *json.loads(record.read_text("utf-8"))["closest"]][0]
    assert quote["place"]["shown"] == "a.html:2" and quote["byte_start"] is None
    assert main(["verify", str(record), "--index", index]) == ExitStatus.DONE


def test_a_format_that_is_none_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", str(tmp_path), "--index", str(tmp_path / "i"), "--formats", "html,ftp"]) == ExitStatus.INPUT_UNUSABLE
    assert "--formats 'ftp': no such format; name some of html, pdf" in capsys.readouterr().err
