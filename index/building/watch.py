"""Noticing that the articles of an index changed: how their files look, and when to look again.

The system's notifications only say when to look. What counts is how the files
look then, so that nothing hangs on one that is lost, as where a folder is
removed and made again, or where too many come at once.
"""

import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchfiles import Change, watch

from index.files.find_files import SUFFIXES
from index.files.printable import printable_name
from index.local.generation import ADDED

SETTLED_S = 0.4  # Files that look the same for so long are written to the end, or are waited for in vain.
UNSETTLED_S = 10.0  # A file that is written to all the time is read as it is.
LOOK_EVERY_S = 30.0  # Where the system notifies; for what it did not tell.
POLL_EVERY_S = 1.0  # Where it does not.
LISTEN_MS, STEP_MS = 200, 50
_BUSY = 20  # Looking takes at most one part in so many of the time: 0.5 s for 100,000 files.


@dataclass(frozen=True, slots=True)
class Look:
    """How the files look: another one means that something was added, changed, renamed or removed."""

    files: int
    digest: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder to be notified of; another one of the same name is another one."""

    path: Path
    below: bool  # All that lies below it, or just what lies in it.
    identity: tuple[int, int]

    def is_there(self) -> bool:
        """Whether the folder of this name is still the same."""
        try:
            return _identity(self.path.stat()) == self.identity
        except OSError:
            return False


class Watcher:
    """Watches files and folders, and what is added to an index by hand."""

    def __init__(self, directory: Path, *, note: Callable[[str], None] = lambda text: None) -> None:
        self._directory = Path(os.path.abspath(directory))
        self._note = note
        self._watched: tuple[_Place, ...] = ()
        self._notifications: list[Generator[Any, None, None]] = []
        self._polling = False
        self._look_took_s = 0.0

    def look(self, paths: Sequence[Path]) -> Look:
        """How the articles under these paths, and those added by hand, look now."""
        began = time.perf_counter()
        files = digest = 0
        missing = tuple(printable_name(path) for path in paths if not path.exists())
        for path, state in self._states(paths):
            files += 1
            digest += hash((path, state))  # A sum, since a folder lists its files in any order.
        self._look_took_s = time.perf_counter() - began
        return Look(files, digest, missing)

    def wait(self, paths: Sequence[Path], since: Look, *, at_most_s: float = float("inf")) -> Look:
        """Wait until the articles look other than `since`, and settled; or so long."""
        end = time.monotonic() + at_most_s
        while True:
            look = self.look(paths)
            if look != since:
                return self._settled(paths, look)
            if time.monotonic() > end:
                return look
            self._listen(paths, min(end, time.monotonic() + self._pause_s(look)))

    def _settled(self, paths: Sequence[Path], look: Look) -> Look:
        end = time.monotonic() + UNSETTLED_S
        while time.monotonic() < end:
            time.sleep(SETTLED_S)
            before, look = look, self.look(paths)
            if look == before:
                break
        return look

    def _pause_s(self, look: Look) -> float:
        """How long until the next look where nothing is notified; a folder that is gone notifies of nothing."""
        pause_s = POLL_EVERY_S if self._polling or look.missing else LOOK_EVERY_S
        return max(pause_s, _BUSY * self._look_took_s)

    def _states(self, paths: Sequence[Path]) -> Iterator[tuple[str, object]]:
        for path in [*paths, self._directory / ADDED]:
            with suppress(OSError):
                if path.is_dir():
                    yield from _below(str(path.resolve()))
                else:
                    yield str(path), _state(path.stat())

    def _listen(self, paths: Sequence[Path], until: float) -> None:
        """Wait until something happens where the articles lie; or so long."""
        if self._polling:
            time.sleep(max(0.0, until - time.monotonic()))
            return
        places = self._places(paths)
        if places != self._watched:
            self._watch(places)
            return  # Look first: something may have happened before.
        while time.monotonic() < until and all(place.is_there() for place in places):
            try:
                heard = [next(each) for each in self._notifications]
            except (OSError, RuntimeError):  # The library's word for what it has no word for.
                self._stop()
                return
            if any(heard):
                return
            if not heard:  # No folder is there.
                time.sleep(LISTEN_MS / 1e3)

    def _watch(self, places: tuple[_Place, ...]) -> None:
        """Let the system notify of what happens in these places; where it has no room for them, never again."""
        self._stop()
        try:
            self._begin(places)
        except FileNotFoundError:
            self._stop()  # Gone since it was found; looked for again.
        except (OSError, RuntimeError) as error:
            self._stop()
            self._polling = True
            self._note(
                f"{printable_name(places[0].path)}: the system cannot notify of changes ({_brief(error)}), looking from time "
                "to time instead; raise fs.inotify.max_user_watches and max_user_instances"
            )
        else:
            self._watched = places

    def _begin(self, places: tuple[_Place, ...]) -> None:
        for below in (True, False):
            if paths := [place.path for place in places if place.below == below]:
                try:
                    self._notifications.append(self._notifier(paths, below))
                    next(self._notifications[-1])
                except PermissionError:  # Told to pass over these folders, the library is silent about a limit too.
                    self._notifications[-1] = self._notifier(paths, below, ignore_permission_denied=True)
                    next(self._notifications[-1])

    def _notifier(
        self, paths: Sequence[Path], below: bool, *, ignore_permission_denied: bool = False
    ) -> Generator[Any, None, None]:
        return watch(
            *paths,
            watch_filter=self._matters,
            debounce=LISTEN_MS,
            step=STEP_MS,
            rust_timeout=LISTEN_MS,
            yield_on_timeout=True,
            recursive=below,
            ignore_permission_denied=ignore_permission_denied,
        )

    def _stop(self) -> None:
        for each in self._notifications:
            each.close()
        self._notifications, self._watched = [], ()

    def _matters(self, change: Change, name: str) -> bool:
        """Whether a notification may be of an article or a folder. Building writes to the index folder."""
        path = Path(name)
        home = self._directory.resolve()
        if path.name.startswith(".") or (home in (path, *path.parents) and home / ADDED not in (path, *path.parents)):
            return False
        return change is Change.deleted or path.suffix.lower() in SUFFIXES or path.is_dir()

    def _places(self, paths: Sequence[Path]) -> tuple[_Place, ...]:
        """Where the articles lie: folders, those that named files lie in, and the one for articles added by hand."""
        added = self._directory / ADDED
        wanted = [(path, True) if path.is_dir() else (path.parent, False) for path in paths]
        wanted.append((added if added.is_dir() else self._directory, False))
        found: dict[tuple[Path, bool], _Place] = {}
        for path, below in wanted:
            with suppress(OSError):
                resolved = path.resolve()
                found[resolved, below] = _Place(resolved, below, _identity(resolved.stat()))
        return tuple(found.values())


def _below(folder: str) -> Iterator[tuple[str, object]]:
    """The files below a folder that have an article's name, and how each looks; what is hidden is passed over."""
    folders = [folder]
    while folders:
        try:
            with os.scandir(folders[-1]) as entries:
                here = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            yield folders.pop(), error.errno
            continue
        folders.pop()
        for entry in here:
            with suppress(OSError):  # Gone meanwhile.
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif entry.name.lower().endswith(SUFFIXES):
                    yield entry.path, _state(entry.stat(follow_symlinks=False))


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _state(status: os.stat_result) -> tuple[int, ...]:
    return status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _brief(error: Exception) -> str:
    """The system's own words, without the library's record of them."""
    return str(error).split(" about ")[0]
