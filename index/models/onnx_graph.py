"""Making a model's ONNX graph: load the original, save its tokenizer, trace its transformer, quantise its weights.

Exporting a model imports torch here; asking a question never does.
"""

import json
import logging
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from articles_qa.index.errors import InputError, packages_of
from articles_qa.index.models.model_files import TOKENIZER, loadable_copy
from articles_qa.index.models.onnx_session import silent_onnxruntime

SAMPLES = (
    "how many casualties did the agency report?",
    "The river rose by two metres overnight, and 1,200 people were moved to schools on higher ground, the mayor said.",
    "“We did not expect this,” said Anna Lind, who has run the ferry since 1998. “Nobody did.”",
    "Shares fell 3.4% to $12.75 on Tuesday after the company cut its forecast for the year.",
    "Le ministre a déclaré vendredi que l'accord entrerait en vigueur en janvier.",
    "COVID-19 vaccines: what the new figures from Seoul, Kyiv and São Paulo show about side effects in children.",
)

TOKEN_STATES = "token_states"  # The graph's name for its output.
MODULES = frozenset({"Transformer", "Pooling", "Normalize", "Dense", "LayerNorm", "StaticEmbedding"})
_OWN = "sentence_transformers."


def load_original(source: Path, device: str | None = None) -> Any:
    """Load a model as sentence-transformers does, from safetensors and with no code but that of MODULES.

    Raises:
        InputError: the model cannot be loaded or names other modules, or the device or a package is missing.
    """
    _check_modules(source)
    logging.getLogger("transformers").setLevel(logging.ERROR)
    with packages_of("models", f"--model {source}"):
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    # Plain attention: the tracer follows it for every architecture, and it quantises faster than the fused kind.
    attention = {} if device else {"attn_implementation": "eager"}
    kwargs = {"use_safetensors": True, "weights_only": True, **attention}
    try:
        with loadable_copy(source) as copy:
            return SentenceTransformer(str(copy), device=device or "cpu", model_kwargs=kwargs, local_files_only=True).eval()
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        check = f"the folder and --device {device}" if device else "the folder"
        raise InputError(f"--model {source}: sentence-transformers cannot load it ({reason}); check {check}") from error


def _check_modules(source: Path) -> None:
    """Refuse a model that is made of other modules than MODULES; a folder that names none gets Transformer and Pooling.

    Raises:
        InputError: a module is another's, or the file that names the modules cannot be read.
    """
    path = source / "modules.json"
    try:
        named = [str(module["type"]) for module in json.loads(path.read_bytes())] if path.exists() else []
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            f"--model {source}: modules.json cannot be read; name a sentence-transformers model's folder"
        ) from error
    for name in named:
        if not name.startswith(_OWN) or name.rpartition(".")[2] not in MODULES:
            raise InputError(f"--model {source}: its module {name!a:.80} is not run; only {', '.join(sorted(MODULES))} are")


def save_tokenizer(model: Any, folder: Path, *, source: Path) -> bool:
    """Write the model's tokenizer; return false where only transformers can run the tokenizer.

    Raises:
        InputError: the tokenizer gives different texts the same tokens.
    """
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        return False
    # Where a folder lacks its tokenizer, transformers makes one without words.
    if len({tuple(encoding.ids) for encoding in backend.encode_batch(list(SAMPLES))}) < len(SAMPLES):
        problem = "its tokenizer tells no words apart; check that the folder holds tokenizer.json"
        raise InputError(f"--model {source}: {problem}")
    backend.save(str(folder / TOKENIZER))
    return True


def trace(transformer: Any, features: Mapping[str, Any], target: Path) -> tuple[str, ...]:
    """Write the transformer's graph from these features to its token states as ONNX; return the names of its inputs."""
    import torch

    names = tuple(name for name in ("input_ids", "attention_mask", "token_type_ids") if name in features)

    class Traced(torch.nn.Module):
        """The transformer, with its inputs in order and one output."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, *tensors: Any) -> Any:
            return self.transformer(**dict(zip(names, tensors, strict=True))).last_hidden_state

    axes = {name: {0: "batch", 1: "tokens"} for name in (*names, TOKEN_STATES)}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(  # The tracing exporter: its int8 graph ran 1.2 times as fast as the dynamo one's.
            Traced(),
            tuple(features[name] for name in names),
            str(target),
            input_names=list(names),
            output_names=[TOKEN_STATES],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
    return names


def quantise(full: Path, target: Path, *, reduce_range: bool = False) -> None:
    """Write the graph with int8 weights; `reduce_range` uses 7 of the 8 bits, as the reader does."""
    silent_onnxruntime()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # The quantiser advises a preparation that changes nothing here.
    try:
        quantize_dynamic(str(full), str(target), weight_type=QuantType.QInt8, per_channel=True, reduce_range=reduce_range)
    finally:
        root.setLevel(level)
