"""Vectors in lists find what an exhaustive search finds, within a choice of articles too; few vectors are as they were."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from articles_qa.index import BuildSettings, Index, IndexDamagedError, IndexMismatchError, InputError, build
from articles_qa.index.arrays import Vectors
from articles_qa.index.backends import check_index
from articles_qa.index.files.checksums import FileRecord
from articles_qa.index.local.generation import CURRENT, MANIFEST, Current, name_of, read_current
from articles_qa.index.local.local_index import LocalIndex
from articles_qa.index.local.manifest import sealed
from articles_qa.index.local.segment import VECTORS
from articles_qa.index.search.faiss_index import VectorIndex, write_vectors
from articles_qa.index.search.ivf_lists import CANDIDATES, MIN_RECALL, NEAREST, Lists
from articles_qa.qa.ranking.candidates import BY_MEANING
from articles_qa.ui.cli import main
from articles_qa.ui.text.terminal import render_info

DIM, SIZE, QUERIES = 384, 12_000, 40


@pytest.fixture(scope="module")
def mixed(seeds_index: Path) -> Vectors:
    """Many vectors, each of one of the seeds' sentences with some of another one, as sentences on like matters have."""
    (segment,) = LocalIndex(seeds_index).segments
    real = segment.exact.rows(slice(None))
    draw = np.random.default_rng(5)
    one, other = real[draw.integers(0, len(real), SIZE)], real[draw.integers(0, len(real), SIZE)]
    sums = one + draw.uniform(0.3, 0.9, (SIZE, 1)).astype(np.float32) * other + draw.normal(0, 0.01, (SIZE, DIM))
    return unit(sums)


@pytest.fixture(scope="module")
def questions(mixed: Vectors) -> Vectors:
    draw = np.random.default_rng(6)
    return unit(mixed[:: SIZE // QUERIES] + draw.normal(0, 0.02, (QUERIES, DIM)))


def unit(vectors: np.ndarray) -> Vectors:
    rows: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return rows


def in_blocks(vectors: Vectors, size: int = 1000) -> Callable[[], Iterable[Vectors]]:
    return lambda: (vectors[at : at + size] for at in range(0, len(vectors), size))


def written(path: Path, vectors: Vectors, *, up_to: int = 1000) -> tuple[VectorIndex, Lists | None]:
    lists = write_vectors(path, in_blocks(vectors), dim=DIM, exhaustive_up_to=up_to)
    return VectorIndex(path), lists


@pytest.fixture(scope="module")
def both(mixed: Vectors, tmp_path_factory: pytest.TempPathFactory) -> tuple[VectorIndex, VectorIndex]:
    """The same vectors in lists, and without."""
    folder = tmp_path_factory.mktemp("vectors")
    return written(folder / "lists", mixed)[0], written(folder / "whole", mixed, up_to=SIZE)[0]


def recall(found: VectorIndex, whole: VectorIndex, questions: Vectors, among: np.ndarray | None = None) -> float:
    """What part of the exhaustive nearest is among the candidates."""
    shares = []
    for question in questions:
        wanted = whole.search(question[None], top_k=NEAREST, among=among)
        got = found.search(question[None], top_k=CANDIDATES, among=among)
        shares.append(len({*wanted.tolist()} & {*got.tolist()}) / len(wanted))
    return float(np.mean(shares))


def test_lists_find_what_an_exhaustive_search_finds(
    both: tuple[VectorIndex, VectorIndex], mixed: Vectors, questions: Vectors, tmp_path: Path
) -> None:
    lists = written(tmp_path / "again", mixed)[1]
    assert lists is not None and lists.recall >= MIN_RECALL and 1 < lists.nprobe < lists.count / 4
    assert recall(*both, questions) >= 0.98


def test_too_few_lists_are_seen_to_find_less(both: tuple[VectorIndex, VectorIndex], questions: Vectors) -> None:
    parted = both[0]._lists
    assert parted is not None
    before, parted.nprobe = parted.nprobe, 1
    try:
        assert recall(*both, questions) < 0.9
    finally:
        parted.nprobe = before


def test_a_build_asks_for_as_many_sentences_as_a_question() -> None:
    assert CANDIDATES == BY_MEANING


def test_a_score_is_the_same_in_lists(both: tuple[VectorIndex, VectorIndex]) -> None:
    rows = np.arange(0, SIZE, 7)
    assert np.array_equal(both[0].reconstruct(rows), both[1].reconstruct(rows))


@pytest.mark.parametrize("every", [50, 100, 200, 4000])
def test_the_best_of_a_choice_are_found(every: int, both: tuple[VectorIndex, VectorIndex], questions: Vectors) -> None:
    among = np.zeros(SIZE, bool)
    among[5::every] = True
    for question in questions:
        wanted, got = (index.search(question[None], top_k=CANDIDATES, among=among) for index in both[::-1])
        assert wanted.tolist() == got.tolist() and len(got) == min(CANDIDATES, among.sum())


@pytest.mark.parametrize("share", [0.02, 0.1, 0.25, 0.9])
def test_of_a_choice_that_is_not_looked_at_whole_as_much_is_found(
    share: float, both: tuple[VectorIndex, VectorIndex], questions: Vectors
) -> None:
    among = np.random.default_rng(7).random(SIZE) < share
    assert recall(*both, questions, among) >= 0.98


def test_nothing_is_found_in_an_empty_choice(both: tuple[VectorIndex, VectorIndex], questions: Vectors) -> None:
    for index in both:
        assert not len(index.search(questions[:1], top_k=5, among=np.zeros(SIZE, bool)))


def test_a_question_looks_at_no_more_vectors_than_it_may(
    mixed: Vectors, questions: Vectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("articles_qa.index.search.ivf_lists.MAX_SEARCHED", 100)
    index, lists = written(tmp_path / "few", mixed)
    assert lists is not None and lists.nprobe <= max(1, lists.count * 100 // SIZE) and lists.recall < MIN_RECALL
    for question in questions:
        assert len(index.search(question[None], top_k=SIZE)) <= 100


def test_the_same_vectors_make_the_same_file(mixed: Vectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size, cores in (("one", 1000, 1), ("two", 1700, 2)):
        monkeypatch.setattr("articles_qa.index.search.ivf_lists.cores", lambda cores=cores: cores)
        write_vectors(tmp_path / name, in_blocks(mixed, size), dim=DIM, exhaustive_up_to=1000)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("size", [1, 2, 9, 40])
def test_a_handful_of_vectors_can_be_in_lists_too(size: int, mixed: Vectors, tmp_path: Path) -> None:
    index, lists = written(tmp_path / "few", mixed[:size], up_to=0)
    assert lists is not None and index.search(mixed[:1], top_k=1).tolist() == [0]


def other_kinds() -> Iterator[faiss.Index]:
    """FAISS indexes that no build writes."""
    yield from (faiss.IndexFlatIP(8), faiss.IndexLSH(8, 16), faiss.IndexHNSWFlat(8, 4), faiss.IndexRaBitQ(8))
    yield faiss.index_factory(8, "PCA4,Flat")
    yield faiss.IndexScalarQuantizer(8, faiss.ScalarQuantizer.QT_4bit, faiss.METRIC_INNER_PRODUCT)
    yield faiss.IndexScalarQuantizer(8, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_L2)
    eight_bits, inner = faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    yield faiss.IndexIVFScalarQuantizer(faiss.IndexHNSWFlat(8, 4, inner), 8, 2, eight_bits, inner, False)


def test_no_other_class_of_faiss_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faiss, "read_index", lambda *_: pytest.fail("FAISS read it"))
    rows = np.random.default_rng(1).random((40, 8), np.float32)
    for index in other_kinds():
        index.train(rows)
        index.add(rows)
        faiss.write_index(index, str(tmp_path / "other"))
        with pytest.raises(IndexDamagedError, match="not the FAISS index of a build"):
            VectorIndex(tmp_path / "other")


@pytest.mark.parametrize("up_to", [0, 100])
def test_a_length_that_the_file_does_not_have_is_refused(up_to: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = unit(np.random.default_rng(1).random((12, 8), np.float32))
    write_vectors(tmp_path / "sound", in_blocks(rows), dim=8, exhaustive_up_to=up_to)
    assert len(VectorIndex(tmp_path / "sound")) == 12
    monkeypatch.setattr(faiss, "read_index", lambda *_: pytest.fail("FAISS read it"))
    data = (tmp_path / "sound").read_bytes()
    lengths = [at for at in range(4, len(data) - 8) if data[at : at + 8] in (bytes([12, *[0] * 7]), bytes([8, *[0] * 7]))]
    assert len(lengths) >= 2
    longer = [data[:at] + b"\xff" * 8 + data[at + 8 :] for at in lengths]
    for broken in (data[:-1], data + b"\0", data[:60], *longer):
        (tmp_path / "broken").write_bytes(broken)
        with pytest.raises(IndexDamagedError):
            VectorIndex(tmp_path / "broken")


def test_vectors_that_are_all_the_same_are_searched(mixed: Vectors, tmp_path: Path) -> None:
    index, _ = written(tmp_path / "same", np.repeat(mixed[:1], 3000, axis=0))
    assert len(index.search(mixed[:1], top_k=CANDIDATES)) == CANDIDATES


STORY = "The ferry Amalia carried {} people to Linz on Monday. It rained, said Anna Lee. The mayor of town {} was on board.\n"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    for number in range(20):
        (tmp_path / "articles" / f"{number:02}.txt").write_text(STORY.format(100 + number, number))
    return tmp_path / "articles"


def manifest(directory: Path) -> dict[str, Any]:
    current = read_current(directory)
    assert current is not None
    return dict(json.loads((directory / name_of(current.generation) / MANIFEST).read_text("utf-8")))


def test_an_index_in_lists_says_so_answers_and_is_sound(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build([articles], tmp_path / "index", BuildSettings(exhaustive_up_to=30))
    opened = Index.open(tmp_path / "index")
    lists = opened.info.lists
    assert lists is not None and segments_of(manifest(tmp_path / "index"))[0]["vectors"] == lists.to_dict()
    assert f"{lists.nprobe} of {lists.count} lists" in render_info(opened.info)
    assert check_index(tmp_path / "index").findings == ()
    assert main(["info", "--json", "--index", str(tmp_path / "index")]) == 0
    assert json.loads(capsys.readouterr().out)["vectors"] == {"kind": "lists", **lists.to_dict()}
    found = opened.nearest_passages(opened.embed("How many people did the ferry carry?").vector, sentences=5)
    assert found


def test_an_index_without_says_nothing_new(seeds_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "vectors" not in segments_of(manifest(seeds_index))[0] and Index.open(seeds_index).info.lists is None
    assert main(["info", "--json", "--index", str(seeds_index)]) == 0
    assert json.loads(capsys.readouterr().out)["vectors"] == {"kind": "exhaustive"}


def test_a_later_build_parts_and_joins_as_the_articles_come_and_go(articles: Path, tmp_path: Path) -> None:
    settings = BuildSettings(exhaustive_up_to=30)
    build([articles], tmp_path / "index", settings)
    for number in range(5, 20):
        (articles / f"{number:02}.txt").unlink()
    build([articles], tmp_path / "index", settings)
    assert Index.open(tmp_path / "index").info.lists is None
    fresh = build([articles], tmp_path / "fresh")
    one, other = (tmp_path / name / name_of(number) for name, number in (("index", 2), ("fresh", fresh.generation)))
    assert (one / VECTORS).read_bytes() == (other / VECTORS).read_bytes()
    for number in range(5, 20):
        (articles / f"{number:02}.txt").write_text(STORY.format(100 + number, number))
    build([articles], tmp_path / "index", settings)
    assert Index.open(tmp_path / "index").info.lists is not None


def test_where_only_the_limit_changed_the_vectors_alone_are_laid_anew(articles: Path, tmp_path: Path) -> None:
    assert build([articles], tmp_path / "index").generation == 1
    for settings, generation, in_lists in (
        (BuildSettings(exhaustive_up_to=30), 2, True),
        (BuildSettings(exhaustive_up_to=30), 2, True),
        (BuildSettings(), 3, False),
        (BuildSettings(), 3, False),
    ):
        assert build([articles], tmp_path / "index", settings).generation == generation
        assert (Index.open(tmp_path / "index").info.lists is not None) is in_lists


def segments_of(said: dict[str, object]) -> list[dict[str, object]]:
    segments = said["segments"]
    assert isinstance(segments, list)
    return segments


def republished(directory: Path, change: Callable[[dict[str, Any], Path], None]) -> None:
    """Change the manifest and the files of the generation in force, and make all checksums right again."""
    current, said = read_current(directory), manifest(directory)
    assert current is not None
    folder = directory / name_of(current.generation)
    change(said, folder)
    said |= {"files": {name: FileRecord.of(folder / name, name).to_dict() for name in said["files"]}}
    raw = sealed({key: value for key, value in said.items() if key != "seal"})
    (folder / MANIFEST).write_bytes(raw)
    (directory / CURRENT).write_bytes(Current(current.generation, hashlib.sha256(raw).hexdigest()).to_bytes())


@pytest.mark.parametrize(
    "vectors", [None, 1, {"lists": 3}, {"lists": 3, "nprobe": 4, "recall": 1.0}, {"lists": "x", "nprobe": 1, "recall": 1.0}]
)
def test_a_manifest_that_fits_no_lists_is_refused(vectors: object, articles: Path, tmp_path: Path) -> None:
    build([articles], tmp_path / "index", BuildSettings(exhaustive_up_to=30))
    republished(
        tmp_path / "index", lambda said, _: said.update(segments=[{**one, "vectors": vectors} for one in segments_of(said)])
    )
    with pytest.raises(IndexMismatchError, match="run qa index --rebuild"):
        Index.open(tmp_path / "index")


def test_lists_that_hold_other_vectors_than_are_kept_are_found(articles: Path, tmp_path: Path) -> None:
    build([articles], tmp_path / "index", BuildSettings(exhaustive_up_to=30))

    def swap(_: dict[str, object], folder: Path) -> None:
        index = faiss.read_index(str(folder / VECTORS))
        assert isinstance(index, faiss.IndexIVFScalarQuantizer)
        index.make_direct_map()
        rows = index.reconstruct_n(0, index.ntotal)
        index.reset()
        index.add(rows[[1, 0, *range(2, len(rows))]])
        index.make_direct_map(False)
        faiss.write_index(index, str(folder / VECTORS))

    republished(tmp_path / "index", swap)
    assert [finding.where for finding in check_index(tmp_path / "index").findings] == ["sentence 0", "sentence 1"]


def test_a_limit_below_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="exhaustive_up_to"):
        BuildSettings(exhaustive_up_to=-1)
