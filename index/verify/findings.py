"""A finding: something that is wrong with an index."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Finding:
    """Where something is wrong, and what, in a line."""

    where: str
    what: str


MAX_FINDINGS = 1000  # Beyond, the rest is not looked at: the index is to be built anew either way.


@dataclass(frozen=True, slots=True)
class Checked:
    """How much was looked at. Nothing but the files where those are damaged."""

    files: int
    size_bytes: int
    articles: int = 0
    passages: int = 0
    sentences: int = 0


@dataclass(frozen=True, slots=True)
class Soundness:
    """What was checked of a generation, and what is wrong with it: nothing, or at most MAX_FINDINGS things."""

    directory: Path | str
    generation: int
    checked: Checked
    findings: tuple[Finding, ...]
