"""A small cross-encoder, made within a test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.models.model_files import cache_folder


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
