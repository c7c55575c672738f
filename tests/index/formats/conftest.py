"""What tests of formats share: a reader, and files read by it."""

from collections.abc import Callable

import pytest

from articles_qa.index.articles.article import Article
from articles_qa.index.articles.span import Span
from articles_qa.index.formats.article_reader import ArticleReader, FileArticles
from articles_qa.index.formats.kinds import ReadSettings

Read = Callable[..., FileArticles]


@pytest.fixture(scope="session")
def reader() -> ArticleReader:
    """A reader of all formats; its process is shared by all tests."""
    return ArticleReader()


@pytest.fixture(scope="session")
def read(reader: ArticleReader) -> Read:
    """Reads a file, and proves each article of it: its runs of the file hold its words."""

    def read_and_prove(
        data: bytes, name: str, settings: ReadSettings | None = None, encoding: str | None = None
    ) -> FileArticles:
        used = ArticleReader(settings) if settings else reader
        found = used.read(data, name, encoding=encoding)
        for article in found.articles:
            assert _words(used, data, name, article, encoding) == "".join(article.text.split()), article.source
        return found

    return read_and_prove


def _words(reader: ArticleReader, data: bytes, name: str, article: Article, encoding: str | None) -> str | None:
    """The words that the file holds at the places of an article's text, without blanks."""
    place, places = article.place(Span(0, len(article.text))), article.places
    assert place is not None and places is not None
    words = reader.words_at(data, name, (places.reader, places.member), place.stretches, encoding=encoding)
    return None if words is None else "".join(words.split())
