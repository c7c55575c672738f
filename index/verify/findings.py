"""The results of checking an index."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of an index: where and what, in one line."""

    where: str
    what: str


MAX_FINDINGS = 1000  # Then checking stops: the index must be rebuilt anyway.


@dataclass(frozen=True, slots=True)
class Checked:
    """The amount that was checked. If files are damaged, only files are counted."""

    files: int
    size_bytes: int
    articles: int = 0
    passages: int = 0
    sentences: int = 0


@dataclass(frozen=True, slots=True)
class Soundness:
    """The result of checking a generation: how much was checked, and at most MAX_FINDINGS findings.

    `not_checked` names, for people, what such a check cannot see; "" if it sees everything.
    """

    directory: Path | str
    generation: int
    checked: Checked
    findings: tuple[Finding, ...]
    not_checked: str = ""
