"""The named: who is named in a parsed sentence, as its speaker or as what it is about, and of what kind they are."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from index.articles.span import Span
from index.grammar.appositions import is_parted
from index.grammar.dependency_tree import Parse
from index.grammar.noun_classes import Sort, sort_of_noun
from index.grammar.noun_phrases import Phrase, phrase_of, sort_of
from index.grammar.parser import PERSON, PLACES, Parser
from index.grammar.parser_input import PlainLine
from index.speakers.coreference import Mention
from index.speakers.reports import Report

MAX_LINES = 2  # In which a name is looked up before what it is counts as known.
AROUND = 8  # Words after a name in which its apposition says what it is: "Yerin, a spokesperson for".


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a parsed line: its words, its kind, all that is said of it there."""

    phrase: Phrase
    start: int  # In the line.
    end: int
    span: Span
    sort: Sort
    head: str
    words: frozenset[str]
    speaks: bool
    place: bool = False
    guessed: bool = False

    def mention(self, sentence: int) -> Mention:
        """It as others refer back to it."""
        return Mention(self.span, self.sort, self.head, self.words, sentence, self.speaks, self.place, self.guessed)


def named_in(parse: Parse, line: PlainLine, reports: Sequence[Report]) -> tuple[Named, ...]:
    """The speakers of a line's reports, and the names that are subjects in it, by their places."""
    found: dict[int, tuple[Phrase, bool]] = {}
    for i, word in enumerate(parse.words):
        if word.dep in ("nsubj", "nsubjpass") and word.tag in ("NNP", "NNPS", "NN", "NNS"):
            phrase = phrase_of(parse, i, until=word.head if i < word.head else None)
            if phrase is not None:
                found[phrase.head] = (phrase, False)
    for report in reports:
        if parse.words[report.who.head].tag != "PRP":
            found[report.who.head] = (report.who, True)
    return tuple(_named(parse, line, phrase, speaks=speaks) for _, (phrase, speaks) in sorted(found.items()))


def sorted_out(named: Mapping[int, Sequence[Named]], lines: Mapping[int, str], parser: Parser) -> dict[int, tuple[Named, ...]]:
    """The same with the kind of each name that its words leave open looked up, once for all its places."""
    open_: dict[str, list[tuple[int, Named]]] = {}
    for number, some in named.items():
        for one in some:
            if one.sort is Sort.UNKNOWN and one.head[:1].isupper():
                open_.setdefault(one.head, []).append((number, one))
    asked = {head: places[:MAX_LINES] for head, places in open_.items()}
    numbers = sorted({number for places in asked.values() for number, _ in places})
    entities = dict(zip(numbers, parser.entities([lines[number] for number in numbers]), strict=True))
    kinds: dict[str, Counter[str]] = {head: Counter() for head in asked}
    for head, places in asked.items():
        for number, one in places:
            labels = [e.label for e in entities[number] if e.start < one.end and one.end - len(head) < e.end]
            kinds[head].update(labels[:1])
    return {number: tuple(_with_kind(one, kinds.get(one.head)) for one in some) for number, some in named.items()}


def _with_kind(one: Named, kinds: Counter[str] | None) -> Named:
    if one.sort is not Sort.UNKNOWN or not kinds:
        return one
    ((label, _),) = kinds.most_common(1)
    sort = Sort.PERSON if label == PERSON else Sort.BODY
    return replace(one, sort=sort, place=label in PLACES, guessed=one.phrase.high - one.phrase.low == 1)


def _named(parse: Parse, line: PlainLine, phrase: Phrase, *, speaks: bool) -> Named:
    words = parse.words
    start, end = words[phrase.low].start, words[phrase.high - 1].end
    about = frozenset((*phrase.words(parse), *_apposed(parse, phrase)))
    sort = sort_of(parse, phrase)
    if sort is Sort.UNKNOWN and any(sort_of_noun(word) is Sort.PERSON for word in _apposed(parse, phrase)):
        sort = Sort.PERSON
    return Named(phrase, start, end, line.span(start, end), sort, words[phrase.head].text, about, speaks)


def _apposed(parse: Parse, phrase: Phrase) -> Iterator[str]:
    """The nouns that are set beside a name."""
    for apposition in parse.children(phrase.head, "appos"):
        if not is_parted(parse, apposition):
            yield parse.words[apposition].lower
    if parse.words[phrase.head].dep == "appos" and not is_parted(parse, phrase.head):
        yield parse.words[parse.words[phrase.head].head].lower
