"""Claims: the values that statements give in answer to a question, and who says each value.

"how many people died when the ferry sank?" and two articles, by police and mayor:

    "The ferry sank and 52 people died."                   52, said by police
    "The ferry sank off Cebu. The toll has risen to 54."   54, said by the mayor: the article is on the topic
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.articles.span import Span
from qa.claims.asked_figure import AskedFigure
from qa.claims.claimed_days import read_days
from qa.claims.claimed_figures import read_figures
from qa.claims.claimed_names import read_names
from qa.claims.statement import Reading, SentenceValue, Statement, Voice
from qa.claims.topic import Topic, is_copy
from qa.questions.question import AnswerType, Question

RELEVANT = 0.2  # Share of the best statement's relevance from which a statement is on the topic, unless it names another.
# Share of the best statement's relevance below which a statement counts only in an article on the topic: where "casualties"
# are asked for, a sentence that says "injured" has but .001 of the best. `Topic.accepts` says what such a statement needs.
FAINT = 0.0001


@dataclass(frozen=True, slots=True)
class Claim:
    """A value and who says it. `statement` is the statement's place; `same_as` the place of the one that it copies."""

    statement: int
    value: SentenceValue
    voice: Voice | None
    same_as: int | None


def read_values(question: Question, asked: AskedFigure | None, statement: Statement) -> Reading:
    """Return the values of a statement that answer. `asked` is the figure that is asked for, or None.

    A page break inside a statement is a run of blanks. The run is read as one blank.
    """
    text = statement.text
    if "  " not in text:
        return _read(question, asked, statement)
    kept = [place for place, char in enumerate(text) if char != " " or text[place - 1 : place] != " "]
    found = _read(question, asked, replace(statement, text="".join(text[place] for place in kept)))

    def wide(span: Span) -> Span:
        return Span(kept[span.start], kept[span.end - 1] + 1)

    def widened(value: SentenceValue) -> SentenceValue:
        counted, period = (wide(span) if span else None for span in (value.counted, value.period))
        return replace(value, span=wide(value.span), counted=counted, period=period)

    return Reading(tuple(map(widened, found.alone)), tuple(map(widened, found.on_topic)))


def _read(question: Question, asked: AskedFigure | None, statement: Statement) -> Reading:
    if asked:
        return read_figures(question, asked, statement)
    if question.asks_for is AnswerType.DATE:
        return read_days(question, statement)
    return read_names(question, statement) if question.asks_for is AnswerType.WHO else Reading()


def find_claims(
    question: Question, asked: AskedFigure | None, statements: Sequence[Statement], readings: Sequence[Reading]
) -> Iterator[Claim]:
    """Yield the claims of statements, best statement first. `readings` are the statements' values.

    One voice claims a thing once in a sentence.
    """
    best = max((statement.relevance for statement in statements), default=0.0)
    topic = Topic(question, asked, statements)
    originals: list[int] = []
    for place, (statement, reading) in enumerate(zip(statements, readings, strict=True)):
        is_relevant, on_topic = statement.relevance >= RELEVANT * best, topic.covers(statement)
        is_faint = statement.relevance < FAINT * best or asked is None or not asked.tables
        if is_faint and not is_relevant and not on_topic:
            continue
        values = reading.on_topic if on_topic else reading.alone
        if values and (asked is None or topic.accepts(statement, is_relevant=is_relevant or on_topic)):
            same_as = next((other for other in originals if is_copy(statements[other].terms, statement.terms)), None)
            yield from (Claim(place, value, voice, same_as) for value, voice in _spoken(statement, values))
            originals += [place] if same_as is None else []


def _spoken(statement: Statement, values: Sequence[SentenceValue]) -> Iterator[tuple[SentenceValue, Voice | None]]:
    """Yield the values with who says each; of the values that one voice gives of one thing, the first."""
    told: set[tuple[object, ...]] = set()
    for value in values:
        # The speaker asked for where the value stands in their words, else the closest speaker.
        around = [voice for voice in statement.voices if voice.scope.holds(value.span)]
        voice = min(around, key=lambda voice: (not voice.asked, len(voice.scope)), default=None)
        key = (value.unit, value.events, value.period is None, voice.speaker if voice else "")
        if key not in told:
            yield value, voice
        told.add(key)
