"""The published schema of a record is that of the program, takes real records and has each of their fields."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from articles_qa.qa import Retriever
from articles_qa.qa.proof.answer_schema import SCHEMA_FILE, answer_schema

QUESTIONS = (
    "how many casualties did NIS report?",
    "Who confirmed the death of the soldier, and when was he captured?",
    "What is the capital of Peru?",
    "what did he say?",
)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(part)


def test_the_published_file_is_what_the_program_makes() -> None:
    assert json.loads(SCHEMA_FILE.read_bytes()) == answer_schema(), "run python -m qa.proof.answer_schema"
    jsonschema.Draft202012Validator.check_schema(answer_schema())


@pytest.mark.parametrize("question", QUESTIONS)
def test_real_records_have_the_fields_of_the_schema_and_no_others(retriever: Retriever, question: str) -> None:
    schema = answer_schema()
    for each in objects(schema):
        if each.get("type") == "object":
            each["additionalProperties"] = False
    record = json.loads(json.dumps(retriever.ask(question).to_dict()))
    jsonschema.Draft202012Validator(schema).validate(record)
    wrongs: tuple[dict[str, Any], ...] = ({"schema": "answer/2"}, {"confidence": 2}, {"quotes": [{}]})
    for wrong in wrongs:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schema).validate({**record, **wrong})
