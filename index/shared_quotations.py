"""Shared quotations: the sentences of a quotation that do not say themselves whose it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from index.attribution import Attribution
from index.mentions import Mention
from index.nouns import Sort
from index.quotations import Piece
from index.sentences import Sentence

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
