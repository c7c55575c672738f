"""Milvus Lite: a server inside this process, reached through a socket file that nobody else can open."""

import atexit
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

from index.errors import IndexUnusableError, InputError
from index.milvus.place import NOT_INSTALLED

_running: dict[str, tuple[Any, Any, str]] = {}
_lock = threading.Lock()


def lite_address(file: Path, place: str) -> str:
    """The address of the server of this file, started where it is not running yet.

    Raises:
        InputError: the extra is not installed.
        IndexUnusableError: another process has the file open, or it cannot be written.
    """
    key = str(file.absolute())
    with _lock:
        if key not in _running:
            _running[key] = _started(key, place)
        return _running[key][2]


def stop_lite(file: Path) -> None:
    """End the server of this file, so that another process can open it."""
    with _lock:
        found = _running.pop(str(file.absolute()), None)
    if found is not None:
        _stop(*found)


def _started(key: str, place: str) -> tuple[Any, Any, str]:
    try:
        from milvus_lite.adapter.grpc.server import start_server_in_thread
        from milvus_lite.exceptions import DataDirLockedError, MilvusLiteError
    except ImportError as error:
        raise InputError(NOT_INSTALLED) from error

    # A port would let in everybody on the machine; a folder of our own lets in nobody else.
    socket = Path(tempfile.mkdtemp(prefix="qa-milvus-")) / "s"
    try:
        server, database, _ = start_server_in_thread(key, host="unix", port=str(socket))
    except DataDirLockedError as error:
        _remove(socket)
        many = "Milvus Lite serves one process at a time; wait until that ends, or run a Milvus server for several"
        raise IndexUnusableError(f"{place}: another process has it open; {many}") from error
    except (OSError, MilvusLiteError, RuntimeError) as error:
        _remove(socket)
        reason = getattr(error, "strerror", None) or str(error)[:200]
        raise IndexUnusableError(f"{place}: cannot be opened for writing ({reason}); check the place and its rights") from error
    if not _running:
        atexit.register(_stop_all)
    return server, database, f"unix:{socket}"


def _stop(server: Any, database: Any, address: str) -> None:
    server.stop(grace=2).wait()
    database.close()
    _remove(Path(address.removeprefix("unix:")))


def _stop_all() -> None:
    while _running:
        _stop(*_running.popitem()[1])


def _remove(socket: Path) -> None:
    shutil.rmtree(socket.parent, ignore_errors=True)
