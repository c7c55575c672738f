"""The JSON Schema of an answer's record, for programs that read records: `answer-1.schema.json`, in this folder.

python -m qa.proof.answer_schema        writes the file again
"""

import json
from pathlib import Path
from typing import Any

from articles_qa.qa.answers.answer import SCHEMA
from articles_qa.qa.proof.saved_answer import SavedAnswer

SCHEMA_FILE = Path(__file__).with_name("answer-1.schema.json")


def answer_schema() -> dict[str, Any]:
    """Return the schema of a record as `read_answer` takes it; `read_answer` also compares fields with each other."""
    made = SavedAnswer.model_json_schema()
    described = "An answer of articles-qa: the quotes that answer a question, with their places."
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        "description": described,
        **{key: value for key, value in made.items() if key not in ("title", "description")},
        "properties": {"schema": {"const": SCHEMA}, **made["properties"]},
        "required": ["schema", *made["required"]],
    }


if __name__ == "__main__":
    SCHEMA_FILE.write_text(json.dumps(answer_schema(), indent=1) + "\n", "utf-8")
