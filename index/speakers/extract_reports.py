"""Tellings: what the parse of a sentence says of its speakers, kept when the parse is not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.articles.sentences import Sentence
from index.articles.span import Span
from index.grammar.cue_words import asks_back, has_cue
from index.grammar.dependency_tree import Parse
from index.grammar.noun_phrases import Phrase
from index.grammar.parser import BATCH, Parser
from index.grammar.parser_input import PlainLine, plain_line
from index.speakers.named_entities import Named, named_in
from index.speakers.quotations import Piece
from index.speakers.reports import Report, reports_of

# Parses take some 50 KB a sentence, those of a long article at once 130 MB a megabyte of its text.
PARSED_AT_ONCE = 16 * BATCH
_PERSONAL = {"he": "he", "him": "he", "she": "she", "her": "she", "it": "it", "they": "they", "them": "they"}


@dataclass(frozen=True, slots=True)
class Telling:
    """A report in the article's own places: who tells by `name`, named with its article in `said`, whom they cite, what.

    `head` is the place of the name's chief word among the sentence's words.
    `pronoun` or `noun` is it, where it is no more than "he" or "the agency",
    else "". `is_quoted` is whether the report itself stands in quotation marks.
    """

    head: int
    pronoun: str
    noun: str
    name: Span
    said: Span
    cited: Span | None
    scope: Span
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence that was parsed, on one line: what is told in it, and who is named."""

    line: str
    tellings: tuple[Telling, ...]
    named: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence with its parse and the quotations in it."""

    line: PlainLine
    parse: Parse
    pieces: tuple[Piece, ...]


def heard(text: str, found: Sequence[Sentence], inside: Mapping[int, tuple[Piece, ...]], parser: Parser) -> dict[int, Heard]:
    """The sentences with a cue, and the one before each that a pronoun or a quotation may look back to, by number."""
    told: dict[int, Heard] = {}
    wanted = _wanted(text, found)
    for at in range(0, len(wanted), PARSED_AT_ONCE):
        numbers = wanted[at : at + PARSED_AT_ONCE]
        lines = [plain_line(text, found[number]) for number in numbers]
        for number, line, parse in zip(numbers, lines, parser.parse([line.text for line in lines]), strict=True):
            if parse is not None:
                told[number] = _heard(_Read(line, parse, inside.get(number, ())))
    return told


def _wanted(text: str, found: Sequence[Sentence]) -> list[int]:
    """The numbers of the sentences that are to be parsed, in order."""
    wanted: set[int] = set()
    for number, sentence in enumerate(found):
        line = plain_line(text, sentence).text
        if has_cue(line):
            wanted.add(number)
            if number and asks_back(line):
                wanted.add(number - 1)
    return sorted(wanted)


def _heard(one: _Read) -> Heard:
    reports = tuple(reports_of(one.parse, [_words_of(one, piece.span) for piece in one.pieces]))
    return Heard(one.line.text, tuple(_tellings(one, reports)), named_in(one.parse, one.line, reports))


def _words_of(one: _Read, span: Span) -> tuple[int, int]:
    """The words of a parse that lie in a stretch of the article."""
    held = [i for i, word in enumerate(one.parse.words) if span.start <= one.line.places[word.start] < span.end]
    return (held[0], held[-1] + 1) if held else (0, 0)


def _tellings(one: _Read, reports: Sequence[Report]) -> Iterator[Telling]:
    """The reports in the article's places; none of "I", "we" and "you", who are not named."""
    for report in reports:
        who, word = report.who, one.parse.words[report.who.head]
        pronoun = _PERSONAL.get(word.lower, "") if word.tag == "PRP" else ""
        if word.tag == "PRP" and not pronoun:
            continue
        described = not pronoun and who.definite and who.high - who.low == 1 and word.is_noun and word.text.islower()
        yield Telling(
            head=who.head,
            pronoun=pronoun,
            noun=word.lower if described else "",
            name=_span(one, who),
            said=_span(one, who, article=True),
            cited=_span(one, report.cited) if report.cited else None,
            scope=_scope(one, report),
            is_quoted=_is_quoted(one, report),
        )


def _scope(one: _Read, report: Report) -> Span:
    """What of the article is theirs."""
    low, high = report.said
    words = one.parse.words
    scope = one.line.span(words[low].start, words[high - 1].end)
    for piece in one.pieces:  # A mark just outside belongs to what it closes.
        if piece.span.start <= scope.end and scope.start <= piece.span.end and not _is_quoted(one, report):
            scope = Span(min(scope.start, piece.span.start), max(scope.end, piece.span.end))
    return scope


def _span(one: _Read, phrase: Phrase, *, article: bool = False) -> Span:
    words = one.parse.words
    low = phrase.low - 1 if article and phrase.definite and phrase.low else phrase.low
    return one.line.span(words[low].start, words[phrase.high - 1].end)


def _is_quoted(one: _Read, report: Report) -> bool:
    """Whether the report itself stands inside quotation marks."""
    at = one.line.places[one.parse.words[report.by].start]
    return any(piece.span.start < at < piece.span.end for piece in one.pieces)
