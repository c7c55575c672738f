"""Asking: finding, quoting and judging. `Retriever` answers questions from an index."""

from index.errors import IndexDamagedError, IndexMismatchError, IndexUnusableError, InputError, QaError
from qa.answers.answer import Answer, AnsweredPart, FoundPassage, by_article
from qa.answers.quote import Quote
from qa.questions.scope import Scope, Within
from qa.retriever import AskSettings, Retriever

__all__ = [
    "Answer",
    "AnsweredPart",
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
