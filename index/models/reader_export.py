"""Opening a reader: its weights put into the default model's transformer, exported to ONNX once and cached."""

import hashlib
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import InputError
from index.files.checksums import sha256_of
from index.models.embedder import PassageText
from index.models.export import export_graph
from index.models.model_card import DEFAULT_MODEL, ModelCard, Precision, Runtime
from index.models.model_files import Export, cached_export, export_folder, find_model, fingerprints, keep_export, working_folder
from index.models.onnx_graph import SAMPLES, load_original, save_tokenizer
from index.models.other_processors import Reference, fits_here
from index.models.reader import MAX_TOKENS, Reader, ReaderHead, reader_input
from index.models.reader_weights import READER_WEIGHTS, Tensors, read_reader_head, read_reader_layers

# The largest mean error of a logit on the sample questions; logits lie some 10 apart.
MAX_LOGIT_ERROR = {Precision.INT8: 0.35, Precision.FP32: 0.005}
QUESTIONS = ("how many people were moved to schools?", "Who runs the ferry?", "why did the shares fall?", "When was it opened?")
PASSAGE = PassageText("News of the day", SAMPLES[1:5])


@cache
def open_reader(weights: Path = READER_WEIGHTS) -> Reader:
    """Open the reader with these weights; export it at its first use.

    Raises:
        InputError: the weights cannot be read, or the reader cannot be exported here.
    """
    source = find_model(DEFAULT_MODEL)
    _, base = fingerprints(source)
    try:
        sha256 = sha256_of(weights)
        head = read_reader_head(weights)
    except OSError as error:
        raise InputError(
            f"{weights}: the reader's weights cannot be read ({error.strerror}); install the program again"
        ) from error
    name = hashlib.sha256(f"{base} {sha256}".encode()).hexdigest()
    folder = export_folder(f"{name[:32]}-reader")
    export = cached_export(folder)
    if export is None or not fits_here(export, partial(_logit_error, head), MAX_LOGIT_ERROR):
        with working_folder() as working:
            original = transformer_of(source, read_reader_layers(weights))
            card = _write_reader(original, head, source, working, sha256=sha256, files_sha256=name)
            keep_export(working, folder, card.to_dict())
        export = Export(folder, card)
    return Reader(export, head)


def transformer_of(source: Path, trained: Tensors) -> Any:
    """Return the sentence-transformers model of a folder with the reader's layers in its transformer."""
    import torch

    model = load_original(source)
    layers = {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in trained.items()}
    unknown = model[0].auto_model.load_state_dict(layers, strict=False).unexpected_keys
    if unknown:
        raise InputError(f"the reader's weights do not fit {DEFAULT_MODEL} ({unknown[0]}); install the program again")
    return model


def _write_reader(model: Any, head: ReaderHead, source: Path, folder: Path, *, sha256: str, files_sha256: str) -> ModelCard:
    """Write the export of a model of the folder `source` with the reader's layers to `folder`; return its card.

    Raises:
        InputError: the reader cannot be exported here.
    """
    import torch

    save_tokenizer(model, folder, source=source)
    tokenizer = model.tokenizer.backend_tokenizer
    tokenizer.no_padding()
    tokenizer.no_truncation()
    inputs = [
        reader_input(tokenizer, tokenizer.encode(question, add_special_tokens=False).ids, PASSAGE) for question in QUESTIONS
    ]
    names = ("input_ids", "attention_mask", "token_type_ids")

    def features(number: int) -> dict[str, Any]:
        ids, types = (torch.tensor([part]) for part in (inputs[number].ids, inputs[number].types))
        return dict(zip(names, (ids, torch.ones_like(ids), types), strict=True))

    wanted = []
    for number, given in enumerate(inputs):
        with torch.inference_mode():
            states = model[0].auto_model(**features(number)).last_hidden_state[0].numpy()
        wanted.append(head.logits(states, given.owners, len(PASSAGE.sentences)))

    card = ModelCard(
        name="reader",
        sha256=sha256,
        files_sha256=files_sha256,
        runtime=Runtime.SENTENCE_TRANSFORMERS,
        precision=Precision.INT8,
        dim=int(model.get_embedding_dimension()),
        max_tokens=MAX_TOKENS,
        pooling="",
        pools_prompt=False,
        query_prompt="",
        passage_prompt="",
        inputs=(),
    )
    card = export_graph(
        model[0].auto_model,
        card,
        folder,
        features(0),
        reference=Reference(np.array(wanted, np.float32), partial(_logit_error, head)),
        largest=MAX_LOGIT_ERROR,
        note=lambda error, bits: f"{bits}-bit weights, logits within {error:.3f} on sample questions",
    )
    if card.runtime is not Runtime.ONNX:
        raise InputError(f"the reader {card.note.partition(';')[0]}; ask without it (--no-reader)")
    return card


def _logit_error(head: ReaderHead, export: Export, wanted: npt.NDArray[np.float32]) -> float:
    """Return the mean error of an export's logits for QUESTIONS."""
    found = [Reader(export, head).read(question, [PASSAGE])[0] for question in QUESTIONS]
    return float(np.abs(np.array(found) - wanted).mean())
