import ast
import importlib
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from graphlib import TopologicalSorter
from inspect import ismodule
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("index", "qa", "eval", "ui")
# Rooms in order: each may import from those before it. A room is a sub-folder, or a file beside the sub-folders.
ROOMS = (
    *("index/errors", "index/arrays", "index/english", "index/articles", "index/formats", "index/files", "index/models"),
    *("index/search", "index/grammar"),
    *("index/speakers", "index/entries", "index/opened", "index/local", "index/verify", "index/workers", "index/building"),
    *("index/milvus", "index/backends", "index"),
    *("qa/values", "qa/questions", "qa/speakers", "qa/ranking", "qa/claims", "qa/answers", "qa/proof", "qa/drafts"),
    *("qa/retriever", "qa/example_questions", "qa/langchain", "qa/llamaindex", "qa/haystack", "qa"),
    *("eval/datasets", "eval/corpora", "eval/running", "eval/measures", "eval/reports", "eval/scaling", "eval/judging"),
    "eval/training",
    *("eval/train", "eval/export", "eval/projection", "eval/speed", "eval/load", "eval/scale", "eval/alike", "eval/claims"),
    *("eval/attribution", "eval"),
    *("ui/text", "ui/pictures", "ui/notes", "ui/server", "ui/page", "ui/commands", "ui/cli", "ui"),
)
TRAINS = "eval/training"  # Its modules import torch, and are imported inside functions alone.
ADAPTS = ("qa/langchain", "qa/llamaindex", "qa/haystack")  # Each imports its framework; only other programs import them.
MOST_FILES = 16  # Of Python in one folder.
PACKAGE = "articles_qa."  # All modules are imported from it, and named without it here.
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in FILES}
HEAVY = (
    "torch",
    "transformers",
    "sentence_transformers",
    "langchain_text_splitters",
    "langchain_core",
    "llama_index",
    "haystack",
    "gradio",
    "spacy",
    "thinc",
    "pymilvus",
    "milvus_lite",
)


@cache
def parsed(path: Path) -> tuple[ast.AST, ...]:
    """The nodes of a file's syntax tree."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))


def imported(nodes: Iterable[ast.AST]) -> set[str]:
    """The top-level packages that the nodes of a module import."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".")[0] for name in names}


@cache
def own_imports(module: str) -> set[str]:
    """The project's modules that a module imports, those imported inside functions among them."""
    names = set()
    for node in parsed(MODULES[module]):
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    names = {name.removeprefix(PACKAGE) for name in names if name.startswith(PACKAGE)}
    # A folder's sentence is no module that anything is imported from.
    return {name for name in names if name in MODULES and (name in FOLDERS or MODULES[name].name != "__init__.py")}


def room(module: str) -> str:
    return "/".join(module.split(".")[:2])


def test_a_room_imports_from_those_before_it() -> None:
    arrows = [(module, room(name)) for module in MODULES for name in sorted(own_imports(module))]
    assert [(module, above) for module, above in arrows if ROOMS.index(above) > ROOMS.index(room(module))] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {module: own_imports(module) - {module} for module in MODULES}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)  # Raises CycleError, which names the circle.


def test_every_room_stands_in_the_list_once() -> None:
    assert sorted(ROOMS) == sorted({room(module) for module in MODULES})


def test_no_folder_is_a_wall_of_files() -> None:
    for folder in {path.parent for path in (*FILES, *(ROOT / "tests").rglob("*.py"))}:
        assert len({*folder.glob("*.py")} - {folder / "__init__.py"}) <= MOST_FILES, folder


def test_only_its_own_room_and_backends_know_milvus() -> None:
    texts = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]
    naming = {str(path.relative_to(ROOT)) for path in texts if b"milvus" in path.read_bytes().lower()}
    allowed = {"index/backends.py", "ui/commands/arguments.py"}  # The second is the command line's help.
    assert {name for name in naming if not name.startswith("index/milvus/") and not name.endswith(".md")} == allowed


def test_no_module_takes_a_private_name_of_another() -> None:
    for module, path in MODULES.items():
        taken = [node for node in parsed(path) if isinstance(node, ast.ImportFrom) and node.module != "__future__"]
        assert not [alias.name for node in taken for alias in node.names if alias.name.startswith("_")], module


def test_the_program_imports_no_test() -> None:
    assert not any("tests" in imported(parsed(path)) for path in FILES)


def test_no_module_imports_a_heavy_package_when_it_is_imported() -> None:
    for module, path in MODULES.items():
        functions = [node for node in parsed(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        inside = {id(part) for function in functions for part in ast.walk(function)}
        outside = [node for node in parsed(path) if id(node) not in inside]
        assert not {each.replace("/", ".") for each in ADAPTS} & own_imports(module), path
        if room(module) not in (TRAINS, *ADAPTS):
            assert not {*HEAVY} & imported(outside), path
            named = {str(node.module).removeprefix(PACKAGE) for node in outside if isinstance(node, ast.ImportFrom)}
            assert not any(name.startswith(TRAINS.replace("/", ".")) for name in named), path


def test_a_question_is_answered_without_the_heavy_packages(seeds_index: Path) -> None:
    program = (
        "import sys; from articles_qa.qa import Retriever; "
        f"answer = Retriever.open({str(seeds_index)!r}).ask('how many casualties did NIS report?'); "
        f"print(len(answer.quotes), [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    quotes, loaded = done.stdout.strip().split(" ", 1)
    assert int(quotes) > 0 and loaded == "[]"


@pytest.mark.tier("check")
def test_the_page_is_served_without_torch_and_its_like(seeds_index: Path) -> None:
    program = (
        "import sys, urllib.request; from pathlib import Path; from articles_qa.ui.page.live_index import LiveIndex; "
        "from articles_qa.ui.page.page import make_page; "
        "from articles_qa.ui.server.server import ServeSettings, running\n"
        f"live = LiveIndex(Path({str(seeds_index)!r}))\n"
        "with running(lambda: make_page(live, editable=True), ServeSettings(port=0)) as url:\n"
        "    body = urllib.request.urlopen(url).read()\n"
        f"    print(len(body), [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    length, loaded = done.stdout.strip().split(" ", 1)
    assert int(length) > 0 and loaded == "['gradio']"


@pytest.mark.parametrize("package", FOLDERS)
def test_each_public_name_is_listed_in_order_and_real(package: str) -> None:
    module = importlib.import_module(PACKAGE + package)
    listed = getattr(module, "__all__", [])
    assert listed == sorted(listed)
    assert all(hasattr(module, name) for name in listed)


@pytest.mark.parametrize("package", ["index", "qa"])
def test_what_a_package_offers_is_all_that_it_lists(package: str) -> None:
    module = importlib.import_module(PACKAGE + package)
    offered = {name for name, value in vars(module).items() if not name.startswith("_") and not ismodule(value)}
    assert offered == set(module.__all__)


def test_importing_the_packages_takes_no_model_and_changes_no_logging() -> None:
    program = "import logging, sys; from articles_qa import index, qa; "
    program += "print(logging.getLogger().handlers, 'onnxruntime' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[] False"
