"""What an index keeps of an article: its passages and sentences, with what is known of them."""

from dataclasses import dataclass, field

from index.arrays import Vectors
from index.articles.article import Article, Content
from index.articles.span import Span
from index.speakers.abbreviations import Alias
from index.speakers.attribution import Attribution


@dataclass(frozen=True, slots=True)
class StoredSentence:
    """A sentence as the index keeps it. `terms` are its words as the word index sees them.

    `attributions` are in the order of their scopes, empty where the article speaks
    for itself. `tokens` are its token vectors, packed; empty where the model's are
    not kept.
    """

    id: int
    passage: int
    span: Span
    paragraph: int
    gaps: tuple[Span, ...]
    attributions: tuple[Attribution, ...]
    terms: tuple[str, ...]
    tokens: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as the index keeps it; `article` is the article's number."""

    id: int
    article: int
    span: Span


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article's number, its source and what it was made from."""

    number: int
    source: str
    content: Content


@dataclass(frozen=True, slots=True)
class StoredAlias:
    """A name that an article gives for another one, and the article's number."""

    article: int
    alias: Alias


@dataclass(frozen=True, slots=True)
class Entry:
    """All that the index holds of one article, with numbers that count from 0 inside it. `vectors` has a row a sentence."""

    article: Article
    passages: tuple[Span, ...]
    sentences: tuple[StoredSentence, ...]
    aliases: tuple[Alias, ...]
    vectors: Vectors
