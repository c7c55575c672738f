"""The limit on tries of passwords."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

FREE_TRIES = 5
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 300.0  # The longest that somebody else's wrong tries can keep a person out.
FORGOTTEN_AFTER_S = 900.0
MAX_RECORDS = 4_096  # Of clients, and as many of names: less than 1 MB.


@dataclass(slots=True)
class _Record:
    failures: int
    last: float

    def free_at(self) -> float:
        over = self.failures - FREE_TRIES
        return self.last + (min(FIRST_WAIT_S * 2 ** min(over, 20), LONGEST_WAIT_S) if over >= 0 else 0)


class Throttle:
    """Counts wrong passwords by client and by name; after five, each further one doubles the wait.

    A name is counted whoever tries it, so that many clients together guess no faster. A client that is signed in stays
    so. The counts live in memory and end with the process.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._clients: OrderedDict[bytes, _Record] = OrderedDict()
        self._names: OrderedDict[bytes, _Record] = OrderedDict()

    def wait_s(self, client: str, name: str) -> int:
        """Return the seconds until the next try is allowed, 0 for now; a try before that is not counted."""
        now = self._clock()
        waits = (ceil(record.free_at() - now) for _, _, record in self._records(client, name) if record)
        return max([0, *waits])

    def failed(self, client: str, name: str) -> None:
        """Count a wrong password."""
        now = self._clock()
        for table, key, record in self._records(client, name):
            stale = record is None or now - record.last > FORGOTTEN_AFTER_S
            table[key] = _Record(1 if stale or record is None else record.failures + 1, now)
            table.move_to_end(key)
            if len(table) > MAX_RECORDS:
                table.popitem(last=False)

    def succeeded(self, client: str, name: str) -> None:
        """Forget the wrong passwords of the client and of the name."""
        for table, key, _ in self._records(client, name):
            table.pop(key, None)

    def _records(self, client: str, name: str) -> tuple[tuple[OrderedDict[bytes, _Record], bytes, _Record | None], ...]:
        pairs = ((self._clients, _key(client)), (self._names, _key(name.strip())))
        return tuple((table, key, table.get(key)) for table, key in pairs)


def _key(text: str) -> bytes:
    """Return a key of one length, so that long names take no memory."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
