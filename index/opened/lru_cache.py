"""A cache of the items that were read last, for several threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

TEXT_CACHE_CHARS = 32_000_000  # Of article texts.
_T = TypeVar("_T")


class LruCache(Generic[_T]):
    """Keeps items by number, the least recently used leave first. `size` is an item's share of `limit`."""

    def __init__(self, limit: int, size: Callable[[_T], int]) -> None:
        self._limit, self._size, self._used = limit, size, 0
        self._items: OrderedDict[int, _T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, numbers: Iterable[int]) -> dict[int, _T]:
        """Return the cached items among these numbers."""
        with self._lock:
            found = {number: self._items[number] for number in numbers if number in self._items}
            for number in found:
                self._items.move_to_end(number)
            return found

    def put(self, items: Mapping[int, _T]) -> None:
        """Add items. At least one item stays, however large."""
        with self._lock:
            for number, item in items.items():
                if number not in self._items:
                    self._used += self._size(item)
                self._items[number] = item
            while self._used > self._limit and len(self._items) > 1:
                self._used -= self._size(self._items.popitem(last=False)[1])
