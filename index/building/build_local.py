"""Building an index in a folder: files → articles → sentences → passages → vectors and words → one published generation."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from articles_qa.index.building.added_files import find_added, set_aside, settle_set_aside, sweep_uploads
from articles_qa.index.building.build_report import BuildReport
from articles_qa.index.building.build_settings import BuildSettings
from articles_qa.index.building.collection import LastBuild
from articles_qa.index.building.fill_entries import Progress
from articles_qa.index.building.prepare import make_report, open_previous, prepare
from articles_qa.index.building.previous_generation import PreviousGeneration
from articles_qa.index.building.segment_plan import SegmentPlan, plan_change, plan_merging
from articles_qa.index.building.words_first import lacks_vectors, put_words_first
from articles_qa.index.building.write_generation import write_generation
from articles_qa.index.errors import IndexUnusableError, InputError
from articles_qa.index.files.disk import Disk
from articles_qa.index.local.generation import Generation, index_exists, open_generation, published_record
from articles_qa.index.local.manifest import Manifest
from articles_qa.index.local.publish import clean, publish
from articles_qa.index.local.write_lock import writer

# An upload takes seconds; an older one was left by a process that was killed.
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
    previous = _open_entries(generation, settings) if generation else None
    if previous:
        with suppress(OSError):  # The next build removes the rest.
            clean(directory, disk)
    unfinished = previous if generation and lacks_vectors(generation) else None
    contents = previous.contents if previous else {}
    last_build = LastBuild.of(generation.manifest.build if generation else published_record(directory), contents)
    if not paths:
        encoding = settings.encoding or last_build.encoding
        paths, settings = _paths_before(last_build, directory), replace(settings, encoding=encoding)
    prepared = prepare(
        paths,
        directory,
        settings,
        last_build,
        record=generation.manifest.build if generation else None,
        previous=None if unfinished else previous,
        known_contents=None if previous is None or settings.rebuild else previous.known_contents,
        drafts=None if settings.rebuild else unfinished,
        progress=progress,
        disk=disk,
    )
    growing = None
    if generation is None or unfinished:
        before, least = unfinished if prepared.keeps else None, settings.words_first_bytes
        growing = put_words_first(directory, prepared, before, at_least_bytes=least, note=progress.note, disk=disk)
    prepared = prepared.embedded(growing.publish_more) if growing else prepared.embedded()
    kept = generation if prepared.keeps and unfinished is None else None
    articles = prepared.collection.articles
    entries, dim, up_to = prepared.entry_maker.entries, prepared.card.dim, settings.exhaustive_up_to
    relayout = kept is not None and _needs_other_layout(kept, settings)
    words = growing.generation if growing and growing.articles == articles else None

    def put_in_force(plan: SegmentPlan, before: PreviousGeneration | None, words: Generation | None = None) -> Generation:
        def write(folder: Path) -> Manifest:
            record = prepared.record
            return write_generation(
                folder, plan, before, entries, record, dim=dim, exhaustive_up_to=up_to, words=words, disk=disk
            )

        return publish(directory, write, disk=disk)

    with set_aside(directory, prepared.collection.to_delete, disk=disk):
        if kept is None or relayout or prepared.differs(kept.manifest.build):
            same = kept is not None and previous is not None and previous.speakers == prepared.speakers and not relayout
            shared = previous if same else None
            plan = plan_change(articles, shared, min_passages=settings.min_segment_passages)
            kept, previous = put_in_force(plan, shared, words), None
    if len(kept.manifest.segments) >= settings.merged_at:  # The new articles are in force by now.
        previous = previous or PreviousGeneration(kept)
        least, at = settings.min_segment_passages, settings.merged_at
        if merging := plan_merging(articles, previous, min_passages=least, at=at):
            progress.note(f"{len(previous.segments) - len(merging.kept)} parts of the index are made one")
            kept = put_in_force(merging, previous)
    prepared.checkpoints.discard()
    _, passages, sentences = kept.manifest.counts
    took_s = time.perf_counter() - began
    return make_report(prepared, generation=kept.number, passages=passages, sentences=sentences, took_s=took_s)


def _open_entries(generation: Generation, settings: BuildSettings) -> PreviousGeneration | None:
    """Open the entries of the generation before; None where they are damaged and a rebuild was asked for."""
    try:
        return PreviousGeneration(generation)
    except IndexUnusableError:
        if not settings.rebuild:
            raise
        return None


def _paths_before(last_build: LastBuild, directory: Path) -> list[Path]:
    """Return the paths of the last build, from a damaged index too; none where all articles were added by hand."""
    if not last_build.paths and not find_added(directory).files:
        raise InputError(f"{directory}: no earlier build names its articles; name their folder: qa index FOLDER")
    return last_build.paths_again(str(directory))


def _needs_other_layout(generation: Generation, settings: BuildSettings) -> bool:
    """Tell whether the only segment should gain or lose its IVF lists; several segments keep theirs."""
    if len(generation.manifest.segments) > 1:
        return False
    (segment,) = generation.manifest.segments
    return (segment.lists is not None) != (segment.sentences > settings.exhaustive_up_to)
