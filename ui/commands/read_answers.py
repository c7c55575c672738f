"""Saved answers read from files: one record, a list of records, or one record after another."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from articles_qa.index.errors import InputError
from articles_qa.index.files.printable import printable
from articles_qa.qa.proof.saved_answer import SavedAnswer, read_answer

STDIN = Path("-")
_BLANKS = re.compile(r"[ \t\r\n]*")
_FORMS = "give what qa ask --json or the page's export of records wrote"


def read_answers(path: Path) -> list[SavedAnswer]:
    """Return the answers of a file, in order; at least one. "-" is standard input.

    Raises:
        InputError: the file cannot be read, or a part of the file is no record; the message names the line.
    """
    name = shown_name(path)
    data = _bytes(path)
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not JSON (not {encoding.upper()} at byte {error.start}); {_FORMS}") from error
    answers: list[SavedAnswer] = []
    for line, value in _values(text, name):
        for record in value if isinstance(value, list) else [value]:
            try:
                answers.append(read_answer(record, any_length=True))
            except InputError as error:
                message = str(error).removeprefix("answer: ")
                raise InputError(f"{name}: record {len(answers) + 1}, from line {line} on: {message}") from error
    if not answers:
        raise InputError(f"{name}: holds no record; {_FORMS}")
    return answers


def shown_name(path: Path) -> str:
    """Return the name of a file of records, as messages show it."""
    return "standard input" if path == STDIN else printable(str(path))


def _bytes(path: Path) -> bytes:
    if path == STDIN:
        return sys.stdin.buffer.read() if sys.stdin is not None else b""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: the name has a NUL.
        reason = getattr(error, "strerror", None) or "no such name"
        raise InputError(f"{shown_name(path)}: cannot be read ({reason}); check the path") from error


def _values(text: str, name: str) -> Iterator[tuple[int, object]]:
    """Yield each JSON value of a text, and the line on which the value begins."""
    decoder = json.JSONDecoder()
    at = _end_of_blanks(text, 0)
    while at < len(text):
        line = 1 + text.count("\n", 0, at)
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            if at == _end_of_blanks(text, 0) and text.startswith("#", at):
                raise InputError(f"{name}: Markdown, which has no offsets; export records instead") from error
            where = f"line {error.lineno}, column {error.colno}"
            raise InputError(f"{name}: not JSON at {where} ({error.msg}); {_FORMS}") from error
        except (ValueError, RecursionError) as error:  # A number of thousands of digits, or lists nested too deeply.
            raise InputError(f"{name}: JSON that cannot be read, from line {line} on; {_FORMS}") from error
        yield line, value
        at = _end_of_blanks(text, end)


def _end_of_blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at
