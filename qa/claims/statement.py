"""A statement: a sentence that answers a question, and the values in it."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from articles_qa.index.articles.span import Span
from articles_qa.qa.values.amounts import Sense
from articles_qa.qa.values.events import Event


class ValueKind(Enum):
    """The kind of a value."""

    FIGURE = "figure"
    DATE = "date"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Voice:
    """The speaker of a part of a sentence.

    `scope` counts from the sentence's start. `speaker` is the speaker's fullest
    name, the same for all names of one speaker. `asked`: the question asks for
    this speaker's word.
    """

    scope: Span
    speaker: str
    asked: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that answers, and whose values may stand in a table.

    `article` is the article's key and `title` its title. `text` is one line,
    with the offsets of the article. `before` is the sentence before it in the
    paragraph, or "". `terms` are its stems.
    """

    article: str
    text: str
    before: str
    voices: tuple[Voice, ...]
    published: date | None
    terms: frozenset[str]
    title: str = ""


@dataclass(frozen=True, slots=True)
class SentenceValue:
    """A figure, a day or a name in a sentence. Spans count from the sentence's start.

    `low` and `high` are numbers, ISO dates or a name in small letters. They
    differ in a range only. `counted` is the noun that is counted. `period` is
    the time that the figure is limited to ("in the past week alone").
    """

    span: Span
    kind: ValueKind
    low: float | str
    high: float | str
    sense: Sense
    unit: str = ""
    counted: Span | None = None
    events: tuple[Event, ...] = ()
    period: Span | None = None
