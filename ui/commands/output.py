"""Standard output for results, standard error for everything else, whatever they are connected to."""

import json
import os
import sys
from contextlib import suppress
from typing import Any, TextIO

from index.files.printable import printable


def on_terminal(stream: TextIO | None) -> bool:
    """Whether a person sits at this stream; a stream closed before we began is nothing."""
    return stream is not None and stream.isatty()


def note(line: str) -> None:
    """One line to the person, never among the results."""
    _write(sys.stderr, printable(line) + "\n")


def show(text: str, *, end: str = "\n") -> None:
    """A result."""
    _write(sys.stdout, text + end)


def show_json(record: dict[str, Any]) -> None:
    """A result as JSON, with escapes where the output's encoding needs them."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    show(json.dumps(record, ensure_ascii=not encoding.lower().startswith("utf"), indent=1))


def _write(stream: TextIO | None, text: str) -> None:
    """Write, whatever the stream's encoding can show; nothing where the stream was closed before we began."""
    if stream is not None:
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def drop_output() -> None:
    """Let what is still buffered go nowhere when the interpreter flushes it."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
