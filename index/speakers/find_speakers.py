"""Speakers: whose word each sentence of an article is, read from its parses."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from index.articles.sentences import Sentence
from index.articles.span import Span
from index.grammar.noun_classes import Sort
from index.grammar.parser import Parser
from index.speakers.attribution import Attribution
from index.speakers.coreference import FAR, Mention, meant_by_description, meant_by_pronoun
from index.speakers.extract_reports import Heard, Telling, heard
from index.speakers.named_entities import Named, sorted_out
from index.speakers.quotations import Piece, pieces

FILLED = 0.8  # Of its sentence, by length, so that a quotation is somebody's sentence and not a word set in marks.


def shared(
    text: str,
    found: Sequence[Sentence],
    quoted: Sequence[Piece],
    told: Mapping[int, Sequence[Attribution]],
    mentions: Sequence[Mention],
) -> dict[int, list[Attribution]]:
    """The attributions that are to be added, sentence by sentence."""
    added: dict[int, list[Attribution]] = {}
    subjects = {mention.sentence: mention for mention in mentions if mention.sort is not Sort.PLURAL and not mention.place}
    for _, group in groupby(quoted, key=lambda piece: piece.quotation):
        parts = list(group)
        outside = {piece.sentence: list(_outside(told.get(piece.sentence, ()), piece)) for piece in parts}
        silent = [piece for piece in parts if not outside[piece.sentence]]
        if not silent:
            continue
        speaker = _nearest(parts, outside) or _before(text, found, parts, [told, added], subjects)
        if speaker is not None:
            for piece in silent:
                added.setdefault(piece.sentence, []).append(replace(speaker, scope=piece.span))
    return added


def _outside(attributions: Sequence[Attribution], piece: Piece) -> Iterator[Attribution]:
    """Those that do not stand inside the quotation themselves."""
    return (one for one in attributions if not (piece.span.start < one.said.start and one.said.end <= piece.span.end))


def _nearest(parts: Sequence[Piece], outside: Mapping[int, Sequence[Attribution]]) -> Attribution | None:
    """The speaker who is named beside the quotation: at its end before at its start."""
    for piece in (parts[-1], parts[0], *parts):
        if beside := outside[piece.sentence]:
            return min(beside, key=lambda one: min(abs(one.said.start - piece.span.end), abs(piece.span.start - one.said.end)))
    return None


def _before(
    text: str,
    found: Sequence[Sentence],
    parts: Sequence[Piece],
    told: Sequence[Mapping[int, Sequence[Attribution]]],
    subjects: Mapping[int, Mention],
) -> Attribution | None:
    """The speaker of the sentence before, where whole sentences are quoted."""
    first = parts[0].sentence
    if not first or (len(parts) == 1 and len(parts[0].span) < FILLED * len(found[first].span)):
        return None
    before = found[first - 1]
    if found[first].paragraph - before.paragraph > 1:
        return None
    for attributions in told:
        if first - 1 in attributions:
            return attributions[first - 1][-1]
    leads_on = before.paragraph == found[first].paragraph or before.span.cut(text).endswith(":")
    mention = subjects.get(first - 1) if leads_on else None
    return Attribution(mention.name, mention.name, None, parts[0].span) if mention else None


@dataclass(frozen=True, slots=True)
class Spoken:
    """Each sentence's attributions, in the order of their scopes; `people` are the names of those who speak or are named."""

    attributions: tuple[tuple[Attribution, ...], ...]
    people: tuple[Span, ...]


def speakers(text: str, found: Sequence[Sentence], parser: Parser) -> Spoken:
    """Whom each sentence quotes or reports.

    A sentence without a cue is not parsed and says nothing of anybody. A pronoun
    or "the agency" stands for one named before it; the sentences of one
    quotation share the speaker that is named before, between or after them.
    """
    quoted = pieces(text, found)
    inside = {number: tuple(some) for number, some in groupby(quoted, key=lambda piece: piece.sentence)}
    read = heard(text, found, inside, parser)
    some = {number: one.named for number, one in read.items()}
    named = sorted_out(some, {number: one.line for number, one in read.items()}, parser)
    told, mentions = _reported(read, named)
    for number, attributions in shared(text, found, quoted, told, mentions).items():
        told.setdefault(number, []).extend(attributions)
    people = tuple(mention.name for mention in mentions if mention.sort is Sort.PERSON)
    return Spoken(tuple(_in_order(told.get(number, [])) for number in range(len(found))), people)


def _reported(
    read: Mapping[int, Heard], named: Mapping[int, Sequence[Named]]
) -> tuple[dict[int, list[Attribution]], list[Mention]]:
    """What reports say, sentence by sentence, and all who are named on the way."""
    told: dict[int, list[Attribution]] = {}
    mentions: list[Mention] = []
    for number, one in read.items():
        own = {name.phrase.head: name.mention(number) for name in named[number]}
        recent = mentions[bisect_left(mentions, number - FAR, key=lambda mention: mention.sentence) :]
        again: list[Mention] = []
        for telling in one.tellings:
            within = [own[head] for head in sorted(own) if head < telling.head]
            meant = _meant(telling, own, [*recent, *within], number)
            if meant is None or (telling.is_quoted and meant.name != telling.name):
                continue
            said = meant.name if telling.name == meant.name else telling.said
            told.setdefault(number, []).append(Attribution(meant.name, said, telling.cited, telling.scope))
            if meant.sentence < number:
                again.append(replace(meant, sentence=number, speaks=True))
        # Who spoke is found before who was only spoken of, and whoever was meant by "he" can be meant so again.
        mentions += sorted(own.values(), key=lambda mention: mention.speaks)
        mentions += again
    return told, mentions


def _meant(telling: Telling, own: Mapping[int, Mention], before: Sequence[Mention], number: int) -> Mention | None:
    """Who tells it: the one named there, or the one that a pronoun or description means."""
    if telling.pronoun:
        return meant_by_pronoun(telling.pronoun, before, sentence=number)
    itself = own[telling.head]
    return (meant_by_description(telling.noun, before, sentence=number) or itself) if telling.noun else itself


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
