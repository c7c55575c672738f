"""Planning: which segments a generation shares with the one before, and which articles are written anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.building.collection import FoundArticle
from index.building.previous_generation import Held, Place
from index.local.merge_policy import is_kept, merged


@dataclass(frozen=True, slots=True)
class Plan:
    """`kept` are the places of the segments to share, in order; `staying` says where the articles in them lie, by source."""

    articles: tuple[FoundArticle, ...]
    kept: tuple[int, ...] = ()
    staying: Mapping[str, Place] = field(default_factory=dict)

    @property
    def fresh(self) -> tuple[FoundArticle, ...]:
        """The articles to be written."""
        return tuple(article for article in self.articles if article.source not in self.staying)


def plan_change(articles: Sequence[FoundArticle], held: Held | None, *, min_passages: int) -> Plan:
    """What to write so that the index holds these articles; `held` None: all of them, as one segment."""
    if held is None:
        return Plan(tuple(articles))
    staying = held.staying({article.source: article.content for article in articles})
    passages = _passages(held, staying)
    sizes = [segment.record.passages for segment in held.segments]
    pairs = enumerate(zip(sizes, passages, strict=True))
    return _plan(articles, staying, [k for k, (size, stay) in pairs if is_kept(size, stay, min_passages=min_passages)])


def plan_merging(articles: Sequence[FoundArticle], held: Held, *, min_passages: int, at: int) -> Plan | None:
    """What to write so that many segments become one, where there are too many of a size; None where there are not."""
    staying = held.staying({article.source: article.content for article in articles})
    together = merged(_passages(held, staying), min_passages=min_passages, at=at)
    if not together:
        return None
    return _plan(articles, staying, [place for place in range(len(held.segments)) if place not in together])


def _passages(held: Held, staying: dict[str, Place]) -> list[int]:
    """How many of each segment's passages count."""
    counts = [0] * len(held.segments)
    for place in staying.values():
        counts[place.segment] += held.passages_of(place)
    return counts


def _plan(articles: Sequence[FoundArticle], staying: dict[str, Place], kept: Sequence[int]) -> Plan:
    there = {source: place for source, place in staying.items() if place.segment in kept}
    return Plan(tuple(articles), tuple(kept), there)
