"""Speakers: whose word each sentence of an article is, read from its parses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from index.attribution import Attribution
from index.cues import asks_back, has_cue
from index.mentions import Mention, meant_by_description, meant_by_pronoun
from index.named import Named, named_in, sorted_out
from index.noun_phrases import Phrase
from index.nouns import Sort
from index.parse import Parse
from index.parsing import Parser
from index.plain_line import PlainLine, plain_line
from index.quotations import Piece, pieces
from index.report import Report
from index.reports import reports_of
from index.sentences import Sentence
from index.shared_quotations import shared
from index.span import Span

_PERSONAL = {"he": "he", "him": "he", "she": "she", "her": "she", "it": "it", "they": "they", "them": "they"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """Each sentence's attributions, in the order of their scopes; `people` are the names of those who speak or are named."""

    attributions: tuple[tuple[Attribution, ...], ...]
    people: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence that was parsed, with its reports and the quotations in it."""

    line: PlainLine
    parse: Parse
    reports: tuple[Report, ...]
    pieces: tuple[Piece, ...]


def speakers(text: str, found: Sequence[Sentence], parser: Parser) -> Spoken:
    """Whom each sentence quotes or reports.

    A sentence without a cue is not parsed and says nothing of anybody. A pronoun
    or "the agency" stands for one named before it; the sentences of one
    quotation share the speaker that is named before, between or after them.
    """
    quoted = pieces(text, found)
    inside = {number: tuple(some) for number, some in groupby(quoted, key=lambda piece: piece.sentence)}
    read = _parsed(text, found, inside, parser)
    some = {number: named_in(one.parse, one.line, one.reports) for number, one in read.items()}
    named = sorted_out(some, {number: one.line.text for number, one in read.items()}, parser)
    told, mentions = _reported(read, named)
    for number, attributions in shared(text, found, quoted, told, mentions).items():
        told.setdefault(number, []).extend(attributions)
    people = tuple(mention.name for mention in mentions if mention.sort is Sort.PERSON)
    return Spoken(tuple(_in_order(told.get(number, [])) for number in range(len(found))), people)


def _parsed(text: str, found: Sequence[Sentence], inside: Mapping[int, tuple[Piece, ...]], parser: Parser) -> dict[int, _Read]:
    """The sentences with a cue, and the one before each that a pronoun or a quotation may look back to."""
    wanted: set[int] = set()
    lines = [plain_line(text, sentence) for sentence in found]
    for number, line in enumerate(lines):
        if has_cue(line.text):
            wanted.add(number)
            if number and asks_back(line.text):
                wanted.add(number - 1)
    numbers = sorted(wanted)
    read: dict[int, _Read] = {}
    for number, parse in zip(numbers, parser.parse([lines[number].text for number in numbers]), strict=True):
        if parse is not None:
            here = inside.get(number, ())
            reports = reports_of(parse, [_words_of(parse, lines[number], piece.span) for piece in here])
            read[number] = _Read(lines[number], parse, tuple(reports), here)
    return read


def _words_of(parse: Parse, line: PlainLine, span: Span) -> tuple[int, int]:
    """The words of a parse that lie in a stretch of the article."""
    held = [i for i, word in enumerate(parse.words) if span.start <= line.places[word.start] < span.end]
    return (held[0], held[-1] + 1) if held else (0, 0)


def _reported(
    read: Mapping[int, _Read], named: Mapping[int, Sequence[Named]]
) -> tuple[dict[int, list[Attribution]], list[Mention]]:
    """What reports say, sentence by sentence, and all who are named on the way."""
    told: dict[int, list[Attribution]] = {}
    mentions: list[Mention] = []
    for number, one in read.items():
        own = {name.phrase.head: name.mention(number) for name in named[number]}
        again: list[Mention] = []
        for report in one.reports:
            within = [own[head] for head in sorted(own) if head < report.who.head]
            meant = _meant(one, report, own, [*mentions, *within], number)
            if meant is None or (_is_quoted(one, report) and meant.name != _span(one, report.who)):
                continue
            told.setdefault(number, []).append(_attribution(one, report, meant))
            if meant.sentence < number:
                again.append(replace(meant, sentence=number, speaks=True))
        # Who spoke is found before who was only spoken of, and whoever was meant by "he" can be meant so again.
        mentions += sorted(own.values(), key=lambda mention: mention.speaks)
        mentions += again
    return told, mentions


def _meant(one: _Read, report: Report, own: Mapping[int, Mention], before: Sequence[Mention], number: int) -> Mention | None:
    """Who speaks in a report: the one named there, or the one that a pronoun or description means."""
    word = one.parse.words[report.who.head]
    if word.tag == "PRP":
        pronoun = _PERSONAL.get(word.lower)
        return meant_by_pronoun(pronoun, before, sentence=number) if pronoun is not None else None
    itself = own[report.who.head]
    if report.who.definite and report.who.high - report.who.low == 1 and word.is_noun and word.text.islower():
        return meant_by_description(word.lower, before, sentence=number) or itself
    return itself


def _attribution(one: _Read, report: Report, meant: Mention) -> Attribution:
    name = _span(one, report.who)
    said = meant.name if name == meant.name else _span(one, report.who, article=True)
    low, high = report.said
    words = one.parse.words
    scope = one.line.span(words[low].start, words[high - 1].end)
    for piece in one.pieces:  # A mark just outside belongs to what it closes.
        if piece.span.start <= scope.end and scope.start <= piece.span.end and not _is_quoted(one, report):
            scope = Span(min(scope.start, piece.span.start), max(scope.end, piece.span.end))
    return Attribution(meant.name, said, _span(one, report.cited) if report.cited else None, scope)


def _span(one: _Read, phrase: Phrase, *, article: bool = False) -> Span:
    words = one.parse.words
    low = phrase.low - 1 if article and phrase.definite and phrase.low else phrase.low
    return one.line.span(words[low].start, words[phrase.high - 1].end)


def _is_quoted(one: _Read, report: Report) -> bool:
    """Whether the report itself stands inside quotation marks."""
    at = one.line.places[one.parse.words[report.by].start]
    return any(piece.span.start < at < piece.span.end for piece in one.pieces)


def _in_order(attributions: Sequence[Attribution]) -> tuple[Attribution, ...]:
    """By their scopes, the wider first; what one speaker says in two clauses that follow each other is one."""
    ordered: list[Attribution] = []
    for one in sorted(attributions, key=lambda one: (one.scope.start, -one.scope.end)):
        last = ordered[-1] if ordered else None
        if last and last.name == one.name and (one.cited in (None, last.cited) or last.cited is None):
            scope = Span(last.scope.start, max(last.scope.end, one.scope.end))
            ordered[-1] = replace(last, cited=last.cited or one.cited, scope=scope)
        else:
            ordered.append(one)
    return tuple(ordered)
