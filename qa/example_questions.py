"""Questions to start with, made of who speaks in the articles, each one tried."""

from collections import Counter
from itertools import islice, takewhile

from index.opened.index import Index
from qa.retriever import Retriever

PASSAGES_READ = 200  # Spread over the index: enough to meet whoever speaks often.
MIN_CONFIDENCE = 0.25
_LONGEST = 50  # Characters of a name.


def examples(index: Index, retriever: Retriever, *, number: int = 4) -> tuple[str, ...]:
    """Questions that the articles answer, about those who speak most often; fewer where fewer speak."""
    asked = (f"What did {name} say?" for name in _speakers(index))
    tried = ((question, retriever.ask(question, top_k=1)) for question in islice(asked, 3 * number))
    good = (question for question, answer in tried if answer.answered and answer.confidence >= MIN_CONFIDENCE)
    return tuple(islice(good, number))


def _speakers(index: Index) -> list[str]:
    """The names of those who speak, the most frequent first."""
    step = max(1, index.info.passages // PASSAGES_READ)
    passages = index.store.passages(list(range(0, index.info.passages, step))[:PASSAGES_READ])
    articles = {passage.id: passage.article for passage in passages}
    counted: Counter[str] = Counter()
    for sentence in index.store.sentences(list(articles)):
        for told in sentence.attributions[:1]:
            name = _name(told.name.cut(index.store.article(articles[sentence.passage]).text))
            if " " in name and len(name) <= _LONGEST:
                counted[name] += 1
    # One question for each last word: the same person or body goes by several names.
    by_last_word = {name.split()[-1].casefold(): name for name, _ in reversed(counted.most_common())}
    return [name for name, _ in counted.most_common() if by_last_word[name.split()[-1].casefold()] == name]


def _name(text: str) -> str:
    """The name at the end of what an article calls a speaker: "John Kirby" of "the spokesman John Kirby"; "" for none."""
    words = text.split()
    capitals = list(takewhile(lambda word: word[:1].isupper(), reversed(words)))[::-1]
    return " ".join(capitals) if capitals and capitals[-1][-1:].isalpha() else ""
