"""The claims in the tables of an answer's record, one by one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from articles_qa.index import Span

# The lists of a record that hold quotes; claims name quotes by rank.
QUOTES = ("quotes", "closest", "beside")


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim of the record, with the figures of its value and its table."""

    source: str
    span: Span
    words: str
    table: int
    row: int
    kind: str
    low: object
    high: object
    sense: str
    unit: str
    counted: str
    said_by: str | None
    speaker: str | None
    citing: str | None
    asked: bool
    reports: object


def shown_claims(record: Mapping[str, Any]) -> Iterator[ShownClaim]:
    """Yield the claims of a record's tables, in order."""
    sources = {quote["rank"]: quote["source"] for part in QUOTES for quote in record.get(part) or ()}
    rows = 0
    for number, table in enumerate(record.get("claims") or ()):
        for value in table["values"]:
            rows += 1
            for claim in value["claims"]:
                yield ShownClaim(
                    source=sources.get(claim["rank"], ""),
                    span=Span(claim["start"], claim["end"]),
                    words=claim["value"],
                    table=number,
                    row=rows,
                    kind=table["kind"],
                    low=value["low"],
                    high=value["high"],
                    sense=claim.get("sense") or value["sense"],
                    unit=table["unit"] or "",
                    counted=claim.get("counted") or "",
                    said_by=claim.get("said_by"),
                    speaker=_name(claim.get("speaker")),
                    citing=claim.get("citing"),
                    asked=bool(value.get("asked")),
                    reports=value.get("reports"),
                )


def _name(speaker: object) -> str | None:
    """Return a speaker's name, from a text or from a mapping that holds it."""
    found = speaker.get("name") if isinstance(speaker, Mapping) else speaker
    return str(found) if found else None
