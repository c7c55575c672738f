"""The output of a command: results, notes to the person, files written whole, and the exit status."""

import json
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from typing import Any, TextIO

from articles_qa.index.errors import InputError
from articles_qa.index.files.printable import printable


class ExitStatus(IntEnum):
    """The exit statuses of `qa`. NOT_PROVEN: nothing answers, or a check failed."""

    DONE = 0
    NOT_PROVEN = 1
    INPUT_UNUSABLE = 2
    INDEX_UNUSABLE = 3
    INTERRUPTED = 130


def on_terminal(stream: TextIO | None) -> bool:
    """Return whether a person sits at this stream; a stream closed before the program began has nobody."""
    return stream is not None and stream.isatty()


def use_colour() -> bool:
    """Return whether results may be bold and dim."""
    return on_terminal(sys.stdout) and "NO_COLOR" not in os.environ


def note(line: str) -> None:
    """Write one line to the person on standard error, never among the results."""
    _write(sys.stderr, printable(line) + "\n")


def show(text: str, *, end: str = "\n") -> None:
    """Write a result to standard output."""
    _write(sys.stdout, text + end)


def show_json(record: dict[str, Any]) -> None:
    """Write a result as JSON, with escapes where the output's encoding needs them."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    show(json.dumps(record, ensure_ascii=not encoding.lower().startswith("utf"), indent=1))


def _write(stream: TextIO | None, text: str) -> None:
    """Write text, with escapes where the stream's encoding needs them; write nothing to a closed stream."""
    if stream is not None:
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def drop_output() -> None:
    """Drop the output that is still buffered, so that the interpreter does not fail to flush it."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def check_writable(path: Path, option: str) -> None:
    """Check that a file can be written at the path; a file that is there stays as it is.

    Raises:
        InputError: the folder is missing or cannot be written, or the path is no file.
    """
    where = Path(os.path.realpath(path))
    try:
        if path == Path("-") or (os.path.lexists(where) and not where.is_file()):
            raise InputError(f"{option} {path}: not a file; name one")
        if not where.parent.is_dir():
            raise InputError(f"{option} {path}: there is no folder {where.parent}; make it first")
        with suppress(FileNotFoundError):
            where.lstat()  # It fails for a name that is too long.
        with tempfile.TemporaryFile(dir=where.parent):
            pass
    except OSError as error:
        raise InputError(f"{option} {path}: cannot be written ({error.strerror}); name another place") from error


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in place in one step.

    Raises:
        InputError: the file cannot be written; the file that was there before is unchanged.
    """
    where = Path(os.path.realpath(path))
    working = where.with_name(f".qa-{os.getpid()}.tmp")
    try:
        with working.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if where.exists():
            shutil.copymode(where, working)
        os.replace(working, where)
    except BaseException as error:
        with suppress(OSError):
            working.unlink()
        if not isinstance(error, OSError):
            raise
        raise InputError(f"{path}: cannot be written ({error.strerror}); make room, or name another place") from error
