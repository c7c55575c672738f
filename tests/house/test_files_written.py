"""All that the program writes, opened and told by its content: nothing that could run, and nothing asked of the network."""

import json
import os
import pickle
import pickletools
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from articles_qa.index.models.model_files import PACKAGED

ROOT = Path(__file__).parents[2]
QUESTION = "how many casualties did NIS report?"
FAISS_KINDS = (b"IxSQ", b"IwSq")  # The only ones that are written.
RUNS = (b"#!", b"\x7fELF", b"MZ", b"PK\x03\x04", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\0asm")
IMPORTED = (".py", ".pyc", ".pyo", ".pyi", ".pth", ".so", ".pyd", ".dll", ".dylib", ".zip", ".egg", ".whl")
TANTIVY_MARK = 1337
OWN_OPERATORS = {"", "ai.onnx", "com.microsoft"}  # onnxruntime's own; another's would be loaded from a library.

# Runs commands in one process, and prints what they wanted of the network, of other programs and of pickle.
GUARDED = """
import json, sys
commands, seen = json.loads(sys.argv[1]), []
def hook(event, arguments):
    if event == "socket.bind" and arguments[1] == ("::1", 0):
        return  # urllib3, when it is imported, looks whether this machine knows IPv6.
    if event == "subprocess.Popen" and arguments[0] in ("git", "uname"):
        return  # A report says which state of the program made it, and on what machine.
    if event in {
        "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg",
        "urllib.Request", "http.client.connect", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.startfile",
        "pickle.find_class",
    }:
        seen.append(f"{event} {arguments}"[:200])
        raise PermissionError(f"{event} is not allowed")
sys.addaudithook(hook)
from articles_qa.ui.cli import main
statuses = [main(command) for command in commands]
print(json.dumps([statuses, seen]), file=sys.stderr)
"""


def guarded(place: Path, *commands: list[str]) -> tuple[list[int], list[str], str]:
    """Run `qa` commands; their exit statuses, what they wanted but may not, and what they printed.

    All that they write lies under `place`: their home, temporary and cache folders do.
    """
    homes = {"HOME": "home", "TMPDIR": "tmp", "QA_CACHE": "cache", "XDG_CACHE_HOME": "home/.cache"}
    for name in homes.values():
        (place / name).mkdir(parents=True, exist_ok=True)
    moved = {variable: str(place / name) for variable, name in homes.items()}
    done = subprocess.run(
        [sys.executable, "-B", "-c", GUARDED, json.dumps(commands)],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        # Where CI is set, onnxruntime reports nothing whether it is told so or not.
        env={**{name: value for name, value in os.environ.items() if name != "CI"}, **moved, "PYTHONPATH": str(ROOT)},
    )
    statuses, seen = json.loads(done.stderr.splitlines()[-1])
    return statuses, seen, done.stdout


def kind_of(path: Path) -> str:
    """What a file is by its content; an AssertionError where it could run, or nobody knows what it is."""
    data, mode = path.read_bytes(), path.lstat().st_mode
    assert stat.S_ISREG(mode) and not mode & 0o111, f"{path}: {stat.filemode(mode)}"
    assert not path.name.lower().endswith(IMPORTED) and not data.startswith(RUNS), path
    assert not is_pickle(data), f"{path}: a pickle"
    for kind, (is_one, check) in KINDS.items():
        if is_one(path.name, data):
            check(path, data)
            return kind
    raise AssertionError(f"{path}: {data[:20]!r}")


def is_pickle(data: bytes) -> bool:
    """Whether pickle would read it to its end."""
    try:
        return [operation.name for operation, _, _ in pickletools.genops(data)][-1:] == ["STOP"]
    except (ValueError, IndexError, KeyError, UnicodeDecodeError):
        return False


def _check_database(path: Path, _: bytes) -> None:
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path
        kinds = {row[0] for row in database.execute("SELECT DISTINCT type FROM sqlite_schema")}
        assert kinds <= {"table", "index"}, f"{path}: {kinds}"  # A trigger or a view would be run.
    finally:
        database.close()


def _check_graph(path: Path, _: bytes) -> None:
    import onnx

    model = onnx.load(path, load_external_data=False)
    onnx.checker.check_model(model)
    outside = [tensor.name for tensor in model.graph.initializer if tensor.data_location == onnx.TensorProto.EXTERNAL]
    assert not outside and {each.domain for each in model.opset_import} <= OWN_OPERATORS, path


def _check_vectors(path: Path, data: bytes) -> None:
    assert data[:4] in FAISS_KINDS, f"{path}: {data[:4]!r}"


def _check_words(path: Path, data: bytes) -> None:
    assert int.from_bytes(data[-4:], "little") == TANTIVY_MARK, f"{path}: without tantivy's mark at its end"


def _check_numbers(path: Path, data: bytes) -> None:
    assert np.load(path, allow_pickle=False).dtype.kind in "iu", path


def _check_exact(path: Path, data: bytes) -> None:
    assert np.isfinite(np.frombuffer(data, np.float16)).all(), path


def _check_page(path: Path, data: bytes) -> None:
    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            names = {name for name, _ in attrs}
            runs = tag in {"script", "iframe", "object", "embed", "base"} or any(name.startswith("on") for name in names)
            links = [value or "" for name, value in attrs if name in {"href", "src", "action", "srcdoc"}]
            assert not runs and all(link.startswith("#") for link in links), f"{path}: <{tag} {attrs}>"

    reader = Reader()
    reader.feed(data.decode("utf-8"))
    reader.close()


def _check_article(path: Path, data: bytes) -> None:
    assert b"\0" not in data and data.decode("utf-8"), path


def _check_json(path: Path, data: bytes) -> None:
    assert json.loads(data) is not None, path


KINDS: dict[str, tuple[Callable[[str, bytes], object], Callable[[Path, bytes], None]]] = {
    "sqlite": (lambda name, data: data.startswith(b"SQLite format 3\0"), _check_database),
    "onnx": (lambda name, data: name == "model.onnx", _check_graph),
    "faiss": (lambda name, data: name.endswith(".faiss"), _check_vectors),
    "tantivy": (lambda name, data: re.fullmatch(r"[0-9a-f]{32}\.(fast|fieldnorm|idx|pos|store|term)", name), _check_words),
    "numbers": (lambda name, data: data.startswith(b"\x93NUMPY"), _check_numbers),
    "exact vectors": (lambda name, data: name == "vectors.f16", _check_exact),
    "page": (lambda name, data: data[:15].lower() == b"<!doctype html>", _check_page),
    "article": (lambda name, data: name.endswith((".txt", ".md")), _check_article),
    "lock": (lambda name, data: name == "LOCK" and not data, lambda path, data: None),
    "json": (lambda name, data: data[:1] in (b"{", b"["), _check_json),
}


def kinds_below(folder: Path) -> dict[str, str]:
    """Every file's kind, by its path in the folder; links are not followed but refused."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir()]
    return {path.relative_to(folder).as_posix(): kind_of(path) for path in paths}


TEXT = "The ferry Amalia carried forty people to Linz. It was built in 1920."
ASKED = {"id": "1", "question": "Who was carried?", "answers": [{"text": "forty people", "answer_start": 25}]}
SQUAD = {"data": [{"title": "Ferries", "paragraphs": [{"context": TEXT, "qas": [ASKED]}]}]}


@pytest.mark.tier("check")
@pytest.mark.campaign
def test_all_that_is_written_is_known_and_nothing_is_asked_of_the_network(tmp_path: Path, seeds: Path) -> None:
    shutil.copytree(seeds, tmp_path / "articles")
    shutil.copytree(PACKAGED, tmp_path / "minilm")  # It comes with the program, and is looked at, too.
    (tmp_path / "ferries.json").write_text(json.dumps(SQUAD), "utf-8")
    index = ["--index", "index"]
    statuses, seen, _ = guarded(
        tmp_path,
        ["index", "articles", *index],
        ["index", "articles", "--rebuild", *index],
        ["info", *index],
        ["verify", *index],
        ["eval", "--limit", "2", "--json", "own.json", "--html", "own.html"],
        ["eval", "ferries.json", "--json", "ferries-report.json", "--html", "ferries.html"],
    )
    assert (statuses, seen) == ([0] * 6, [])
    statuses, seen, answer = guarded(tmp_path, ["ask", QUESTION, "--json", *index])
    assert (statuses, seen) == ([0], [])
    (tmp_path / "answer.json").write_text(answer, "utf-8")
    assert guarded(tmp_path, ["verify", "answer.json", *index])[:2] == ([0], [])
    (tmp_path / "articles" / "README").unlink()
    kinds = kinds_below(tmp_path)
    assert {*kinds.values()} | {"lock"} == {*KINDS}
    assert {name.split("/")[0] for name in kinds} <= {
        "articles", "cache", "index", ".qa-index", "minilm", "answer.json",
        "own.json", "own.html", "ferries.json", "ferries.html", "ferries-report.json",
    }  # fmt: skip


def test_what_wants_the_network_another_program_or_a_pickle_is_found_out(tmp_path: Path) -> None:
    for line in (
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://localhost')",
        "import subprocess, sys; subprocess.run([sys.executable, '-V'])",
        f"import pickle; pickle.loads({pickle.dumps(Path)!r})",
    ):
        program = GUARDED.replace(
            "from articles_qa.ui.cli import main", f"def main(_):\n    try:\n        {line}\n    except OSError: return 0"
        )
        done = subprocess.run([sys.executable, "-c", program, "[[]]"], capture_output=True, text=True, check=True)
        statuses, seen = json.loads(done.stderr)
        assert statuses == [0] and seen, line


ODD: dict[str, tuple[str, bytes]] = {
    "a pickle": ("manifest.json", pickle.dumps({"format": 1})),
    "a pickle of the first protocol": ("manifest.json", pickle.dumps({"format": 1}, protocol=0)),
    "a script": ("CURRENT", b"#!/bin/sh\n"),
    "a module": ("words.py", b"{}"),
    "bytecode": ("words.pyc", b"{}"),
    "a library": ("vectors.faiss", b"\x7fELF"),
    "an archive": ("articles.db", b"PK\x03\x04"),
    "an array that holds objects": (
        "order.npy",
        b"\x93NUMPY\x01\x00F\x00{'descr': '|O', 'fortran_order': False, 'shape': (), }",
    ),
    "another FAISS index": ("vectors.faiss", b"IxPT" + b"\0" * 60),
    "a database that is none": ("articles.db", b"SQLite format 3\0" + b"\0" * 100),
    "a file of tantivy's name": ("0" * 32 + ".idx", b"anything"),
    "a page with a script": ("report.html", b"<!doctype html><p><script>1</script>"),
    "a page with a handler": ("report.html", b"<!doctype html><p onclick='1'>"),
    "a page that asks another host": ("report.html", b"<!doctype html><img src='//example.org'>"),
    "text that is none": ("a.txt", b"\0\1"),
    "nothing known": ("notes", b"hello"),
    "nothing at all": ("notes", b""),
}


@pytest.mark.parametrize("odd", ODD)
def test_a_file_that_could_run_or_is_unknown_is_found_out(odd: str, tmp_path: Path) -> None:
    name, data = ODD[odd]
    (tmp_path / name).write_bytes(data)
    with pytest.raises((AssertionError, sqlite3.DatabaseError, ValueError)):
        kinds_below(tmp_path)


def test_a_link_and_a_file_that_may_be_run_are_found_out(tmp_path: Path) -> None:
    (tmp_path / "fine.json").write_text("{}")
    assert kinds_below(tmp_path) == {"fine.json": "json"}
    (tmp_path / "link").symlink_to("fine.json")
    with pytest.raises(AssertionError, match="link"):
        kinds_below(tmp_path)
    (tmp_path / "link").unlink()
    (tmp_path / "fine.json").chmod(0o755)
    with pytest.raises(AssertionError, match=r"fine\.json"):
        kinds_below(tmp_path)
