"""Attributions: whose word a sentence is, and the speaker whom all sentences of one quotation share.

“The dam held. Nobody was hurt,” Anna Lind said. “Schools open on Monday.”
Two quotations in three sentences. The parse of the second sentence names the
speaker, so all three sentences are attributed to Anna Lind.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from articles_qa.index.articles.sentences import Sentence
from articles_qa.index.articles.span import Span, without_gaps
from articles_qa.index.grammar.noun_classes import SpeakerKind
from articles_qa.index.speakers.coreference import Mention

MAX_SENTENCES = 40  # Of one quotation; a mark that is never closed opens none.
LEAD = 4  # Characters before a speaker who opens a sentence: "the".
MIN_SHARE = 0.8  # Of its sentence, by length. A shorter quotation may be a single word set in marks.
_CLOSES = {"“": "”", '"': '"”', "«": "»", "„": "“”", "‘": "’", "''": "''"}
# A single mark opens after a blank and closes after a stop: the rest are apostrophes. Two apostrophes are one mark.
_MARK = re.compile(r"[“”\"«»„]|''|(?<![^\s(])‘|(?<=[.,!?…])’(?=\s|$)")

_CRY = re.compile(r"[?!]\W{1,2}\Z")


@dataclass(frozen=True, slots=True)
class Attribution:
    """The speaker of a stretch of a sentence, all in offsets of the article.

    `name` is where the speaker is named. `said_at` is where the sentence says
    that the words are theirs: the same place, or "he" or "the agency" where
    the name stands before. `cited` is the name of whom the speaker cites in
    turn. `scope` is what is said, inside the sentence.
    """

    name: Span
    said_at: Span
    cited: Span | None
    scope: Span


@dataclass(frozen=True, slots=True)
class QuotationPart:
    """The part of a quotation that stands in one sentence, with its marks; `quotation` counts from 0 in the article."""

    sentence: int
    span: Span
    quotation: int


def quotation_parts(text: str, found: Sequence[Sentence]) -> Iterator[QuotationPart]:
    """All quotations of an article, in order; one goes on in a paragraph that begins with its mark again."""
    opened, quotation, since, paragraph = "", -1, 0, -1
    for number, sentence in enumerate(found):
        flow, start = without_gaps(text, sentence.span, sentence.gaps), sentence.span.start
        marks = list(_MARK.finditer(flow))
        at = 0
        if opened and sentence.paragraph != paragraph:
            again = bool(marks) and marks[0].group() == opened and not flow[: marks[0].start()].strip()
            marks = marks[1:] if again else marks
            opened = opened if again else ""
        if number - since > MAX_SENTENCES:
            opened = ""
        for mark in marks:
            if opened and mark.group() in _CLOSES[opened]:
                yield QuotationPart(number, Span(start + at, start + mark.end()), quotation)
                opened = ""
            elif not opened and mark.group() in _CLOSES:
                opened, at, since = mark.group(), mark.start(), number
                quotation += 1
        if opened and at < len(flow):
            yield QuotationPart(number, Span(start + at, start + len(flow)), quotation)
        paragraph = sentence.paragraph


def shared_attributions(
    text: str,
    found: Sequence[Sentence],
    quoted: Sequence[QuotationPart],
    parsed: Mapping[int, Sequence[Attribution]],
    mentions: Sequence[Mention],
) -> dict[int, list[Attribution]]:
    """The attributions that quotations add to those of the parses, by the number of the sentence."""
    added: dict[int, list[Attribution]] = {}
    subjects = {each.sentence: each for each in mentions if each.kind is not SpeakerKind.PLURAL and not each.is_place}
    for _, group in groupby(quoted, key=lambda part: part.quotation):
        parts = list(group)
        outside = {part.sentence: _outside(parsed.get(part.sentence, ()), part.span) for part in parts}
        silent = [part for part in parts if not outside[part.sentence]]
        if not silent:
            continue
        speaker = (
            _nearest(parts, outside)
            or _after(text, found, parts, parsed)
            or _before(text, found, parts, [parsed, added], subjects)
        )
        if speaker is not None:
            for part in silent:
                added.setdefault(part.sentence, []).append(replace(speaker, scope=part.span))
    return added


def _outside(attributions: Sequence[Attribution], quoted: Span) -> list[Attribution]:
    """The attributions whose speaker is not mentioned inside the quotation."""
    return [each for each in attributions if not quoted.start < each.said_at.start <= each.said_at.end <= quoted.end]


def _nearest(parts: Sequence[QuotationPart], outside: Mapping[int, Sequence[Attribution]]) -> Attribution | None:
    """The speaker mentioned beside the quotation: at its end, else at its start."""
    for part in (parts[-1], parts[0], *parts):
        if beside := outside[part.sentence]:
            start, end = part.span.start, part.span.end
            return min(beside, key=lambda each: min(abs(each.said_at.start - end), abs(start - each.said_at.end)))
    return None


def _after(
    text: str, found: Sequence[Sentence], parts: Sequence[QuotationPart], parsed: Mapping[int, Sequence[Attribution]]
) -> Attribution | None:
    """The speaker whom the sentence after a question or a cry begins with: "“Who knew?” Lind said, looking out."."""
    last = parts[-1].sentence
    cries = _CRY.search(text, parts[-1].span.start, parts[-1].span.end)
    if not cries or last + 1 >= len(found) or found[last + 1].paragraph != found[last].paragraph:
        return None
    start = found[last + 1].span.start
    leads = (each for each in parsed.get(last + 1, ()) if each.said_at.start - start <= LEAD)
    return next((each for each in leads if each.scope.start <= each.said_at.start), None)


def _before(
    text: str,
    found: Sequence[Sentence],
    parts: Sequence[QuotationPart],
    known: Sequence[Mapping[int, Sequence[Attribution]]],
    subjects: Mapping[int, Mention],
) -> Attribution | None:
    """The speaker of the sentence before, where whole sentences are quoted."""
    first = parts[0].sentence
    if not first or (len(parts) == 1 and len(parts[0].span) < MIN_SHARE * len(found[first].span)):
        return None
    before = found[first - 1]
    if found[first].paragraph - before.paragraph > 1:
        return None
    for attributions in known:
        if first - 1 in attributions:
            return attributions[first - 1][-1]
    leads_on = before.paragraph == found[first].paragraph or before.span.cut(text).endswith(":")
    mention = subjects.get(first - 1) if leads_on else None
    return Attribution(mention.name, mention.name, None, parts[0].span) if mention else None
