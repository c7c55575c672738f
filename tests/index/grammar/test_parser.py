import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from articles_qa.index.articles.sentences import sentences
from articles_qa.index.errors import InputError
from articles_qa.index.grammar.parser import MAX_WORDS, PACKAGE, _model_folder, can_parse, loaded_parser, reader_name
from articles_qa.index.grammar.parser_input import has_cue, plain_line

ROOT = Path(__file__).parents[3]


@pytest.mark.tier("check")
def test_the_parser_loads_without_torch_and_quietly() -> None:
    program = (
        "import sys; from articles_qa.index.grammar.parser import loaded_parser\n"
        "parser = loaded_parser(); parser.parse(['He said so.'])\n"
        "print([name for name in ('torch', 'transformers') if name in sys.modules]); import torch"  # It still can be.
    )
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]" and not done.stderr


def test_what_reads_is_named_with_versions() -> None:
    assert can_parse() and reader_name().startswith("spaCy 3")


@pytest.mark.parametrize("changed", ["parser/model", "config.cfg", "ner/more"])
def test_a_model_of_other_files_is_not_loaded(changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = shutil.copytree(_model_folder().parent, tmp_path / PACKAGE, copy_function=os.symlink)
    monkeypatch.syspath_prepend(tmp_path)
    assert _model_folder().parent == package
    (_model_folder() / changed).unlink(missing_ok=True)
    (next(package.glob("*/")) / changed).write_bytes(b"other")
    loaded_parser.cache_clear()
    try:
        with pytest.raises(InputError, match=r"has other files than version 3\.8\.0\); pip install"):
            loaded_parser()
    finally:
        loaded_parser.cache_clear()


@pytest.mark.parametrize("line", ["", "! " * (MAX_WORDS + 1), "x" * 900, "said " + "?!" * 300])
def test_what_is_no_sentence_by_its_length_is_not_parsed(line: str) -> None:
    assert loaded_parser().parse([line, "He left."])[0] is None
    assert loaded_parser().entities([line]) == [()]


def test_lines_are_parsed_in_order() -> None:
    parses = loaded_parser().parse(["Kirby said so.", "x" * 200, "It rained."])
    assert [parse.words[0].text if parse else None for parse in parses] == ["Kirby", None, "It"]


@pytest.mark.parametrize(
    ("line", "cue"),
    [
        ("Police said so.", True),
        ("By the UN's count, 300 died.", True),
        ("Seoul puts the number at 1,100.", True),
        ("Citing the army, it closed.", True),
        ("“It is over.”", True),
        ("The river rose by 3 metres.", False),
        ("They set sail.", False),
        ("The office gives the area as 40 hectares.", True),
        ("They gave up.", False),
        ("Some hold that it is old.", True),
        ("She held a cup.", False),
        ("The bank expects a loss of 3 million.", True),
        ("The agency's figure for May is 12.", True),
        ("The show went on.", False),
    ],
)
def test_a_cue_shows_that_a_sentence_may_report(line: str, cue: bool) -> None:
    assert has_cue(line) is cue


def test_a_plain_line_knows_where_its_characters_stand() -> None:
    text = "It was the National  Weather Service (NWS) that said so, in a long note that\nit sent to all of the papers.\n"
    (sentence,) = sentences(text)
    line = plain_line(text, sentence)
    assert line.text.startswith("It was the National Weather Service that said so, in a long note that it sent")
    assert line.span(line.text.index("National"), line.text.index(" that")).cut(text) == "National  Weather Service"
    placed = zip(line.offsets, line.text, strict=True)
    assert all(text[place] == char for place, char in placed if char != " ")
