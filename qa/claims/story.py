"""Stories: articles that tell of the same events share the words that other articles lack."""

import math
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache, partial

from articles_qa.index.opened.index import Index
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.questions.question import stop_terms

# Cosines from which two articles tell one story: where both days of publication lie within DAYS_APART, else. Of the pairs
# within twenty invented events, among 500 other articles, .9 lie above the first, of those between stories .001. Of real
# articles on one matter of politics (taxes before an election) many lie between both.
SAME_DAYS, ONE_STORY = 0.12, 0.3
DAYS_APART = 60
BACKGROUND = 1_000  # Passages of other stories that an index is taken to have beside its own: a folder of one story tells none.
_KEPT = 500  # Articles whose words are kept; some 20 kB each.


class Stories:
    """Tells which articles of an index are about one story.

    Source: cosine of weighted words, as in topic detection and tracking, Allan et al. 1998.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._weights = lru_cache(_KEPT)(partial(_weighted, index))  # A bound method would be a cycle, and keep the index.

    def are_one(self, article: int, other: int, *, alike: bool = False) -> bool:
        """Tell whether two articles are about one story.

        `alike`: a sentence of the other tells all that is asked, so that less will do.
        """
        if article == other:
            return True
        few, many = sorted((self._weights(article), self._weights(other)), key=len)
        least = SAME_DAYS if alike or self._are_near(article, other) else ONE_STORY
        return sum(weight * many.get(term, 0.0) for term, weight in few.items()) >= least

    def _are_near(self, article: int, other: int) -> bool:
        """Tell whether two articles are known to be published within DAYS_APART."""
        one, two = (self._index.store.article(number).masthead.published for number in (article, other))
        return one is not None and two is not None and abs((one - two).days) <= DAYS_APART


def _weighted(index: Index, article: int) -> Mapping[str, float]:
    """Return an article's terms with their weights, of length 1: rare terms weigh most."""
    passages = BACKGROUND + index.info.passages
    counts = Counter(terms(index.store.article(article).text))
    weights = {
        term: (1 + math.log(number)) * math.log(passages / (1 + index.passages_with(term)))
        for term, number in counts.items()
        if term not in stop_terms()
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {term: weight / length for term, weight in weights.items()}
