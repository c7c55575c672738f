import ast
import importlib
import subprocess
import sys
from inspect import ismodule
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("index", "qa", "eval", "ui")  # Each may import those before it.
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
HEAVY = (
    "torch",
    "transformers",
    "sentence_transformers",
    "langchain_text_splitters",
    "langchain_core",
    "gradio",
    "spacy",
    "thinc",
    "pymilvus",
    "milvus_lite",
)


def imported(tree: ast.AST) -> list[str]:
    """The top-level packages that the nodes of a module import."""
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return [name.split(".")[0] for name in names]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    own = FOLDERS.index(path.relative_to(ROOT).parts[0])
    later = {*FOLDERS[own + 1 :], "tests"}
    assert not later & set(imported(ast.parse(path.read_text("utf-8"))))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_imports_a_heavy_package_when_it_is_imported(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for part in ast.walk(node)}
    at_once = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in inside]
    assert not set(HEAVY) & {name for node in at_once for name in imported(node)}


def test_a_question_is_answered_without_the_heavy_packages(seeds_index: Path) -> None:
    program = (
        "import sys; from qa import Retriever; "
        f"answer = Retriever.open({str(seeds_index)!r}).ask('how many casualties did NIS report?'); "
        f"print(len(answer.quotes), [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    quotes, loaded = done.stdout.strip().split(" ", 1)
    assert int(quotes) > 0 and loaded == "[]"


def test_the_page_is_served_without_torch_and_its_like(seeds_index: Path) -> None:
    program = (
        "import sys, urllib.request; from pathlib import Path; from ui.live import Live; from ui.page import make_page; "
        "from ui.server import ServeSettings, running\n"
        f"live = Live(Path({str(seeds_index)!r}))\n"
        "with running(lambda: make_page(live, editable=True), ServeSettings(port=0)) as url:\n"
        "    body = urllib.request.urlopen(url).read()\n"
        f"    print(len(body), [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    length, loaded = done.stdout.strip().split(" ", 1)
    assert int(length) > 0 and loaded == "['gradio']"


@pytest.mark.parametrize("package", FOLDERS)
def test_each_public_name_is_listed_in_order_and_real(package: str) -> None:
    module = importlib.import_module(package)
    listed = getattr(module, "__all__", [])
    assert listed == sorted(listed)
    assert all(hasattr(module, name) for name in listed)


@pytest.mark.parametrize("package", ["index", "qa"])
def test_what_a_package_offers_is_all_that_it_lists(package: str) -> None:
    module = importlib.import_module(package)
    offered = {name for name, value in vars(module).items() if not name.startswith("_") and not ismodule(value)}
    assert offered == set(module.__all__)


def test_importing_the_packages_takes_no_model_and_changes_no_logging() -> None:
    program = "import logging, sys; import index, qa; print(logging.getLogger().handlers, 'onnxruntime' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[] False"
