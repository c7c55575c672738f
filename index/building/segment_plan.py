"""Planning: which segments a generation shares with the one before, and which articles are written anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.building.collection import FoundArticle
from index.building.previous_generation import ArticlePlace, PreviousGeneration
from index.local.merge_policy import is_kept, merged


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """`kept` are the places of the segments to share, in order; `staying` says where the articles in them lie, by source."""

    articles: tuple[FoundArticle, ...]
    kept: tuple[int, ...] = ()
    staying: Mapping[str, ArticlePlace] = field(default_factory=dict)

    @property
    def fresh(self) -> tuple[FoundArticle, ...]:
        """The articles to be written."""
        return tuple(article for article in self.articles if article.source not in self.staying)


def plan_change(articles: Sequence[FoundArticle], previous: PreviousGeneration | None, *, min_passages: int) -> SegmentPlan:
    """What to write so that the index holds these articles; `previous` None: all of them, as one segment."""
    if previous is None:
        return SegmentPlan(tuple(articles))
    staying = previous.staying({article.source: article.content for article in articles})
    passages = _passages(previous, staying)
    sizes = [segment.record.passages for segment in previous.segments]
    pairs = enumerate(zip(sizes, passages, strict=True))
    return _plan(articles, staying, [k for k, (size, stay) in pairs if is_kept(size, stay, min_passages=min_passages)])


def plan_merging(
    articles: Sequence[FoundArticle], previous: PreviousGeneration, *, min_passages: int, at: int
) -> SegmentPlan | None:
    """What to write so that many segments become one, where there are too many of a size; None where there are not."""
    staying = previous.staying({article.source: article.content for article in articles})
    together = merged(_passages(previous, staying), min_passages=min_passages, at=at)
    if not together:
        return None
    return _plan(articles, staying, [place for place in range(len(previous.segments)) if place not in together])


def _passages(previous: PreviousGeneration, staying: dict[str, ArticlePlace]) -> list[int]:
    """How many of each segment's passages count."""
    counts = [0] * len(previous.segments)
    for place in staying.values():
        counts[place.segment] += previous.passages_of(place)
    return counts


def _plan(articles: Sequence[FoundArticle], staying: dict[str, ArticlePlace], kept: Sequence[int]) -> SegmentPlan:
    there = {source: place for source, place in staying.items() if place.segment in kept}
    return SegmentPlan(tuple(articles), tuple(kept), there)
