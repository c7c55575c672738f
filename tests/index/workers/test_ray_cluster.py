"""A build on a Ray cluster: the same index as one process makes, and one line where it cannot be made."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from articles_qa.index import BuildSettings, InputError, Progress, build
from articles_qa.index.errors import IndexMismatchError
from articles_qa.index.local.generation import open_generation
from articles_qa.index.local.segment import ARTICLES, VECTORS
from articles_qa.index.models.model_files import (
    GRAPH,
    PACKAGED,
    TOKENIZER,
    Export,
    cache_folder,
    export_folder,
    keep_export,
    packaged_export,
    working_folder,
)
from articles_qa.index.workers.ship_model import Shipment, export_files, worker_proof
from articles_qa.index.workers.worker import Worker

ROOT = Path(__file__).parents[3]
# Ray as if it were not installed.
WITHOUT = """
import importlib.util, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *others: None if name == "ray" else find(name, *others)
sys.modules["ray"] = None
from articles_qa.ui.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    for number in range(40):
        text = f"Ferry number {number} sank at noon. The mayor of town {number} said that all were safe.\n\n"
        (folder / f"{number:06d}.txt").write_text(text * 5)
    return folder


def held(directory: Path) -> tuple[bytes, bytes]:
    """The bytes of an index's articles and vectors."""
    folder = open_generation(directory).folder
    return (folder / ARTICLES).read_bytes(), (folder / VECTORS).read_bytes()


def actors() -> list[int]:
    """The processes on this machine that embed for a Ray cluster."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if place.read_bytes().startswith(b"ray::Embedding"):
                found.append(int(place.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.tier("check")  # A cluster takes long to start.
def test_ray_makes_the_index_that_one_process_makes_though_an_actor_is_killed(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("articles_qa.index.building.fill_entries.BATCH_BYTES", 500)
    done: list[int] = []
    killed: list[int] = []

    def kill(passages: int) -> None:
        done.append(passages)
        if len(done) == 3:
            killed.append(actors()[0])
            os.kill(killed[0], signal.SIGKILL)

    report = build([folder], tmp_path / "ray", BuildSettings(ray="local", workers=2), progress=Progress(done=kill))
    build([folder], tmp_path / "alone")
    assert held(tmp_path / "ray") == held(tmp_path / "alone")
    assert len(killed) == 1 and sum(done) == report.passages
    assert capfd.readouterr() == ("", "")
    assert not actors()


def qa(
    *arguments: str, program: str = "import sys; from articles_qa.ui.cli import main; sys.exit(main(sys.argv[1:]))"
) -> tuple[int, str]:
    """Its status and what it says."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "" or not done.returncode
    return done.returncode, done.stderr


@pytest.mark.tier("check")
def test_without_ray_a_line_names_the_command_that_installs_it_and_all_else_works(tmp_path: Path, folder: Path) -> None:
    where = ("--index", str(tmp_path / "index"), str(folder / "000001.txt"))
    status, said = qa("index", "--ray", "local", *where, program=WITHOUT)
    assert (status, said) == (2, "qa: --ray: Ray is not installed; pip install 'articles-qa[ray]'\n")
    assert qa("index", *where, program=WITHOUT) == (0, "")


@pytest.mark.tier("check")
@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_address_where_nobody_answers_is_one_line_in_bounded_time(tmp_path: Path, folder: Path, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    began = time.monotonic()
    status, said = qa("index", "--ray", f"{scheme}127.0.0.1:{port}", "--index", str(tmp_path / "index"), str(folder))
    assert status == 2 and time.monotonic() - began < 20
    assert said.startswith(f"qa: --ray {scheme}127.0.0.1:{port}: cannot be reached") and said.count("\n") == 1


@pytest.mark.tier("check")
def test_what_answers_and_is_no_cluster_is_given_up(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles_qa.index.workers.ray_cluster.START_S", 4.0)
    monkeypatch.setattr("articles_qa.index.workers.ray_cluster.END_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(InputError, match="no worker was ready within"):
        build([folder], tmp_path / "index", BuildSettings(ray=f"127.0.0.1:{mute.getsockname()[1]}"))


@pytest.mark.parametrize("address", ["", "nowhere", "a b:1", "http://x:1", "x:1\ny"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="--ray"):
        BuildSettings(ray=address)


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    """An export that is not the packaged one."""
    made = tmp_path / "made"
    monkeypatch.setenv("QA_CACHE", str(made))
    with working_folder() as working:
        for name in (GRAPH, TOKENIZER):
            (working / name).write_bytes((PACKAGED / name).read_bytes() + (b"\n" if name == TOKENIZER else b""))
        card = replace(packaged_export().card, files_sha256="0" * 64)
        keep_export(working, export_folder("other"), card)
    return Export(made / "models" / "other", card)


@pytest.mark.parametrize("precise", [False, True])
def test_the_packaged_export_is_not_shipped_and_is_run_as_here(precise: bool) -> None:
    packaged = replace(packaged_export(), precise=precise)
    assert Shipment.of(packaged, export_files(packaged)).install(lambda: pytest.fail("fetched")) == packaged


def test_an_export_is_brought_where_it_is_missing_and_used_from_then_on(
    tmp_path: Path, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = export_files(export)
    shipment = Shipment.of(export, files)
    monkeypatch.setenv("QA_CACHE", str(tmp_path))
    asked: list[int] = []

    def fetched() -> tuple[bytes, bytes]:
        asked.append(1)
        return files

    first, second = shipment.install(fetched), shipment.install(fetched)
    assert first == second and first.card == export.card and len(asked) == 1
    assert export_files(first) == files and first.folder.is_relative_to(tmp_path)
    assert worker_proof(Worker(first, speakers=False, threads=1)) == worker_proof(Worker(export, speakers=False, threads=2))


def test_an_export_of_the_machines_own_is_left_alone_and_one_torn_on_the_way_refused(
    tmp_path: Path, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = export_files(export)
    shipment = Shipment.of(export, files)
    own = tmp_path / "models" / export.folder.name
    shutil.copytree(export.folder, own)
    (own / "model.onnx").write_bytes(files[0] + b"x")
    monkeypatch.setenv("QA_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    before = hashlib.sha256((own / "model.onnx").read_bytes()).digest()
    with pytest.raises(IndexMismatchError, match="did not arrive whole"):
        shipment.install(lambda: (files[0][:-1], files[1]))
    assert shipment.install(lambda: files).folder != own
    assert hashlib.sha256((own / "model.onnx").read_bytes()).digest() == before


def test_a_proof_differs_where_vectors_or_who_speaks_do(export: Export) -> None:
    silent, told = (Worker(export, speakers=speakers, threads=1) for speakers in (False, True))
    assert worker_proof(silent) != worker_proof(told)
    before = worker_proof(silent)
    embed = silent.embedder.embed_passages

    def other(passages: object, **how: object) -> object:
        found = embed(passages, **how)  # type: ignore[arg-type]
        found[0].vectors[0, 0] += 0.001
        return found

    silent.embedder.embed_passages = other  # type: ignore[assignment,method-assign]
    assert worker_proof(silent) != before
