"""The program asks, indexes and measures with its own packages alone, and names the extra that brings a missing one."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
NIS = "how many casualties did NIS report?"

# Runs commands where the packages that only extras bring cannot be imported; prints their exit statuses.
LEAN = """
import json, sys
lacking, commands = json.loads(sys.argv[1])
sys.modules.update(dict.fromkeys(lacking))
from articles_qa.eval.export import main as export
from articles_qa.eval.train import main as train
from articles_qa.ui.cli import main as qa
print([int({"qa": qa, "export": export, "train": train}[name](arguments)) for name, *arguments in commands])
"""


def packages(requirements: Iterable[str]) -> set[str]:
    """The names in a list of requirements, as they are imported."""
    names = {re.split(r"[\[<>=]", each)[0].replace("-", "_").lower() for each in requirements}
    return names | ({"sklearn"} if "scikit_learn" in names else set())


@pytest.fixture(scope="module")
def lean(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What commands said and answered without the packages of the extras, in an empty folder."""
    folder = tmp_path_factory.mktemp("lean")
    (folder / "model").mkdir()
    (folder / "model" / "model.safetensors").write_bytes(b"weights")
    commands = [
        ["qa", "ask", NIS, "--index", "index"],
        ["qa", "eval", "--limit", "1", "--index", "index"],
        ["qa", "ask", NIS, "--index", "index", "--model", "model"],
        ["qa", "index", str(ROOT / "seeds"), "--index", "other", "--device", "cpu"],
        ["export", "--check"],
        ["train", "reader", "--state", "state"],
    ]
    brought = chain.from_iterable(needed for extra, needed in EXTRAS.items() if extra != "dev")  # httpx comes with spaCy, too.
    # langchain-core comes with langchain-text-splitters; extras name the program itself.
    own = packages(PROJECT["dependencies"]) | {"langchain_core", "articles_qa"}
    lacking = sorted((packages(brought) | {"ir_measures"}) - own)
    assert {"torch", "transformers", "sentence_transformers", "sklearn", "onnx", "ir_measures", "ray"} <= {*lacking}
    return subprocess.run(
        [sys.executable, "-c", LEAN, json.dumps([lacking, commands])],
        cwd=folder,
        env={**os.environ, "QA_CACHE": str(folder / "cache"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )


def test_asking_indexing_and_measuring_need_no_extra(lean: subprocess.CompletedProcess[str]) -> None:
    assert "over 100" in lean.stdout and "recall@1 " in lean.stdout, lean.stderr
    assert lean.stdout.splitlines()[-1] == "[0, 0, 2, 2, 2, 2]", lean.stderr


def test_who_asks_for_what_an_extra_brings_reads_which(lean: subprocess.CompletedProcess[str]) -> None:
    assert "Traceback" not in lean.stderr
    named = re.findall(r"^(\S+): .*; run pip install 'articles-qa\[(\w+)\]'$", lean.stderr, re.MULTILINE)
    assert named == [("qa", "models"), ("qa", "models"), ("eval.export", "models"), ("eval.train", "eval")], lean.stderr


def test_make_installs_by_uv_where_it_is_there_and_else_by_a_new_pip(tmp_path: Path) -> None:
    (tmp_path / "uv").write_text("#!/bin/sh\n")
    (tmp_path / "uv").chmod(0o755)
    told = []
    for more in ([], ["UV="]):
        done = subprocess.run(
            ["make", "-n", "-B", ".venv/.installed", *more],
            cwd=ROOT,
            env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "--constraint constraints.txt --editable . >&2" in done.stdout and "[dev]" not in done.stdout
        told.append([f"{tmp_path}/uv pip install" in done.stdout, "--upgrade pip" in done.stdout])
    assert told == [[True, False], [False, True]]


def test_the_extra_for_development_brings_all_others() -> None:
    assert {*EXTRAS} == {
        "accounts",
        "dev",
        "eval",
        "full",
        "haystack",
        "langchain",
        "llamaindex",
        "mcp",
        "milvus",
        "models",
        "ray",
    }
    assert "articles-qa[full]" in EXTRAS["dev"] and "articles-qa[models]" in EXTRAS["eval"]
    assert {*EXTRAS["full"][0].partition("[")[2].rstrip("]").split(",")} == {*EXTRAS} - {"dev", "full"}


def test_all_that_is_installed_has_a_tested_version() -> None:
    tested = packages((ROOT / "constraints.txt").read_text("utf-8").splitlines())
    wanted = packages(chain(PROJECT["dependencies"], *EXTRAS.values())) - {"articles_qa", "sklearn"}
    assert wanted - tested == set()
