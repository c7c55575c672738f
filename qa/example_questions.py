"""Example questions made from the articles. Each one is asked once, to see that it is answered.

NIS said that 12 people have been injured.           How many people have been injured, according to NIS?
The soldier was captured on Thursday.                When was the soldier captured?
“We asked for nine percent,” said Marta Kell.        Who said “We asked for nine percent”?
"…", said Marta Kell.                                What did Marta Kell say?
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from articles_qa.index.english import MONTH, NUMBER_FROM_TWO, WEEKDAY
from articles_qa.index.opened.index import Index
from articles_qa.qa.retriever import Retriever

PASSAGES_READ = 200  # Spread over the index: enough to find the frequent speakers.
TRIED = 3  # Questions of a kind; the first one that is answered is taken.
MIN_CONFIDENCE = 0.25
_LONGEST = 50  # Characters of a name.
_LONGEST_SENTENCE = 300  # Characters in which a question is sought.

_BE = r"(?:have been|had been|were|are)"
_DONE = r"[a-z]{2,12}(?:ed|en)"
_SUFFERED = (  # What people ask the number of; "taken to schools" is none of it.
    "(?:killed|injured|wounded|hurt|captured|arrested|detained|jailed|rescued|evacuated|displaced|deported|deployed|sacked|"
    "elected|destroyed|damaged|stolen|sold|cancelled)"
)
_FIGURE = re.compile(
    rf"\b(?:\d[\d,]*\d|[2-9]|{NUMBER_FROM_TWO})\s+(?P<what>(?:[A-Z]?[a-z]+\s+){{0,3}}(?:[a-z]+s|people))\s+(?P<be>{_BE})\s+(?P<done>{_SUFFERED})\b"
)
_DAY = re.compile(
    rf"^(?P<what>(?:The|An?)\s+(?:[\w’'-]+\s+){{1,4}})(?P<be>was|were|will be)\s+(?:[a-z]+ly\s+)?(?P<done>{_DONE})\s+"
    rf"(?:[\w’'-]+\s+){{0,6}}?(?:on|in)\s+(?:{WEEKDAY}|{MONTH})"
)
_QUOTED = re.compile(r"“(?P<words>[^“”]{20,90})[,.]”|\"(?P<straight>[^\"]{20,90})[,.]\"")


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence that was read, and its speaker's name, "" for no name."""

    text: str
    name: str


def examples(index: Index, retriever: Retriever, *, number: int = 4) -> tuple[str, ...]:
    """Return questions that the articles answer, one of each kind first, then about the most frequent speakers.

    A speaker is a person whom an article gives a full name, or a body that one abbreviates. Few of them give fewer questions.
    """
    read = _sentences(index)
    speakers = _speakers(index, [one.name for one in read if one.name])
    said = [f"What did {name} say?" for name in speakers]
    kinds = (_about_figures(read, speakers), said, _about_days(read), _about_quotations(read, speakers))
    found: dict[str, None] = {}
    for asked in (*kinds, said):
        left = 1 if asked is not said or not found else number
        good = (
            question for question in islice(asked, TRIED * left) if question not in found and _is_answered(retriever, question)
        )
        found.update(dict.fromkeys(islice(good, left)))
    return tuple(found)[:number]


def _is_answered(retriever: Retriever, question: str) -> bool:
    answer = retriever.ask(question, top_k=1)
    return answer.answered and answer.confidence >= MIN_CONFIDENCE


def _sentences(index: Index) -> list[_Read]:
    """Return the sentences of some passages, spread over the index."""
    step = max(1, index.info.passages // PASSAGES_READ)
    passages = index.store.passages(list(range(0, index.info.passages, step))[:PASSAGES_READ])
    articles = {passage.id: passage.article for passage in passages}
    read = []
    for sentence in index.store.sentences(list(articles)):
        text = index.store.article(articles[sentence.passage]).text
        told = sentence.attributions[:1]
        read.append(_Read(" ".join(sentence.span.cut(text).split()), _name(told[0].name.cut(text)) if told else ""))
    return read


def _speakers(index: Index, names: Sequence[str]) -> list[str]:
    """Return the names that stand for a person or a body, the most frequent first."""
    bodies = {name for one in index.abbreviations for name in (one.alias.short, one.alias.long)}
    counted = Counter(name for name in names if len(name) <= _LONGEST)
    known = [name for name, _ in counted.most_common() if name in bodies or (" " in name and _is_person(index, name))]
    # One question for each last word: a person or an organisation has several names.
    first_by_last_word: dict[str, str] = {}
    for name in known:
        first_by_last_word.setdefault(name.split()[-1].casefold(), name)
    return list(first_by_last_word.values())


def _is_person(index: Index, name: str) -> bool:
    """Return whether an article gives this full name to somebody whom it calls by the surname."""
    return any(one.alias.long in name for one in index.full_names(name.rsplit(maxsplit=1)[-1]))


def _about_figures(read: Sequence[_Read], speakers: Sequence[str]) -> Iterator[str]:
    """Yield questions for figures, those of known speakers first."""
    for one in sorted(read, key=lambda one: one.name not in speakers):
        match = _FIGURE.search(one.text[:_LONGEST_SENTENCE])
        if match:
            according = f", according to {one.name}" if one.name in speakers else ""
            yield f"How many {match['what']} {match['be']} {match['done']}{according}?"


def _about_days(read: Sequence[_Read]) -> Iterator[str]:
    for one in read:
        match = _DAY.match(one.text[:_LONGEST_SENTENCE])
        if match:
            what = match["what"].strip()
            be, _, rest = match["be"].partition(" ")
            yield f"When {be} {what[0].lower()}{what[1:]} {rest + ' ' if rest else ''}{match['done']}?"


def _about_quotations(read: Sequence[_Read], speakers: Sequence[str]) -> Iterator[str]:
    for one in read:
        match = _QUOTED.search(one.text) if one.name in speakers else None
        if match:
            yield f"Who said “{match['words'] or match['straight']}”?"


def _name(text: str) -> str:
    """Return the name at the end of a description: "John Kirby" of "the spokesman John Kirby"; "" for none."""
    words = text.split()
    capitals = list(takewhile(lambda word: word[:1].isupper(), reversed(words)))[::-1]
    return " ".join(capitals) if capitals and capitals[-1][-1:].isalpha() else ""
