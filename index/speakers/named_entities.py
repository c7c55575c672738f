"""Named entities: who is named in a parsed sentence, as a speaker or a subject, and of what kind they are.

Ukraine won, Yevhen Yerin said.
Subjects: "Ukraine" and "Yevhen Yerin", the latter a speaker. Their own words
show no kind, so spaCy is asked: Ukraine is a place (GPE), Yerin a person.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from articles_qa.index.grammar.appositions import is_parted
from articles_qa.index.grammar.dependency_tree import Parse
from articles_qa.index.grammar.noun_classes import SpeakerKind, kind_of_noun
from articles_qa.index.grammar.noun_phrases import Phrase, kind_of_phrase, phrase_of
from articles_qa.index.grammar.parser import PERSON, PLACES, Parser
from articles_qa.index.grammar.parser_input import PlainLine
from articles_qa.index.speakers.coreference import Mention
from articles_qa.index.speakers.reports import Report

MAX_LINES = 2  # In which a name is looked up before its kind counts as known.


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """A name in a parsed line: its phrase, its place `[start, end)` in the line, and the mention that others refer to."""

    phrase: Phrase
    start: int
    end: int
    mention: Mention


def find_entities(parse: Parse, line: PlainLine, reports: Sequence[Report], sentence: int) -> tuple[NamedEntity, ...]:
    """The speakers of a line's reports, and the names that are subjects in the line, in order."""
    found: dict[int, tuple[Phrase, bool]] = {}
    for i, word in enumerate(parse.words):
        if word.dep in ("nsubj", "nsubjpass") and word.tag in ("NNP", "NNPS", "NN", "NNS"):
            phrase = phrase_of(parse, i, until=word.head if i < word.head else None)
            if phrase is not None:
                found[phrase.head] = (phrase, False)
    for report in reports:
        if parse.words[report.speaker.head].tag != "PRP":
            found[report.speaker.head] = (report.speaker, True)
    return tuple(_entity(parse, line, phrase, sentence, speaks=speaks) for _, (phrase, speaks) in sorted(found.items()))


def look_up_kinds(
    entities: Mapping[int, Sequence[NamedEntity]], lines: Mapping[int, str], parser: Parser
) -> dict[int, tuple[NamedEntity, ...]]:
    """The entities by sentence, with spaCy's kind for each name that shows none; a name has one kind in an article."""
    places: dict[str, list[tuple[int, NamedEntity]]] = {}
    for number, some in entities.items():
        for entity in some:
            if entity.mention.is_unknown_name and len(places.setdefault(entity.mention.head, [])) < MAX_LINES:
                places[entity.mention.head].append((number, entity))
    numbers = sorted({number for some in places.values() for number, _ in some})
    named = dict(zip(numbers, parser.entities([lines[number] for number in numbers]), strict=True))
    labels: dict[str, Counter[str]] = {head: Counter() for head in places}
    for head, some_places in places.items():
        for number, entity in some_places:
            found = [name.label for name in named[number] if name.start < entity.end and entity.end - len(head) < name.end]
            labels[head].update(found[:1])
    return {number: tuple(_with_kind(entity, labels) for entity in some) for number, some in entities.items()}


def _with_kind(entity: NamedEntity, labels: Mapping[str, Counter[str]]) -> NamedEntity:
    mention = entity.mention
    if mention.kind is not SpeakerKind.UNKNOWN or not labels.get(mention.head):
        return entity
    ((label, _),) = labels[mention.head].most_common(1)
    kind = SpeakerKind.PERSON if label == PERSON else SpeakerKind.BODY
    is_guess = entity.phrase.high - entity.phrase.low == 1
    return replace(entity, mention=replace(mention, kind=kind, is_place=label in PLACES, is_guess=is_guess))


def _entity(parse: Parse, line: PlainLine, phrase: Phrase, sentence: int, *, speaks: bool) -> NamedEntity:
    words, apposed = parse.words, list(_apposed(parse, phrase))
    start, end = words[phrase.low].start, words[phrase.high - 1].end
    kind = kind_of_phrase(parse, phrase)
    if kind is SpeakerKind.UNKNOWN and any(kind_of_noun(noun) is SpeakerKind.PERSON for noun in apposed):
        kind = SpeakerKind.PERSON
    said_of = frozenset((*phrase.words(parse), *apposed))
    return NamedEntity(
        phrase, start, end, Mention(line.span(start, end), kind, words[phrase.head].text, said_of, sentence, speaks)
    )


def _apposed(parse: Parse, phrase: Phrase) -> Iterator[str]:
    """The nouns that are set beside a name: "spokesperson" in "Yerin, a spokesperson for"."""
    for apposition in parse.children(phrase.head, "appos"):
        if not is_parted(parse, apposition):
            yield parse.words[apposition].lower
    if parse.words[phrase.head].dep == "appos" and not is_parted(parse, phrase.head):
        yield parse.words[parse.words[phrase.head].head].lower
