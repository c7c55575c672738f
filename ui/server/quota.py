"""The share that one visitor may take of what all visitors fill."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar

DAY_S = 86_400.0
# The account, else the network, that sends the request being served; "" for the user of this machine, whom no share binds.
VISITOR: ContextVar[str] = ContextVar("VISITOR", default="")


class Quota:
    """Bytes that each visitor may use in a day, counted in memory; a day begins for all at once."""

    def __init__(self, max_bytes: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_bytes = max_bytes
        self._clock = clock
        self._began = clock()
        self._used = Counter[str]()

    def used_up(self, visitor: str) -> bool:
        """Return whether the visitor has used the share of today."""
        if self._clock() - self._began > DAY_S:
            self._began, self._used = self._clock(), Counter()
        return self._used[visitor] >= self._max_bytes

    def use(self, visitor: str, size: int) -> None:
        """Count bytes that the visitor has used."""
        if visitor:
            self._used[visitor] += size
