"""Scratch indexes: built once for the same documents, model and code, whatever happens to them in between."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from articles_qa.eval.datasets.cases import DataSet, Document, Gold
from articles_qa.eval.running import scratch_index as scratch
from articles_qa.eval.running.scratch_index import scratch_index
from articles_qa.index import BuildSettings, Index, InputError, ModelSettings, Precision, Progress, SourceState
from articles_qa.index.models.export import export_model
from articles_qa.index.models.model_files import cache_folder

RIVER = Document("water/0001.txt", "High water\n\nThe river rose by two metres overnight. It fell again on Monday.")
BRIDGE = Document("bridge.txt", "The bridge was closed for a week.")


class Watched:
    """The messages of a build."""

    def __init__(self) -> None:
        self.passages: list[int] = []
        self.notes: list[str] = []
        self.progress = Progress(embedding=self.passages.append, note=self.notes.append)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("QA_CACHE", str(folder))
    return folder


def data_set(*documents: Document, name: str = "set") -> DataSet:
    return DataSet(name, "SQuAD", Gold.ANSWERS, (), (), documents)


def embedded(data: DataSet, settings: BuildSettings | None = None) -> int:
    """Open the index, and return the number of passages embedded for it."""
    watched = Watched()
    index = scratch_index(data, settings, progress=watched.progress)
    assert texts(index, data) == [document.text for document in data.documents or ()]
    return sum(watched.passages)


def texts(index: Index, data: DataSet) -> list[str]:
    articles = [index.store.article_named(document.source) for document in data.documents or ()]
    return [article.text for article in articles if article]


def test_an_index_is_built_once_and_then_opened(cache: Path) -> None:
    assert embedded(data_set(RIVER, BRIDGE)) == 2
    assert embedded(data_set(RIVER, BRIDGE, name="another name")) == 0
    assert embedded(data_set(RIVER, BRIDGE), BuildSettings(rebuild=True)) == 2
    assert len(list((cache / "eval").iterdir())) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(RIVER, text=RIVER.text + " "),
        replace(RIVER, source="water/0002.txt"),
        Document("water/0001.txtHigh", RIVER.text.removeprefix("High")),  # The same letters, parted elsewhere.
    ],
)
def test_other_documents_get_another_index(other: Document) -> None:
    card = export_model(ModelSettings()).card
    assert scratch._key([RIVER], card) != scratch._key([other], card)


def test_another_model_gets_another_index() -> None:
    card = export_model(ModelSettings()).card
    others = (replace(card, files_sha256="x"), replace(card, export_sha256="x"), replace(card, precision=Precision.FP32))
    assert len({scratch._key([RIVER], model) for model in (card, *others, replace(card, device="cpu"))}) == 5


def test_other_code_gets_another_index(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_CODE", tmp_path)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "sentences.py").write_text("MAX = 1\n", "utf-8")
    assert embedded(data_set(BRIDGE)) == 1
    (tmp_path / "articles" / "sentences.py").write_text("MAX = 2\n", "utf-8")
    assert embedded(data_set(BRIDGE)) == 1


def test_every_text_is_indexed_exactly_as_it_is(cache: Path) -> None:
    pieces = (
        "\ufeffMarked. ",
        "\ufeff\ufeffTwice. ",
        "One.\r\nTwo.\rThree.\n\n\n",
        "  Blank ends. \t\n",
        "\u2028\u0085é🇺🇦 ",
        "...",
        "Title",
    )
    data = data_set(*(Document(f"{place}/a.txt", text) for place, text in enumerate(pieces)))
    index = scratch_index(data, BuildSettings(encoding="cp1252", max_file_mb=1e-9))  # Neither is about these documents.
    assert texts(index, data) == list(pieces)
    articles = [index.store.article_named(document.source) for document in data.documents or ()]
    assert {index.source_state(article) for article in articles if article} == {SourceState.UNCHANGED}


def test_a_document_without_text_does_not_stop_the_others(cache: Path) -> None:
    index = scratch_index(data_set(RIVER, Document("blank.txt", " \n")))
    assert (index.info.articles, index.info.refused) == (1, 1)


@pytest.mark.parametrize(
    ("damage", "passages"),
    [
        (lambda folder: next(folder.glob("index/gen-*/vectors.faiss")).write_bytes(b"x"), 2),
        (lambda folder: (folder / "index" / "CURRENT").unlink(), 2),
        (lambda folder: (folder / "index" / "CURRENT").write_bytes(b"{"), 2),
        (lambda folder: (folder / "articles" / RIVER.source).write_bytes(b"High"), 0),  # The index itself is whole.
        (lambda folder: (folder / "articles" / BRIDGE.source).unlink(), 0),
    ],
)
def test_what_was_damaged_is_made_anew(damage: Callable[[Path], object], passages: int, cache: Path) -> None:
    scratch_index(data_set(RIVER, BRIDGE))
    damage(next((cache / "eval").iterdir()))
    assert embedded(data_set(RIVER, BRIDGE)) == passages
    assert (next((cache / "eval").iterdir()) / "articles" / RIVER.source).read_bytes() == RIVER.text.encode()


def test_what_was_interrupted_is_made_anew(cache: Path) -> None:
    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scratch_index(data_set(RIVER, BRIDGE), progress=Progress(done=interrupt))
    assert embedded(data_set(RIVER, BRIDGE)) == 2


def test_two_at_a_time_build_it_once(cache: Path) -> None:
    watched = Watched()
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(scratch_index, data_set(RIVER, BRIDGE), progress=watched.progress) for _ in range(2)]
        assert {future.result().info.generation for future in both} == {1}
    assert watched.passages == [2]
    assert all("another process builds this index" in note for note in watched.notes)


@pytest.mark.parametrize("documents", [None, ()])
def test_a_set_without_documents_is_refused(documents: tuple[Document, ...] | None) -> None:
    with pytest.raises(InputError, match="set: brings no documents; name the index"):
        scratch_index(replace(data_set(), documents=documents))


def test_a_cache_that_cannot_be_written_is_named(cache: Path) -> None:
    (cache / "eval").write_bytes(b"a file where the folder should be")
    with pytest.raises(InputError, match=r"cannot be written \(Not a directory\); make room, or set QA_CACHE"):
        scratch_index(data_set(RIVER))
    assert cache_folder() == cache
