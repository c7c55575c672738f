"""Owners: whose things a question counts, and whether a figure counts theirs: North Korean soldiers, not South Korean ones."""

from collections.abc import Set

from index.words import terms
from qa.claimed import Statement
from qa.matter import akin


def is_owned(owners: Set[str], counted: str, statement: Statement) -> bool:
    """Whether what is counted is theirs, by the names before it, else by the sentence, the one before and the title."""
    if not owners:
        return True
    named = {term for word in counted.split() if word[:1].isupper() for term in terms(word)}
    if named:
        return akin(named, owners) == len(named) or akin(owners, named) == len(owners)
    told = statement.terms | set(terms(f"{statement.before} {statement.title}"))
    return akin(owners, told) == len(owners)
