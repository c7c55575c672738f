"""Time fit: sentences of another time than the one asked about, or that deny, come after those that tell it.

How many people were killed in the earthquake?
An article of April 2023 says "113 people had been killed" and "An earthquake in
the same hills killed 2,000 people in 1954". The question names no time, so what
the article itself reports is meant, not what it recalls.
"""

import re
from collections.abc import Sequence

from articles_qa.index.english import DENYING
from articles_qa.index.opened.index import Index
from articles_qa.qa.questions.time_asked import Order, TimeAsked
from articles_qa.qa.ranking.scoring import ScoredSentence
from articles_qa.qa.values.days import days

# What the logit of a sentence of another time than the one asked loses. Of 30 unseen questions with a year .83 in place of .77
# have the right first quote, of 27 without an answer .67 to .70 in place of .59 are refused.
OTHER_TIME = 3.0
AS_SURE = 3.0  # Logits between the best sentence and those that the newest, the first or the present report is chosen from.
LEAST_SURE = -2.0  # Of a present report that comes before what an article recalls.
_AGO = re.compile(
    r"\b(?:years?|decades?|months)\s(?:ago|earlier|before)\b|\b(?:last|the\sprevious|the\syear\sbefore)\syear\b", re.IGNORECASE
)

_DENIES = re.compile(rf"\b(?:{DENYING}|no\sevidence|not\strue|nonsense)\b", re.IGNORECASE)


def other_time(index: Index, one: ScoredSentence, asked: TimeAsked) -> bool:
    """Tell whether a sentence names other years than the question, or no year in an article that cannot tell of the time."""
    article = index.store.article(one.passage.article)
    named = _years(one.sentence.span.cut(article.text))
    if named and asked.years:
        return not named & asked.years
    published = article.masthead.published
    if published is None or asked.holds(published):
        return False
    return not asked.years & _years(one.passage.span.cut(article.text))


def is_secondary(index: Index, one: ScoredSentence) -> bool:
    """Tell whether a sentence denies what it tells, or, in a dated article, tells of an earlier year."""
    article = index.store.article(one.passage.article)
    text = one.sentence.span.cut(article.text)
    if _DENIES.search(text) or article.masthead.published is None:
        return _DENIES.search(text) is not None
    named = _years(text)
    return bool(_AGO.search(text)) or (bool(named) and max(named) < str(article.masthead.published.year))


def in_order(index: Index, sentences: Sequence[ScoredSentence], logits: Sequence[float], asked: TimeAsked) -> list[float]:
    """Return the sentences' logits, those of the sure ones dealt out anew, the highest to the report asked for."""
    if asked.order is None:
        return list(logits)
    published = [index.store.article(one.passage.article).masthead.published for one in sentences]
    best = max(logits)
    sure = [place for place, logit in enumerate(logits) if logit >= best - AS_SURE]
    if asked.order is Order.PRESENT:
        sure = [place for place in sure if logits[place] >= LEAST_SURE]
        rank = {place: int(is_secondary(index, sentences[place])) for place in sure}
    else:
        sure = [place for place in sure if published[place]]
        sign = -1 if asked.order is Order.NEWEST else 1
        rank = {place: sign * day.toordinal() for place in sure if (day := published[place])}
    sure.sort(key=lambda place: -logits[place])
    dealt = dict(zip(sorted(sure, key=lambda place: rank[place]), (logits[place] for place in sure), strict=True))
    return [dealt.get(place, logit) for place, logit in enumerate(logits)]


def _years(text: str) -> set[str]:
    return {day.year for day in days(text) if day.year}
