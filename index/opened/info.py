"""The info of an index: its contents and its state."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from articles_qa.index.files.checksums import Check
from articles_qa.index.models.model_card import ModelCard
from articles_qa.index.opened.build_record import BuildRecord, Counts
from articles_qa.index.search.ivf_lists import Lists


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """The contents and the state of an index. `directory` is a text if the index is on a server. `built` is UTC.

    `size_bytes` counts the index's files. `added` counts the articles added by hand; `excluded` are the sources
    of articles left out, in order. `check` is the digest by which the files were compared when the index was
    opened. `kept` are the generations in the folder; `in_force` tells whether this is the current one. `speakers`
    is the program that read who speaks, "" if none did; `speakers_wanted` tells whether it was to be read.
    `lists` adds up the IVF lists of all segments. It is None if the vectors are searched exhaustively
    or, on a server, by a `graph`. `unembedded` counts the sentences that have no vector yet: a build is on its way, or was
    stopped.
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
    unembedded: int = 0

    @property
    def embedded(self) -> int:
        """The number of sentences that have a vector."""
        return self.sentences - self.unembedded

    @classmethod
    def of(cls, record: BuildRecord, counts: Counts, **state: Any) -> "IndexInfo":
        """Return the info of an index with this build record and these counts; `state` are the other fields."""
        return cls(
            **counts._asdict(),
            model=record.model,
            root=Path(record.root or ""),
            built=record.built,
            refused=len(record.refused),
            added=len({*record.added}),
            excluded=record.excluded,
            speakers=record.speakers_read_by,
            speakers_wanted=record.speakers is not False,
            **state,
        )
