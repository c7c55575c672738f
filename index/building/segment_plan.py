"""Planning a generation: segments shared with the generation before, and articles written into a new segment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from articles_qa.index.building.collection import FoundArticle
from articles_qa.index.building.previous_generation import ArticlePlace, PreviousGeneration
from articles_qa.index.local.merge_policy import is_kept, merged


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """`kept` lists the shared segments by their index, in order; `staying` has the places of their articles, by source."""

    articles: tuple[FoundArticle, ...]
    kept: tuple[int, ...] = ()
    staying: Mapping[str, ArticlePlace] = field(default_factory=dict)

    @property
    def fresh(self) -> tuple[FoundArticle, ...]:
        """The articles of the new segment."""
        return tuple(article for article in self.articles if article.source not in self.staying)


def plan_change(articles: Sequence[FoundArticle], previous: PreviousGeneration | None, *, min_passages: int) -> SegmentPlan:
    """Plan a generation of these articles; without a previous generation all of them are written into one segment."""
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
    """Plan to merge segments into one where too many have the same size; return None where no merge is due."""
    staying = previous.staying({article.source: article.content for article in articles})
    together = merged(_passages(previous, staying), min_passages=min_passages, at=at)
    if not together:
        return None
    return _plan(articles, staying, [place for place in range(len(previous.segments)) if place not in together])


def _passages(previous: PreviousGeneration, staying: dict[str, ArticlePlace]) -> list[int]:
    """Count the passages of each segment that are not deleted."""
    counts = [0] * len(previous.segments)
    for place in staying.values():
        counts[place.segment] += previous.passages_of(place)
    return counts


def _plan(articles: Sequence[FoundArticle], staying: dict[str, ArticlePlace], kept: Sequence[int]) -> SegmentPlan:
    shared = {source: place for source, place in staying.items() if place.segment in kept}
    return SegmentPlan(tuple(articles), tuple(kept), shared)
