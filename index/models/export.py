"""Exporting a sentence-transformers model to ONNX, checked against the original."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import IndexMismatchError, InputError
from index.models.model_card import (
    MODEL_OPTION,
    Export,
    ModelCard,
    ModelSettings,
    Precision,
    Runtime,
    _folder,
    cache_folder,
    cached_export,
    find_model,
)
from index.models.model_files import GRAPH, fingerprints, keep_export, sha256_of, working_folder
from index.models.onnx_graph import SAMPLES, TOKEN_STATES, load_reference, quantise, save_tokenizer, trace

POOLINGS = ("mean", "cls")  # What the exported model's token states are pooled by; others run through torch.
# On SAMPLES int8 weights with a scale for each channel agree to .992 with the original (one scale for all: .945),
# fp32 to .99999; less means saturated sums.
MIN_COSINE = {Precision.INT8: 0.98, Precision.FP32: 0.9995}


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
    tokenizes = save_tokenizer(model, folder, source=source, option=MODEL_OPTION)
    if settings.device:
        return replace(card, note=f"runs on {settings.device} through sentence-transformers")
    if card.pooling not in POOLINGS or not tokenizes:
        return replace(card, note=f"modules {' + '.join(modules)} ({mode or 'no'} pooling) run through sentence-transformers")
    try:
        return _exported(model, card, folder, settings.precision)
    except Exception as error:  # Whatever the exporter stumbles over, the model itself still works.
        (folder / GRAPH).unlink(missing_ok=True)
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        return replace(card, note=f"cannot be exported ({reason}); runs through sentence-transformers")


def _exported(model: Any, card: ModelCard, folder: Path, precision: Precision) -> ModelCard:
    """The card of the ONNX export written to `folder`, once it agrees with the original."""
    full, target = folder / "full.onnx", folder / GRAPH
    features = model.tokenizer(list(SAMPLES[:2]), padding=True, return_tensors="pt")
    inputs = trace(model[0].auto_model, features, full, TOKEN_STATES)
    attempts = [None] if precision is Precision.FP32 else [False, True]
    cosine = 0.0
    for reduce_range in attempts:
        if reduce_range is None:
            full.rename(target)
        else:
            quantise(full, target, reduce_range=reduce_range)
        done = replace(card, runtime=Runtime.ONNX, inputs=inputs, export_sha256=sha256_of(target))
        cosine = _agreement(model, Export(folder, done))
        if cosine >= MIN_COSINE[precision]:
            full.unlink(missing_ok=True)
            bits = "; 7-bit weights, this processor's 8-bit sums saturate" if reduce_range else ""
            return replace(done, note=f"cosine to the original at least {cosine:.4f} on sample texts{bits}")
    full.unlink(missing_ok=True)
    raise ValueError(f"{precision.value} differs from the original, cosine {cosine:.3f}")


def _agreement(model: Any, export: Export) -> float:
    """The smallest cosine between the export's vectors and the original's over SAMPLES."""
    from index.models.embedder import Embedder

    texts = list(SAMPLES)
    reference = np.asarray(model.encode(texts, normalize_embeddings=True, prompt=""), dtype=np.float32)
    return float((Embedder(export).embed_texts(texts) * reference).sum(axis=1).min())


def find_export(card: ModelCard) -> Export:
    """The cached export that made an index's vectors, made again where this machine lacks it.

    Raises:
        IndexMismatchError: the model is not to be had here, or is another one by now.
    """
    settings = ModelSettings(card.name, card.precision, card.device)
    if card.runtime is Runtime.ONNX and (export := cached_export(_folder(card.files_sha256, settings, card.runtime))):
        return export
    # What sentence-transformers runs, it runs from the model's own folder, which may hold another model by now.
    try:
        export = export_model(settings)
    except InputError as error:
        raise IndexMismatchError(f"the index's model cannot be loaded here: {error}") from error
    card.check_same(export.card, "index")
    return export


def export_model(settings: ModelSettings) -> Export:
    """The export of a model for these settings: the cached one, or a new one.

    Raises:
        InputError: no such model, or it cannot be loaded.
    """
    source = find_model(settings.name)
    sha256, files_sha256 = fingerprints(source, MODEL_OPTION)
    wanted = Runtime.SENTENCE_TRANSFORMERS if settings.device else Runtime.ONNX
    for runtime in dict.fromkeys((wanted, Runtime.SENTENCE_TRANSFORMERS)):
        cached = cached_export(_folder(files_sha256, settings, runtime))
        if cached is not None:
            return replace(cached, card=replace(cached.card, name=settings.name))
    from index.models.export import write_export

    with working_folder(cache_folder() / "models") as working:
        card = write_export(source, working, settings, sha256=sha256, files_sha256=files_sha256)
        folder = _folder(files_sha256, settings, card.runtime)
        keep_export(working, folder, card.to_dict())
    return Export(folder, card)
