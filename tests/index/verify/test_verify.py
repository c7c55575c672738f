"""A sound index is found sound; whatever is wrong with one is found, however well its checksums fit."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from articles_qa.index import BuildSettings, IndexDamagedError, IndexMismatchError, InputError, build
from articles_qa.index.backends import check_index
from articles_qa.index.files.checksums import FileRecord
from articles_qa.index.local.generation import CURRENT, MANIFEST, name_of, read_current
from articles_qa.index.local.manifest import sealed
from articles_qa.index.local.segment import ARTICLES, EXACT, FIRST_PASSAGES, FIRST_SENTENCES, VECTORS, WORDS
from articles_qa.index.search.bm25_index import write_words
from articles_qa.index.verify.findings import MAX_FINDINGS, Soundness

TEXTS = {
    "a.txt": "Linz Gazette\n\nFlood in Linz\n\nIt rained, said Anna Lee. The World Food Programme (WFP) sent 40 boats.\n\n"
    "They came late.",
    "b.txt": "Fire in Steyr\n\nThe mill burned down on Monday. Nobody was hurt, the police said. Two barns burned, too.\n",
    "c.txt": "COMMENTS\n\nLeave a Reply\n",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small index, one of whose articles has a byte-order mark and one nothing but furniture; tests break copies of it."""
    folder = tmp_path_factory.mktemp("articles")
    for name, text in TEXTS.items():
        (folder / name).write_bytes(text.encode("utf-16" if name == "b.txt" else "utf-8"))
    build([folder], folder / "index")
    return folder / "index"


@pytest.fixture
def directory(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "index"))


def folder_of(directory: Path) -> Path:
    current = read_current(directory)
    assert current is not None
    return directory / name_of(current.generation)


def publish_again(directory: Path, **what: object) -> None:
    """Make all checksums fit again, whatever was done to the files; `what` changes the manifest."""
    folder = folder_of(directory)
    manifest = json.loads((folder / MANIFEST).read_text("utf-8")) | what
    del manifest["seal"]
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST]
    raw = sealed({**manifest, "files": {name: FileRecord.of(folder / name, name).to_dict() for name in names}})
    (folder / MANIFEST).write_bytes(raw)
    number = int(folder.name.removeprefix("gen-"))
    (directory / CURRENT).write_text(json.dumps({"generation": number, "manifest_sha256": sha256(raw).hexdigest()}))


def change(directory: Path, *statements: str) -> None:
    """Change the database, and publish it again."""
    connection = sqlite3.connect(folder_of(directory) / ARTICLES)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    publish_again(directory)


def told(found: Soundness) -> str:
    return "\n".join(f"{finding.where}: {finding.what}" for finding in found.findings)


def test_a_sound_index_has_no_findings(made: Path, seeds_index: Path) -> None:
    for directory in (made, seeds_index):
        found = check_index(directory)
        assert told(found) == "" and found.generation == 1
    checked = found.checked
    assert (checked.articles, checked.files) == (5, len(list(folder_of(seeds_index).rglob("*.*"))) - 1)
    assert checked.sentences > checked.passages > 5 and checked.size_bytes > 10_000


def test_an_index_in_other_encodings_is_sound(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    for name, encoding in (("a.txt", "cp1252"), ("b.txt", "utf-8-sig"), ("c.txt", "utf-32")):
        (tmp_path / "articles" / name).write_bytes(f"It rained in {name}, “the mayor” said – and left.\r\n".encode(encoding))
    build([tmp_path / "articles"], tmp_path / "index", BuildSettings(encoding="cp1252"))
    assert told(check_index(tmp_path / "index")) == ""


FIRST = "(SELECT id FROM sentences ORDER BY id LIMIT 1)"
WRONG: list[tuple[str, str]] = [
    ("UPDATE articles SET text = replace(text, '40 boats', '90 boats')", "a.txt: its text is not that of the file"),
    ("UPDATE articles SET sha256 = (SELECT sha256 FROM articles WHERE id = 1) WHERE id = 0", "a.txt: its text is not that"),
    ("UPDATE articles SET size_bytes = size_bytes + 1 WHERE id = 0", "a.txt: its text is not that of the file"),
    ("UPDATE articles SET encoding = 'utf-16-be' WHERE id = 1", "b.txt: its text is not that of the file"),
    ("UPDATE articles SET encoding = 'klingon' WHERE id = 1", "b.txt: its text cannot be written as 'klingon'"),
    ("UPDATE articles SET encoding = 'cp1252', text = text || '국' WHERE id = 0", "a.txt: its text cannot be written"),
    ("UPDATE articles SET bom_bytes = 0 WHERE id = 1", "b.txt: its text is not that of the file"),
    ("UPDATE articles SET bom_bytes = 3 WHERE id = 0", "a.txt: its text is not that of the file"),
    ("UPDATE articles SET source = '../a.txt' WHERE id = 0", "../a.txt: is not a path below"),
    ("UPDATE articles SET source = '/a.txt' WHERE id = 0", "/a.txt: is not a path below"),
    ("UPDATE articles SET title = '5-9000' WHERE id = 0", "a.txt: its title lies outside"),
    ("UPDATE articles SET outlet = 'Gazette' WHERE id = 0", "a.txt: its outlet lies outside"),
    ("UPDATE articles SET id = 7 WHERE id = 2", "article 7: is not numbered 2"),
    ("DELETE FROM articles WHERE id = 1", "manifest says 3"),
    ("DELETE FROM articles WHERE id = 1", "passages: "),
    ('UPDATE passages SET "end" = 100000 WHERE id = 0', "a.txt: passage 0 lies outside"),
    ('UPDATE passages SET start = "end" WHERE id = 0', "a.txt: passage 0 lies outside"),
    ("UPDATE passages SET start = -1 WHERE id = 0", "a.txt: passage 0 lies outside"),
    ("UPDATE passages SET id = 70 WHERE id = 1", "passage 70 is not numbered 1"),
    ("DELETE FROM passages WHERE id = 1", "passages, the manifest says"),
    ("DELETE FROM sentences WHERE passage = 1", "passage 1 has no sentence"),
    (f'UPDATE sentences SET "end" = 100000 WHERE id = {FIRST}', "sentence 0 lies outside of its passage"),
    (f"UPDATE sentences SET start = 'x' WHERE id = {FIRST}", "sentence 0 lies outside of its passage"),
    ("UPDATE sentences SET start = start - 5 WHERE id = 1", "sentence 1 lies outside of its passage, or overlaps"),
    ("UPDATE sentences SET passage = 9 WHERE id = 3", "sentences: "),
    (f"UPDATE sentences SET id = 900 WHERE id = {FIRST}", "sentence 1 is not numbered 0"),
    ("UPDATE sentences SET paragraph = 5 WHERE id = 0", "sentence 1 is of an earlier paragraph"),
    ("UPDATE sentences SET gaps = '[[0, 100000]]' WHERE id = 0", "sentence 0 has gaps"),
    ("UPDATE sentences SET gaps = '[[0' WHERE id = 0", "sentence 0 has gaps"),
    ("UPDATE sentences SET gaps = '7' WHERE id = 0", "sentence 0 has gaps"),
    ("UPDATE sentences SET gaps = '[[1]]' WHERE id = 0", "sentence 0 has gaps"),
    ("UPDATE sentences SET attributions = '[[[4, 100000], [4, 8], null, [0, 4]]]' WHERE id = 0", "sentence 0 has a speaker"),
    ("UPDATE sentences SET attributions = 'Anna' WHERE id = 0", "sentence 0 has a speaker"),
    ("UPDATE sentences SET tokens = x'00' WHERE id = 0", "sentence 0 has 1 bytes of tokens"),
    ("UPDATE sentences SET tokens = x'' WHERE id = 0", "sentence 0 has 0 bytes of tokens"),
    ("UPDATE sentences SET tokens = zeroblob(34000) WHERE id = 0", "sentence 0 has 34,000 bytes of tokens"),
    ("UPDATE sentences SET terms = terms || ' burn' WHERE id = 0", "word 'burn': "),
    ("UPDATE sentences SET terms = 'zebra' WHERE id = 1", "word 'zebra': is in 1 passages, the word index finds it in 0"),
    ('UPDATE aliases SET start = 100000, "end" = 100004', "a.txt: an abbreviation lies outside"),
    ("UPDATE aliases SET article = 50", "aliases: 1 are of no article"),
]


@pytest.mark.parametrize(("statement", "finding"), WRONG, ids=[str(i) for i in range(len(WRONG))])
def test_what_is_wrong_in_the_database_is_found(statement: str, finding: str, directory: Path) -> None:
    change(directory, statement)
    assert finding in told(check_index(directory))


def change_vectors(directory: Path, act: Callable[[NDArray[np.float16]], object]) -> str:
    """What is told when the vectors as they were embedded were changed."""
    path = folder_of(directory) / EXACT
    rows = np.frombuffer(path.read_bytes(), np.float16).reshape(-1, 384).copy()
    act(rows)
    path.write_bytes(rows.tobytes())
    publish_again(directory)
    return told(check_index(directory))


@pytest.mark.parametrize("number", [0.0, np.nan, np.inf, 60_000.0])
def test_numbers_that_are_none_are_found_in_a_vector(number: float, directory: Path) -> None:
    found = change_vectors(directory, lambda rows: rows[1].fill(number))
    assert "sentence 1: its vector is not of length 1" in found and "sentence 0" not in found


def test_a_vector_of_another_sentence_is_found(directory: Path) -> None:
    assert "sentence 1: its vector in vec" in change_vectors(directory, lambda rows: np.copyto(rows[1], rows[2]))


def test_vectors_of_another_size_are_found(directory: Path) -> None:
    path = folder_of(directory) / EXACT
    path.write_bytes(path.read_bytes()[:-2])
    publish_again(directory)
    assert "vectors.f16: holds " in told(check_index(directory))


@pytest.mark.parametrize("name", [FIRST_PASSAGES, FIRST_SENTENCES])
def test_a_thing_that_begins_elsewhere_is_found(name: str, directory: Path) -> None:
    path = folder_of(directory) / name
    first = np.load(path)
    first[1] += 1 if first[1] < first[2] else -1
    np.save(path, first)
    publish_again(directory)
    assert f" in {name}" in told(check_index(directory))


def test_vectors_in_another_order_are_found(directory: Path) -> None:
    path = folder_of(directory) / VECTORS
    index = faiss.read_index(str(path))
    rows = index.reconstruct_n(0, index.ntotal)
    swapped = faiss.IndexScalarQuantizer(index.d, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    swapped.train(rows)
    swapped.add(rows[[1, 0, *range(2, len(rows))]])
    faiss.write_index(swapped, str(path))
    publish_again(directory)
    assert [finding.where for finding in check_index(directory).findings] == ["sentence 0", "sentence 1"]


def test_a_row_too_many_is_found(directory: Path) -> None:
    path = folder_of(directory) / VECTORS
    index = faiss.read_index(str(path))
    index.add(index.reconstruct_n(0, 1))
    faiss.write_index(index, str(path))
    publish_again(directory)
    assert told(check_index(directory)) == "vectors.faiss: holds 7 sentences, the manifest says 6"


def rewrite_words(directory: Path, order: Callable[[list[str]], list[str]]) -> None:
    connection = sqlite3.connect(folder_of(directory) / ARTICLES)
    terms = [row[0] for row in connection.execute("SELECT group_concat(terms, ' ') FROM sentences GROUP BY passage")]
    connection.close()
    shutil.rmtree(folder_of(directory) / WORDS)
    write_words(folder_of(directory) / WORDS, order(terms), serial=1)
    publish_again(directory)


def test_words_of_other_passages_are_found(directory: Path) -> None:
    rewrite_words(directory, list)
    assert "finds other passages" not in told(check_index(directory))
    rewrite_words(directory, lambda terms: terms[::-1])
    assert "finds other passages than it stands in" in told(check_index(directory))
    rewrite_words(directory, lambda terms: terms[:-1])
    assert "words: holds 1 passages, the manifest says 2" in told(check_index(directory))


def test_a_manifest_that_says_something_else_is_found(directory: Path) -> None:
    publish_again(directory, added=["added/none.txt"])
    assert "manifest.json: names added/none.txt as added" in told(check_index(directory))
    counts = {"articles": 4, "passages": 2, "sentences": 5}
    publish_again(directory, counts=counts)
    assert "order.npy: holds 3 articles, the manifest says 4" in told(check_index(directory))


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_all_damaged_files_are_named(directory: Path) -> None:
    folder = folder_of(directory)
    flip(folder / ARTICLES)
    (folder / VECTORS).unlink()
    with (folder / WORDS / "meta.json").open("ab") as file:
        file.write(b" ")
    found = check_index(directory)
    assert [finding.where for finding in found.findings] == [str(folder / n) for n in (ARTICLES, VECTORS, f"{WORDS}/meta.json")]
    told_of = ("sha256 differs", "No such file", "size differs")
    assert all(what in finding.what for what, finding in zip(told_of, found.findings, strict=True))
    assert found.checked.articles == 0 and found.checked.files > 3


def test_findings_end_somewhere(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(directory, "UPDATE sentences SET attributions = 'x', gaps = '7'")
    assert len(check_index(directory).findings) > 5
    monkeypatch.setattr("articles_qa.index.verify.verify_local.MAX_FINDINGS", 5)
    assert len(check_index(directory).findings) == 5 < MAX_FINDINGS


def test_what_cannot_be_looked_at_is_an_error(directory: Path, tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="no index here"):
        check_index(tmp_path / "none")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    with pytest.raises(InputError, match="something else"):
        check_index(tmp_path / "other")
    with pytest.raises(IndexDamagedError, match=MANIFEST):
        check_index(directory, number=12)
    publish_again(directory, format=1)
    with pytest.raises(IndexMismatchError, match="format 1"):
        check_index(directory)
    flip(folder_of(directory) / MANIFEST)
    with pytest.raises(IndexDamagedError, match=MANIFEST):
        check_index(directory)
    (directory / CURRENT).unlink()
    with pytest.raises(IndexDamagedError, match=CURRENT):
        check_index(directory)


def test_looking_writes_nothing(directory: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in directory.rglob("*")}
    check_index(directory)
    assert {path: path.stat().st_mtime_ns for path in directory.rglob("*")} == before
