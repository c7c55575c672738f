"""What an index holds, and how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.files.checksums import Check
from index.models.model_card import ModelCard
from index.search.ivf_lists import Lists


def speakers_read_by(manifest: Mapping[str, Any]) -> str:
    """What read who speaks in the articles, "" where nothing did."""
    reader = manifest["settings"].get("speakers")
    return reader if isinstance(reader, str) else ""


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
