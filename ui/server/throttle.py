"""The limit on tries of passwords."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from articles_qa.ui.server.accounts import composed

FREE_TRIES = 5
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 300.0  # The longest that somebody else's wrong tries can keep a person out.
FORGOTTEN_AFTER_S = 900.0
MAX_RECORDS = 4_096  # Of clients, of names, and of clients at a name: about 1 MB.


@dataclass(slots=True)
class _Record:
    failures: int
    last: float

    def free_at(self) -> float:
        over = self.failures - FREE_TRIES
        return self.last + (min(FIRST_WAIT_S * 2 ** min(over, 20), LONGEST_WAIT_S) if over >= 0 else 0)


_Table = dict[bytes, _Record]


class Throttle:
    """Counts wrong passwords by client and by name; after five, each further one doubles the wait.

    A name is counted whoever tries it, so that many clients together guess no faster. A client that is signed in stays
    so. The counts live in memory and end with the process.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._clients: _Table = {}
        self._names: _Table = {}
        self._pairs: _Table = {}

    def wait_s(self, client: str, name: str) -> int:
        """Return the seconds until the next try is allowed, 0 for now; a try before that is not counted."""
        now = self._clock()
        by_client, by_name, _ = self._places(client, name)
        waits = (ceil(record.free_at() - now) for table, key in (by_client, by_name) if (record := table.get(key)))
        return max([0, *waits])

    def failed(self, client: str, name: str) -> None:
        """Count a wrong password."""
        now = self._clock()
        for table, key in self._places(client, name):
            before = _fresh_failures(table.get(key), now)
            table[key] = _Record(before + 1, now)
            if len(table) > MAX_RECORDS:
                _make_room(table, now)

    def succeeded(self, client: str, name: str) -> None:
        """Forget the wrong passwords of this client at this name.

        Those at other names stay, else somebody with an account could guess on for ever, and so do those of other
        clients.
        """
        by_client, by_name, (pairs, pair) = self._places(client, name)
        forgiven = _fresh_failures(pairs.pop(pair, None), self._clock())
        for table, key in (by_client, by_name):
            if record := table.get(key):
                record.failures = max(0, record.failures - forgiven)

    def _places(self, client: str, name: str) -> tuple[tuple[_Table, bytes], ...]:
        by_client, by_name = _key(client), _key(composed(name.strip()))
        return (self._clients, by_client), (self._names, by_name), (self._pairs, by_client + by_name)


def _fresh_failures(record: _Record | None, now: float) -> int:
    return 0 if record is None or now - record.last > FORGOTTEN_AFTER_S else record.failures


def _make_room(table: _Table, now: float) -> None:
    """Forget a quarter of the records: those with the fewest wrong passwords, the oldest of them first.

    So invented names, tried once each, push out each other, and never a name that has to wait.
    """
    for key in sorted(table, key=lambda key: (_fresh_failures(table[key], now), table[key].last))[: MAX_RECORDS // 4]:
        del table[key]


def _key(text: str) -> bytes:
    """Return a key of one length, so that long names take no memory."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
