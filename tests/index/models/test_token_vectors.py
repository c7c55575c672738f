"""Token vectors: small enough to be kept, close enough to be compared, and always those of their own sentence."""

import random
import string
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles_qa.index import BuildSettings, Index, ModelSettings, Precision, build
from articles_qa.index.entries.entry import StoredSentence
from articles_qa.index.models.embedder import Embedder, PassageText
from articles_qa.index.models.export import export_model
from articles_qa.index.models.model_card import DEFAULT_MODEL
from articles_qa.index.models.token_vectors import TOKEN_DIM, Projection, TokenRows, projection_of, unpack_tokens

DIM = 384
TOKEN_BYTES = 34
MEAN_ERROR, MAX_ERROR = 0.07, 0.4  # By how much packing moves a cosine of two tokens.
RIVER = PassageText("High water", ("The river rose by two metres overnight.", "It fell again on Monday."))


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder(export_model(ModelSettings()))


@pytest.fixture(scope="module")
def projection(embedder: Embedder) -> Projection:
    found = projection_of(embedder.card.sha256)
    assert found is not None
    return found


def states(number: int, *, seed: int) -> TokenRows:
    return np.random.default_rng(seed).normal(size=(number, DIM)).astype(np.float32)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=8), st.integers(0, 2**32 - 1))
def test_sentences_come_back_in_order_with_their_own_tokens(projection: Projection, sizes: list[int], seed: int) -> None:
    ids = [np.random.default_rng(seed + place).integers(0, 2**18, size) for place, size in enumerate(sizes)]
    found = [states(size, seed=seed + place) for place, size in enumerate(sizes)]
    packed = [projection.packed(*pair) for pair in zip(ids, found, strict=True)]
    assert [len(sentence) for sentence in packed] == [TOKEN_BYTES * size for size in sizes]
    tokens = unpack_tokens(packed)
    assert tokens.starts.tolist() == [sum(sizes[:place]) for place in range(len(sizes))]
    assert np.array_equal(tokens.ids, np.concatenate(ids) & 0xFFFF)
    wanted = np.concatenate([projection.rows(part) for part in found])
    assert tokens.rows.shape == (sum(sizes), TOKEN_DIM) and tokens.rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(tokens.rows, axis=1), 1, atol=1e-5)
    assert np.einsum("ij,ij->i", tokens.rows, wanted).min() > 0.97


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=DIM, max_size=DIM))
@settings(max_examples=50, deadline=None)
def test_any_state_can_be_kept(projection: Projection, numbers: list[float]) -> None:
    rows = unpack_tokens([projection.packed(np.zeros(1, np.int64), np.array([numbers], np.float32))]).rows
    assert np.isfinite(rows).all() and np.linalg.norm(rows) < 1.001


def test_cosines_of_real_tokens_survive_packing(embedder: Embedder, seeds: Path) -> None:
    lines = [line for path in sorted(seeds.glob("*.txt")) for line in path.read_text("utf-8").splitlines() if len(line) > 200]
    found = [embedder.embed_question(line) for line in lines[:12]]
    projected = Projection(np.eye(TOKEN_DIM, dtype=np.float32))
    kept = unpack_tokens([projected.packed(line.ids.astype(np.int64), line.rows) for line in found]).rows
    exact = np.concatenate([line.rows for line in found])
    asked = embedder.embed_question("how many casualties did NIS report?").rows
    error = np.abs(kept @ asked.T - exact @ asked.T)
    assert error.mean() < MEAN_ERROR and error.max() < MAX_ERROR


def kept_sentences(directory: Path) -> list[StoredSentence]:
    index = Index.open(directory)
    return index.store.sentences(range(index.info.passages))


def test_a_question_meets_its_own_words(embedder: Embedder) -> None:
    (passage,) = embedder.embed_passages([RIVER])
    tokens = unpack_tokens(passage.tokens)
    asked = embedder.embed_question("How far did the river fall?")
    river = next(place for place, start in enumerate(asked.starts) if start == "How far did the river fall?".index("river"))
    met = tokens.rows @ asked.rows[river]
    assert tokens.ids[met.argmax()] == asked.ids[river] and met.argmax() < tokens.starts[1]


def test_a_question_s_tokens_say_where_they_stand(embedder: Embedder) -> None:
    asked = embedder.embed_question("who rose?")
    assert asked.starts.tolist() == [-1, 0, 4, 8, -1]
    assert asked.ids.shape == (5,) and asked.rows.shape == (5, TOKEN_DIM) and asked.vector.shape == (1, DIM)
    assert np.allclose(asked.vector, embedder.embed_texts(["who rose?"]), atol=1e-6)


def test_a_sentence_over_two_windows_keeps_all_its_tokens(embedder: Embedder) -> None:
    words = random.Random(0).choices(string.ascii_lowercase, k=600)  # More than a window holds, a token each.
    (passage,) = embedder.embed_passages([PassageText("", (" ".join(words), "It fell."))])
    assert [len(sentence) // TOKEN_BYTES for sentence in passage.tokens] == [600, 3]


def test_a_sentence_of_marks_only_has_no_token(embedder: Embedder) -> None:
    (passage,) = embedder.embed_passages([PassageText("", ("\u200b", "The river rose."))])
    assert passage.tokens[0] == b"" and passage.tokens[1]


def test_an_index_of_the_default_model_keeps_a_token_a_word_or_more(seeds_index: Path) -> None:
    assert Index.open(seeds_index).keeps_tokens
    assert all(len(s.tokens) >= TOKEN_BYTES * len(s.terms) for s in kept_sentences(seeds_index))


@pytest.mark.tier("check")
def test_both_precisions_of_the_default_model_keep_tokens(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The river rose by two metres.", "utf-8")
    build([tmp_path / "a.txt"], tmp_path / "index", BuildSettings(ModelSettings(precision=Precision.FP32)))
    assert Index.open(tmp_path / "index").keeps_tokens


def test_an_index_of_another_model_keeps_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles_qa.index.models.embedder.projection_of", lambda sha256: None)
    (tmp_path / "a.txt").write_text("The river rose by two metres.", "utf-8")
    build([tmp_path / "a.txt"], tmp_path / "index")
    index = Index.open(tmp_path / "index")
    asked = index.embed("what rose?")
    assert not index.keeps_tokens and (len(asked.rows), len(asked.ids), len(asked.starts)) == (0, 0, 0)
    assert [sentence.tokens for sentence in kept_sentences(tmp_path / "index")] == [b""]
    assert asked.vector.shape == (1, DIM)


def test_the_projection_is_the_default_model_s_alone() -> None:
    card = export_model(ModelSettings(DEFAULT_MODEL)).card
    assert projection_of(card.sha256) is not None and projection_of(card.files_sha256) is None


def test_an_update_keeps_the_tokens_that_a_rebuild_would_make(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    for name, text in {"a": "The river rose by two metres. It fell again.", "b": "It was closed.", "c": "Rain fell."}.items():
        (articles / f"{name}.txt").write_text(text, "utf-8")
    build([articles], tmp_path / "updated")
    (articles / "b.txt").write_text("The bridge near Linz was open all week.", "utf-8")
    (articles / "c.txt").unlink()
    assert build([articles], tmp_path / "updated").unchanged == ("a.txt",)
    build([articles], tmp_path / "fresh")
    updated, fresh = kept_sentences(tmp_path / "updated"), kept_sentences(tmp_path / "fresh")
    assert updated == fresh and len(updated) == 3 and all(sentence.tokens for sentence in updated)
