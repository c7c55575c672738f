"""What can go wrong, as a tree.

    QaError                   anything the program says in one line instead of a traceback
    ├── InputError            an article, a question or an argument that cannot be used (exit status 2)
    │   ├── ArticleRefused    one file that cannot be an article; the others are still indexed
    │   └── IndexBusyError    another process is writing the index just now
    └── IndexUnusableError    there is no index to answer from (exit status 3)
        ├── IndexDamagedError     it is not what was published
        └── IndexMismatchError    it was made by another model or another format

A message is one line: where, what is wrong, what to do.
"""


class QaError(Exception):
    """Base of every error that a user sees."""


class InputError(QaError):
    """What was asked or given cannot be used as it is."""


class ArticleRefused(InputError):
    """One file cannot be an article; `source` names it, `reason` says why."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class IndexBusyError(InputError):
    """Another process is writing the index; it can be waited for."""


class IndexUnusableError(QaError):
    """No answer can be given from this index folder."""


class IndexDamagedError(IndexUnusableError):
    """The index is not what was published: a file is missing, changed or unreadable."""


class IndexMismatchError(IndexUnusableError):
    """The index was made by another model, format or shape than the one asked for."""
