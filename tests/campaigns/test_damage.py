"""Damage to an index is named before FAISS, SQLite or tantivy read a byte of it."""

import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import articles_qa.index.search.faiss_index
from articles_qa.index import Check, Index, IndexDamagedError, IndexMismatchError, build
from articles_qa.index.files.checksums import Verification
from articles_qa.index.local.generation import open_generation
from articles_qa.qa import Retriever

STORY = "The river at {place} rose overnight. The mayor of {place} said that nobody was hurt."
Damage = Callable[[Path, random.Random], None]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two generations."""
    place = tmp_path_factory.mktemp("two")
    for town in ("Oslo", "Bergen"):
        (place / "a.txt").write_text(STORY.format(place=town))
        build([place / "a.txt"], place / "index")
    return place / "index"


@pytest.fixture
def copied(two: Path, tmp_path: Path) -> Path:
    return shutil.copytree(two, tmp_path / "index")


def in_force(directory: Path) -> list[Path]:
    """The files that an index in force consists of."""
    return [directory / "CURRENT", *(path for path in sorted((directory / "gen-000002").rglob("*")) if path.is_file())]


def flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def truncate(path: Path, chance: random.Random) -> None:
    os.truncate(path, chance.choice((0, 1, path.stat().st_size // 2, path.stat().st_size - 1)))


def grow(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes() + bytes([chance.randrange(256)]))


def zero(path: Path, chance: random.Random) -> None:
    """A page of zeros."""
    data = bytearray(path.read_bytes())
    at = chance.randrange(len(data)) // 512 * 512
    if any(data[at : at + 512]):
        data[at : at + 512] = bytes(len(data[at : at + 512]))
    else:
        data[at] ^= 1
    path.write_bytes(data)


def swap(path: Path, chance: random.Random) -> None:
    """Another file's bytes: the same one of the generation before, or a neighbour's."""
    older = Path(str(path).replace("gen-000002", "gen-000001"))
    others = [other for other in (older, *path.parent.iterdir()) if other.is_file() and other != path]
    data = chance.choice(others).read_bytes()
    path.write_bytes(data if data != path.read_bytes() else data + b"\n")


def delete(path: Path, chance: random.Random) -> None:
    path.unlink()


def pipe(path: Path, chance: random.Random) -> None:
    """What would keep a reader waiting for ever."""
    path.unlink()
    os.mkfifo(path)


def folder(path: Path, chance: random.Random) -> None:
    path.unlink()
    path.mkdir()


@pytest.fixture
def nothing_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails where a damaged file gets as far as a library."""

    def read(*_: object) -> None:
        raise AssertionError("read before it was checked")

    for where in (
        "articles_qa.index.local.segment.Store",
        "articles_qa.index.local.segment.VectorIndex",
        "articles_qa.index.local.segment.Float16Vectors",
        "articles_qa.index.local.local_index.WordIndex",
    ):
        monkeypatch.setattr(where, read)


def noticed(directory: Path, path: Path) -> str:
    """Open a damaged index; what is said of it."""
    with pytest.raises(IndexDamagedError) as damaged:
        Index.open(directory)
    said = str(damaged.value)
    assert "\n" not in said and "run qa index" in said and str(directory) in said, (path, said)
    return said


@pytest.mark.campaign
@pytest.mark.usefixtures("nothing_reads")
@pytest.mark.parametrize(
    ("damages", "runs"), [((flip,), (60, 300, 10_000)), ((truncate, grow, zero, swap, delete), (50, 100, 1000))]
)
def test_damage_to_any_file_is_noticed_before_any_library_reads_it(
    copied: Path, campaign: Callable[[int, int, int], int], damages: tuple[Damage, ...], runs: tuple[int, int, int]
) -> None:
    chance, files = random.Random(11), in_force(copied)
    for run in range(campaign(*runs)):
        path, damage = files[run % len(files)], chance.choice(damages)
        before = path.read_bytes()
        damage(path, chance)
        noticed(copied, path)
        path.write_bytes(before)


@pytest.mark.usefixtures("nothing_reads")
@pytest.mark.parametrize("damage", [pipe, folder, delete])
def test_what_is_no_file_any_more_is_noticed_at_once(copied: Path, damage: Damage) -> None:
    for path in in_force(copied)[1:]:
        kept = path.read_bytes()
        damage(path, random.Random(1))
        noticed(copied, path)
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        path.write_bytes(kept)


@pytest.mark.parametrize("name", ["articles.db", "vectors.faiss", "words/meta.json"])
def test_without_the_digests_damage_gets_through(copied: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("articles_qa.index.local.generation.check_files", lambda *_: None)
    path, chance, through = copied / "gen-000002" / name, random.Random(3), 0
    for _ in range(40):
        before = path.read_bytes()
        flip(path, chance)
        try:
            Index.open(copied)
            through += 1
        except (IndexDamagedError, IndexMismatchError):
            pass
        path.write_bytes(before)
    assert through


def test_without_the_manifests_digest_another_manifest_gets_through(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = copied / "gen-000002" / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b"a.txt", b"b.txt").replace(b'"root": "/', b'"root": "\\u002f'))
    noticed(copied, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (copied / "CURRENT").write_text(json.dumps({"generation": 2, "manifest_sha256": digest}))
    assert Index.open(copied).info.generation == 2


def test_a_damaged_generation_is_named_with_the_one_that_can_answer(copied: Path) -> None:
    flip(copied / "gen-000002" / "vectors.faiss", random.Random(1))
    said = noticed(copied, copied)
    assert "gen-000002/vectors.faiss: sha256 differs from the manifest; run qa index --rebuild" in said
    assert said.endswith(", or answer from generation 1 with --generation 1")
    answer = Retriever.open(copied, generation=1).ask("Who said that nobody was hurt?")
    assert answer.index.generation == 1 and not answer.index.in_force and "Oslo" in answer.quotes[0].text


@pytest.mark.parametrize("byte", b" \n\t\r")
def test_current_is_taken_to_the_byte(copied: Path, byte: int) -> None:
    path = copied / "CURRENT"
    path.write_bytes(path.read_bytes() + bytes([byte]))
    assert "CURRENT: not as it was written" in noticed(copied, copied)


@pytest.mark.parametrize("text", ["", "{", '{"generation": 9, "manifest_sha256": ""}'])
def test_without_current_any_whole_generation_can_answer(copied: Path, text: str) -> None:
    (copied / "CURRENT").write_text(text)
    assert "answer from generation 2 with --generation 2" in noticed(copied, copied)
    assert [Index.open(copied, generation=number).info.generation for number in (1, 2)] == [1, 2]


def test_where_no_generation_is_whole_none_is_recommended(copied: Path) -> None:
    for number in (1, 2):
        flip(copied / f"gen-00000{number}" / "articles.db", random.Random(1))
    assert "--generation" not in noticed(copied, copied)


@pytest.mark.parametrize("number", [0, 3, -1, 10**30])
def test_a_generation_that_is_not_there_is_one_line(copied: Path, number: int) -> None:
    with pytest.raises(IndexDamagedError, match=r"manifest.json: cannot be read .*; run qa index --rebuild"):
        Index.open(copied, generation=number)


def test_a_manifest_proves_itself_without_current(copied: Path) -> None:
    (copied / "CURRENT").unlink()
    path = copied / "gen-000002" / "manifest.json"
    chance = random.Random(2)
    for _ in range(200):
        before = path.read_bytes()
        flip(path, chance)
        with pytest.raises((IndexDamagedError, IndexMismatchError)):
            open_generation(copied, number=2)
        path.write_bytes(before)
    assert open_generation(copied, number=2)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every index counts as too large for its sha256s to be compared before it answers."""
    monkeypatch.setattr("articles_qa.index.local.generation.FULL_CHECK_BYTES", 0)


@pytest.mark.usefixtures("large")
def test_a_large_index_is_checked_by_xxh3_first_and_by_sha256_in_the_background(copied: Path) -> None:
    opened = Index.open(copied)
    assert opened.info.check is Check.XXH3 and opened.verification is not None
    assert opened.verification.wait(timeout_s=60)
    assert len(opened.embed("who was hurt?").vector) == 1
    assert Index.open(copied, check=Check.SHA256).info.check is Check.SHA256


@pytest.mark.usefixtures("large", "nothing_reads")
def test_damage_to_a_large_index_is_noticed_too(copied: Path) -> None:
    chance = random.Random(4)
    for path in in_force(copied) * 3:
        before = path.read_bytes()
        flip(path, chance)
        noticed(copied, path)
        path.write_bytes(before)


def test_what_the_background_finds_ends_the_answers(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles_qa.index.local.generation.FULL_CHECK_BYTES", 0)
    monkeypatch.setattr("articles_qa.index.local.generation.check_files", lambda *_: None)  # As if someone forged the xxh3.
    path = copied / "gen-000002" / "words" / "meta.json"
    path.write_bytes(path.read_bytes() + b"\n")
    opened = Index.open(copied)
    assert opened.verification is not None and opened.verification.wait(timeout_s=60)
    with pytest.raises(IndexDamagedError, match=r"meta.json: its size differs from the manifest; run qa index --rebuild"):
        opened.embed("who was hurt?")


def test_a_generation_that_was_removed_is_not_damaged(copied: Path) -> None:
    generation = open_generation(copied, number=1)
    shutil.rmtree(generation.folder)
    verification = Verification(generation.folder, generation.manifest.files)
    assert verification.wait(timeout_s=60)
    verification.check()


def test_two_generations_have_the_vectors_that_faiss_makes_of_all_at_once(two: Path) -> None:
    """Trained on the least and greatest numbers alone, FAISS keeps the same as from all vectors."""
    import faiss
    import numpy as np

    vectors = np.random.default_rng(1).normal(size=(3000, 48)).astype(np.float32)
    whole = faiss.IndexScalarQuantizer(48, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    whole.train(vectors)
    whole.add(vectors)
    articles_qa.index.search.faiss_index.write_vectors(
        two.parent / "blocks.faiss", lambda: (vectors[:1000], vectors[1000:]), dim=48
    )
    assert (two.parent / "blocks.faiss").read_bytes() == faiss.serialize_index(whole).tobytes()
