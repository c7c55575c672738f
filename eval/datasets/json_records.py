"""Records: JSON objects as files hold them, each knowing where it stands, so that a wrong one can be named."""

import codecs
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from index import InputError
from index.files.printable import printable_name

_T = TypeVar("_T")
_WORDS: Mapping[type, str] = {
    str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "an object"
}  # fmt: skip
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # What no article can hold: NUL, and halves of a surrogate pair.


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object; `where` names its file and line, and its place in there.

    Every method raises InputError where the value is missing or of another
    type. `default` stands for one that is missing or null.
    """

    where: str
    fields: Mapping[str, Any]

    def text(self, key: str, default: str | None = None) -> str:
        """A text, which may be empty."""
        return _usable(self._value(key, str, default), f'{self.where}: "{key}"')

    def filled(self, key: str) -> str:
        """A text that holds more than blanks."""
        text = self.text(key)
        if not text.strip():
            raise InputError(f'{self.where}: "{key}" is empty; fill it')
        return text

    def whole(self, key: str) -> int:
        """A whole number."""
        return self._value(key, int, None)

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        return self._value(key, bool, default)

    def texts(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        items = self._value(key, list, None if default is None else list(default))
        for place, item in enumerate(items):
            _typed(item, str, f'{self.where}: "{key}"[{place}]')
            _usable(item, f'{self.where}: "{key}"[{place}]')
        return tuple(items)

    def records(self, key: str, default: Sequence[Mapping[str, Any]] | None = None) -> tuple["Record", ...]:
        """A list of objects."""
        items = self._value(key, list, None if default is None else list(default))
        joint = "." if ": " in self.where else ": "
        wheres = [f"{self.where}{joint}{key}[{place}]" for place in range(len(items))]
        return tuple(Record(where, _typed(item, dict, where)) for where, item in zip(wheres, items, strict=True))

    def _value(self, key: str, kind: type[_T], default: _T | None) -> _T:
        value = self.fields.get(key)
        if value is None and default is not None:
            return default
        if key not in self.fields:
            raise InputError(f'{self.where}: no "{key}"; add it')
        return _typed(value, kind, f'{self.where}: "{key}"')


class Ids:
    """The ids that were read so far."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def new(self, record: Record, key: str) -> str:
        """The record's id.

        Raises:
            InputError: it is empty, or another record's too.
        """
        name = record.filled(key)
        if name in self._seen:
            raise InputError(f"{record.where}: the id {name[:80]!a} comes twice; give each its own")
        self._seen.add(name)
        return name


def read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a text file that hold more than blanks, each after its place, read as they are asked for.

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


def read_records(path: Path) -> Iterator[Record]:
    """The objects of a JSONL file, one a line, read as they are asked for.

    Raises:
        InputError: the file cannot be read, or a line is not a JSON object.
    """
    for where, line in read_lines(path):
        file, _, number = where.rpartition(":")
        yield Record(where, _object(line.strip(), file, int(number)))


def read_record(path: Path) -> Record:
    """The one object of a JSON file.

    Raises:
        InputError: the file cannot be read, or is not a JSON object.
    """
    name = printable_name(path)
    try:
        data = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: cannot be read ({getattr(error, 'strerror', error)}); check the path") from error
    return Record(name, _object(_decoded(data, name, 1), name, 1))


def first_record(path: Path) -> Record:
    """The first object of a file: all of a JSON file, or the first line of a JSONL file.

    Raises:
        InputError: the file cannot be read, is empty, or does not begin with a JSON object.
    """
    try:
        record = next(read_records(path), None)
    except InputError:
        if path.suffix.lower() == ".jsonl":
            raise
        return read_record(path)  # An object on several lines.
    if record is None:
        raise InputError(f"{printable_name(path)}: empty; name a data set's file")
    return record


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
    return _typed(value, dict, f"{name}:{line}")


def _typed(value: Any, kind: type[_T], where: str) -> _T:
    """The value, where it is of just this type: true is no number."""
    if type(value) is not kind:
        raise InputError(f"{where} is {_WORDS.get(type(value), 'null')}, not {_WORDS[kind]}; correct it")
    return value


def _usable(text: str, where: str) -> str:
    if match := _NO_TEXT.search(text):
        what = "NUL" if match[0] == "\0" else "a lone surrogate"
        raise InputError(f"{where} holds {what} (at character {match.start() + 1}); remove it")
    return text
