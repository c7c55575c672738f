"""What is installed: one package, which a user's own modules of the same names as its folders do not disturb."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import articles_qa

ROOT = Path(__file__).parents[2]
FOLDERS = ("eval", "index", "qa", "seeds", "ui")
NOT_INSTALLED = {"eval.stories", "eval.stories.articles"}  # They teach the reader, and are read in a checkout alone.
MINE = {
    "index.py": "raise SystemExit",
    "qa.py": "raise SystemExit",
    "ui/__init__.py": "raise SystemExit",
    "eval.py": "mine = 1",
}
SCRIPT = """
import eval
import articles_qa
from articles_qa import Retriever, build
build(["articles"], "answers")
answer = Retriever.open("answers").ask("who runs the ferry?")
print(eval.mine, articles_qa.__file__, answer.quotes[0].text)
"""


def test_each_folder_of_modules_or_data_is_installed() -> None:
    tracked = subprocess.run(["git", "ls-files", *FOLDERS], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    files = (name for name in tracked if name and not name.endswith(".md"))
    folders = {".".join(Path(name).parent.parts) for name in files} - NOT_INSTALLED
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    assert sorted(tool["packages"]) == sorted(["articles_qa", *(f"articles_qa.{folder}" for folder in folders)])


def test_public_names_come_from_one_package() -> None:
    assert {name: getattr(articles_qa, name).__name__ for name in articles_qa.__all__} == {n: n for n in articles_qa.__all__}
    with pytest.raises(AttributeError):
        _ = articles_qa.nothing


def test_in_a_checkout_the_bare_names_are_the_same_and_warn() -> None:
    program = "import articles_qa.qa, articles_qa.index, qa, index; "
    program += "print(qa.Retriever is articles_qa.qa.Retriever, index.build is articles_qa.index.build)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"
    assert done.stderr.count("DeprecationWarning") == 2 and "import articles_qa.qa" in done.stderr


@pytest.mark.tier("check")
def test_the_wheel_answers_beside_a_users_own_modules(tmp_path: Path) -> None:
    source, wheels, installed, mine = (tmp_path / name for name in ("source", "wheels", "installed", "mine"))
    source.mkdir()
    for name in (*FOLDERS, "__init__.py", "py.typed", "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(source)]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    with zipfile.ZipFile(next(wheels.iterdir())) as wheel:
        assert {name.split("/")[0].split("-")[0] for name in wheel.namelist()} == {"articles_qa"}
        wheel.extractall(installed)
    for name, text in {**MINE, "ask.py": SCRIPT, "articles/ferry.txt": "Anna Lind runs the ferry to Holm."}.items():
        (mine / name).parent.mkdir(parents=True, exist_ok=True)
        (mine / name).write_text(text)
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    told = [
        subprocess.run(
            [sys.executable, *arguments], cwd=mine, env=environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout
        for arguments in (
            ["ask.py"],
            ["-m", "articles_qa.ui.cli", "ask", "--index", "seeds", "how many casualties did NIS report?"],
        )
    ]
    assert told[0] == f"1 {installed / 'articles_qa' / '__init__.py'} Anna Lind runs the ferry to Holm.\n"
    assert "over 100" in told[1]
