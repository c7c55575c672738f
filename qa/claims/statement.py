"""What is claimed: values that answer a question, each with where it stands in its sentence."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from index.articles.span import Span
from qa.values.amounts import Sense
from qa.values.events import Event


class ValueKind(Enum):
    """What a value is."""

    FIGURE = "figure"
    DATE = "date"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says a stretch of a sentence.

    `scope` counts from the sentence's start; `speaker` is an identity, the
    same for all names of one speaker; `asked`: whether the question asks for
    their word; `named`: how they and whom they cite are named there.
    """

    scope: Span
    speaker: str
    asked: bool
    named: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence whose values may be laid beside others'.

    `text` is one line, offset for offset with the article; `before` is the
    sentence before it in its paragraph, or ""; `relevance` is how surely it
    answers whoever says it, 0..1; `article` is a key; `terms` are its stems,
    and `title` is its article's.
    """

    article: str
    text: str
    before: str
    relevance: float
    voices: tuple[Voice, ...]
    published: date | None
    terms: frozenset[str]
    title: str = ""


@dataclass(frozen=True, slots=True)
class SentenceValue:
    """A figure, day or name; spans count from the sentence's start.

    `low` and `high` are numbers, ISO texts or a name in small letters, and
    differ in a range only; `counted` is the noun; `period`: to what time the
    figure is limited ("in the past week alone").
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
