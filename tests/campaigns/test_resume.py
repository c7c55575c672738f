"""A build that was stopped is gone on with: what it has embedded is kept and used."""

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from articles_qa.index import BuildReport, Index, ModelSettings, Precision, Progress, build
from articles_qa.index.articles.article import read_article
from articles_qa.index.building.checkpoints import Checkpoints
from articles_qa.index.building.fill_entries import BATCH_PASSAGES
from articles_qa.index.grammar.parser import reader_name
from articles_qa.index.local.generation import PENDING
from articles_qa.index.models.export import export_model

ROOT = Path(__file__).parents[2]
# Ends itself as a power switch would, after so many passages.
PROGRAM = """
import os, sys
from articles_qa.index import Progress, build
import articles_qa.index.building.fill_entries
articles_qa.index.building.fill_entries.BATCH_PASSAGES = {batch}
done = 0
def count(passages):
    global done
    done += passages
    if done >= {stop_after}:
        os.kill(os.getpid(), 9)
build([{folder!r}], {directory!r}, progress=Progress(done=count))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Articles of a passage each, all different."""
    (tmp_path / "articles").mkdir()
    for number in range(40):
        write(tmp_path / "articles", number)
    return tmp_path / "articles"


def write(folder: Path, number: int) -> None:
    (folder / f"{number:06d}.txt").write_text(
        f"Ferry number {number} sank at noon. The mayor of town {number} said that all were safe."
    )


def stopped(folder: Path, directory: Path, *, after: int, batch: int) -> None:
    """A build that is killed after so many passages."""
    program = PROGRAM.format(batch=batch, stop_after=after, folder=str(folder), directory=str(directory))
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=3600)
    assert done.returncode == -9


@pytest.fixture(scope="module")
def killed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index folder of a build of those articles that was killed after 20 passages, in batches of 4."""
    place = tmp_path_factory.mktemp("killed")
    (place / "articles").mkdir()
    for number in range(40):
        write(place / "articles", number)
    stopped(place / "articles", place / "index", after=20, batch=4)
    return place / "index"


@pytest.fixture
def half_built(killed_once: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    return shutil.copytree(killed_once, tmp_path / "index")


def counted(folder: Path, directory: Path) -> tuple[BuildReport, int]:
    """A build that comes to its end, and how many passages it embedded."""
    passages: list[int] = []
    report = build([folder], directory, progress=Progress(done=passages.append))
    return report, sum(passages)


def same(directory: Path, other: Path) -> bool:
    """Whether two indexes hold the same entries, vectors and tokens included."""
    entries, others = ([*Index.open(place).store.entries()] for place in (directory, other))
    return len(entries) == len(others) and all(
        (a.article, a.passages, a.sentences, a.aliases) == (b.article, b.passages, b.sentences, b.aliases)
        and np.array_equal(a.vectors, b.vectors)
        for a, b in zip(entries, others, strict=True)
    )


@pytest.mark.campaign
def test_a_build_that_was_killed_half_way_uses_nine_tenths_of_what_it_had_embedded(
    tmp_path: Path, folder: Path, campaign: Callable[[int, int, int], int]
) -> None:
    articles, batch = campaign(40, 40, 20_000), campaign(2, 2, BATCH_PASSAGES)
    for number in range(40, articles):
        write(folder, number)
    stopped(folder, tmp_path / "index", after=articles // 2, batch=batch)
    report, embedded = counted(folder, tmp_path / "index")
    assert (len(report.added), report.passages) == (articles, articles)
    assert articles - embedded >= 0.9 * (articles // 2)
    assert not (tmp_path / "index" / PENDING).exists()
    if articles == len(list(folder.iterdir())) <= 1000:
        build([folder], tmp_path / "fresh")
        assert same(tmp_path / "index", tmp_path / "fresh")


@pytest.mark.tier("check")
def test_an_update_that_was_killed_leaves_the_index_and_is_gone_on_with(tmp_path: Path, folder: Path) -> None:
    directory = tmp_path / "index"
    build([folder], directory)
    for number in range(100, 120):
        write(folder, number)
    stopped(folder, directory, after=15, batch=4)
    assert Index.open(directory).info.articles == 40
    report, embedded = counted(folder, directory)
    assert (len(report.added), embedded) == (20, 8)
    assert Index.open(directory).info.articles == 60


@pytest.mark.parametrize("damage", ["flip", "cut"])
def test_a_batch_that_is_not_whole_is_embedded_again(tmp_path: Path, folder: Path, half_built: Path, damage: str) -> None:
    batches = sorted((half_built / PENDING).rglob("*.db"))
    assert len(batches) == 4
    data = bytearray(batches[0].read_bytes())
    data[random.Random(1).randrange(len(data))] ^= 1
    batches[0].write_bytes(data if damage == "flip" else data[:1000])
    assert counted(folder, half_built)[1] == 40 - 3 * 4
    build([folder], tmp_path / "fresh")
    assert same(half_built, tmp_path / "fresh")


def test_without_its_digest_a_batch_that_was_changed_gets_through(
    folder: Path, half_built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = sorted((half_built / PENDING).rglob("*.db"))[0]
    assert b"sank at noon" in batch.read_bytes()
    batch.write_bytes(batch.read_bytes().replace(b"sank at noon", b"came at noon"))
    monkeypatch.setattr("articles_qa.index.building.checkpoints.sha256_of", lambda path: path.name.removesuffix(".db"))
    build([folder], half_built)
    assert any("came at noon" in entry.article.text for entry in Index.open(half_built).store.entries())


def test_what_another_model_embedded_is_not_used(folder: Path, half_built: Path) -> None:
    content = read_article(folder / "000000.txt", "000000.txt").content
    card = export_model(ModelSettings()).card
    assert content in Checkpoints(half_built, card, speakers=reader_name())
    assert content not in Checkpoints(half_built, replace(card, precision=Precision.FP32), speakers=reader_name())
    assert content not in Checkpoints(half_built, replace(card, files_sha256="0" * 64), speakers=reader_name())
    assert content not in Checkpoints(half_built, card, speakers="")


def test_articles_that_went_or_changed_meanwhile_are_as_they_are_now(tmp_path: Path, folder: Path, half_built: Path) -> None:
    (folder / "000001.txt").unlink()
    write(folder, 500)
    (folder / "000002.txt").write_text("The bridge was closed. Trains stood still.")
    (folder / "000003.txt").rename(folder / "renamed.txt")
    counted(folder, half_built)
    build([folder], tmp_path / "fresh")
    assert same(half_built, tmp_path / "fresh")


@pytest.mark.parametrize("changed", ["The bridge was closed. Trains stood still.", "", None])
def test_a_file_that_changes_while_it_is_indexed_is_read_as_it_is_then_or_refused(
    tmp_path: Path, folder: Path, changed: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("articles_qa.index.building.fill_entries.BATCH_PASSAGES", 4)
    last = folder / "000039.txt"

    def meanwhile(_: int) -> None:
        last.unlink(missing_ok=True) if changed is None else last.write_text(changed)

    report = build([folder], tmp_path / "index", progress=Progress(done=meanwhile))
    texts = {entry.article.source: entry.article.text for entry in Index.open(tmp_path / "index").store.entries()}
    assert texts.get("000039.txt") == (changed or None)
    assert [refusal.source for refusal in report.refused] == ([] if changed else ["000039.txt"])
    assert len(texts) + len(report.refused) == 40


def test_progress_is_foretold_and_exact_in_the_end(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles_qa.index.building.fill_entries.BATCH_PASSAGES", 4)
    totals: list[int] = []
    build([folder], tmp_path / "index", progress=Progress(embedding=totals.append))
    assert len(totals) == 10 and totals[-1] == 40
    assert all(30 <= total <= 50 for total in totals)
