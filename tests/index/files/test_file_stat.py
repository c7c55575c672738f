"""A file that looks as it did when it was indexed is not read again; one that may have changed is."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from articles_qa.index import BuildSettings, build
from articles_qa.index.articles.article import Content
from articles_qa.index.articles.article import content_of as known
from articles_qa.index.backends import check_index
from articles_qa.index.building.collection import collect
from articles_qa.index.building.previous_generation import PreviousGeneration
from articles_qa.index.files.find_files import find_files
from articles_qa.index.local.generation import LOOKS, open_generation
from articles_qa.qa import Retriever

LATER_NS = 10_000_000_000
TEXTS = {
    "bells.txt": "The bells of Ostwick rang at noon.\n",
    "ferry.txt": "The ferry to Quellmoor sank in March.\n",
    "harbour.txt": "The harbour master lost 12 boats.\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three articles."""
    (tmp_path / "articles").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "articles" / name).write_text(text, "utf-8")
    return tmp_path / "articles"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bytes of each file that a build reads to see what it holds."""
    known_content: list[bytes] = []

    def content_of(data: bytes, *, encoding: str | None = None) -> Content:
        known_content.append(data)
        return known(data, encoding=encoding)

    monkeypatch.setattr("articles_qa.index.building.collection.content_of", content_of)
    return known_content


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ten seconds later, so that files just written can be told from ones written to afterwards."""
    now = time.time_ns
    monkeypatch.setattr("articles_qa.index.files.find_files.time.time_ns", lambda: now() + LATER_NS)


def first_quote(directory: Path, question: str) -> str:
    return Retriever.open(directory).ask(question).quotes[0].text


@pytest.mark.usefixtures("later")
def test_only_files_that_look_different_are_read(folder: Path, tmp_path: Path, read: list[bytes]) -> None:
    directory = tmp_path / "index"
    build([folder], directory)
    assert len(read) == 3
    read.clear()
    assert len(build([folder], directory).unchanged) == 3 and not read
    (folder / "ferry.txt").write_text("The ferry to Quellmoor burnt in March.\n", "utf-8")
    (folder / "mayor.txt").write_text("The mayor resigned.\n", "utf-8")
    report = build([folder], directory)
    assert (report.changed, report.added) == (("ferry.txt",), ("mayor.txt",))
    assert [len(data) for data in read] == [39, 20]
    assert first_quote(directory, "what happened to the ferry?") == "The ferry to Quellmoor burnt in March."


@pytest.mark.usefixtures("later")
def test_an_edit_that_keeps_size_and_times_is_seen(folder: Path, tmp_path: Path) -> None:
    directory, path = tmp_path / "index", folder / "harbour.txt"
    build([folder], directory)
    before = path.stat()
    path.write_text(TEXTS["harbour.txt"].replace("12", "13"), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert build([folder], directory).changed == ("harbour.txt",)
    assert first_quote(directory, "how many boats did the harbour master lose?") == "The harbour master lost 13 boats."


@pytest.mark.usefixtures("later")
def test_another_file_of_the_same_name_is_read(folder: Path, tmp_path: Path) -> None:
    directory, path = tmp_path / "index", folder / "harbour.txt"
    build([folder], directory)
    aside = tmp_path / "aside.txt"
    aside.write_text(TEXTS["harbour.txt"].replace("12", "14"), "utf-8")
    os.replace(aside, path)
    assert build([folder], directory).changed == ("harbour.txt",)


def test_a_file_that_was_just_written_is_read_again(folder: Path, tmp_path: Path, read: list[bytes]) -> None:
    directory = tmp_path / "index"
    build([folder], directory)
    build([folder], directory)
    assert len(read) == 6


@pytest.mark.usefixtures("later")
def test_what_was_read_in_another_encoding_is_read_again(folder: Path, tmp_path: Path, read: list[bytes]) -> None:
    directory = tmp_path / "index"
    build([folder], directory)
    assert len(build([folder], directory, BuildSettings(encoding="cp1252")).changed) == 3
    read.clear()
    assert len(build([folder], directory, BuildSettings(encoding="cp1252")).unchanged) == 3 and not read


@pytest.mark.usefixtures("later")
def test_a_rebuild_reads_all(folder: Path, tmp_path: Path, read: list[bytes]) -> None:
    directory = tmp_path / "index"
    build([folder], directory)
    build([folder], directory, BuildSettings(rebuild=True))
    assert len(read) == 6


@pytest.mark.usefixtures("later")
def test_the_size_limit_holds_for_files_that_are_not_read(folder: Path, tmp_path: Path) -> None:
    directory = tmp_path / "index"
    (folder / "long.txt").write_text("It rained. " * 1_000, "utf-8")
    build([folder], directory)
    report = build([folder], directory, BuildSettings(max_file_mb=0.01))
    assert report.removed == ("long.txt",) and "0.01 MB" in str(report.refused[0])


@pytest.mark.usefixtures("later")
def test_a_file_is_not_known_by_its_look_where_another_of_its_content_changed_while_it_was_indexed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "index"
    (folder / "again.txt").write_text(TEXTS["ferry.txt"], "utf-8")

    def edited_after(*asked: object, **named: object) -> object:
        collection = collect(*asked, **named)  # type: ignore[arg-type]
        (folder / "ferry.txt").write_text("The ferry to Quellmoor was sold in March.\n", "utf-8")
        return collection

    with monkeypatch.context() as while_building:
        while_building.setattr("articles_qa.index.building.prepare.collect", edited_after)
        build([folder], directory)
    build([folder], directory)
    held = PreviousGeneration(open_generation(directory)).contents
    assert held["ferry.txt"] != held["again.txt"]
    assert check_index(directory).findings == ()


@pytest.mark.usefixtures("later")
def test_what_a_generation_does_not_say_is_read(folder: Path, tmp_path: Path, read: list[bytes]) -> None:
    directory = tmp_path / "index"
    build([folder], directory)
    generation = open_generation(directory)
    assert len(generation.looks(3)) == 3 * 40
    files = tuple(file for file in generation.manifest.files if file.name != LOOKS)
    older = replace(generation, manifest=replace(generation.manifest, files=files))
    assert older.looks(3) == b""
    (file, *_) = find_files([folder]).files
    assert PreviousGeneration(generation).known_contents(file, None) and not PreviousGeneration(older).known_contents(
        file, None
    )
    assert not PreviousGeneration(generation).known_contents(file, "cp1252")
