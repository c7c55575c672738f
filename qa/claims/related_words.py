"""Related words: the forms of a verb, words for one thing, and texts in nearly the same words."""

import re
from collections.abc import Iterable, Set
from functools import lru_cache

from articles_qa.index.english import CAPITALISED
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.questions.question import Question

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
