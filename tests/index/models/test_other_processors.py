"""An export that was made on another kind of processor is measured before it is used, once."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index import ModelSettings
from index.models.embedder import Embedder
from index.models.export import export_model, find_export
from index.models.model_card import Precision
from index.models.model_files import Export
from index.models.onnx_graph import SAMPLES
from index.models.other_processors import REFERENCE, fits_here, keep_reference, processor

LARGEST = {Precision.INT8: 0.02}
WANTED = np.array([[0.6, 0.8]], np.float32)


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """An export made here, whose folder has nothing but the reference."""
    keep_reference(tmp_path, WANTED)
    return replace(export_model(ModelSettings()), folder=tmp_path)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> str:
    """Make this another kind of processor."""
    monkeypatch.setattr("index.models.other_processors.processor", lambda: "another")
    return "another"


def never(export: Export, wanted: npt.NDArray[np.float32]) -> float:
    pytest.fail("measured")


def unable(export: Export, wanted: npt.NDArray[np.float32]) -> float:
    raise RuntimeError("no such instruction")


def test_where_it_was_made_an_export_is_not_measured(export: Export) -> None:
    assert fits_here(export, never, LARGEST)
    (export.folder / REFERENCE).unlink()
    assert fits_here(export, never, LARGEST)


def test_elsewhere_an_export_is_measured_once(export: Export, elsewhere: str) -> None:
    here = json.loads((export.folder / REFERENCE).read_bytes())["processors"]
    assert fits_here(export, lambda _, wanted: float(np.abs(wanted - WANTED).max()), LARGEST)
    assert json.loads((export.folder / REFERENCE).read_bytes())["processors"] == [*here, elsewhere]
    assert fits_here(export, never, LARGEST) and [path.name for path in export.folder.iterdir()] == [REFERENCE]


@pytest.mark.parametrize("measure", [lambda *_: 0.03, lambda *_: float("nan"), unable])
def test_an_export_that_errs_elsewhere_does_not_fit(
    export: Export, elsewhere: str, measure: Callable[[Export, npt.NDArray[np.float32]], float]
) -> None:
    assert not fits_here(export, measure, LARGEST)
    assert elsewhere not in (export.folder / REFERENCE).read_text()


@pytest.mark.parametrize("text", ["{", "[]", '{"processors": 7, "values": []}'])
def test_a_reference_that_cannot_be_read_fits_nowhere(export: Export, text: str) -> None:
    (export.folder / REFERENCE).write_text(text)
    assert not fits_here(export, never, LARGEST)


def test_an_index_takes_no_export_that_errs_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The export is the real one; its reference is once its own vectors and once their opposites."""
    made = export_model(ModelSettings())
    vectors = Embedder(made).embed_texts(SAMPLES)
    (tmp_path / "models").mkdir(mode=0o700)
    copy = Path(shutil.copytree(made.folder, tmp_path / "models" / made.folder.name))
    monkeypatch.setenv("QA_CACHE", str(tmp_path))
    monkeypatch.setattr("index.models.export._exported_again", lambda card, name: made)
    for sign, folder in ((1, copy), (-1, made.folder)):
        with monkeypatch.context() as patch:
            patch.setattr("index.models.other_processors.processor", lambda: "another")
            keep_reference(copy, sign * vectors)
        assert find_export(made.card).folder == folder
    assert len(processor()) == 16
