"""The documents say what is so."""

import ast
import contextlib
import io
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from articles_qa.qa import Retriever
from articles_qa.ui.cli import main
from articles_qa.ui.commands.arguments import parser
from articles_qa.ui.server.routes import routes_at
from articles_qa.ui.text.terminal import Style, render_answer

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(path for folder in ("index", "qa", "eval", "ui") for path in (ROOT / folder).rglob("*.md"))]
README = (ROOT / "README.md").read_text("utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_transcript_in_the_readme_is_what_make_ask_prints(seeds_index: Path) -> None:
    question = re.search(r"^Q \?= (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert question is not None
    printed = render_answer(Retriever.open(seeds_index).ask(question[1]), Style())
    (transcript,) = _blocks("text")
    shown, cut, rest = transcript.rpartition("…\n")  # The tables follow; a long sentence ends in "…" too.
    assert printed.startswith(shown) and len(printed) > len(shown) > 500 and cut and not rest


def test_the_python_example_runs(seeds_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = _blocks("python")[0]
    exec(example.replace('"my-index"', repr(str(seeds_index))), {})
    assert "NIS" in capsys.readouterr().out


def test_each_qa_command_in_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line.removeprefix(".venv/bin/") for line in "\n".join(_blocks("sh")).splitlines() if "bin/qa " in line]
    articles = shutil.copytree(ROOT / "seeds", tmp_path / "articles")
    monkeypatch.chdir(tmp_path)
    for line in lines:
        command, _, file = line.replace("~/articles", str(articles)).partition(" > ")
        words = shlex.split(command, comments=True)
        serves = words[1] == "serve"  # Its own tests start it; here its arguments are read.
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(
                Path(shlex.split(file, comments=True)[0] if file else "output").open("w", encoding="utf-8")
            )
            stack.enter_context(contextlib.redirect_stdout(output))
            monkeypatch.setattr("sys.stdin", io.StringIO())
            if serves:
                with pytest.raises(SystemExit) as ended:
                    main([*words[1:], "--help"])
            status = ended.value.code if serves else main(words[1:])
        assert status in (0, 1), line  # Status 1: the five articles do not answer.
    assert {"index", "ask", "chat", "serve", "info", "verify"} <= {shlex.split(line, comments=True)[1] for line in lines}


def test_the_image_starts_the_page_and_asks_a_route_that_is_there() -> None:
    image = (ROOT / "Dockerfile").read_text("utf-8")
    found = re.findall(r"^(CMD|HEALTHCHECK).*?(\[.*\])$", image, re.MULTILINE)
    told = {name: json.loads(arguments) for name, arguments in found}
    started = parser().parse_args(told["CMD"])
    assert (started.command, started.host) == ("serve", "0.0.0.0")
    asked = re.search(r"http://127\.0\.0\.1:(\d+)(/[\w/]+)", told["HEALTHCHECK"][2])
    assert asked is not None and int(asked[1]) == started.port
    assert [route.open_to_all for route in routes_at(asked[2], ())] == [True]


def test_each_make_target_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = {shlex.split(line)[1] for line in "\n".join(_blocks("sh")).splitlines() if line.startswith("make ")}
    assert {"ask", "test"} <= targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_each_room_stands_in_the_layout() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rooms = {path.parent.name for folder in ("index", "qa", "eval", "ui") for path in (ROOT / folder).glob("*/__init__.py")}
    assert [name for name in sorted(rooms) if f"  {name}/" not in text] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_path_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    named = re.findall(r"`((?:index|qa|eval|ui|tests|seeds)/[\w/.]*\w)`", text)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    missing = [name for name in named if not (ROOT / name).exists()]
    assert missing + [link for link in links if link and not (document.parent / link).exists()] == []


@pytest.mark.parametrize(("name", "most_bytes"), [("README.md", 6 * 1024), ("ARCHITECTURE.md", 8 * 1024)])
def test_a_document_stays_short(name: str, most_bytes: int) -> None:
    assert (ROOT / name).stat().st_size <= most_bytes


def test_a_docstring_begins_with_a_verb_or_a_noun() -> None:
    asking = re.compile(r"(What|Whether|How|Which|Whose|Where|When|Why|Who|Whom|That)\b")
    nodes = [
        node for folder in ("index", "qa", "eval", "ui") for path in (ROOT / folder).rglob("*.py") for node in _nodes(path)
    ]
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    texts = [ast.get_docstring(node) or "" for node in nodes if isinstance(node, kinds)]
    assert len(texts) > 1000 and [text for text in texts if asking.match(text)] == []


def _nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))
