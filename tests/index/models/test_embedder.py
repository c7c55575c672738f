import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from articles_qa.index import BuildSettings, Index, IndexMismatchError, InputError, ModelSettings, Precision, build
from articles_qa.index.arrays import Vectors
from articles_qa.index.models.embedder import Embedder, PassageText
from articles_qa.index.models.export import MAX_VECTOR_ERROR, export_model
from articles_qa.index.models.model_card import DEFAULT_MODEL, Runtime
from articles_qa.index.models.model_files import find_model
from articles_qa.index.models.onnx_graph import load_original

TEXTS = (
    "how many casualties did NIS report?",
    "The NIS claims over 100 North Korean troops have been killed in Kursk, plus a thousand more injured.",
    "Heavy rain moved the river by two metres overnight. The mayor asked everyone to stay at home until Friday.",
)
RIVER = PassageText("River floods Oslo", ("The river rose by two metres overnight.", "Nobody was hurt, the mayor said."))


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder(export_model(ModelSettings()))


@pytest.fixture(scope="module")
def reference() -> Any:
    """The default model as sentence-transformers runs it."""
    return load_original(find_model(DEFAULT_MODEL))


def lengths(vectors: Vectors) -> Any:
    return np.linalg.norm(vectors, axis=1)


def vectors_of(embedder: Embedder, passages: list[PassageText]) -> list[Vectors]:
    return [embedded.vectors for embedded in embedder.embed_passages(passages)]


@pytest.mark.parametrize(("precision", "least"), [(Precision.INT8, 0.98), (Precision.FP32, 0.9999)])
def test_texts_are_embedded_as_sentence_transformers_does(reference: Any, precision: Precision, least: float) -> None:
    vectors = Embedder(export_model(ModelSettings(precision=precision))).embed_texts(TEXTS)
    wanted = reference.encode(list(TEXTS), normalize_embeddings=True)
    assert (vectors * wanted).sum(axis=1).min() >= least


def test_vectors_have_length_one(embedder: Embedder) -> None:
    (vectors,) = vectors_of(embedder, [RIVER])
    assert vectors.shape == (2, 384) and vectors.dtype == np.float32
    assert np.allclose(lengths(vectors), 1, atol=1e-5)


def test_a_vector_does_not_depend_on_what_else_is_embedded(embedder: Embedder) -> None:
    others = [PassageText("", (text,)) for text in TEXTS]
    (alone,) = vectors_of(embedder, [RIVER])
    together = vectors_of(embedder, [*others, RIVER, *others])[3]
    assert np.array_equal(alone, together)
    assert np.array_equal(embedder.embed_texts(TEXTS)[:1], embedder.embed_texts(TEXTS[:1]))


def test_a_sentence_vector_knows_its_passage(embedder: Embedder) -> None:
    (here,) = vectors_of(embedder, [RIVER])
    (elsewhere,) = vectors_of(embedder, [PassageText("Shares fall", ("Shares fell by 3 % on Friday.", RIVER.sentences[1]))])
    assert 0.3 < float(here[1] @ elsewhere[1]) < 0.999


@pytest.mark.parametrize(
    "sentence",
    ["The river rose by two metres overnight and the town was flooded. " * 50, "河水一夜之间上涨了两米。" * 250],
)
def test_a_long_passage_is_read_in_windows_to_its_end(embedder: Embedder, sentence: str) -> None:
    last = "The parliament of Norway elected a new president on Friday."
    (vectors,) = vectors_of(embedder, [PassageText("", (sentence, last))])
    assert np.allclose(lengths(vectors), 1, atol=1e-5)
    assert float(vectors[1] @ embedder.embed_texts([last])[0]) > 0.5


def test_nothing_and_marks_only_are_embedded_too(embedder: Embedder) -> None:
    assert embedder.embed_texts([]).shape == (0, 384)
    assert embedder.embed_passages([]) == []
    (vectors,) = vectors_of(embedder, [PassageText("", ("\u200b", "The river rose."))])
    assert np.allclose(lengths(vectors), 1, atol=1e-5)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Makes a small sentence-transformers model of random weights; exports are kept apart."""
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))

    def make(name: str, pooling: str, *, seed: int = 0, **prompts: str) -> Path:
        import torch
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
        from transformers import BertConfig, BertModel, BertTokenizer

        base, folder = tmp_path / f"{name}-base", tmp_path / name
        base.mkdir()
        letters = [*"abcdefghijklmnopqrstuvwxyz.,:?'1234567890"]
        vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
        (base / "vocab.txt").write_text("\n".join(vocab))
        torch.manual_seed(seed)
        sizes: Any = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
        BertModel(BertConfig(vocab_size=len(vocab), max_position_embeddings=128, **sizes)).save_pretrained(base)
        BertTokenizer(vocab=str(base / "vocab.txt"), model_max_length=128).save_pretrained(base)
        transformer = Transformer(str(base), max_seq_length=128)
        SentenceTransformer(modules=[transformer, Pooling(32, pooling)], prompts=prompts or None).save(str(folder))
        return folder

    return make


def test_a_model_that_pools_by_its_first_token_agrees_with_the_original(tiny: Callable[..., Path]) -> None:
    folder = tiny("cls", "cls", query="query: ", passage="passage: ")
    export = export_model(ModelSettings(str(folder), Precision.FP32))
    assert (export.card.runtime, export.card.pooling, export.card.query_prompt) == (Runtime.ONNX, "cls", "query: ")
    wanted = load_original(folder).encode([TEXTS[0]], prompt="query: ", normalize_embeddings=True)
    assert float((Embedder(export).embed_question(TEXTS[0]).vector @ wanted.T).item()) > 0.9999


@pytest.mark.parametrize("pooling", ["cls", "mean", "max"])  # "max" is not exported, and runs through the original.
def test_another_model_builds_and_asks(tiny: Callable[..., Path], tmp_path: Path, seeds: Path, pooling: str) -> None:
    folder = tiny(pooling, pooling, query="query: ", passage="passage: ")
    build([seeds / "003_f759e329acbaef1f.txt"], tmp_path / "index", BuildSettings(ModelSettings(str(folder))))
    index = Index.open(tmp_path / "index")
    assert index.info.model.dim == 32
    assert index.nearest_passages(index.embed("how many were killed?").vector, sentences=5)
    # Without a model named, the index keeps its own.
    assert not build([], tmp_path / "index").added


def test_a_changed_model_is_refused(tiny: Callable[..., Path], tmp_path: Path, seeds: Path) -> None:
    folder = tiny("old", "max")
    settings = ModelSettings(str(folder))
    build([seeds / "003_f759e329acbaef1f.txt"], tmp_path / "index", BuildSettings(settings))
    shutil.copy(tiny("new", "max", seed=1) / "model.safetensors", folder)
    with pytest.raises(IndexMismatchError, match="built with"):
        Index.open(tmp_path / "index", model=settings)
    with pytest.raises(IndexMismatchError, match="built with"):
        Index.open(tmp_path / "index").embed("how many were killed?")


def test_an_index_of_another_model_is_refused_and_built_anew(tiny: Callable[..., Path], tmp_path: Path, seeds: Path) -> None:
    one, two = (ModelSettings(str(tiny(name, "cls", seed=seed))) for name, seed in (("one", 1), ("two", 2)))
    build([seeds / "003_f759e329acbaef1f.txt"], tmp_path / "index", BuildSettings(one))
    with pytest.raises(IndexMismatchError, match="--model"):
        Index.open(tmp_path / "index", model=two)
    assert build([], tmp_path / "index", BuildSettings(two)).generation == 2
    assert Index.open(tmp_path / "index", model=two).info.model.name == two.name


def junk_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"no weights")


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def no_tokenizer(folder: Path) -> None:
    for path in (*folder.glob("tokenizer*"), *folder.glob("vocab*")):
        path.unlink()


def junk_settings(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps(["no", "settings"]))


@pytest.mark.parametrize("damage", [junk_weights, no_weights, no_tokenizer, junk_settings, shutil.rmtree])
def test_a_folder_that_holds_no_model_is_refused_in_one_line(tiny: Callable[..., Path], damage: Callable[[Path], None]) -> None:
    folder = tiny("broken", "cls")
    damage(folder)
    with pytest.raises(InputError, match="--model") as refused:
        export_model(ModelSettings(str(folder)))
    assert "\n" not in str(refused.value)


def test_an_empty_model_name_is_refused() -> None:
    with pytest.raises(InputError, match="--model: empty"):
        ModelSettings(" ")


def test_an_export_that_differs_from_the_original_is_left_to_it(
    tiny: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MAX_VECTOR_ERROR, Precision.INT8, -1.0)
    export = export_model(ModelSettings(str(tiny("tiny", "cls"))))
    assert export.card.runtime is Runtime.SENTENCE_TRANSFORMERS and "differs from the original" in export.card.note
    assert [*export.folder.glob("*.onnx")] == []


def changed_graph(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"")


def emptied_card(folder: Path) -> None:
    (folder / "card.json").write_text("[]")


def card_of_another_shape(folder: Path) -> None:
    record = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps({**record, "inputs": 3}))


def test_a_damaged_export_is_made_again(tiny: Callable[..., Path]) -> None:
    settings = ModelSettings(str(tiny("tiny", "cls")), Precision.FP32)
    wanted = Embedder(export_model(settings)).embed_texts(TEXTS)
    for damage in (changed_graph, emptied_card, card_of_another_shape, shutil.rmtree):
        damage(export_model(settings).folder)
        assert np.array_equal(Embedder(export_model(settings)).embed_texts(TEXTS), wanted), damage
