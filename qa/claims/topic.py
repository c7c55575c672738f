"""The topic: the words that question and sentences share, and the statements that are about what is asked.

"how many people did the quake in Morocco kill?" has the topic words "quak" and
"morocco"; "morocco" is a name. "The quake in Morocco killed 2,900 people." is on
the topic: it has both. "A bus crash in Peru killed 25 people." is not: it names
Peru, and its article has no topic word and no name of the topic.
"""

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from index.english import CAPITALISED, MONTHS_AND_WEEKDAYS
from index.search.analyzer import terms
from qa.claims.asked_figure import PEOPLE, AskedFigure, named_stems
from qa.claims.statement import Statement
from qa.questions.question import Question, stems

LEAST_WORDS = 0.5  # Share of the topic words that a statement has which is far less relevant than the best.
LEAST_OF_ARTICLE, LEAST_NAMED = 0.6, 0.5  # Shares of the topic words and of the names that an article on the topic has.
ROUNDS = 2  # Articles that share names with one that shares names with one that has the topic words.
DAYS_APART = 120  # Between two articles on one topic that share its subject and no name.
LEAST_NAMES = 2  # Shared names, where the question names nothing.
SAME_WORDING = 0.75  # Share of words in common, of all words of both, from which two texts are copies.
# The forms of one verb that have different stems, and words for one thing.
_FORMS = (
    "take took taken, go went gone goes, begin began begun start, strike struck stricken hit, hold held, leav left, meet met, "
    "win won, fall fell fallen, rise rose risen, send sent, build built, find found, make made, break broke broken, shoot "
    "shot, buy bought, sell sold, die dead death, lose lost loss, steal stole stolen, give gave given, write wrote written, "
    "speak spoke spoken, choos chose chosen elect, defeat beat beaten, becom becam, come came, fli flew flown, sink sank sunk, "
    "agreement deal treati pact accord"
).split(", ")
_FIRST_FORM = {form: forms.split()[0] for forms in _FORMS for form in forms.split()}
# The name of a thing or place. A name before a reporting verb is left out: anybody may report on the topic.
_NAME = re.compile(
    r"(?<![.!?“\"‘:] )(?<!^)(?<!^[“\"‘])\b[A-Z][^\W_]++(?:-[A-Z]\w++)*+"
    r"(?!,?\s(?:sa(?:id|ys)|told|claim|report|announc|put|estimat|stat|confirm|believ))"
)
_SHORT_FORM = re.compile(r"\([A-Z]{2,10}\)")  # Of a name that stands before it.
_NO_NAMES = frozenset(
    terms(
        " ".join(MONTHS_AND_WEEKDAYS) + " president minister prime ministry national police christmas the most some all but and"
    )
)


def unified(words: Iterable[str]) -> frozenset[str]:
    """Stems, with one stem for all forms of a verb: "taken" and "took" are "take"."""
    return frozenset(_FIRST_FORM.get(word, word) for word in words)


@lru_cache(maxsize=5_000)
def unified_stems(text: str) -> frozenset[str]:
    """The stems of a part of a sentence, with one stem for all forms of a verb."""
    return unified(terms(text))


@lru_cache(maxsize=100)  # Asked again for each sentence.
def plain_words(question: Question) -> frozenset[str]:
    """The question's unified stems without names and without the speaker; with the names where nothing else is left."""
    named = {term for word in re.findall(rf"(?<=\s){CAPITALISED}", question.text) for term in terms(word)}
    wanted = set(question.terms) - question.speaker_terms
    return unified(wanted - named or wanted)


def count_related(words: Set[str], others: Set[str]) -> int:
    """Return how many of the words have a related word among the others: "korea" and "korean" begin alike."""
    starts = {other[:5] for other in others}
    return sum(word[:5] in starts for word in words)


def is_copy(words: Set[str], others: Set[str]) -> bool:
    """Return whether two texts are one report: most of the words of both are in common."""
    return len(words & others) >= SAME_WORDING * max(1, len(words | others))


@dataclass(slots=True)
class _ArticleWords:
    """The stems of the sentences and the title of an article, and the stems of its names."""

    published: date | None
    words: set[str]
    names: set[str]


class Topic:
    """Tells which articles and statements are about what a question asks."""

    def __init__(self, question: Question, asked: AskedFigure | None, statements: Sequence[Statement]) -> None:
        """`asked` is what the question counts, None where it counts nothing. Statements come best first."""
        self._words = asked.topic_words if asked else frozenset(question.terms) - question.speaker_terms
        self._named = asked.topic_names if asked else self._words & named_stems(question.text)
        self._subject = (self._words - self._named) | (asked.nouns - PEOPLE if asked else frozenset())
        # A speaker's name in the description of another speaker names no other topic.
        self._speakers = frozenset(stem for one in statements for voice in one.voices for stem in stems(voice.speaker))
        self._names: set[str] = set()  # In the statements accepted so far.
        self._all: dict[str, _ArticleWords] = {}
        for one in statements:
            empty = _ArticleWords(one.published, set(stems(one.title)), set(_names_in(one.title)))
            article = self._all.setdefault(one.article, empty)
            article.words.update(one.terms)
            article.names.update(_names_in(one.text), *(stems(voice.speaker) for voice in one.voices))
        self._articles = self._on_topic(statements)

    def _on_topic(self, statements: Sequence[Statement]) -> frozenset[str]:
        """The articles with the topic words, else the article of the best statement; and those that share names with them."""
        found = set[str]()
        for key, article in self._all.items() if self._words else ():
            has_names = count_related(self._named, article.words) >= LEAST_NAMED * len(self._named)
            if has_names and count_related(self._words, article.words) >= LEAST_OF_ARTICLE * len(self._words):
                found.add(key)
        found = found or {statement.article for statement in statements[:1]}
        for _ in range(ROUNDS):
            near = [self._all[key] for key in found]
            names = set[str]().union(*(article.names for article in near)) - _NO_NAMES
            found |= {key for key, article in self._all.items() if self._shares(article, names, near)}
        return frozenset(found)

    def _shares(self, article: _ArticleWords, names: Set[str], near: Sequence[_ArticleWords]) -> bool:
        """Return whether an article shares enough names with articles on the topic; fewer where it has the subject too."""
        shared = len(names & article.names)
        if shared >= LEAST_NAMES:
            return True
        if not count_related(self._subject, article.words):
            return False
        days = [other.published for other in near if other.published] if article.published else []
        return shared > 0 or any(abs((article.published - day).days) <= DAYS_APART for day in days if article.published)

    def covers(self, statement: Statement) -> bool:
        """Return whether the statement's article is on the topic."""
        return statement.article in self._articles

    def accepts(self, statement: Statement, *, is_relevant: bool) -> bool:
        """Return whether a statement is on the topic. The names in an accepted statement belong to the topic from then on.

        A relevant statement, about as relevant as the best one, is accepted
        unless it names other things only. Any other statement must have words
        or names of the topic: it may be less relevant only because it words
        the same thing differently.
        """
        on_topic = self.covers(statement)
        names = _statement_names(statement, with_before=not on_topic) - (self._speakers if on_topic else frozenset())
        words = statement.terms | stems(statement.before)
        shared, related = len(names & self._names), count_related(self._words, words)
        has_words = related > 0 if on_topic else bool(self._named) and count_related(self._named, words) == len(self._named)
        accepted = not names or not self._names or shared > 0 or has_words
        if not is_relevant and self._words:
            accepted = accepted and related >= LEAST_WORDS * len(self._words)
        elif not is_relevant:
            accepted = shared >= LEAST_NAMES
        if accepted:
            self._names |= names
        return accepted


def _statement_names(statement: Statement, *, with_before: bool) -> frozenset[str]:
    """The stems of the names in a statement, or also in the sentence before it; without the names of its speakers."""
    named = _names_in(statement.text) | (_names_in(statement.before) if with_before else frozenset())
    for voice in statement.voices:
        named -= stems(f"{voice.speaker} {voice.named}")
    return frozenset(named - _NO_NAMES)


@lru_cache(maxsize=5_000)
def _names_in(text: str) -> frozenset[str]:
    """The stems of the names in a text."""
    return frozenset(stem for word in _NAME.findall(_SHORT_FORM.sub(" ", text)) for stem in stems(word))
