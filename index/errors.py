"""The errors of the program, as a tree.

    QaError                   anything the program says in one line instead of a traceback
    ├── InputError            an article, a question or an argument that cannot be used (exit status 2)
    │   ├── ArticleRefused    one file that cannot be an article; the others are still indexed
    │   └── IndexBusyError    another process is writing the index
    └── IndexUnusableError    there is no index to answer from (exit status 3)
        ├── IndexDamagedError     the index is not as it was published
        └── IndexMismatchError    the index was made by another model or in another format

A message is one line: where, what is wrong, what to do.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class QaError(Exception):
    """Base of every error that a user sees."""


class InputError(QaError):
    """A question, an argument or an article cannot be used."""


class ArticleRefused(InputError):
    """One file cannot be an article; `source` names it, `reason` says why."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class IndexBusyError(InputError):
    """Another process is writing the index; waiting helps."""


class IndexUnusableError(QaError):
    """No answer can be given from this index folder."""


class IndexDamagedError(IndexUnusableError):
    """The index is not as it was published: a file is missing, changed or unreadable."""


class IndexMismatchError(IndexUnusableError):
    """The index was made by another model or in another format or shape."""


@contextmanager
def packages_of(extra: str, what: str) -> Iterator[None]:
    """Say which extra brings the packages that `what` imports inside, where one is missing.

    Raises:
        InputError: a package is missing.
    """
    try:
        yield
    except ImportError as error:
        reason = " ".join(str(error).split())[:100]
        raise InputError(f"{what}: {reason}; run pip install 'articles-qa[{extra}]'") from error
