"""What a build did, as whoever asked for it is told."""

from dataclasses import dataclass

from index.changes import Renamed
from index.errors import ArticleRefused
from index.prepared import Prepared


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Sources are named once each; `took_s` leaves out `export_s`, the model's one-time export.

    A renamed article is neither added nor removed. `excluded` are the sources
    that are kept out, whenever they were taken out.
    """

    generation: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: tuple[ArticleRefused, ...]
    excluded: tuple[str, ...]
    other_files: int
    passages: int
    sentences: int
    took_s: float
    export_s: float

    @classmethod
    def of(cls, prepared: Prepared, *, generation: int, passages: int, sentences: int, took_s: float) -> "BuildReport":
        """Of what was prepared and is in force now; `took_s` is what all took."""
        changes, collection = prepared.changes, prepared.collection
        return cls(
            generation=generation,
            added=changes.added,
            changed=changes.changed,
            renamed=changes.renamed,
            removed=changes.removed,
            unchanged=changes.unchanged,
            refused=tuple(sorted([*collection.refused, *collection.repeated], key=lambda refusal: refusal.source)),
            excluded=collection.excluded,
            other_files=collection.other_files,
            passages=passages,
            sentences=sentences,
            took_s=took_s - prepared.export_s,
            export_s=prepared.export_s,
        )
