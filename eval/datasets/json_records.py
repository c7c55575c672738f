"""Records of JSON files, checked by pydantic models. An error is one line that names the file, the line and the field."""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator

from articles_qa.index import InputError, Span
from articles_qa.index.files.printable import printable_name


def _usable(text: str) -> str:
    """Refuse characters that no article can hold: NUL, and halves of a surrogate pair."""
    if "\0" in text or (not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)):
        raise ValueError("the text holds NUL or a lone surrogate")
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("the text is empty")
    return text


Text = Annotated[str, AfterValidator(_usable)]  # It may be empty.
FilledText = Annotated[Text, AfterValidator(_filled)]


class JsonRecord(BaseModel):
    """Takes the fields that it knows, of exactly their types, and ignores others. A field that is null counts as missing."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, record: Any) -> Any:
        return {name: value for name, value in record.items() if value is not None} if isinstance(record, dict) else record


class SpanRecord(JsonRecord):
    """A stretch of an article, in code points."""

    source: FilledText
    start: int
    end: int

    @model_validator(mode="after")
    def _is_a_stretch(self) -> "SpanRecord":
        if not 0 <= self.start < self.end:
            raise ValueError(f"[{self.start}, {self.end}) is no stretch of a text")
        return self

    @property
    def span(self) -> Span:
        """The stretch alone."""
        return Span(self.start, self.end)


R = TypeVar("R", bound=JsonRecord)


class Ids:
    """The ids that were read so far."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def add(self, name: str, where: str) -> None:
        """Remember the id of the record at `where`.

        Raises:
            InputError: an earlier record has this id.
        """
        if name in self._seen:
            raise InputError(f"{where}: the id {name[:80]!a} comes twice; give each its own")
        self._seen.add(name)


def read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the lines of a text file that hold more than blanks, each after its place "file:line". Nothing is read ahead.

    Raises:
        InputError: the file cannot be read, or is not UTF-8.
    """
    name = printable_name(path)
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                text = _decoded(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line, name, number)
                if text.strip():
                    yield f"{name}:{number}", text
    except (OSError, ValueError) as error:  # ValueError where the name holds a NUL.
        raise InputError(f"{name}: cannot be read ({getattr(error, 'strerror', error)}); check the path") from error


def read_json_lines(path: Path, kind: type[R]) -> Iterator[tuple[str, R]]:
    """Yield the records of a JSONL file, one a line, each after its place "file:line". Nothing is read ahead.

    Raises:
        InputError: the file cannot be read, or a line is no record of this kind.
    """
    for where, line in read_lines(path):
        name, _, number = where.rpartition(":")
        yield where, _checked(_object(line.strip(), name, int(number)), kind, where)


def read_json_file(path: Path, kind: type[R]) -> R:
    """Return the one record of a JSON file.

    Raises:
        InputError: the file cannot be read, or is no record of this kind.
    """
    return _checked(_whole(path), kind, printable_name(path))


def first_object(path: Path) -> dict[str, Any]:
    """Return the first JSON object of a file: all of a JSON file, or the first line of a JSONL file.

    Raises:
        InputError: the file cannot be read, is empty, or does not begin with a JSON object.
    """
    try:
        for where, line in read_lines(path):
            name, _, number = where.rpartition(":")
            return _object(line.strip(), name, int(number))
    except InputError:
        if path.suffix.lower() == ".jsonl":
            raise
        return _whole(path)  # An object on several lines.
    raise InputError(f"{printable_name(path)}: empty; name a data set's file")


def _whole(path: Path) -> dict[str, Any]:
    name = printable_name(path)
    try:
        data = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: cannot be read ({getattr(error, 'strerror', error)}); check the path") from error
    return _object(_decoded(data, name, 1), name, 1)


def _decoded(data: bytes, name: str, line: int) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        at = line + data.count(b"\n", 0, error.start)
        raise InputError(f"{name}:{at}: not UTF-8; save it as UTF-8") from error


def _object(text: str, name: str, line: int) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"{name}:{line + error.lineno - 1}"
        raise InputError(f"{where}: broken JSON ({error.msg} at column {error.colno}); correct it") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}:{line}: JSON with a number too long or lists too deep; correct it") from error
    if not isinstance(value, dict):
        raise InputError(f"{name}:{line}: no JSON object, which begins with {{; correct it")
    return value


def _checked(fields: dict[str, Any], kind: type[R], where: str) -> R:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"]).removeprefix(".")
        said = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{where}: {steps + ': ' if steps else ''}{said}; correct it") from error
