"""Outcomes: what came of asking a case."""

from dataclasses import dataclass

from eval.datasets.cases import Case
from index import Span
from qa import Quote


@dataclass(frozen=True, slots=True)
class Place:
    """A passage that was found, and where each index ranked it, from 1; None where that one did not find it."""

    source: str
    span: Span
    by_meaning: int | None
    by_words: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case with its answer.

    `quotes` are those shown, best first, `closest` the nearest misses of a
    refusal; one of the two is empty. `places` are the passages found, best
    first, at most run.PLACES. `wanted` are the texts of the case's spans, in
    their order. `took_ms` is the time of the answer alone.
    """

    case: Case
    answered: bool
    confidence: float
    quotes: tuple[Quote, ...]
    closest: tuple[Quote, ...]
    places: tuple[Place, ...]
    wanted: tuple[str, ...]
    took_ms: float

    @property
    def ranked(self) -> tuple[Quote, ...]:
        """What was put forward, whether or not it was shown as an answer."""
        return self.quotes or self.closest
