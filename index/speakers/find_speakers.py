"""Speakers: whose word each sentence of an article is, read from its parses.

Anna Lind runs the office. She said the dam held.
The parse of the second sentence reports "the dam held" of "She". The first
sentence has no cue, but is parsed too, since "She said" looks back. There
Anna Lind is a subject and a person, so the words are attributed to her:
name "Anna Lind", said at "She", scope "the dam held".
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from articles_qa.index.articles.sentences import Sentence
from articles_qa.index.articles.span import Span
from articles_qa.index.grammar.noun_classes import SpeakerKind
from articles_qa.index.grammar.parser import Parser
from articles_qa.index.speakers.attribution import Attribution, quotation_parts, shared_attributions
from articles_qa.index.speakers.coreference import DESCRIPTION_REACH, Mention, meant_by_description, meant_by_pronoun
from articles_qa.index.speakers.extract_reports import ArticleReport, SentenceReports, extract_reports
from articles_qa.index.speakers.labelled import labelled_attributions
from articles_qa.index.speakers.named_entities import NamedEntity, look_up_kinds


@dataclass(frozen=True, slots=True)
class ArticleSpeakers:
    """Each sentence's attributions, in the order of their scopes, and the names of `people` who speak or are subjects."""

    attributions: tuple[tuple[Attribution, ...], ...]
    people: tuple[Span, ...]


def find_speakers(text: str, found: Sequence[Sentence], parser: Parser) -> ArticleSpeakers:
    """Return whom each sentence quotes or reports.

    A sentence without a cue is not parsed and attributed to nobody. A pronoun
    or "the agency" stands for somebody named before. The sentences of one
    quotation share the speaker named before, between or after them. Where
    nothing else tells who speaks, a label does. A turn is its speaker's as a
    whole, who cites whom the words report.
    """
    quoted = list(quotation_parts(text, found))
    inside = {number: tuple(parts) for number, parts in groupby(quoted, key=lambda part: part.sentence)}
    parsed = extract_reports(text, found, inside, parser)
    lines = {number: each.line for number, each in parsed.items()}
    entities = look_up_kinds({number: each.entities for number, each in parsed.items()}, lines, parser)
    attributed, mentions = _attributed(parsed, entities)
    for number, attributions in shared_attributions(text, found, quoted, attributed, mentions).items():
        attributed.setdefault(number, []).extend(attributions)
    speaking = {mention.name.cut(text).lower() for mention in mentions if mention.speaks}
    labelled = labelled_attributions(text, found, speaking)
    for number, each in labelled.items():
        within = attributed.get(number, [])
        if each.is_turn or not within:
            cited = next((one.name for one in within if one.name != each.attribution.name), None)
            attributed[number] = [replace(each.attribution, cited=cited)]
    people = tuple(mention.name for mention in mentions if mention.kind is SpeakerKind.PERSON)
    people += tuple(dict.fromkeys(each.attribution.name for each in labelled.values()))
    return ArticleSpeakers(tuple(_in_order(attributed.get(number, [])) for number in range(len(found))), people)


def _attributed(
    parsed: Mapping[int, SentenceReports], entities: Mapping[int, Sequence[NamedEntity]]
) -> tuple[dict[int, list[Attribution]], list[Mention]]:
    """The attributions that reports make, by sentence, and everybody mentioned on the way."""
    attributed: dict[int, list[Attribution]] = {}
    mentions: list[Mention] = []
    for number, sentence in parsed.items():
        own = {entity.phrase.head: entity.mention for entity in entities[number]}
        recent = mentions[bisect_left(mentions, number - DESCRIPTION_REACH, key=lambda mention: mention.sentence) :]
        again: list[Mention] = []
        for report in sentence.reports:
            within = [own[head] for head in sorted(own) if head < report.head]
            meant = _meant(report, own, [*recent, *within], number)
            if meant is None or (report.is_quoted and meant.name != report.name):
                continue
            said_at = meant.name if report.name == meant.name else report.said_at
            attributed.setdefault(number, []).append(Attribution(meant.name, said_at, report.cited, report.scope))
            if meant.sentence < number:
                again.append(replace(meant, sentence=number, speaks=True))
        # The search runs backwards, so speakers come last. Whom a pronoun meant can be meant by the next one.
        mentions += sorted(own.values(), key=lambda mention: mention.speaks)
        mentions += again
    return attributed, mentions


def _meant(report: ArticleReport, own: Mapping[int, Mention], before: Sequence[Mention], number: int) -> Mention | None:
    """The mention of the speaker: the name in the report, or whom its pronoun or description means."""
    if report.pronoun:
        return meant_by_pronoun(report.pronoun, before, sentence=number)
    itself = own[report.head]
    return (meant_by_description(report.noun, before, sentence=number) or itself) if report.noun else itself


def _in_order(attributions: Sequence[Attribution]) -> tuple[Attribution, ...]:
    """The attributions by scope, the wider first; one speaker's two clauses in a row become one."""
    ordered: list[Attribution] = []
    for each in sorted(attributions, key=lambda each: (each.scope.start, -each.scope.end)):
        last = ordered[-1] if ordered else None
        if last and last.name == each.name and (each.cited in (None, last.cited) or last.cited is None):
            scope = Span(last.scope.start, max(last.scope.end, each.scope.end))
            ordered[-1] = replace(last, cited=last.cited or each.cited, scope=scope)
        else:
            ordered.append(each)
    return tuple(ordered)
