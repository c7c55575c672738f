import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import InputError
from index.models.export import MAX_SCORE_ERROR, open_reranker
from index.models.model_card import DEFAULT_MODEL, ModelKind, Precision, Runtime
from index.models.model_files import export_folder, find_model
from index.models.onnx_graph import load_original, original_scores
from index.models.reranker import Reranker

ROOT = Path(__file__).parents[3]
QUESTION = "how many casualties did NIS report?"
TEXTS = (
    "The NIS claims over 100 North Korean troops have been killed in Kursk, plus a thousand more injured.",
    "The river rose by two metres overnight.",
    "",
    "The ferry was late, and nobody knew why. " * 60,  # More than the window holds.
)

Make = Callable[..., Path]


def error(reranker: Reranker, folder: Path) -> float:
    """The largest difference to the original, as a share of its scores' range."""
    wanted = original_scores(load_original(folder, ModelKind.RERANKER), QUESTION, TEXTS)
    return float(np.abs(reranker.scores(QUESTION, TEXTS) - wanted).max() / np.ptp(wanted))


def folder_of(reranker: Reranker) -> Path:
    """The folder in the cache that its export lies in."""
    return export_folder(f"{reranker.card.files_sha256[:32]}-reranker")


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.tier("check")) for seed in (1, 2))])
def test_texts_are_scored_as_sentence_transformers_does(cross_encoder: Make, seed: int) -> None:
    folder = cross_encoder("tiny", seed=seed)
    reranker = open_reranker(str(folder))
    assert reranker.card.runtime is Runtime.ONNX
    assert error(reranker, folder) <= 2 * MAX_SCORE_ERROR[reranker.card.precision]  # Twice: these are not the sample pairs.


def test_a_score_does_not_depend_on_what_else_is_scored(cross_encoder: Make) -> None:
    reranker = open_reranker(str(cross_encoder("tiny")))
    assert reranker.scores(QUESTION, TEXTS)[1:2] == reranker.scores(QUESTION, TEXTS[1:2])
    assert reranker.scores(QUESTION, []).shape == (0,)


def test_the_model_decides(cross_encoder: Make) -> None:
    reranker = open_reranker(str(cross_encoder("ferry", prefers="ferry")))
    assert np.allclose(reranker.scores("who was late?", TEXTS), [-4, -4, -4, 4], atol=0.1)


def test_weights_that_suffer_from_8_bits_are_kept_whole(cross_encoder: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MAX_SCORE_ERROR, Precision.INT8, 0.0)
    folder = cross_encoder("tiny")
    reranker = open_reranker(str(folder))
    assert (reranker.card.runtime, reranker.card.precision) == (Runtime.ONNX, Precision.FP32)
    assert error(reranker, folder) < 1e-3


def test_what_cannot_be_exported_runs_through_the_original(cross_encoder: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for precision in Precision:
        monkeypatch.setitem(MAX_SCORE_ERROR, precision, -1.0)
    folder = cross_encoder("tiny")
    reranker = open_reranker(str(folder))
    assert reranker.card.runtime is Runtime.SENTENCE_TRANSFORMERS and "differs from the original" in reranker.card.note
    assert error(reranker, folder) == 0
    assert [path.name for path in folder_of(reranker).glob("*.onnx")] == []


def test_an_export_is_made_once_and_needs_no_heavy_package(cross_encoder: Make) -> None:
    folder = cross_encoder("tiny")
    made = folder_of(open_reranker(str(folder))) / "model.onnx"
    before = made.stat().st_mtime_ns
    program = (
        f"import sys; from index.models.export import open_reranker; "
        f"print(open_reranker({str(folder)!r}).scores('who?', ['he'])); "
        "print([name for name in ('torch', 'transformers', 'sentence_transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]" and made.stat().st_mtime_ns == before


def changed(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"")


def emptied(folder: Path) -> None:
    (folder / "card.json").write_text("[]")


def of_another_shape(folder: Path) -> None:
    record = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps({**record, "inputs": 3}))


def test_a_damaged_export_is_made_again(cross_encoder: Make) -> None:
    name = str(cross_encoder("tiny"))
    reranker = open_reranker(name)
    wanted = reranker.scores(QUESTION, TEXTS)
    for damage in (changed, emptied, of_another_shape, shutil.rmtree):
        damage(folder_of(reranker))
        assert np.array_equal(open_reranker(name).scores(QUESTION, TEXTS), wanted), damage


def test_a_model_changed_in_its_folder_is_exported_anew(cross_encoder: Make) -> None:
    old, new = cross_encoder("old"), cross_encoder("new", seed=1)
    before = open_reranker(str(old)).scores(QUESTION, TEXTS)
    shutil.copy(new / "model.safetensors", old)
    assert not np.allclose(open_reranker(str(old)).scores(QUESTION, TEXTS), before)


def junk_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"no weights")


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def _rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def no_head(folder: Path) -> None:
    _rewrite(folder, lambda weights: weights.pop("classifier.weight"))


def no_numbers(folder: Path) -> None:
    _rewrite(folder, lambda weights: weights["classifier.weight"].fill_(float("nan")))


def no_tokenizer(folder: Path) -> None:
    for path in (*folder.glob("tokenizer*"), *folder.glob("vocab*")):
        path.unlink()


def junk_settings(folder: Path) -> None:
    (folder / "config.json").write_text("[]")


def embeds_instead(folder: Path) -> None:
    settings = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**settings, "architectures": ["BertModel"]}))


# What is done to the folder, and words of the one line.
BROKEN: list[tuple[Callable[[Path], None], str]] = [
    (junk_weights, "cannot load it"),
    (no_weights, "holds no weights"),
    (no_head, "weights are missing"),
    (no_numbers, "no numbers"),
    (no_tokenizer, "okenizer"),
    (junk_settings, "config.json"),
    (embeds_instead, r"not a cross-encoder \(BertModel\)"),
    (shutil.rmtree, "neither a folder nor a model"),
]


@pytest.mark.parametrize(("damage", "words"), BROKEN, ids=[words for _, words in BROKEN])
def test_a_folder_that_holds_no_cross_encoder_is_refused_in_one_line(
    cross_encoder: Make, damage: Callable[[Path], None], words: str
) -> None:
    folder = cross_encoder("broken")
    damage(folder)
    with pytest.raises(InputError, match=f"^--reranker .*{words}") as refused:
        open_reranker(str(folder))
    assert "\n" not in str(refused.value)


def test_a_model_with_several_scores_is_refused(cross_encoder: Make) -> None:
    with pytest.raises(InputError, match="gives 3 scores a pair"):
        open_reranker(str(cross_encoder("classes", labels=3)))


def test_the_embedding_model_is_no_reranker() -> None:
    with pytest.raises(InputError, match=r"not a cross-encoder"):
        open_reranker(str(find_model(DEFAULT_MODEL, ModelKind.EMBEDDER)))


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(InputError, match="--reranker: empty"):
        open_reranker(" ")
