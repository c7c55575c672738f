"""Event fit: of a question for how many were hit, sentences that tell of something else come after those that tell it.

How many miners have died in the Zelna fire?
"Six miners were trapped by a fire" tells of no death, "One miner, Pavel Roth, has died" does, so it comes first.
"""

import re
from collections.abc import Sequence

from articles_qa.index.articles.sentences import read_with
from articles_qa.index.english import NUMBER_FROM_TWO
from articles_qa.index.opened.index import Index
from articles_qa.qa.ranking.scoring import ScoredSentence
from articles_qa.qa.values.events import Event, events_at

AS_SURE = 2.0  # Logits between the best sentence and those that are dealt out anew.
# States of a person of which one sentence seldom stands for another.
_STATES = frozenset((Event.KILLED, Event.INJURED, Event.MISSING, Event.ARRESTED, Event.RELEASED, Event.RESCUED, Event.TRAPPED))
_HOW_MANY = re.compile(r"^\W*how many\b(?!\s+(?:times|years|months|weeks|days|hours|minutes)\b)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
# "12 died", "a cook died", "nobody died", "Hundreds died".
_COUNTS = re.compile(
    rf"\d|\b(?:an?|one|nobody|no|none|{NUMBER_FROM_TWO}|dozens?|scores|hundreds?|thousands?|several)\b",
    re.IGNORECASE,
)


def in_event_order(index: Index, sentences: Sequence[ScoredSentence], logits: Sequence[float], question: str) -> list[float]:
    """Return the sentences' logits, those of the sure ones dealt out anew, the highest to those that tell what is asked.

    Only sentences of the best one's article change places.
    """
    asked = _events(question) & _STATES if _HOW_MANY.search(question) else frozenset()
    if len(asked) != 1:
        return list(logits)
    best = max(range(len(logits)), key=logits.__getitem__)
    story = sentences[best].passage.article  # Another article may count the dead of another fire.
    near = (place for place, logit in enumerate(logits) if logit >= logits[best] - AS_SURE)
    sure = sorted((place for place in near if sentences[place].passage.article == story), key=lambda place: -logits[place])
    other = {place: not _tells(index, sentences[place], asked) for place in sure}
    dealt = dict(zip(sorted(sure, key=other.__getitem__), (logits[place] for place in sure), strict=True))
    return [dealt.get(place, logit) for place, logit in enumerate(logits)]


def _tells(index: Index, one: ScoredSentence, asked: frozenset[Event]) -> bool:
    """Tell whether a sentence counts what is asked for, or a toll."""
    text = index.store.article(one.passage.article).text
    words = read_with(text, one.sentence.span, one.sentence.gaps, one.sentence.leads)
    return bool(_COUNTS.search(words)) and (bool(_events(words) & asked) or "toll" in words.lower())


def _events(text: str) -> frozenset[Event]:
    words = [word.lower() for word in _WORD.findall(text)]
    return frozenset(event for place in range(len(words)) for event in events_at(words, place))
