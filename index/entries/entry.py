"""Entries: the records that an index keeps of an article, its passages, sentences and aliases."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from articles_qa.index.arrays import Vectors
from articles_qa.index.articles.article import Article, Content
from articles_qa.index.articles.sentences import read_with
from articles_qa.index.articles.span import Span
from articles_qa.index.models.embedder import PassageText
from articles_qa.index.speakers.abbreviations import Alias
from articles_qa.index.speakers.attribution import Attribution


@dataclass(frozen=True, slots=True)
class StoredSentence:
    """A sentence as the index keeps it; `terms` are its words as the word index has them.

    `attributions` are in the order of their scopes, empty where the article
    itself speaks. `tokens` are its packed token vectors, b"" where the index
    keeps none. `leads` are stretches outside of it that it is read with.
    """

    id: int
    passage: int
    span: Span
    paragraph: int
    gaps: tuple[Span, ...]
    attributions: tuple[Attribution, ...]
    terms: tuple[str, ...]
    tokens: bytes = field(default=b"", repr=False)
    leads: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as the index keeps it; `article` is the article's number."""

    id: int
    article: int
    span: Span


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article's number, source and content."""

    number: int
    source: str
    content: Content


@dataclass(frozen=True, slots=True)
class StoredAlias:
    """An alias that an article gives for a name, and the article's number."""

    article: int
    alias: Alias


@dataclass(frozen=True, slots=True)
class Entry:
    """All that an index keeps of one article; numbers count from 0 inside it. `vectors` has one row for each sentence."""

    article: Article
    passages: tuple[Span, ...]
    sentences: tuple[StoredSentence, ...]
    aliases: tuple[Alias, ...]
    vectors: Vectors


def passage_texts(article: Article, sentences: Sequence[StoredSentence]) -> tuple[PassageText, ...]:
    """Return the model's input for each passage of these sentences of an article, in order."""
    text, title = article.text, article.title or ""
    return tuple(
        PassageText(title, tuple(read_with(text, one.span, one.gaps, one.leads) for one in inside))
        for _, inside in groupby(sentences, key=lambda one: one.passage)
    )
