"""The matter: which statements speak of the one thing that a question is about, and not of another like it."""

import re
from collections.abc import Set
from functools import lru_cache

from index.words import terms
from qa.claimed import Statement

LEAST_ANCHORS = 0.5  # Of what a question names, in a statement that is far less relevant than the best.
LEAST_NAMES = 2  # In common with what is known of the matter, where the question names nothing.
_NAME = re.compile(  # Of a thing or place; whoever reports it may be anybody.
    r"(?<![.!?“\"‘:] )(?<!^)(?<!^[“\"‘])\b[A-Z][^\W_]++(?:-[A-Z]\w++)*+"
    r"(?!,?\s(?:sa(?:id|ys)|told|claim|report|announc|put|estimat|stat|confirm|believ))"
)
_NO_NAMES = frozenset(
    terms(
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September "
        "October November December President Minister Prime Ministry National Police Christmas The Most Some All But And"
    )
)


class Matter:
    """What is known of the matter: what the question names, and what those statements name that speak of it."""

    def __init__(self, anchors: frozenset[str], named: frozenset[str]) -> None:
        """`anchors`: the stems of what the question asks about; `named`: those of them that are names."""
        self._anchors, self._named = anchors, named
        self._names: set[str] = set()

    def takes(self, statement: Statement, *, near: bool) -> bool:
        """Whether a statement is of the matter, and then what it names is too.

        `near`: it is about as relevant as the best. Such a one is taken unless
        it names only other things; another one must show what ties it to the
        matter, for it may be less relevant because it has other words for it.
        """
        names = _names(statement)
        words = statement.terms | _stems(statement.before)
        shared = len(names & self._names)
        taken = (
            not names or not self._names or shared > 0 or (bool(self._named) and akin(self._named, words) == len(self._named))
        )
        if not near and self._anchors:
            taken = taken and akin(self._anchors, words) >= LEAST_ANCHORS * len(self._anchors)
        elif not near:
            taken = shared >= LEAST_NAMES
        if taken:
            self._names |= names
        return taken


def akin(words: Set[str], others: Set[str]) -> int:
    """How many of the words have their like among the others: "korea" and "korean"."""
    starts = {other[:5] for other in others}
    return sum(word[:5] in starts for word in words)


def _names(statement: Statement) -> frozenset[str]:
    """The stems of what a statement and the sentence before it name, without who speaks."""
    named = set[str]()
    for text in (statement.text, statement.before):
        named.update(stem for word in _NAME.findall(text) for stem in _stems(word))
    for voice in statement.voices:
        named -= _stems(voice.speaker)
    return frozenset(named - _NO_NAMES)


@lru_cache(maxsize=20_000)
def _stems(text: str) -> frozenset[str]:
    return frozenset(terms(text))
