"""What all tests share: the seeds, and one index of them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from index import build
from index.model import cache_folder
from qa import AskSettings, Retriever

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the five real articles."""
    return SEEDS


@pytest.fixture(scope="session")
def seeds_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seeds, built once; tests that change an index change a copy."""
    directory = tmp_path_factory.mktemp("seeds") / "index"
    build([SEEDS], directory)
    return directory


@pytest.fixture(scope="session")
def retriever(seeds_index: Path) -> Retriever:
    """The seeds, opened once."""
    return Retriever.open(seeds_index)


@pytest.fixture(scope="session")
def generous(seeds_index: Path) -> Retriever:
    """Over the five articles; quotes whatever it finds, so that a test of quotes hangs on no probability."""
    return Retriever.open(seeds_index, settings=AskSettings(min_answer=0.0, min_quote=0.0, min_quote_share=0.0))


@pytest.fixture
def retriever_of(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Retriever]:
    """Builds an index of the articles given by name, and opens it; they stand in tmp_path / "articles"."""

    def build_and_open(articles: Mapping[str, str | bytes]) -> Retriever:
        folder = tmp_path / "articles"
        for name, text in articles.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        build([folder], tmp_path / "index")
        return Retriever.open(tmp_path / "index")

    return build_and_open


@pytest.fixture
def cross_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Makes a small cross-encoder: of random weights, or one that scores 4 where a word stands and -4 elsewhere.

    Its exports are kept apart.
    """
    apart = tmp_path / "cache" / "models"
    apart.mkdir(parents=True)
    for export in (cache_folder() / "models").glob("*"):
        (apart / export.name).symlink_to(export)  # The embedding model's need not be made again.
    monkeypatch.setenv("QA_CACHE", str(apart.parent))

    def make(name: str, *, prefers: str = "", labels: int = 1, seed: int = 0) -> Path:
        import torch
        from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

        folder = tmp_path / name
        folder.mkdir()
        letters = [*"abcdefghijklmnopqrstuvwxyz.,:?'1234567890"]
        marks = "[PAD] [UNK] [CLS] [SEP] [MASK]".split()
        vocab = [*marks, *letters, *(f"##{letter}" for letter in letters), prefers or "the"]
        (folder / "vocab.txt").write_text("\n".join(vocab))
        sizes: Any = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
        sizes |= {"max_position_embeddings": 512, "num_labels": labels, "initializer_range": 0.3}
        torch.manual_seed(seed)
        model = BertForSequenceClassification(BertConfig(vocab_size=len(vocab), **sizes))
        if prefers:
            _prefer(model, token=len(vocab) - 1)
        model.save_pretrained(folder)
        BertTokenizer(vocab=str(folder / "vocab.txt"), model_max_length=512).save_pretrained(folder)
        return folder

    return make


def _prefer(model: Any, *, token: int) -> None:
    """Set a model's weights so that attention carries one token's sign to the first place, and nothing else counts."""
    import torch

    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "LayerNorm.weight" not in name:
                weight.zero_()
            if name.endswith(("value.weight", "attention.output.dense.weight", "pooler.dense.weight")):
                weight.copy_(torch.eye(len(weight)))
        model.bert.embeddings.word_embeddings.weight[token, :2] = torch.tensor([1.0, -1.0])
        model.classifier.weight[0, 0], model.classifier.bias[0] = 8.0, -4.0
