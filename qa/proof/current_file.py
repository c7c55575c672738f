"""The current file of a source, and the articles that its bytes can be read as."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from articles_qa.index.articles.article import Article
from articles_qa.index.articles.places import Stretch
from articles_qa.index.errors import ArticleRefused
from articles_qa.index.files.source_files import Sources
from articles_qa.index.formats.article_reader import ArticleReader
from articles_qa.index.formats.kinds import ReadSettings


@dataclass(frozen=True, slots=True)
class FilePosition:
    """A span of a file: in code points of the text, in bytes, and in lines from 1. An extracted text has no bytes."""

    start: int
    end: int
    byte_start: int | None
    byte_end: int | None
    first_line: int
    last_line: int


def nearest(article: Article, text: str, at: int) -> FilePosition | None:
    """Return the position of a text nearest to an offset, of two equally near the first; None where the article lacks it."""
    whole = article.text
    after = whole.find(text, at)
    # The search backwards runs forwards on the reversed text: `find` takes linear time for any text, `rfind` does not.
    mirrored = whole[: at + len(text) - 1][::-1].find(text[::-1]) if at else -1
    before = min(at + len(text) - 1, len(whole)) - mirrored - len(text) if mirrored >= 0 else -1
    found = [start for start in (before, after) if start >= 0]
    if not text or not found:
        return None
    start = min(found, key=lambda start: abs(start - at))
    end = start + len(text)
    first, last = (None, None) if article.places else (article.byte_offset(start), article.byte_offset(end))
    return FilePosition(start, end, first, last, article.line(start), article.line(end))


def line_of_words(article: Article, text: str) -> int | None:
    """Return the line on which the words of a text begin, with any blanks and line ends between them; None for nowhere."""
    at = "".join(article.text.split()).find("".join(text.split()))
    if at < 0 or not text.split():
        return None
    for word in re.finditer(r"\S+", article.text):
        if at < len(word.group()):
            return article.line(word.start() + at)
        at -= len(word.group())
    return None


class CurrentFile:
    """A file as it is on disk now. `data` is None where the file cannot be read, and `problem` says why."""

    def __init__(self, source: str, sources: Sources, reading: ReadSettings | None = None) -> None:
        self.source = source
        self._reader = ArticleReader(reading)
        self._member = ""
        self.data: bytes | None = None
        self.problem = ""
        self._read: dict[str, Article | ArticleRefused] = {}
        self._lines: dict[str, str] = {}
        try:
            self.data = sources.read(source)
            self._member = sources.member(source)
        except ArticleRefused as refusal:
            self.problem = refusal.reason

    @cached_property
    def sha256(self) -> str:
        """The checksum of the file's content."""
        return hashlib.sha256(self.data or b"").hexdigest()

    @property
    def _file(self) -> str:
        """The source of the file, which may hold many articles."""
        return self.source.removesuffix(f"/{self._member}") if self._member else self.source

    def article(self, encoding: str) -> Article:
        """Return the article. A byte-order mark overrules the encoding.

        Raises:
            ArticleRefused: the file is empty, or no text of this encoding.
        """
        if encoding not in self._read:
            try:
                self._read[encoding] = self._reader.article(self.data or b"", self._file, self._member, encoding=encoding)
            except ArticleRefused as refusal:
                self._read[encoding] = refusal
        found = self._read[encoding]
        if isinstance(found, ArticleRefused):
            raise found
        return found

    def words_at(self, reader: str, stretches: Iterable[Stretch], encoding: str) -> str | None:
        """Return the words that stretches of the file hold; None where they cannot be read."""
        return self._reader.words_at(self.data or b"", self._file, (reader, self._member), tuple(stretches), encoding=encoding)

    def articles(self, encodings: Iterable[str]) -> tuple[list[Article], ArticleRefused | None]:
        """Return the articles by each encoding, and the first refusal where an encoding gives no article."""
        found: list[Article] = []
        refusal: ArticleRefused | None = None
        for encoding in dict.fromkeys(encodings):
            try:
                found.append(self.article(encoding))
            except ArticleRefused as error:
                refusal = refusal or error
        return found, refusal

    def holds(self, text: str, encodings: Iterable[str]) -> bool:
        """Return whether the file holds a text of one line, by one of these encodings and with any line ends."""
        for article in self.articles(encodings)[0]:
            if article.encoding not in self._lines:
                self._lines[article.encoding] = " ".join(article.text.split())
        return any(text in line for line in self._lines.values())
