"""Exporting a cross-encoder to ONNX, checked against the original."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from index.arrays import Logits
from index.errors import InputError
from index.models.model_card import Precision, Runtime, cache_folder
from index.models.model_files import GRAPH, find_folder, fingerprints, keep_export, read_record, sha256_of, working_folder
from index.models.onnx_graph import (
    LOGITS,
    RERANKER_OPTION,
    SAMPLES,
    load_cross_encoder,
    original_scores,
    quantise,
    save_tokenizer,
    trace,
)
from index.models.reranker import Reranker, RerankerCard, RerankerExport


def export_reranker(name: str) -> RerankerExport:
    """The export of a cross-encoder: the cached one, or a new one.

    Raises:
        InputError: as `Reranker.open`.
    """
    if not name.strip():
        raise InputError(f"{RERANKER_OPTION}: empty; give a cross-encoder's name or folder")
    source = find_folder(name, option=RERANKER_OPTION, owner="cross-encoder")
    _, files_sha256 = fingerprints(source, RERANKER_OPTION)
    cache = cache_folder() / "models"
    folder = cache / f"{files_sha256[:32]}-reranker"
    if (card := _cached_card(folder)) is None:
        from index.models.reranker_export import write_reranker

        with working_folder(cache) as working:
            card = write_reranker(source, working, files_sha256=files_sha256)
            keep_export(working, folder, card.to_dict())
    return RerankerExport(folder, source, replace(card, name=name))


def _cached_card(folder: Path) -> RerankerCard | None:
    """The card of a whole export in that folder, or nothing."""
    record = read_record(folder)
    try:
        return None if record is None else RerankerCard.from_dict(record)
    except (KeyError, TypeError, ValueError):
        return None


MAX_TOKENS = 512  # A question and a few sentences; a longer window only costs time.
QUESTIONS = (
    "how many people were moved to schools?",
    "Who runs the ferry?",
    "why did the shares fall?",
    "Quand l'accord entre-t-il en vigueur ?",
)
# The largest error of a score on the sample pairs, as a share of their range.
MAX_ERROR = {Precision.INT8: 0.05, Precision.FP32: 0.001}
# What is tried in turn, with 8 or 7 bits: where 8-bit sums saturate, 7-bit ones do not.
_ATTEMPTS = ((Precision.INT8, 8), (Precision.INT8, 7), (Precision.FP32, 32))


def write_reranker(source: Path, folder: Path, *, files_sha256: str) -> RerankerCard:
    """Write `tokenizer.json` and, where the model can be exported, `model.onnx`; returns the card.

    int8 weights quantised dynamically, else fp32. A model that cannot be
    exported, or whose export differs from the original, is left to
    sentence-transformers, and the card's note says why.

    Raises:
        InputError: it is no cross-encoder with one score, or it cannot be loaded.
    """
    _check_is_cross_encoder(source)
    model = load_cross_encoder(source)
    if model.num_labels != 1:
        raise InputError(f"{RERANKER_OPTION} {source}: gives {model.num_labels} scores a pair; name a cross-encoder with one")
    wanted = _sample_scores(model)
    # Where weights are missing, transformers makes them up, others every time.
    if not np.isfinite(wanted).all() or not np.allclose(wanted, _sample_scores(load_cross_encoder(source)), atol=1e-4):
        raise InputError(f"{RERANKER_OPTION} {source}: some of its weights are missing or no numbers; download the model again")
    card = RerankerCard(
        name=str(source),
        files_sha256=files_sha256,
        runtime=Runtime.SENTENCE_TRANSFORMERS,
        precision=Precision.FP32,
        max_tokens=min(int(model.max_seq_length or MAX_TOKENS), MAX_TOKENS),
        inputs=(),
    )
    modules = [type(module).__name__ for module in model]
    if not save_tokenizer(model, folder, source=source, option=RERANKER_OPTION) or modules != ["Transformer"]:
        return replace(card, note=f"modules {' + '.join(modules)} run through sentence-transformers")
    try:
        return _exported(model, RerankerExport(folder, source, card), wanted)
    except Exception as error:  # Whatever the exporter stumbles over, the model itself still works.
        (folder / GRAPH).unlink(missing_ok=True)
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        return replace(card, note=f"cannot be exported ({reason}); runs through sentence-transformers")


def _check_is_cross_encoder(source: Path) -> None:
    """Refuse other models here: sentence-transformers would put a score of random weights on top of them."""
    try:
        settings = json.loads((source / "config.json").read_text("utf-8"))
        own = source / "config_sentence_transformers.json"
        kind = json.loads(own.read_text("utf-8")).get("model_type") if own.is_file() else None
        architectures = [str(name) for name in settings.get("architectures") or ()]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise InputError(
            f"{RERANKER_OPTION} {source}: its config.json cannot be read; name a cross-encoder's folder"
        ) from error
    if kind != "CrossEncoder" and not any(name.endswith("ForSequenceClassification") for name in architectures):
        what = kind or ", ".join(architectures) or "no architecture named"
        raise InputError(
            f"{RERANKER_OPTION} {source}: not a cross-encoder ({what}); name one, as cross-encoder/ms-marco-MiniLM-L6-v2"
        )


def _exported(model: Any, export: RerankerExport, wanted: Logits) -> RerankerCard:
    """The card of the ONNX export written to the folder, once it agrees with the original."""
    full, target = export.folder / "full.onnx", export.folder / GRAPH
    features = model.tokenizer([QUESTIONS[0]] * 2, list(SAMPLES[1:3]), padding=True, return_tensors="pt")
    inputs = trace(model[0].auto_model, features, full, LOGITS)
    error = np.inf
    try:
        for precision, bits in _ATTEMPTS:
            if precision is Precision.FP32:
                shutil.copyfile(full, target)
            else:
                quantise(full, target, reduce_range=bits == 7)
            done = replace(
                export.card, runtime=Runtime.ONNX, precision=precision, inputs=inputs, export_sha256=sha256_of(target)
            )
            error = _error(Reranker(replace(export, card=done)), wanted)
            if error <= MAX_ERROR[precision]:
                return replace(done, note=f"{bits}-bit weights, scores within {error:.4f} of their range on sample pairs")
    finally:
        full.unlink(missing_ok=True)
    raise ValueError(f"it differs from the original by {error:.3f} of the scores' range")


def _sample_scores(model: Any) -> Logits:
    """The original's, of every pair of a question and a sample text. (pairs,)"""
    return np.concatenate([original_scores(model, question, SAMPLES) for question in QUESTIONS])


def _error(reranker: Reranker, wanted: Logits) -> float:
    """The largest error on the sample pairs, as a share of the range of the original's scores."""
    found = np.concatenate([reranker.scores(question, SAMPLES) for question in QUESTIONS])
    return float(np.abs(found - wanted).max() / max(float(np.ptp(wanted)), 1e-3))


def open_reranker(name: str) -> Reranker:
    """A cross-encoder by its folder or its name in the local hub cache; exported at its first use.

    Raises:
        InputError: there is none of this name, it is no cross-encoder with
            one score, or it cannot be loaded.
    """
    return Reranker(export_reranker(name))
