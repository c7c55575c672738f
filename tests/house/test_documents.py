"""The documents say what is so."""

import re
import shlex
from pathlib import Path

import pytest

from qa import Retriever
from ui.cli import main
from ui.text.terminal import Style, render_answer
from ui.text.wording import MORE

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_transcript_in_the_readme_is_what_make_ask_prints(seeds_index: Path) -> None:
    question = re.search(r"^Q \?= (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert question is not None
    printed = render_answer(Retriever.open(seeds_index).ask(question[1]), Style())
    (transcript,) = _blocks("text")
    shown, cut, rest = transcript.partition("…\n")  # The quotes that stand in tables only are left out.
    assert printed.startswith(shown) and printed[len(shown) :].startswith(MORE) and cut and not rest


def test_the_python_example_runs(seeds_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = _blocks("python")[0]
    exec(example.replace('"my-index"', repr(str(seeds_index))), {})
    assert "NIS" in capsys.readouterr().out


def test_each_qa_command_in_the_readme_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    commands = re.findall(r"^(?:\.venv/bin/)?qa (\w+)", "\n".join(_blocks("sh")), re.MULTILINE)
    assert {"index", "ask", "chat", "serve", "info", "eval"} <= set(commands)
    for command in set(commands):
        with pytest.raises(SystemExit) as exit_status:
            main([command, "--help"])
        assert exit_status.value.code == 0
    capsys.readouterr()


def test_each_make_target_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = {shlex.split(line)[1] for line in "\n".join(_blocks("sh")).splitlines() if line.startswith("make ")}
    assert {"ask", "test"} <= targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_each_room_stands_in_the_layout() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rooms = {path.parent.name for folder in ("index", "qa", "eval", "ui") for path in (ROOT / folder).glob("*/__init__.py")}
    assert [name for name in sorted(rooms) if f"  {name}/" not in text] == []


def test_each_test_named_in_the_architecture_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "ARCHITECTURE.md").read_text("utf-8"))
    assert named and all((ROOT / path).is_file() for path in named)
