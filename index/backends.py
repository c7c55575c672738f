"""Whether an index stands at a place, without opening it, wherever that is."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import cast

from index.building.build_local import _build
from index.building.build_report import BuildReport
from index.building.build_settings import BuildSettings
from index.building.fill_entries import Progress
from index.errors import IndexDamagedError, InputError
from index.files.checksums import Check
from index.files.disk import DISK, Disk
from index.local.generation import index_exists, open_generation, published_manifest
from index.local.local_index import Index
from index.local.write_lock import writer
from index.milvus.place import is_milvus, milvus_place
from index.models.model_card import ModelSettings
from index.verify.findings import MAX_FINDINGS, Checked, Soundness
from index.verify.verify_local import _damaged, _findings


def build(
    paths: Sequence[str | Path],
    directory: str | Path,
    settings: BuildSettings | None = None,
    *,
    progress: Progress | None = None,
    disk: Disk = DISK,
) -> BuildReport:
    """Make the index hold the articles that these files and folders hold now, and those added to it by hand.

    Only new and changed articles are embedded; those that are gone are
    dropped. With no paths, the ones of the last build, read in its encoding.
    Where nothing changed, nothing is published. Articles taken out stay out while the paths have the
    same root and the file is there; an added one that is taken out is deleted.
    A build that was stopped is gone on with.

    Raises:
        InputError: no path, a missing one, no article in any, the index folder is something else or cannot be
            written, or an article to take out or bring back is unknown.
        IndexBusyError: another process is writing the index, and it is not to be waited for.
        IndexDamagedError: the index to update is damaged; `rebuild` starts afresh.
    """
    settings, progress = settings or BuildSettings(), progress or Progress()
    if is_milvus(directory):
        from index.milvus.build_milvus import build_in_milvus

        return build_in_milvus([Path(path) for path in paths], milvus_place(directory), settings, progress)
    directory = Path(directory)
    with writer(directory, wait=settings.wait, note=progress.note, disk=disk):
        try:
            return _build([Path(path) for path in paths], directory, settings, progress, disk)
        except OSError as error:
            reason = error.strerror or error
            raise InputError(f"{directory}: cannot be written ({reason}); make room or check its rights") from error


def check_index(directory: Path | str, *, number: int | None = None) -> Soundness:
    """Look at all of the generation in force, or of the one of this number.

    Every file's sha256; the counts against each other; that each article's
    text is the text of its file's sha256; that every span lies where it may;
    that vectors are finite, of length 1 and the same in SQLite and FAISS; that
    passages are found by their words. An article and a batch of vectors are in
    memory at a time. Damaged files are all named, and nothing else is looked
    at.

    Raises:
        InputError: the folder holds something else.
        IndexUnusableError: there is nothing that can be looked at.
    """
    if is_milvus(directory):
        from index.milvus.verify_milvus import check_milvus_index

        return check_milvus_index(directory, number=number)
    directory = Path(directory)
    try:
        generation = open_generation(directory, number=number, check=Check.SHA256)
    except IndexDamagedError as error:
        return _damaged(directory, number, error)
    findings = tuple(islice(_findings(generation), MAX_FINDINGS))
    counts = generation.manifest["counts"]
    size = sum(file.size_bytes for file in generation.files)
    checked = Checked(len(generation.files), size, counts["articles"], counts["passages"], counts["sentences"])
    return Soundness(directory, generation.number, checked, findings)


def is_indexed(place: str | Path) -> bool:
    """Whether an index was published there; false where there is nothing yet.

    Raises:
        InputError: something else is there, or the extra for Milvus is not installed.
        IndexUnusableError: the server cannot be reached.
    """
    if is_milvus(place):
        from index.milvus.backend import milvus_index_exists

        return milvus_index_exists(place)
    return index_exists(Path(place))


def open_index(
    directory: str | Path,
    *,
    model: ModelSettings | None = None,
    generation: int | None = None,
    check: Check | None = None,
    like: "Index | None" = None,
) -> Index:
    """Open the generation in force, or an earlier one that is kept, by its number.

    `check` None compares every file's sha256 where they are FULL_CHECK_BYTES
    in all or less; beyond that xxh3, and sha256 in the background. `like`
    lends its loaded model, where it is the same. A place in Milvus is searched on its server.

    Raises:
        InputError: the folder holds something else.
        IndexDamagedError: it is not what was published.
        IndexMismatchError: another format, or built by another model than `model`.
    """
    if is_milvus(directory):
        from index.milvus.milvus_index import MilvusIndex

        # Its methods are those of this class, which a test compares.
        return cast("Index", MilvusIndex.open(directory, model=model, generation=generation, like=like))
    directory = Path(directory)
    opened = Index(directory, open_generation(directory, number=generation, check=check))
    opened.settle_model(model, like)
    return opened


def paths_before(directory: Path) -> list[Path]:
    """The files and folders that the last build of an index read, if any."""
    return [Path(str(path)) for path in published_manifest(directory).get("paths", [])]
