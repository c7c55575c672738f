"""Who embeds for a build: this process, several on this machine, or those of a Ray cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from index.errors import InputError
from index.model import Export, Runtime
from index.processes import Processes
from index.ray_workers import RayWorkers, check_installed
from index.settings import BuildSettings
from index.workers import BATCH_BYTES, Crew, Workers


def crew_of(settings: BuildSettings, export: Export, *, speakers: bool, note: Callable[[str], None]) -> Crew | None:
    """What starts those who embed, or None where this process does alone.

    Raises:
        InputError: Ray is not installed, or this model runs in one process only.
    """
    if settings.ray is not None:
        check_installed()
    elif settings.workers in (None, 1):
        return None
    if export.card.runtime is not Runtime.ONNX:
        option = "--workers" if settings.ray is None else "--ray"
        raise InputError(f"{option}: model {export.card.name} runs through sentence-transformers, in one process; leave it out")

    @contextmanager
    def start(size_bytes: int) -> Iterator[Workers | None]:
        batches = -(-size_bytes // BATCH_BYTES)
        workers: Processes | RayWorkers
        if settings.ray is not None:
            workers = RayWorkers(settings.ray, export, speakers=speakers, count=settings.workers, note=note)
        elif (count := min(settings.workers or 1, batches)) > 1:
            workers = Processes(export, speakers=speakers, count=count)
        else:
            yield None
            return
        try:
            yield workers
        finally:
            workers.end()

    return start
