"""The build record: the part of a manifest that every kind of index has, whatever it is kept in.

It says what the last build read, by which model and methods, and which files it refused.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, NamedTuple

from articles_qa.index.errors import IndexMismatchError, InputError
from articles_qa.index.formats.kinds import ReadSettings
from articles_qa.index.models.model_card import ModelCard

# The keys of a manifest that every kind of index has, with the type of each.
_SHAPE: Mapping[str, type] = {
    "model": dict, "settings": dict, "counts": dict, "root": str, "paths": list, "added": list, "excluded": list,
    "refused": list, "built": str,
}  # fmt: skip


class Counts(NamedTuple):
    """The number of articles, passages and sentences of an index."""

    articles: int
    passages: int
    sentences: int


@dataclass(frozen=True, slots=True)
class CollectionRecord:
    """The files that the last build read.

    `paths` were given to the build, `paths_seal` is their seal by the user who built. `root` is the folder that
    sources are relative to, None if unknown.
    `encoding` is that of files without a byte-order mark, `reading` how files other than plain text were read.
    `added` are sources of files added by hand, `excluded` are sources of files left out. `speakers` is False if the build
    was told not to read who speaks.
    """

    root: str | None
    paths: tuple[str, ...]
    paths_seal: str
    encoding: str | None
    reading: ReadSettings
    added: tuple[str, ...]
    excluded: tuple[str, ...]
    speakers: bool | None

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "CollectionRecord":
        """Read what can be read of a manifest that nobody checked."""
        encoding, speakers, root = said.get("encoding"), said.get("speakers"), said.get("root")
        seal = said.get("paths_seal")
        return cls(
            root=root if isinstance(root, str) else None,
            paths=_strings(said.get("paths")),
            paths_seal=seal if isinstance(seal, str) else "",
            encoding=encoding if isinstance(encoding, str) else None,
            reading=_reading(said.get("reading")),
            added=_strings(said.get("added")),
            excluded=_strings(said.get("excluded")),
            speakers=speakers if isinstance(speakers, bool) else None,
        )


@dataclass(frozen=True, slots=True)
class Methods:
    """Methods of splitting texts, keeping vectors, indexing words and reading speakers; None if an older program wrote none."""

    max_passage_chars: int | None
    vectors: str | None
    words: str | None
    speakers: str | None


@dataclass(frozen=True, slots=True)
class BuildRecord(CollectionRecord):
    """The files that the last build read, the model and methods, and the refused files. `built` is the time in UTC."""

    model: ModelCard
    methods: Methods
    refused: tuple[tuple[str, str], ...]  # Source and reason.
    built: str

    @classmethod
    def from_manifest(cls, said: Mapping[str, Any], where: str, *, also: Mapping[str, type]) -> tuple["BuildRecord", Counts]:
        """Read the record and the counts of a manifest. `also` names further keys that the manifest must have.

        Raises:
            IndexMismatchError: this program writes the manifest otherwise.
        """
        odd = [key for key, kind in {**_SHAPE, **also}.items() if not isinstance(said.get(key), kind)]
        if not odd:
            odd += [f"counts.{key}" for key in Counts._fields if not _is_count(said["counts"].get(key))]
            odd += [key for key in ("paths", "added", "excluded") if not all(isinstance(item, str) for item in said[key])]
            odd += [] if all(isinstance(one, dict) for one in said["refused"]) else ["refused"]
        if odd:
            raise IndexMismatchError(f"{where}: {', '.join(odd)} not as this program writes it; run qa index")
        collection, settings = CollectionRecord.from_json(said), said["settings"]
        record = cls(
            **{name: getattr(collection, name) for name in CollectionRecord.__slots__},
            model=ModelCard.from_dict(said["model"]),
            methods=Methods(*(settings.get(name) for name in Methods.__slots__)),
            refused=tuple((str(one.get("source")), str(one.get("reason"))) for one in said["refused"]),
            built=said["built"],
        )
        return record, Counts(*(said["counts"][key] for key in Counts._fields))

    def to_json(self) -> dict[str, object]:
        """Return the keys of the manifest, in order."""
        return {
            "model": self.model.to_dict(),
            "settings": {name: getattr(self.methods, name) for name in Methods.__slots__},
            "root": self.root,
            "paths": list(self.paths),
            "paths_seal": self.paths_seal,
            "encoding": self.encoding,
            "reading": asdict(self.reading),
            # Sources in DIR/added: below the index folder, wherever that is moved.
            "added": list(self.added),
            "excluded": list(self.excluded),
            "refused": [{"source": source, "reason": reason} for source, reason in self.refused],
            "built": self.built,
            "speakers": self.speakers,
        }

    @property
    def speakers_read_by(self) -> str:
        """The program that read who speaks in the articles; "" if none did."""
        return self.methods.speakers if isinstance(self.methods.speakers, str) else ""

    def is_same_build(self, other: "BuildRecord") -> bool:
        """Return whether the two records differ in nothing that is worth a new generation."""
        return replace(self, built=other.built, encoding=other.encoding) == other


def _reading(value: object) -> ReadSettings:
    """Read the settings of reading; those of a fresh index where nothing can be made of them."""
    if not isinstance(value, dict):
        return ReadSettings()
    names = {field.name for field in fields(ReadSettings)} - {"formats"}
    named = {name: text for name, text in value.items() if name in names and isinstance(text, str)}
    formats = value.get("formats")
    try:
        return ReadSettings(_strings(formats) if isinstance(formats, list) else None, **named)
    except InputError:
        return ReadSettings()


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
