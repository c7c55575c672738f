"""`qa index --watch`: the index built again whenever its articles changed."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ui.commands.output import note

if TYPE_CHECKING:
    from index import BuildReport, BuildSettings
    from index.building.watch import Look, Watcher

RETRY_S = 30.0  # For what no change of the articles ends: a full disk, a damaged index.


def follow(
    paths: Sequence[Path],
    directory: Path | str,
    settings: BuildSettings,
    *,
    build: Callable[[BuildSettings], BuildReport],
    show: Callable[[BuildReport], None],
) -> None:
    """Build the index, then again after each change, until SIGTERM or Ctrl-C; `show` is given what each build did.

    No paths: those of the last build, whichever they are by then. What stops
    the first build is an error; where there is no article yet, one is waited
    for. What stops a later one is said once, and it is tried again.

    Raises:
        QaError: as `build`, the first time.
        KeyboardInterrupt: Ctrl-C.
    """
    from index.backends import backend_at
    from index.building.watch import Watcher

    backend = backend_at(directory)

    def followed() -> Sequence[Path]:
        return paths or backend.paths_before()

    with _until_terminated():
        watcher = Watcher(backend.folder, note=lambda text: note(f"qa: {text}"))
        settings = replace(settings, wait=True)  # For another process that is writing the index just now.
        look = _first_article(watcher, followed())
        report = build(settings)
        show(report)
        note(f"qa: following {look.files:,} files; Ctrl-C ends")
        settings = replace(settings, rebuild=False, restore_all=False)
        _go_on(watcher, look, followed, lambda: build(settings), show, published=report.generation)


def _go_on(
    watcher: Watcher,
    look: Look,
    followed: Callable[[], Sequence[Path]],
    build: Callable[[], BuildReport],
    show: Callable[[BuildReport], None],
    *,
    published: int,
) -> None:
    """Build after each change; what publishes nothing is not shown."""
    from index import IndexUnusableError, InputError

    problem = ""
    while True:
        look = watcher.wait(followed(), look, at_most_s=RETRY_S if problem else float("inf"))
        try:
            report = build()
        except (InputError, IndexUnusableError) as error:
            if str(error) != problem:
                note(f"qa: {error}")
            problem = str(error)
            continue
        if problem or report.generation != published:
            show(report)
        published, problem = report.generation, ""


def _first_article(watcher: Watcher, paths: Sequence[Path]) -> Look:
    """How the articles look, once there is one; at once where a build will say what is wrong with the paths."""
    look = watcher.look(paths)
    if paths and not look.files and not look.missing:
        note("qa: no article yet (.txt, .md); waiting for one")
        while not look.files:
            look = watcher.wait(paths, look)
    return look


@contextmanager
def _until_terminated() -> Iterator[None]:
    """Let SIGTERM end what is done here, tidily, as an end and not as an error."""
    terminated = False

    def end(*_: Any) -> None:
        nonlocal terminated
        terminated = True
        raise KeyboardInterrupt  # What waits in the library makes any other exception this one.

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt:
        if not terminated:
            raise
    finally:
        signal.signal(signal.SIGTERM, before)
