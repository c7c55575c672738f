"""Exporting a model to ONNX: int8 weights where the export agrees with the original, else sentence-transformers runs it.

The default model's export comes with the program. Others are made once for each model and cached.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from articles_qa.index.errors import IndexMismatchError, InputError
from articles_qa.index.files.checksums import sha256_of
from articles_qa.index.models.embedder import Embedder
from articles_qa.index.models.model_card import DEFAULT_MODEL, ModelCard, ModelSettings, Precision, Runtime
from articles_qa.index.models.model_files import (
    GRAPH,
    Export,
    cached_export,
    export_folder,
    find_model,
    fingerprints,
    keep_export,
    packaged_export,
    working_folder,
)
from articles_qa.index.models.onnx_graph import SAMPLES, load_original, quantise, save_tokenizer, trace
from articles_qa.index.models.other_processors import REFERENCE, fitted, keep_reference

POOLINGS = ("mean", "cls")  # Of exported models; models with another pooling run through sentence-transformers.
# 1 - the least cosine to the original on SAMPLES. int8 weights with a scale for each channel reach .008 (one scale for
# all: .055), fp32 .00001; more means saturated sums.
MAX_VECTOR_ERROR = {Precision.INT8: 0.02, Precision.FP32: 0.0005}
_log = logging.getLogger(__name__)


def export_model(settings: ModelSettings) -> Export:
    """Return the export of an embedding model for these settings: the packaged one, a cached one, or a new one.

    Raises:
        InputError: there is no such model, or it cannot be loaded.
    """
    if settings == ModelSettings() and (packaged := _fitted(packaged_export())):
        return packaged
    source = find_model(settings.name)
    sha256, files_sha256 = fingerprints(source)
    wanted = Runtime.SENTENCE_TRANSFORMERS if settings.device else Runtime.ONNX
    for runtime in dict.fromkeys((wanted, Runtime.SENTENCE_TRANSFORMERS)):
        cached = cached_export(_embedder_folder(files_sha256, settings, runtime))
        if cached and (cached := _fitted(cached)):
            return replace(cached, card=replace(cached.card, name=settings.name))
    with working_folder() as working:
        card = write_export(source, working, settings, sha256=sha256, files_sha256=files_sha256)
        folder = _embedder_folder(files_sha256, settings, card.runtime)
        keep_export(working, folder, card)
    return _fitted(Export(folder, card)) or Export(folder, card)


def find_export(card: ModelCard) -> Export:
    """Return the export of the model that made an index's vectors: the packaged one, or a cached one.

    The model is known by its sha256. The name in the index's card opens nothing, since the index may come from a
    stranger. An export that differs from the index's is logged.

    Raises:
        IndexMismatchError: neither the cache nor the program has the model, or its files have changed.
    """
    settings = ModelSettings(card.name, card.precision, card.device)
    packaged = packaged_export()
    is_packaged = _place(card) == _place(packaged.card)
    export = packaged if is_packaged else cached_export(_embedder_folder(card.files_sha256, settings, card.runtime))
    fits = _fitted(export) if export and export.card.runtime is Runtime.ONNX else None
    if fits is None:
        # sentence-transformers runs a model from the folder that the user named when it was exported.
        fits = _exported_again(card, export.card.name if export else DEFAULT_MODEL)
    card.check_same(fits.card, "index")
    if fits.card.export_sha256 != card.export_sha256:
        here, there = fits.card.export_sha256[:12], card.export_sha256[:12]
        _log.warning(
            "the index's vectors are of export %s of model %a, questions are embedded by export %s: "
            "scores may differ slightly; run qa index --rebuild to use one",
            *(there or "(none)", card.name, here or "(none)"),
        )
    return fits


def _place(card: ModelCard) -> tuple[object, ...]:
    """Return what an index's card names an export by."""
    return card.files_sha256, card.precision, card.runtime, card.device


def _fitted(export: Export) -> Export | None:
    """Return an embedding model's export as it agrees with the original on this processor, or None."""
    return fitted(export, _vector_error, MAX_VECTOR_ERROR)


def _exported_again(card: ModelCard, name: str) -> Export:
    """Export the model of this name, if it is the card's.

    Raises:
        IndexMismatchError: it is another model, or there is none.
    """
    try:
        if fingerprints(find_model(name))[1] == card.files_sha256:
            return export_model(ModelSettings(name, card.precision, card.device))
    except InputError as error:
        raise IndexMismatchError(f"the index's model cannot be loaded here: {error}") from error
    raise IndexMismatchError(
        f"the index was built with model {card.name!a:.80} ({card.sha256[:12]}), which is not on this machine; "
        "open it once with qa ask --model and the name or folder of that model"
    )


def _embedder_folder(files_sha256: str, settings: ModelSettings, runtime: Runtime) -> Path:
    """Return the place in the cache of a model with this precision, runtime and device."""
    parts = [files_sha256[:32], settings.precision.value]
    if runtime is Runtime.SENTENCE_TRANSFORMERS:
        parts += ["torch", *([settings.device.replace("/", "-")] if settings.device else [])]
    return export_folder("-".join(parts))


def write_export(source: Path, folder: Path, settings: ModelSettings, *, sha256: str, files_sha256: str) -> ModelCard:
    """Write an embedding model's export to `folder`; return its card.

    Raises:
        InputError: sentence-transformers cannot load the model, or it has no working tokenizer.
    """
    model = load_original(source, settings.device)
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
    tokenizes = save_tokenizer(model, folder, source=source)
    if settings.device:
        return replace(card, note=f"runs on {settings.device} through sentence-transformers")
    if card.pooling not in POOLINGS or not tokenizes:
        return replace(card, note=f"modules {' + '.join(modules)} ({mode or 'no'} pooling) run through sentence-transformers")
    wanted = model.encode(list(SAMPLES), normalize_embeddings=True, prompt="")
    features = model.tokenizer(list(SAMPLES[:2]), padding=True, return_tensors="pt")
    return _write_graph(model[0].auto_model, card, folder, features, wanted)


def _vector_error(export: Export, wanted: npt.NDArray[np.float32]) -> float:
    """Return 1 - the least cosine of an export's vectors of SAMPLES to these."""
    return 1 - float((Embedder(export).embed_texts(SAMPLES) * wanted).sum(axis=1).min())


def _write_graph(
    transformer: Any, card: ModelCard, folder: Path, features: Mapping[str, Any], wanted: npt.NDArray[np.float32]
) -> ModelCard:
    """Write `model.onnx`, traced from these features to the token states, and return its card.

    `wanted` are the original's vectors of SAMPLES.

    A model that cannot be exported, or whose export differs from the original,
    is left to sentence-transformers: the card's note then names the reason.
    """
    full, graph = folder / "full.onnx", folder / GRAPH
    try:
        inputs = trace(transformer, features, full)
        if card.precision is Precision.FP32:
            full.replace(graph)
        else:
            quantise(full, graph)
        done = replace(card, runtime=Runtime.ONNX, inputs=inputs, export_sha256=sha256_of(graph))
        keep_reference(folder, wanted)
        if (fits := _fitted(Export(folder, done))) is None:
            raise ValueError(f"{card.precision.value} differs from the original")
        return replace(done, note=f"cosine to the original at least {1 - _vector_error(fits, wanted):.4f} on sample texts")
    except Exception as failure:  # Whatever the exporter stumbles over, the model itself still works.
        for path in (graph, folder / REFERENCE):
            path.unlink(missing_ok=True)
        reason = " ".join(str(failure).split())[:200] or type(failure).__name__
        return replace(card, note=f"cannot be exported ({reason}); runs through sentence-transformers")
    finally:
        full.unlink(missing_ok=True)
