"""Example questions about the speakers in the articles. Each one is asked once, to see that it is answered."""

from collections import Counter
from itertools import islice, takewhile

from index.opened.index import Index
from qa.retriever import Retriever

PASSAGES_READ = 200  # Spread over the index: enough to find the frequent speakers.
MIN_CONFIDENCE = 0.25
_LONGEST = 50  # Characters of a name.


def examples(index: Index, retriever: Retriever, *, number: int = 4) -> tuple[str, ...]:
    """Return questions that the articles answer, about the most frequent speakers. Few speakers give fewer questions."""
    asked = (f"What did {name} say?" for name in _speakers(index))
    tried = ((question, retriever.ask(question, top_k=1)) for question in islice(asked, 3 * number))
    good = (question for question, answer in tried if answer.answered and answer.confidence >= MIN_CONFIDENCE)
    return tuple(islice(good, number))


def _speakers(index: Index) -> list[str]:
    """Return the names of the speakers, the most frequent first."""
    step = max(1, index.info.passages // PASSAGES_READ)
    passages = index.store.passages(list(range(0, index.info.passages, step))[:PASSAGES_READ])
    articles = {passage.id: passage.article for passage in passages}
    counted: Counter[str] = Counter()
    for sentence in index.store.sentences(list(articles)):
        for mention in sentence.attributions[:1]:
            name = _name(mention.name.cut(index.store.article(articles[sentence.passage]).text))
            if " " in name and len(name) <= _LONGEST:
                counted[name] += 1
    # One question for each last word: a person or an organisation has several names.
    by_last_word = {name.split()[-1].casefold(): name for name, _ in reversed(counted.most_common())}
    return [name for name, _ in counted.most_common() if by_last_word[name.split()[-1].casefold()] == name]


def _name(text: str) -> str:
    """Return the name at the end of a description: "John Kirby" of "the spokesman John Kirby"; "" for none."""
    words = text.split()
    capitals = list(takewhile(lambda word: word[:1].isupper(), reversed(words)))[::-1]
    return " ".join(capitals) if capitals and capitals[-1][-1:].isalpha() else ""
