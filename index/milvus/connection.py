"""A connection to a Milvus server or to Milvus Lite: made and checked, with each failure told in one line.

Milvus Lite runs inside this process. It is reached through a socket file that no other user can open.
"""

import atexit
import logging
import math
import os
import re
import shutil
import socket
import tempfile
import threading
from pathlib import Path
from typing import Any

from articles_qa.index.errors import IndexUnusableError, InputError
from articles_qa.index.milvus.place import CA, NOT_INSTALLED, TIMEOUT, TLS, TOKEN, MilvusPlace

LEAST = (2, 5)  # The first version that has BM25.
GONE = "the server is gone"
AGAIN_MS = 500  # Between attempts to reach a server that was restarted.
_LITE_KEEPALIVE_MS = 600_000  # Milvus Lite closes connections that ask more often whether it is alive.

_running: dict[str, tuple[Any, Any, str]] = {}
_lock = threading.Lock()


def connect(place: MilvusPlace) -> tuple[Any, str]:
    """Connect to a server; return the client and the server's version.

    Raises:
        InputError: the extra is not installed.
        IndexUnusableError: the server is not there, refuses or has another version.
    """
    client = _client_class()
    # The libraries' loggers are silenced: errors are told in one line here, not with tracebacks there.
    for name in ("pymilvus", "milvus_lite"):
        for logger in (name, *(key for key in logging.root.manager.loggerDict if key.startswith(f"{name}."))):
            logging.getLogger(logger).setLevel(logging.CRITICAL + 1)
    uri = address(place)
    arguments: dict[str, Any] = {"token": place.token, "db_name": place.database, "dedicated": True}
    # A restarted server is to be found at once, and not after the two minutes that gRPC would wait.
    options = {"grpc.initial_reconnect_backoff_ms": AGAIN_MS, "grpc.max_reconnect_backoff_ms": AGAIN_MS}
    if place.lite is not None:
        options["grpc.keepalive_time_ms"] = _LITE_KEEPALIVE_MS
    if place.tls:
        arguments |= {"secure": True, "server_pem_path": place.ca}
    try:
        made = client(uri=uri, timeout=place.timeout_s, grpc_options=options, **arguments)
        version = str(made.get_server_version(timeout=place.timeout_s))
    except Exception as error:
        raise _no_milvus(error, place) from error
    found = re.match(r"v?(\d+)\.(\d+)", version)
    if "lite" not in version and (found is None or (int(found[1]), int(found[2])) < LEAST):
        least = ".".join(map(str, LEAST))
        raise IndexUnusableError(f"{place}: the server is Milvus {version[:40]}; {least} or later is needed for BM25")
    return made, version


def address(place: MilvusPlace) -> str:
    """Return the URI of a server; start Milvus Lite if it does not run yet.

    A plain connection finds out at once whether a server is there.

    Raises:
        InputError: the extra is not installed.
        IndexUnusableError: the server cannot be reached, or the file of Milvus Lite cannot be opened.
    """
    if place.lite is not None:
        key = str(place.lite.absolute())
        with _lock:
            if key not in _running:
                _running[key] = _started(key, str(place))
            return _running[key][2]
    host, _, port = place.address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=place.timeout_s).close()
    except OSError as error:
        why = error.strerror or str(error)
        raise IndexUnusableError(f"{place}: the server cannot be reached ({why}); start it or check the address") from error
    return f"{'https' if place.tls else 'http'}://{place.address}"


def failure(error: BaseException, place: MilvusPlace) -> IndexUnusableError:
    """Return an error of the client as one line: what is wrong, and what to do."""
    text = " ".join(str(getattr(error, "message", "") or error).split())
    what, advice = f"the server says: {text[:200]}", "look at the server's log"
    if says(error, "no space|disk quota|file too large|read-only|permission denied.*(?:/|parquet|arrow)"):
        what, advice = f"the server cannot write ({text[-160:]})", "make room or check its rights, what was in force stays"
    elif says(error, "unauthenticated|auth check failure|permission.?deny|permission_denied"):
        what, advice = "the server refuses the token, or what it may do", f"set {TOKEN} to an API key or user:password"
    elif says(error, "certificate|handshake|ssl"):
        what, advice = f"no TLS connection ({text[:160]})", f"check {TLS} and {CA}"
    elif says(error, "deadline|timeout|timed out"):
        what = f"the server does not answer within {math.ceil(place.timeout_s)} s"
        advice = f"look whether it is overloaded, or raise {TIMEOUT}"
    elif says(error, "unavailable|fail(?:ed)? to connect|fail connecting|connection refused|channel"):
        what, advice = GONE, "start it again or check the address"
    return IndexUnusableError(f"{place}: {what}; {advice}")


def says(error: BaseException, pattern: str) -> bool:
    """Return whether an error's text matches a pattern, in any case of letters."""
    return re.search(pattern, str(error), re.IGNORECASE) is not None


def _no_milvus(error: Exception, place: MilvusPlace) -> IndexUnusableError:
    """Return the error of a server that takes the connection but does not speak as Milvus does."""
    found = failure(error, place)
    if not str(found).startswith(f"{place}: {GONE}"):
        return found
    within = f"does not answer as Milvus does within {math.ceil(place.timeout_s)} s"
    return IndexUnusableError(f"{place}: the server {within}; check the address and {TLS}, or raise {TIMEOUT}")


def _client_class() -> Any:
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # Else gRPC reports lost connections on stderr.
    try:
        import pymilvus
    except ImportError as error:
        raise InputError(NOT_INSTALLED) from error
    return pymilvus.MilvusClient


def _started(key: str, place: str) -> tuple[Any, Any, str]:
    try:
        from milvus_lite.adapter.grpc.server import start_server_in_thread
        from milvus_lite.exceptions import DataDirLockedError, MilvusLiteError
    except ImportError as error:
        raise InputError(NOT_INSTALLED) from error

    # A port would let in everybody on the machine. A folder of our own lets in nobody else.
    file = Path(tempfile.mkdtemp(prefix="qa-milvus-")) / "s"
    try:
        server, database, _ = start_server_in_thread(key, host="unix", port=str(file))
    except DataDirLockedError as error:
        _remove(file)
        many = "Milvus Lite serves one process at a time; wait until that ends, or run a Milvus server for several"
        raise IndexUnusableError(f"{place}: another process has it open; {many}") from error
    except (OSError, MilvusLiteError, RuntimeError) as error:
        _remove(file)
        why = getattr(error, "strerror", None) or str(error)[:200]
        raise IndexUnusableError(f"{place}: cannot be opened for writing ({why}); check the place and its rights") from error
    if not _running:
        atexit.register(_stop_all)
    return server, database, f"unix:{file}"


def _stop_all() -> None:
    while _running:
        server, database, uri = _running.popitem()[1]
        server.stop(grace=2).wait()
        database.close()
        _remove(Path(uri.removeprefix("unix:")))


def _remove(file: Path) -> None:
    shutil.rmtree(file.parent, ignore_errors=True)
