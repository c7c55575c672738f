"""Asking: finding, quoting and judging. `Retriever` answers questions from an index."""

import warnings

from articles_qa.index.errors import IndexDamagedError, IndexMismatchError, IndexUnusableError, InputError, QaError
from articles_qa.qa.answers.answer import Answer, AnsweredPart, FoundPassage, by_article
from articles_qa.qa.answers.quote import Quote
from articles_qa.qa.questions.scope import Scope, Within
from articles_qa.qa.retriever import AskSettings, Retriever

if __name__ == "qa":  # Imported from a checkout's folder.
    warnings.warn(f"import articles_qa.{__name__}: the bare name goes with the next release", DeprecationWarning, stacklevel=2)

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
