"""Ahead: what is needed next made in a thread, while what was made before is worked on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(made: Iterator[T]) -> Iterator[T]:
    """The same items in the same order, one ahead and no more; what making one raises is raised where it is due."""
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as beside:
        coming = beside.submit(next, made, None)
        while (item := coming.result()) is not None:
            coming = beside.submit(next, made, None)
            yield item
