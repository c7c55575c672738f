"""A finding: something that is wrong with an index."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Where something is wrong, and what, in a line."""

    where: str
    what: str
