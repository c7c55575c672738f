"""Files that are written whole or not at all, and looked at before there is anything to write."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from index.errors import InputError


def check_writable(path: Path, option: str) -> None:
    """Whether a file can be written there; what stands there stays as it is.

    Raises:
        InputError: its folder is missing or cannot be written, or it is there and no file.
    """
    where = Path(os.path.realpath(path))
    try:
        if path == Path("-") or (os.path.lexists(where) and not where.is_file()):
            raise InputError(f"{option} {path}: not a file; name one")
        if not where.parent.is_dir():
            raise InputError(f"{option} {path}: there is no folder {where.parent}; make it first")
        with suppress(FileNotFoundError):
            where.lstat()  # It tells of a name that is too long.
        with tempfile.TemporaryFile(dir=where.parent):
            pass
    except OSError as error:
        raise InputError(f"{option} {path}: cannot be written ({error.strerror}); name another place") from error


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in place in one step.

    Raises:
        InputError: it cannot be written; what stood there before still does.
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
