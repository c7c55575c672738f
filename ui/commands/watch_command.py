"""`qa index --watch`: build the index again whenever its articles have changed."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from articles_qa.ui.commands.output import note

if TYPE_CHECKING:
    from articles_qa.index import BuildReport, BuildSettings
    from articles_qa.index.building.watch import FolderState, Watcher

RETRY_S = 30.0  # For errors that no change of the articles ends: a full disk, a damaged index.


def follow(
    paths: Sequence[Path],
    directory: Path | str,
    settings: BuildSettings,
    *,
    build: Callable[[BuildSettings], BuildReport],
    show: Callable[[BuildReport], None],
) -> None:
    """Build the index, then again after each change, until SIGTERM or Ctrl-C; `show` is given each build's report.

    Without paths, the paths of the last build are watched. Where there is no
    article yet, the first one is waited for. An error stops the first build;
    an error of a later build is said once, and the build is tried again.

    Raises:
        QaError: the first build failed.
        KeyboardInterrupt: Ctrl-C.
    """
    from articles_qa.index.backends import backend_at
    from articles_qa.index.building.watch import Watcher

    backend = backend_at(directory)

    def followed() -> Sequence[Path]:
        return paths or backend.paths_before()

    with _until_terminated():
        watcher = Watcher(backend.folder)
        settings = replace(settings, wait=True)  # For another process that is writing the index just now.
        state = _first_article(watcher, followed())
        report = build(settings)
        show(report)
        note(f"qa: following {state.files:,} files; Ctrl-C ends")
        settings = replace(settings, rebuild=False, restore_all=False)
        _follow_changes(watcher, state, followed, lambda: build(settings), show, published=report.generation)


def _follow_changes(
    watcher: Watcher,
    state: FolderState,
    followed: Callable[[], Sequence[Path]],
    build: Callable[[], BuildReport],
    show: Callable[[BuildReport], None],
    *,
    published: int,
) -> None:
    """Build after each change; a build that publishes nothing is not shown."""
    from articles_qa.index import IndexUnusableError, InputError

    problem = ""
    while True:
        state = watcher.wait(followed(), state, at_most_s=RETRY_S if problem else float("inf"))
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


def _first_article(watcher: Watcher, paths: Sequence[Path]) -> FolderState:
    """Wait for a first article, and return the articles' state; at once where a build will refuse the paths."""
    state = watcher.look(paths)
    if paths and not state.files and not state.missing:
        note("qa: no article yet (.txt, .html, .pdf, …); waiting for one")
        while not state.files:
            state = watcher.wait(paths, state)
    return state


@contextmanager
def _until_terminated() -> Iterator[None]:
    """Let SIGTERM end the block tidily, as an end and not as an error."""
    terminated = False

    def end(*_: Any) -> None:
        nonlocal terminated
        terminated = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt:
        if not terminated:
            raise
    finally:
        signal.signal(signal.SIGTERM, before)
