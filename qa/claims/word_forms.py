"""Forms: the stems of a question and of a sentence, with the forms of one verb, and a few words for one thing, as one."""

import re
from collections.abc import Iterable, Set
from functools import lru_cache

from index.english import CAPITALISED
from index.search.analyzer import terms
from qa.questions.question import Question

# Of one verb, where stems differ.
_FORMS = (
    "take took taken, go went gone goes, begin began begun start, strike struck stricken hit, hold held, leav left, meet met, "
    "win won, fall fell fallen, rise rose risen, send sent, build built, find found, make made, break broke broken, shoot "
    "shot, buy bought, sell sold, die dead death, lose lost loss, steal stole stolen, give gave given, write wrote written, "
    "speak spoke spoken, choos chose chosen elect, defeat beat beaten, becom becam, come came, fli flew flown, sink sank sunk, "
    "agreement deal treati pact accord"
).split(", ")
_FORM = {form: forms.split()[0] for forms in _FORMS for form in forms.split()}


def as_one(words: Iterable[str]) -> frozenset[str]:
    """Stems with the forms of one verb as one."""
    return frozenset(_FORM.get(word, word) for word in words)


@lru_cache(maxsize=100)  # Asked anew for each sentence.
def plain_terms(question: Question) -> frozenset[str]:
    """The question's stems without names and the speaker's, irregular verbs as one; all where only names are left."""
    named = {term for word in re.findall(rf"(?<=\s){CAPITALISED}", question.text) for term in terms(word)}
    wanted = set(question.terms) - question.speaker_terms
    return as_one(wanted - named or wanted)


@lru_cache(maxsize=5_000)
def stems(text: str) -> frozenset[str]:
    """The stems of a part of a sentence, irregular verbs as one."""
    return as_one(terms(text))


def count_related(words: Set[str], others: Set[str]) -> int:
    """How many of the words have their like among the others: "korea" and "korean"."""
    starts = {other[:5] for other in others}
    return sum(word[:5] in starts for word in words)
