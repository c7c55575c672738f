"""What became of articles' files since they were indexed, looked at when they are quoted."""

import hashlib
import os
import time
from enum import Enum

from index.article import Article
from index.errors import ArticleRefused
from index.look import Look, is_settled, look_of
from index.sources import Sources


class SourceState(Enum):
    """What became of an article's file since it was indexed.

    `MISSING` is a file that is not there, cannot be read, or gave way to
    something else: a folder, a pipe, a symbolic link.
    """

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MISSING = "missing"


class SourceStates:
    """Compares articles with their files; a file that was found unchanged is read again only when it looks different."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._unchanged: dict[str, tuple[str, Look]] = {}  # By source, the sha256 and the look it then had.

    def state(self, article: Article) -> SourceState:
        """What the file is now; never an error, whatever lies in its place."""
        began_ns = time.time_ns()
        try:
            with self._sources.open(article.source) as file:
                status = os.fstat(file.fileno())
                look = look_of(status)
                if self._unchanged.get(article.source) == (article.sha256, look):
                    return SourceState.UNCHANGED
                same = status.st_size == article.size_bytes
                if not same or hashlib.file_digest(file, "sha256").hexdigest() != article.sha256:
                    return SourceState.CHANGED
                if look == look_of(os.fstat(file.fileno())) and is_settled(status, began_ns):
                    self._unchanged[article.source] = article.sha256, look
        except (ArticleRefused, OSError):
            return SourceState.MISSING
        return SourceState.UNCHANGED
