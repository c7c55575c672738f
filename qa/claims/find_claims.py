"""Claims: the values that statements give in answer to a question, and who says each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.articles.span import Span
from qa.claims.asked_figure import AskedFigure
from qa.claims.claimed_days import days_claimed
from qa.claims.claimed_figures import figures_claimed
from qa.claims.claimed_names import names_claimed
from qa.claims.statement import SentenceValue, Statement, Voice
from qa.claims.topic import Topic
from qa.questions.question import AnswerType, Question

NEAR = 0.2  # Of the best statement's relevance: from here on a statement is of the topic, unless it names another.
# Of the best's: below it none counts. Sentences that say "injured" where "casualties" was asked for have but .001 of it.
# What a faint one must show instead, `Topic` says; and the noun and the event must fit in any case.
FAINT = 0.0001
SAME_WORDING = 0.75  # As qa.quoting has it: from this share of words in common two sentences are one report.


@dataclass(frozen=True, slots=True)
class Claim:
    """A value, who says it, and the places among the statements of its sentence and of the one which that repeats."""

    statement: int
    value: SentenceValue
    voice: Voice | None
    same_as: int | None


def find_claims(question: Question, asked: AskedFigure | None, statements: Sequence[Statement]) -> Iterator[Claim]:
    """What each statement claims, best first; of one voice in one sentence, a thing once.

    `asked` is what a question for a figure counts, None for another one.
    """
    best = max((statement.relevance for statement in statements), default=0.0)
    topic = Topic(question, asked, statements)
    kept: list[int] = []
    for place, statement in enumerate(statements):
        near = statement.relevance >= NEAR * best
        on_topic = topic.covers(statement)
        faint = statement.relevance < FAINT * best or asked is None or not asked.tables
        if faint and not near and not on_topic:
            continue
        values = _values(question, asked, statement, on_topic=on_topic)
        if values and (asked is None or topic.accepts(statement, near=near or on_topic)):
            same_as = next((other for other in kept if _is_copy(statements[other], statement)), None)
            yield from (Claim(place, value, voice, same_as) for value, voice in _spoken(statement, values))
            kept += [place] if same_as is None else []


def read_values(question: Question, asked: AskedFigure | None, statement: Statement) -> int:
    """How many values a statement may claim, were it of the topic."""
    return len(_values(question, asked, statement, on_topic=True))


def _spoken(statement: Statement, values: Sequence[SentenceValue]) -> Iterator[tuple[SentenceValue, Voice | None]]:
    """The values with who says each, without the second that one voice gives of the same thing."""
    told: set[tuple[object, ...]] = set()
    for value in values:
        voice = _voice(statement, value)
        key = (value.unit, value.events, value.period is None, voice.speaker if voice else "")
        if key not in told:
            yield value, voice
        told.add(key)


def _values(
    question: Question, asked: AskedFigure | None, statement: Statement, *, on_topic: bool = False
) -> tuple[SentenceValue, ...]:
    """The values of a statement; a page break inside it, which is a run of blanks, is read as one."""
    text = statement.text
    if "  " not in text:
        return _read(question, asked, statement, on_topic=on_topic)
    kept = [place for place, char in enumerate(text) if char != " " or text[place - 1 : place] != " "]
    narrow = replace(statement, text="".join(text[place] for place in kept))

    def wide(span: Span) -> Span:
        return Span(kept[span.start], kept[span.end - 1] + 1)

    return tuple(
        replace(
            value,
            span=wide(value.span),
            counted=wide(value.counted) if value.counted else None,
            period=wide(value.period) if value.period else None,
        )
        for value in _read(question, asked, narrow, on_topic=on_topic)
    )


def _read(question: Question, asked: AskedFigure | None, statement: Statement, *, on_topic: bool) -> tuple[SentenceValue, ...]:
    if asked:
        return figures_claimed(question, asked, statement, on_topic=on_topic)
    if question.asks_for is AnswerType.DATE:
        return days_claimed(question, statement, on_topic=on_topic)
    return names_claimed(question, statement, on_topic=on_topic) if question.asks_for is AnswerType.WHO else ()


def _voice(statement: Statement, value: SentenceValue) -> Voice | None:
    """Who says a value: of those whose words it stands in the one asked for, else the closest around it."""
    around = [voice for voice in statement.voices if voice.scope.holds(value.span)]
    return min(around, key=lambda voice: (not voice.asked, len(voice.scope)), default=None)


def _is_copy(one: Statement, other: Statement) -> bool:
    return len(one.terms & other.terms) >= SAME_WORDING * max(1, len(one.terms | other.terms))
