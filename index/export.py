"""Exporting a sentence-transformers model to ONNX, checked against the original.

The one module that loads torch to prepare a model; asking never imports it.
"""

import hashlib
import logging
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import InputError
from index.model import Export, ModelCard, ModelSettings, Precision, Runtime

POOLINGS = ("mean", "cls")  # What the exported model's token states are pooled by; others run through torch.
# On SAMPLES int8 weights with a scale for each channel agree to .992 with the original (one scale for all: .945),
# fp32 to .99999; less means saturated sums.
MIN_COSINE = {Precision.INT8: 0.98, Precision.FP32: 0.9995}
SAMPLES = (
    "how many casualties did the agency report?",
    "The river rose by two metres overnight, and 1,200 people were moved to schools on higher ground, the mayor said.",
    "“We did not expect this,” said Anna Lind, who has run the ferry since 1998. “Nobody did.”",
    "Shares fell 3.4% to $12.75 on Tuesday after the company cut its forecast for the year.",
    "Le ministre a déclaré vendredi que l'accord entrerait en vigueur en janvier.",
    "COVID-19 vaccines: what the new figures from Seoul, Kyiv and São Paulo show about side effects in children.",
)


def write_export(source: Path, folder: Path, settings: ModelSettings, *, sha256: str, files_sha256: str) -> ModelCard:
    """Write `tokenizer.json` and, where the model can be exported, `model.onnx`; returns the model's card.

    Token states, int8 weights quantised dynamically; 7-bit where this
    processor's 8-bit sums saturate. A model that cannot be exported, or whose
    export differs from the original, is left to sentence-transformers, and the
    card's note says why.

    Raises:
        InputError: sentence-transformers cannot load the model, or it has no working tokenizer.
    """
    model = load_reference(source, settings.device)
    modules = [type(module).__name__ for module in model]
    pooling = model[1] if len(modules) > 1 and modules[1] == "Pooling" else None
    mode = str(getattr(pooling, "pooling_mode", "")) if pooling is not None else ""
    prompts = {str(k): str(v) for k, v in (model.prompts or {}).items()}
    default = prompts.get(model.default_prompt_name or "", "")
    card = ModelCard(
        name=settings.name,
        sha256=sha256,
        files_sha256=files_sha256,
        runtime=Runtime.SENTENCE_TRANSFORMERS,
        precision=settings.precision,
        dim=int(model.get_embedding_dimension()),
        max_tokens=int(model.max_seq_length or 512),
        pooling=mode if modules in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]) else "other",
        pools_prompt=bool(getattr(pooling, "include_prompt", True)),
        query_prompt=prompts.get("query") or default,
        passage_prompt=prompts.get("passage") or prompts.get("document") or default,
        inputs=(),
        device=settings.device,
    )
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is not None:
        # Where a folder lacks its tokenizer, transformers makes one without words.
        if len({tuple(encoding.ids) for encoding in backend.encode_batch(list(SAMPLES))}) < len(SAMPLES):
            raise InputError(
                f"--model {source}: its tokenizer tells no words apart; check that the folder holds tokenizer.json"
            )
        backend.save(str(folder / "tokenizer.json"))
    if settings.device:
        return replace(card, note=f"runs on {settings.device} through sentence-transformers")
    if card.pooling not in POOLINGS or backend is None:
        return replace(card, note=f"modules {' + '.join(modules)} ({mode or 'no'} pooling) run through sentence-transformers")
    try:
        return _exported(model, card, folder, settings.precision)
    except Exception as error:  # Whatever the exporter stumbles over, the model itself still works.
        (folder / "model.onnx").unlink(missing_ok=True)
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        return replace(card, note=f"cannot be exported ({reason}); runs through sentence-transformers")


def load_reference(source: Path, device: str | None) -> Any:
    """The model as sentence-transformers loads it.

    Raises:
        InputError: it cannot be loaded, or the device is not there.
    """
    logging.getLogger("transformers").setLevel(logging.ERROR)
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    # Plain attention: the tracer follows it for every architecture, and it quantises faster than the fused kind.
    kwargs = {} if device else {"attn_implementation": "eager"}
    try:
        return SentenceTransformer(str(source), device=device or "cpu", model_kwargs=kwargs, local_files_only=True).eval()
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(
            f"--model {source}: sentence-transformers cannot load it ({reason}); check the folder and --device"
        ) from error


def _exported(model: Any, card: ModelCard, folder: Path, precision: Precision) -> ModelCard:
    """The card of the ONNX export written to `folder`, once it agrees with the original."""
    full, target = folder / "full.onnx", folder / "model.onnx"
    inputs = _trace(model, full)
    attempts = [None] if precision is Precision.FP32 else [False, True]
    cosine = 0.0
    for reduce_range in attempts:
        if reduce_range is None:
            full.rename(target)
        else:
            _quantise(full, target, reduce_range=reduce_range)
        digest = hashlib.sha256(target.read_bytes()).hexdigest()
        done = replace(card, runtime=Runtime.ONNX, inputs=inputs, export_sha256=digest)
        cosine = _agreement(model, Export(folder, done))
        if cosine >= MIN_COSINE[precision]:
            full.unlink(missing_ok=True)
            bits = "; 7-bit weights, this processor's 8-bit sums saturate" if reduce_range else ""
            return replace(done, note=f"cosine to the original at least {cosine:.4f} on sample texts{bits}")
    full.unlink(missing_ok=True)
    raise ValueError(f"{precision.value} differs from the original, cosine {cosine:.3f}")


def _trace(model: Any, target: Path) -> tuple[str, ...]:
    """Write the transformer's token states as ONNX; returns the names of its inputs."""
    import torch

    transformer = model[0].auto_model
    features = model.tokenizer(list(SAMPLES[:2]), padding=True, return_tensors="pt")
    names = tuple(name for name in ("input_ids", "attention_mask", "token_type_ids") if name in features)

    class TokenStates(torch.nn.Module):
        """The transformer, with its inputs in order and one output."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, *tensors: Any) -> Any:
            return self.transformer(**dict(zip(names, tensors, strict=True))).last_hidden_state

    axes = {name: {0: "batch", 1: "tokens"} for name in (*names, "token_states")}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(  # The tracing exporter: its int8 graph ran 1.2 times as fast as the dynamo one's.
            TokenStates(),
            tuple(features[name] for name in names),
            str(target),
            input_names=list(names),
            output_names=["token_states"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
    return names


def _quantise(full: Path, target: Path, *, reduce_range: bool) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # It advises a preparation that changes nothing here, through the root logger.
    try:
        quantize_dynamic(str(full), str(target), weight_type=QuantType.QInt8, per_channel=True, reduce_range=reduce_range)
    finally:
        root.setLevel(level)


def _agreement(model: Any, export: Export) -> float:
    """The smallest cosine between the export's vectors and the original's over SAMPLES."""
    from index.embedding import Embedder

    texts = list(SAMPLES)
    reference = np.asarray(model.encode(texts, normalize_embeddings=True, prompt=""), dtype=np.float32)
    return float((Embedder(export).embed_texts(texts) * reference).sum(axis=1).min())
