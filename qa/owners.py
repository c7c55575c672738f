"""Owners: whose things a question counts, and whether a figure counts theirs: North Korean soldiers, not South Korean ones."""

import re

from index.words import terms
from qa.claimed import Statement
from qa.counting import SOLDIERS, Counting
from qa.matter import akin

# "North Korean soldiers": names with the noun after them.
_OWNED = re.compile(r"(?P<names>(?:\b[A-Z][\w’'-]*+\s){1,5})(?:\w{1,20}\s)??(?P<noun>[a-z]\w{2,20})")
_FORCES = frozenset(terms("forces army military units"))


def is_owned(asked: Counting, counted: str, statement: Statement, figure_at: int) -> bool:
    """Whether what is counted is theirs: by the names before it, else by those before the noun elsewhere, else by any words."""
    owners = asked.owners
    if not owners:
        return True
    named = {term for word in counted.split() if word[:1].isupper() for term in terms(word)}
    if named:
        return akin(named, owners) == len(named) or akin(owners, named) == len(owners)
    told = _owners_told(asked, f"{statement.before} {statement.text}", len(statement.before) + 1 + figure_at)
    words = told or statement.terms | set(terms(f"{statement.before} {statement.title}"))
    return akin(owners, words) == len(owners)


def _owners_told(asked: Counting, text: str, figure_at: int) -> frozenset[str]:
    """Whose things of this kind were told of last before the figure; nobody's where none were."""
    nouns = asked.nouns | (SOLDIERS | _FORCES if asked.nouns & SOLDIERS else frozenset())
    told = frozenset[str]()
    for match in _OWNED.finditer(text, 0, max(0, figure_at)):
        if set(terms(match["noun"])) & nouns:
            told = frozenset(terms(match["names"]))
    return told
