"""The topic: which statements speak of the one thing that a question is about, and not of another like it."""

import re
from collections.abc import Sequence, Set
from datetime import date
from functools import lru_cache

from index.english import MONTHS_AND_WEEKDAYS
from index.search.analyzer import terms
from qa.claims.asked_figure import PEOPLE, AskedFigure, named_terms
from qa.claims.statement import Statement
from qa.claims.word_forms import count_related
from qa.questions.question import Question

LEAST_ANCHORS = 0.5  # Of what a question names, in a statement that is far less relevant than the best.
LEAST_OF_ARTICLE, LEAST_NAMED = 0.6, 0.5  # The same of an article, and of the names.
ROUNDS = 2  # Articles that share names with one that shares them with one that has the question's words.
DAYS_APART = 120  # Articles on one topic that name nothing in common, but its subject.
LEAST_NAMES = 2  # In common with what is known of the topic, where the question names nothing.
_NAME = re.compile(  # Of a thing or place; whoever reports it may be anybody.
    r"(?<![.!?“\"‘:] )(?<!^)(?<!^[“\"‘])\b[A-Z][^\W_]++(?:-[A-Z]\w++)*+"
    r"(?!,?\s(?:sa(?:id|ys)|told|claim|report|announc|put|estimat|stat|confirm|believ))"
)
_SHORT_FORM = re.compile(r"\([A-Z]{2,10}\)")  # Of a name that stands before it.
_NO_NAMES = frozenset(
    terms(
        " ".join(MONTHS_AND_WEEKDAYS) + " president minister prime ministry national police christmas the most some all but and"
    )
)


class Topic:
    """What is known of the topic: what the question names, and what those statements name that speak of it."""

    def __init__(self, question: Question, asked: AskedFigure | None, statements: Sequence[Statement]) -> None:
        """`asked` is what the question counts, None for a question that counts nothing; statements come best first."""
        self._anchors = asked.anchors if asked else frozenset(question.terms) - question.speaker_terms
        self._named = asked.named if asked else self._anchors & named_terms(question.text)
        self._subject = (self._anchors - self._named) | (asked.nouns - PEOPLE if asked else frozenset())
        self._published: dict[str, date | None] = {}
        self._names: set[str] = set()
        # Whoever speaks of the topic is not another one, where somebody else's description names them.
        self._speakers = frozenset(stem for one in statements for voice in one.voices for stem in _stems(voice.speaker))
        self._words: dict[str, set[str]] = {}
        self._named_in: dict[str, set[str]] = {}
        for statement in statements:
            self._published[statement.article] = statement.published
            self._words.setdefault(statement.article, set(_stems(statement.title))).update(statement.terms)
            there = self._named_in.setdefault(statement.article, set(_named_by(statement.title)))
            there.update(_named_by(statement.text), *(_stems(voice.speaker) for voice in statement.voices))
        self._articles = self._about(statements)

    def _about(self, statements: Sequence[Statement]) -> frozenset[str]:
        """The articles on the topic: those with the question's words, else that of the best, and those that share names."""
        about = {article for article in self._words if self._anchors and self._has_anchors(article)}
        about = about or {statement.article for statement in statements[:1]}
        for _ in range(ROUNDS):
            names = set[str]().union(*(self._named_in[article] for article in about)) - _NO_NAMES
            about |= {article for article in self._words if self._shares(article, names, about)}
        return frozenset(about)

    def _shares(self, article: str, names: Set[str], about: Set[str]) -> bool:
        """Whether an article names enough of what those on the topic name; fewer where it has the question's subject too."""
        shared = len(names & self._named_in[article])
        if shared >= LEAST_NAMES:
            return True
        has_subject = count_related(self._subject, self._words[article]) > 0
        return has_subject and (shared > 0 or any(self._near_in_time(article, other) for other in about))

    def _near_in_time(self, article: str, other: str) -> bool:
        one, two = self._published[article], self._published[other]
        return one is not None and two is not None and abs((one - two).days) <= DAYS_APART

    def _has_anchors(self, article: str) -> bool:
        words = self._words[article]
        named = count_related(self._named, words) >= LEAST_NAMED * len(self._named)
        return named and count_related(self._anchors, words) >= LEAST_OF_ARTICLE * len(self._anchors)

    def covers(self, statement: Statement) -> bool:
        """Whether a statement's article is about the topic."""
        return statement.article in self._articles

    def accepts(self, statement: Statement, *, near: bool) -> bool:
        """Whether a statement is of the topic, and then what it names is too.

        `near`: it is about as relevant as the best. Such a one is taken unless
        it names only other things; another one must show what ties it to the
        topic, for it may be less relevant because it has other words for it.
        """
        on_topic = self.covers(statement)
        names = _names(statement, with_before=not on_topic) - (self._speakers if on_topic else frozenset())
        words = statement.terms | _stems(statement.before)
        shared = len(names & self._names)
        anchored = bool(self._anchors) and count_related(self._anchors, words) > 0 if on_topic else self._names_all(words)
        taken = not names or not self._names or shared > 0 or anchored
        if not near and self._anchors:
            taken = taken and count_related(self._anchors, words) >= LEAST_ANCHORS * len(self._anchors)
        elif not near:
            taken = shared >= LEAST_NAMES
        if taken:
            self._names |= names
        return taken

    def _names_all(self, words: Set[str]) -> bool:
        return bool(self._named) and count_related(self._named, words) == len(self._named)


def _names(statement: Statement, *, with_before: bool) -> frozenset[str]:
    """The stems of what a statement, or also the sentence before it, names, without who speaks."""
    named = _named_by(statement.text) | (_named_by(statement.before) if with_before else frozenset())
    for voice in statement.voices:
        named -= _stems(f"{voice.speaker} {voice.named}")
    return frozenset(named - _NO_NAMES)


@lru_cache(maxsize=5_000)
def _named_by(text: str) -> frozenset[str]:
    """The stems of what a text names."""
    return frozenset(stem for word in _NAME.findall(_SHORT_FORM.sub(" ", text)) for stem in _stems(word))


@lru_cache(maxsize=20_000)
def _stems(text: str) -> frozenset[str]:
    return frozenset(terms(text))
