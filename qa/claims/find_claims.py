"""Claims: the values that statements give in answer to a question, and who says each value.

"how many people died when the ferry sank?":

    "The ferry sank and 52 people died, police said."   52, said by police
    "The toll has risen to 54, the mayor said."         54, said by the mayor
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from articles_qa.index.articles.span import Span
from articles_qa.qa.claims.asked_figure import AskedFigure
from articles_qa.qa.claims.claimed_days import read_days
from articles_qa.qa.claims.claimed_figures import read_figures
from articles_qa.qa.claims.claimed_names import read_names
from articles_qa.qa.claims.polarity import Polarity, asks_ahead, polarity
from articles_qa.qa.claims.related_words import is_copy
from articles_qa.qa.claims.statement import SentenceValue, Statement, Voice
from articles_qa.qa.questions.question import AnswerType, Question


@dataclass(frozen=True, slots=True)
class Claim:
    """A value, and who asserts, denies or supposes it.

    `statement` is the statement's place; `same_as` the place of the one that it copies.
    """

    statement: int
    value: SentenceValue
    voice: Voice | None
    same_as: int | None
    polarity: Polarity = Polarity.ASSERTED


def read_values(question: Question, asked: AskedFigure | None, statement: Statement) -> tuple[SentenceValue, ...]:
    """Return the values of a statement that answer. `asked` is the figure that is asked for, or None.

    A page break inside a statement is a run of blanks. The run is read as one blank.
    """
    text = statement.text
    if "  " not in text:
        return _read(question, asked, statement)
    kept = [place for place, char in enumerate(text) if char != " " or text[place - 1 : place] != " "]

    def wide(span: Span) -> Span:
        return Span(kept[span.start], kept[span.end - 1] + 1)

    def widened(value: SentenceValue) -> SentenceValue:
        counted, period = (wide(span) if span else None for span in (value.counted, value.period))
        return replace(value, span=wide(value.span), counted=counted, period=period)

    return tuple(map(widened, _read(question, asked, replace(statement, text="".join(text[place] for place in kept)))))


def _read(question: Question, asked: AskedFigure | None, statement: Statement) -> tuple[SentenceValue, ...]:
    if asked:
        return read_figures(question, asked, statement)
    if question.asks_for is AnswerType.DATE:
        return read_days(question, statement)
    return read_names(question, statement) if question.asks_for is AnswerType.WHO else ()


def find_claims(
    question: Question, statements: Sequence[Statement], readings: Sequence[Sequence[SentenceValue]]
) -> Iterator[Claim]:
    """Yield the claims of statements, best statement first. `readings` are the statements' values.

    One voice claims a thing once in a sentence.
    """
    ahead = asks_ahead(question.text)
    originals: list[int] = []
    for place, (statement, values) in enumerate(zip(statements, readings, strict=True)):
        same_as = next((other for other in originals if is_copy(statements[other].terms, statement.terms)), None)
        for value, voice in _spoken(statement, values):
            if told := polarity(statement.text, value.span):
                yield Claim(place, value, voice, same_as, Polarity.ASSERTED if ahead and told is Polarity.SUPPOSED else told)
        originals += [place] if values and same_as is None else []


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
