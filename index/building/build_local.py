"""Building an index: files → articles → sentences → passages → vectors and words → one published generation."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index.building.added_files import find_added, set_aside, settle_set_aside, sweep_uploads
from index.building.build_report import BuildReport
from index.building.build_settings import BuildSettings
from index.building.collection import LastBuild
from index.building.fill_entries import Progress
from index.building.prepare import make_report, open_previous, prepare
from index.building.previous_generation import PreviousGeneration
from index.building.segment_plan import SegmentPlan, plan_change, plan_merging
from index.building.write_generation import VectorSettings, write_generation
from index.errors import IndexUnusableError, InputError
from index.files.disk import Disk
from index.local.generation import Generation, index_exists, open_generation, published_record
from index.local.publish import Written, publish
from index.local.write_lock import writer

# An upload takes seconds; what is as old as this was left by a process that is no more.
SWEEP_AFTER_S = 3600.0


def build_local(paths: Sequence[Path], directory: Path, settings: BuildSettings, progress: Progress, disk: Disk) -> BuildReport:
    """Make an index folder contain the articles of these files and folders; see `index.build`."""
    with writer(directory, wait=settings.wait, note=progress.note, disk=disk):
        try:
            return _build(paths, directory, settings, progress, disk)
        except OSError as error:
            reason = error.strerror or error
            raise InputError(f"{directory}: cannot be written ({reason}); make room or check its rights") from error


def _build(paths: Sequence[Path], directory: Path, settings: BuildSettings, progress: Progress, disk: Disk) -> BuildReport:
    began = time.perf_counter()
    settle_set_aside(directory, disk=disk)
    sweep_uploads(directory, older_than_s=SWEEP_AFTER_S, disk=disk)
    there = index_exists(directory)
    generation = open_previous(lambda: open_generation(directory), settings, progress) if there else None
    previous = _held(generation, settings) if generation else None
    contents = previous.contents if previous else {}
    before = LastBuild.of(generation.manifest.build if generation else published_record(directory), contents)
    if not paths:
        paths, settings = _paths_before(before, directory), replace(settings, encoding=settings.encoding or before.encoding)
    prepared = prepare(
        paths,
        directory,
        settings,
        before,
        record=generation.manifest.build if generation else None,
        previous=previous,
        known_content=None if previous is None or settings.rebuild else previous.known_content,
        progress=progress,
        disk=disk,
    )
    kept = generation if prepared.keeps else None
    articles = prepared.collection.articles
    vectors = VectorSettings(prepared.card.dim, settings.exhaustive_up_to)
    relaid = kept is not None and _is_laid_otherwise(kept, settings)

    def put_in_force(plan: SegmentPlan, before: PreviousGeneration | None) -> Generation:
        def write(folder: Path) -> Written:
            return write_generation(
                folder, plan, before, prepared.entry_maker.entries, prepared.record, vectors=vectors, disk=disk
            )

        return publish(directory, write, disk=disk)

    with set_aside(directory, prepared.collection.to_delete, disk=disk):
        if kept is None or relaid or prepared.differs(kept.manifest.build):
            same = kept is not None and previous is not None and previous.speakers == prepared.speakers and not relaid
            shared = previous if same else None
            plan = plan_change(articles, shared, min_passages=settings.min_segment_passages)
            kept, previous = put_in_force(plan, shared), None
    if len(kept.segments) >= settings.merged_at:  # What is new can be asked for by now.
        previous = previous or PreviousGeneration(kept)
        least, at = settings.min_segment_passages, settings.merged_at
        if merging := plan_merging(articles, previous, min_passages=least, at=at):
            progress.note(f"{len(previous.segments) - len(merging.kept)} parts of the index are made one")
            kept = put_in_force(merging, previous)
    prepared.checkpoints.discard()
    _, passages, sentences = kept.manifest.counts
    took_s = time.perf_counter() - began
    return make_report(prepared, generation=kept.number, passages=passages, sentences=sentences, took_s=took_s)


def _held(generation: Generation, settings: BuildSettings) -> PreviousGeneration | None:
    """What the generation before holds."""
    try:
        return PreviousGeneration(generation)
    except IndexUnusableError:
        if not settings.rebuild:
            raise
        return None


def _paths_before(before: LastBuild, directory: Path) -> list[Path]:
    """The files and folders of the last build, from a damaged index too; none where articles were added by hand."""
    if not before.paths and not find_added(directory).files:
        raise InputError(f"{directory}: no earlier build names its articles; name their folder: qa index FOLDER")
    return [Path(path) for path in before.paths]


def _is_laid_otherwise(generation: Generation, settings: BuildSettings) -> bool:
    """Whether an index of one part is in lists and should not be, or the other way round; of several, each keeps its way."""
    if len(generation.segments) > 1:
        return False
    (segment,) = generation.segments
    return (segment.lists is not None) != (segment.sentences > settings.exhaustive_up_to)
