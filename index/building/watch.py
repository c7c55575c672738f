"""Watching the articles of an index: look at all files from time to time, and compare with the look before."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from articles_qa.index.files.file_stat import file_stat
from articles_qa.index.files.find_files import has_suffix, walk
from articles_qa.index.files.printable import printable_name
from articles_qa.index.local.generation import ADDED

LOOK_EVERY_S = 2.0  # Between two looks; after a longer look, as long as the look took (1 s for 100,000 files).
SETTLED_S = 0.4  # Between two equal looks; then no file is being written any more.
UNSETTLED_S = 10.0  # A file that is written to all the time is read as it is.


@dataclass(frozen=True, slots=True)
class FolderState:
    """The state of all watched files; a different state means that a file was added, changed, renamed or removed."""

    files: int
    digest: int
    missing: tuple[str, ...]


class Watcher:
    """Watches files and folders, and the articles added to an index by hand."""

    def __init__(self, directory: Path) -> None:
        self._directory = Path(os.path.abspath(directory)).resolve()
        self._look_took_s = 0.0

    def look(self, paths: Sequence[Path]) -> FolderState:
        """Return the state of the articles under these paths, and of the added ones."""
        began = time.perf_counter()
        files = digest = 0
        tops = [(path.resolve(), self._directory) for path in paths]
        for top, besides in [*tops, (self._directory / ADDED, None)]:
            if os.path.exists(top):
                for name, status in walk(top, besides=besides):
                    if isinstance(status, str) or has_suffix(name) or name == str(top):
                        files += 1
                        # A sum, since a folder lists its files in any order.
                        digest += hash((name, status if isinstance(status, str) else file_stat(status)))
        self._look_took_s = time.perf_counter() - began
        return FolderState(files, digest, tuple(printable_name(path) for path in paths if not os.path.exists(path)))

    def wait(self, paths: Sequence[Path], since: FolderState, *, at_most_s: float = float("inf")) -> FolderState:
        """Wait until the state differs from `since` and no file is being written, or for `at_most_s`."""
        end = time.monotonic() + at_most_s
        while (state := self.look(paths)) == since:
            left_s = end - time.monotonic()
            if left_s <= 0:
                return state
            time.sleep(min(left_s, max(LOOK_EVERY_S, self._look_took_s)))
        end = time.monotonic() + UNSETTLED_S
        while time.monotonic() < end:
            time.sleep(SETTLED_S)
            before, state = state, self.look(paths)
            if state == before:
                break
        return state
