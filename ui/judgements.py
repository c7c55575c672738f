"""Judgements: what readers think of answers, a line each in a local file, newest last."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

from index import InputError

FILE = "judgements.jsonl"
MAX_BYTES = 50_000_000
_writing = threading.Lock()


def keep_judgement(path: Path, record: dict[str, object], verdict: str) -> None:
    """Append a judgement; "none" takes an earlier one of the same answer back.

    Raises:
        InputError: the file is full or cannot be written, or the record is nothing that JSON can hold.
    """
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "verdict": verdict, "answer": record}
    try:
        data = json.dumps(line, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    except (TypeError, ValueError, RecursionError) as error:  # What later versions add is not checked where it is read.
        raise InputError("answer: holds what JSON in UTF-8 does not; your judgement was not kept") from error
    try:
        with _writing, path.open("ab") as file:
            if file.tell() + len(data) > MAX_BYTES:
                raise InputError(f"{path}: full ({MAX_BYTES / 1e6:,.0f} MB); move it away to go on judging")
            file.write(data)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); your judgement was not kept") from error
