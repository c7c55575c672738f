"""What an index holds, and how it stands."""

from dataclasses import dataclass
from pathlib import Path

from index.files.checksums import Check
from index.models.model_card import ModelCard
from index.opened.build_record import BuildRecord, Counts
from index.search.ivf_lists import Lists


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index contains. `directory` is a text if the index is on a server; `size_bytes` counts its files; `built` is UTC.

    `added` is how many of the articles were dropped in by hand, `excluded` are
    the sources of those taken out, in order. `check` is by what the files were
    compared with the manifest when it was opened; `kept` are the generations
    that lie in the folder, and `in_force` whether this is the newest that counts.
    `speakers` is what read who speaks, "" where nothing did, and
    `speakers_wanted` whether it was to be read. `segments` is of how many parts it
    is made; `lists` are those of all that the vectors are in, None where they are
    searched exhaustively or, on a server, by a `graph`.
    """

    directory: Path | str
    generation: int
    articles: int
    passages: int
    sentences: int
    model: ModelCard
    root: Path
    size_bytes: int
    built: str
    refused: int
    added: int
    excluded: tuple[str, ...]
    check: Check
    kept: tuple[int, ...]
    in_force: bool
    speakers: str
    speakers_wanted: bool
    segments: int
    lists: Lists | None
    graph: bool = False

    @classmethod
    def of(
        cls,
        record: BuildRecord,
        counts: Counts,
        *,
        directory: Path | str,
        generation: int,
        size_bytes: int,
        check: Check,
        kept: tuple[int, ...],
        in_force: bool,
        segments: int,
        lists: Lists | None,
        graph: bool = False,
    ) -> "IndexInfo":
        """Return the info of an index with this build record and these counts."""
        return cls(
            directory=directory,
            generation=generation,
            **counts._asdict(),
            model=record.model,
            root=Path(record.root or ""),
            size_bytes=size_bytes,
            built=record.built,
            refused=len(record.refused),
            added=len({*record.added}),
            excluded=record.excluded,
            check=check,
            kept=kept,
            in_force=in_force,
            speakers=record.speakers_read_by,
            speakers_wanted=record.speakers is not False,
            segments=segments,
            lists=lists,
            graph=graph,
        )
