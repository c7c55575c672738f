"""The file of notes: a line of JSON for each change, the last one of a place in force. A torn line is passed over."""

import os
import stat
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from articles_qa.index import InputError
from articles_qa.index.files.open_flags import open_flags
from articles_qa.ui.notes.append_line import SAFELY, append_line
from articles_qa.ui.notes.note import Note

FILE = "notes.jsonl"
MAX_BYTES = 20_000_000
MOST_NOTES = 5_000  # In force at once: each list of articles looks through them.


class NoteFile:
    """The notes beside one index; used by several threads, and read again where another process has written."""

    def __init__(self, folder: Callable[[], Path]) -> None:
        self._folder = folder
        self._reading = threading.Lock()
        self._notes: dict[tuple[str, int, int], Note] = {}
        self._file = 0, 0  # Its number, and the bytes of it that were read.

    def all(self) -> tuple[Note, ...]:
        """Return the notes in force, in the order of their places' first notes; none where there is no file.

        Raises:
            InputError: the file cannot be read.
        """
        with self._reading:
            self._read_on(self._folder() / FILE)
            return tuple(self._notes.values())

    def keep(self, notes: list[Note]) -> int:
        """Append notes; return the number of bytes.

        Raises:
            InputError: there are too many notes, or they cannot be written.
        """
        standing = {note.place for note in self.all()} | {note.place for note in notes if not note.is_empty}
        if len(standing) > MOST_NOTES:
            raise InputError(f"notes: there are {MOST_NOTES:,} already; take some back first")
        line = b"\n".join(note.model_dump_json().encode() for note in notes)
        return append_line(self._folder() / FILE, line, max_bytes=MAX_BYTES, what="note")

    def _read_on(self, path: Path) -> None:
        """Read what was appended since the last time; all of it where the file is another one."""
        try:
            with open(path, "rb", opener=lambda name, _: os.open(name, open_flags("O_RDONLY", *SAFELY))) as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise InputError(f"{path}: not a regular file; move it away")
                number, read = self._file
                if number != status.st_ino or read > status.st_size:
                    self._notes, read = {}, 0
                file.seek(read)
                data = file.read(MAX_BYTES)
        except FileNotFoundError:
            self._notes, self._file = {}, (0, 0)
            return
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); move it away") from error
        whole = data.rfind(b"\n") + 1
        self._file = status.st_ino, read + whole
        for line in data[:whole].splitlines():
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            note = Note.model_validate_json(line)
        except (ValidationError, ValueError):
            return
        if note.is_empty:
            self._notes.pop(note.place, None)
        elif note.place in self._notes or len(self._notes) < MOST_NOTES:
            self._notes[note.place] = note


def now() -> str:
    """Return this moment, as a note has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
