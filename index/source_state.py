"""What became of articles' files since they were indexed, looked at when they are quoted."""

import hashlib
import os
import time
from dataclasses import dataclass
from enum import Enum
from io import BufferedReader

from index.article import Article
from index.errors import ArticleRefused
from index.sources import Sources

# Two edits within a tick of the file system's clock leave the same times (2 s on FAT), so a file that was changed
# just before it was read is read again the next time, as git does.
RACY_NS = 2_000_000_000


class SourceState(Enum):
    """What became of an article's file since it was indexed.

    `MISSING` is a file that is not there, cannot be read, or gave way to
    something else: a folder, a pipe, a symbolic link.
    """

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class _Look:
    """What tells a file's content from an earlier one without reading it: no edit leaves all of it as it was."""

    device: int
    inode: int
    size_bytes: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def at(cls, file: BufferedReader) -> "_Look":
        status = os.fstat(file.fileno())
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    def is_settled(self, at_ns: int) -> bool:
        """Whether an edit at this moment or later would show."""
        return max(self.modified_ns, self.changed_ns) < at_ns - RACY_NS


class SourceStates:
    """Compares articles with their files; a file that was found unchanged is read again only when it looks different."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._unchanged: dict[str, tuple[str, _Look]] = {}  # By source, the sha256 and the look it then had.

    def state(self, article: Article) -> SourceState:
        """What the file is now; never an error, whatever lies in its place."""
        began_ns = time.time_ns()
        try:
            with self._sources.open(article.source) as file:
                look = _Look.at(file)
                if self._unchanged.get(article.source) == (article.sha256, look):
                    return SourceState.UNCHANGED
                same = look.size_bytes == article.size_bytes
                if not same or hashlib.file_digest(file, "sha256").hexdigest() != article.sha256:
                    return SourceState.CHANGED
                if look == _Look.at(file) and look.is_settled(began_ns):
                    self._unchanged[article.source] = article.sha256, look
        except (ArticleRefused, OSError):
            return SourceState.MISSING
        return SourceState.UNCHANGED
