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
    """The result of checking a generation: how much was checked, and at most MAX_FINDINGS findings.

    `not_checked` names, for people, what such a check cannot see; "" if it sees everything.
    """

    directory: Path | str
    generation: int
    checked: Checked
    findings: tuple[Finding, ...]
    not_checked: str = ""
