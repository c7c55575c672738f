"""Lines appended to a file in the index folder. An index may come from a stranger: its files are not trusted."""

import os
import stat
import threading
from pathlib import Path

from articles_qa.index import InputError
from articles_qa.index.files.open_flags import open_flags

# A link would lead to another file, and a pipe would keep the writer waiting.
SAFELY = ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC")
_writing = threading.Lock()


def append_line(path: Path, line: bytes, *, max_bytes: int, what: str) -> int:
    """Append a line, whole or not at all; return the number of its bytes. `what` is what it keeps: "judgement".

    Raises:
        InputError: the file is full, is no regular file, or cannot be written.
    """
    try:
        with _writing, open(path, "a+b", buffering=0, opener=_open) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InputError(f"{path}: not a regular file; your {what} was not kept")
            size = file.seek(0, os.SEEK_END)
            data = (b"" if _ends_whole(file.fileno(), size) else b"\n") + line + b"\n"
            if size + len(data) > max_bytes:
                raise InputError(f"{path}: full ({max_bytes / 1e6:,.0f} MB); move it away to keep another {what}")
            if file.write(data) != len(data):  # The disk is full.
                file.truncate(size)
                raise InputError(f"{path}: the disk is full; your {what} was not kept")
            return len(data)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); your {what} was not kept") from error


def _open(path: str, _: int) -> int:
    return os.open(path, open_flags("O_RDWR", "O_APPEND", "O_CREAT", *SAFELY), 0o666)


def _ends_whole(descriptor: int, size: int) -> bool:
    """Return whether the last line has its end; a power cut may have taken it."""
    return not size or os.pread(descriptor, 1, size - 1) == b"\n"
