"""A source's file as it is now, and the articles that its bytes can be read as."""

import hashlib
from collections.abc import Iterable
from functools import cached_property

from index.article import Article, decode_article
from index.errors import ArticleRefused
from index.sources import Sources


class SourceFile:
    """A file as it is on disk now; `data` is None where there is none to read, and `problem` says why."""

    def __init__(self, source: str, sources: Sources) -> None:
        self.source = source
        self.data: bytes | None = None
        self.problem = ""
        self._read: dict[str, Article | ArticleRefused] = {}
        self._lines: dict[str, str] = {}
        try:
            self.data = sources.read(source)
        except ArticleRefused as refusal:
            self.problem = refusal.reason

    @cached_property
    def sha256(self) -> str:
        """What tells its content from another."""
        return hashlib.sha256(self.data or b"").hexdigest()

    def article(self, encoding: str) -> Article:
        """Its article; a byte-order mark counts more than the encoding.

        Raises:
            ArticleRefused: it is no text of this encoding, or empty.
        """
        if encoding not in self._read:
            try:
                self._read[encoding] = decode_article(self.data or b"", self.source, encoding=encoding)
            except ArticleRefused as refusal:
                self._read[encoding] = refusal
        found = self._read[encoding]
        if isinstance(found, ArticleRefused):
            raise found
        return found

    def articles(self, encodings: Iterable[str]) -> tuple[list[Article], ArticleRefused | None]:
        """Its articles by each of these encodings, and what was first wrong with one by which there is none."""
        found: list[Article] = []
        refusal: ArticleRefused | None = None
        for encoding in dict.fromkeys(encodings):
            try:
                found.append(self.article(encoding))
            except ArticleRefused as error:
                refusal = refusal or error
        return found, refusal

    def holds(self, text: str, encodings: Iterable[str]) -> bool:
        """Whether a text of one line stands in it by one of these encodings, whatever its own lines are."""
        for article in self.articles(encodings)[0]:
            if article.encoding not in self._lines:
                self._lines[article.encoding] = " ".join(article.text.split())
        return any(text in line for line in self._lines.values())
