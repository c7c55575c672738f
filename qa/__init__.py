"""Asking: finding, quoting and judging. `Retriever` answers questions from an index."""

from index.errors import IndexDamagedError, IndexMismatchError, IndexUnusableError, InputError, QaError
from qa.answer import Answer, FoundPassage, by_article
from qa.quote import Quote
from qa.retriever import Retriever
from qa.scope import Scope, Within
from qa.settings import AskSettings

__all__ = [
    "Answer",
    "AskSettings",
    "FoundPassage",
    "IndexDamagedError",
    "IndexMismatchError",
    "IndexUnusableError",
    "InputError",
    "QaError",
    "Quote",
    "Retriever",
    "Scope",
    "Within",
    "by_article",
]
