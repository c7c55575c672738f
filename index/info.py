"""What an index holds, and how it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.checking import Check
from index.generation import Generation, is_in_force, published, speakers_read_by
from index.lists import Lists
from index.model import ModelCard


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds. `directory` is a text where it lies in Milvus; `size_bytes` is that of its files; `built` is UTC.

    `added` is how many of the articles were dropped in by hand, `excluded` are
    the sources of those taken out, in order. `check` is by what the files were
    compared with the manifest when it was opened; `kept` are the generations
    that lie in the folder, and `in_force` whether this is the newest that counts.
    `speakers` is what read who speaks, "" where nothing did, and
    `speakers_wanted` whether it was to be read. `segments` is of how many parts it
    is made; `lists` are those of all that the vectors are in, None where they are
    searched exhaustively or, in Milvus only, by a `graph`.
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
    def of(cls, directory: Path, generation: Generation) -> "IndexInfo":
        """What a generation's manifest says, and how it stands in its folder."""
        return cls.of_manifest(
            generation.manifest,
            directory=directory,
            generation=generation.number,
            size_bytes=sum(file.size_bytes for file in generation.files),
            check=generation.check,
            kept=tuple(published(directory)),
            in_force=is_in_force(directory, generation.number),
            segments=len(generation.segments),
            lists=_together([record.lists for record in generation.segments if record.lists]),
        )

    @classmethod
    def of_manifest(
        cls,
        manifest: Mapping[str, Any],
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
        """What a manifest says, with what stands beside it, wherever the index lies."""
        return cls(
            directory=directory,
            generation=generation,
            articles=manifest["counts"]["articles"],
            passages=manifest["counts"]["passages"],
            sentences=manifest["counts"]["sentences"],
            model=ModelCard.from_dict(manifest["model"]),
            root=Path(manifest["root"]),
            size_bytes=size_bytes,
            built=manifest["built"],
            refused=len(manifest["refused"]),
            added=len({*manifest["added"]}),
            excluded=tuple(manifest["excluded"]),
            check=check,
            kept=kept,
            in_force=in_force,
            speakers=speakers_read_by(manifest),
            speakers_wanted=manifest.get("speakers") is not False,
            segments=segments,
            lists=lists,
            graph=graph,
        )


def _together(lists: Sequence[Lists]) -> Lists | None:
    """The lists of all segments as one: what a question looks into in all, and the least that it finds in any."""
    if not lists:
        return None
    return Lists(sum(one.count for one in lists), sum(one.nprobe for one in lists), min(one.recall for one in lists))
