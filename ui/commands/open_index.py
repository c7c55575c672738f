"""The index that a command asks. Where there is none yet, one is built from the bundled articles."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from articles_qa.index.opened.index import Index
from articles_qa.ui.commands.output import note, on_terminal

if TYPE_CHECKING:
    from articles_qa.index import ModelSettings, Progress
    from articles_qa.qa import AskSettings, Retriever


def open_retriever(
    directory: Path | str, model: ModelSettings | None, settings: AskSettings, *, generation: int | None = None
) -> Retriever:
    """Open the retriever of an index; where there is no index, build one first.

    `model` None stands for the index's own model, `generation` None for the one in force.
    """
    from articles_qa.qa.retriever import Retriever

    if generation is None:
        build_where_missing(directory, model)
    index = Index.open(directory, model=model, generation=generation)
    if not index.info.in_force:
        note(f"qa: generation {index.info.generation} answers, which is not the one in force")
    return Retriever(index, settings)


def build_where_missing(directory: Path | str, model: ModelSettings | None) -> None:
    """Build an index of the bundled articles where there is no index, and say so.

    Raises:
        IndexUnusableError: a build of other articles was stopped there.
    """
    from articles_qa.index.backends import backend_at

    backend = backend_at(directory)
    if not backend.exists():
        if backend.has_stopped_build():
            from articles_qa.index.errors import IndexUnusableError

            raise IndexUnusableError(f"{directory}: a build was stopped before it was done; go on with qa index FOLDER")
        from articles_qa.index import BuildSettings, build

        note(f"qa: no index at {directory} yet; building one from the bundled articles")
        build([bundled_articles()], directory, BuildSettings(model=model), progress=build_progress())


def bundled_articles() -> Path:
    """Return the folder of the five articles that come with the program.

    Raises:
        InputError: the installation lacks them.
    """
    from importlib.util import find_spec

    from articles_qa.index.errors import InputError

    spec = find_spec("articles_qa.seeds")
    places = [Path(place) for place in spec.submodule_search_locations or ()] if spec else []
    for folder in places:
        if folder.is_dir():
            return folder
    raise InputError("the bundled articles are not installed; name a folder: qa index FOLDER")


def build_progress() -> Progress:
    """Return a progress bar of passages/s on a terminal, and no bar elsewhere."""
    from articles_qa.index import Progress

    if not on_terminal(sys.stderr):
        return Progress(note=lambda text: note(f"qa: {text}"))
    from tqdm import tqdm

    bar = tqdm(desc="embedding", unit=" passages", leave=False, dynamic_ncols=True, delay=0.3)

    def embedding(total: int) -> None:
        if not bar.n:
            bar.reset(total)  # Time the passages only, not the search for articles.
        bar.total = total
        bar.refresh()

    def done(count: int) -> None:
        bar.update(count)
        if bar.n >= (bar.total or 0):
            bar.close()

    return Progress(embedding, done, note=lambda text: tqdm.write(f"qa: {text}", file=sys.stderr))
