"""The reading process: a child process that reads files other than plain text, so that no such file harms this process.

One child reads file after file, and starts again where a file killed it. The child may use so much memory and so much time
a file, cannot write a file, and knows no network. It ends with this process, or when it had nothing to read for a while.
"""

import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from articles_qa.index.formats.extracted import TOO_LARGE, Unreadable

TIME_S, TIME_S_PER_MB = 20.0, 2.0  # For a file; real ones take .05 s.
MEMORY_BYTES = 3 << 30
IDLE_S = 20.0
START_S = 10.0  # For a child to start on a machine at work; it takes .2 s.
MAX_REPLY_BYTES = 1 << 30
_LENGTH = struct.Struct("<QQ")
_CHUNK = 1 << 20
# The child needs only this room and the articles' room; all that `index` offers would take 1.5 s to import.
_BOOT = """
import json, sys, types
sys.path[:], folders = json.loads(sys.argv[1])
for name, folder in folders.items():
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [folder]
from articles_qa.index.formats.reading_process import serve
serve()
"""
# Whatever a library may try of the network, and of other programs.
_NETWORK = (
    "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "urllib.Request", "subprocess.Popen", "os.exec",
    "os.system", "os.posix_spawn", "os.fork",
)  # fmt: skip


class ReadingProcess:
    """The child process, started when the first file needs it; one file at a time, from any thread."""

    def __init__(self, *, time_s: float = TIME_S, memory_bytes: int = MEMORY_BYTES) -> None:
        self._time_s, self._memory_bytes = time_s, memory_bytes
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, request: Mapping[str, Any], data: bytes) -> dict[str, Any]:
        """Return the child's reply to a request.

        Raises:
            Unreadable: the child died of the file, or took too long.
        """
        with self._lock:
            fresh = self._child is None
            reply = self._asked(request, data)
            if reply is None and not fresh:  # It may have ended for want of work just now.
                reply = self._asked(request, data)
            if reply is None:
                raise Unreadable(TOO_LARGE)
            return reply

    def end(self) -> None:
        """End the child; the next file starts another."""
        with self._lock:
            self._end()

    def _asked(self, request: Mapping[str, Any], data: bytes) -> dict[str, Any] | None:
        """Return the reply; None where the child died."""
        fresh = self._child is None
        child = self._child = self._child or self._started()
        head = json.dumps(request).encode()
        sent = _LENGTH.pack(len(head), len(data)) + head + data
        limit_s = self._time_s + TIME_S_PER_MB * len(data) / 1e6
        try:
            raw = _exchanged(child, sent, time.monotonic() + limit_s + (START_S if fresh else 0.0))
            found = json.loads(raw)
        except TimeoutError as error:
            self._end()
            raise Unreadable(f"reading it takes over {max(1.0, limit_s):.0f} s; split it, or save its text as .txt") from error
        except (OSError, ValueError):
            self._end()
            return None
        except BaseException:  # Ctrl-C: the reply that is still to come belongs to no later request.
            self._end()
            raise
        return found if isinstance(found, dict) else None

    def _started(self) -> subprocess.Popen[bytes]:
        index, program = Path(__file__).parents[1:3]
        folders = {"articles_qa": str(program), "articles_qa.index": str(index)}
        paths = json.dumps([[os.path.abspath(path) for path in sys.path], folders])
        return subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOT, paths, str(self._memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is this process's matter.
        )

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            for pipe in (child.stdin, child.stdout):
                with suppress(OSError):
                    if pipe is not None:
                        pipe.close()
            child.kill()
            child.wait()

    def __del__(self) -> None:
        self._end()


def _exchanged(child: subprocess.Popen[bytes], sent: bytes, end: float) -> bytes:
    """Send bytes and return the reply, whichever of the two pipes is ready.

    Raises:
        TimeoutError: not in time.
        OSError, ValueError: the child ended, or its reply is none.
    """
    if child.stdin is None or child.stdout is None:
        raise OSError("no pipes")
    into, out = child.stdin.fileno(), child.stdout.fileno()
    os.set_blocking(into, False)
    left, got, wanted = memoryview(sent), bytearray(), -1
    waiting = select.poll()  # Unlike select, it takes any number of open files.
    waiting.register(out, select.POLLIN)
    waiting.register(into, select.POLLOUT)
    while wanted < 0 or len(got) < wanted:
        ready = dict(waiting.poll(max(0.0, end - time.monotonic()) * 1000))
        if not ready:
            raise TimeoutError
        if into in ready:
            left = left[os.write(into, left[:_CHUNK]) :]
            if not left:
                waiting.unregister(into)
        if out in ready:
            if not (chunk := os.read(out, _CHUNK)):
                raise OSError("the child ended")
            got += chunk
            if wanted < 0 and len(got) >= _LENGTH.size:
                wanted = _LENGTH.unpack_from(got)[0]
                del got[: _LENGTH.size]
                if wanted > MAX_REPLY_BYTES:
                    raise ValueError("no reply")
    return bytes(got)


def serve() -> None:
    """Answer requests on standard input until it ends; this is the child."""
    _limit(int(sys.argv[2]))
    from articles_qa.index.formats.answer_request import reply_to

    source, sink = sys.stdin.buffer, os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Whatever a library prints is no reply.
    while select.select([source], [], [], IDLE_S)[0]:
        lengths = source.read(_LENGTH.size)
        if len(lengths) < _LENGTH.size:
            return
        head, size = _LENGTH.unpack(lengths)
        request = json.loads(source.read(head))
        reply = json.dumps(reply_to(request, source.read(size))).encode()
        left = memoryview(_LENGTH.pack(len(reply), 0) + reply)
        while left:
            left = left[os.write(sink, left) :]


def _limit(memory_bytes: int) -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def refuse(event: str, _: object) -> None:
        if event in _NETWORK:
            raise PermissionError(f"{event} is not allowed")

    sys.addaudithook(refuse)
