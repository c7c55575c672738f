"""Attributed figures of a draft compared with what the articles have the same speaker say.

Draft: The mayor said that 40 people were killed in the ferry disaster off Harlow.
Article: The ferry sank off Harlow. Thirty-eight people were killed, Mayor Ana Reyes said.
The speaker, the event and the story are the same, the figures are not: the articles say 38. Where no article has that
speaker give such a figure of that story, nothing is said: an article that was not read is no error of the draft.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

from articles_qa.index.articles.article import Article, decode_article
from articles_qa.index.articles.span import Span, without_gaps
from articles_qa.index.entries.entry import StoredSentence
from articles_qa.index.entries.make_entry import draft as made_entry
from articles_qa.index.entries.make_entry import read_speakers, with_speakers
from articles_qa.index.grammar.parser import can_parse, loaded_parser
from articles_qa.index.opened.index import Index
from articles_qa.index.search.analyzer import terms
from articles_qa.index.speakers.attribution import Attribution
from articles_qa.qa.claims.asked_figure import PEOPLE, SOME_PEOPLE
from articles_qa.qa.claims.polarity import Polarity, polarity
from articles_qa.qa.claims.related_words import count_related, unified
from articles_qa.qa.claims.story import Stories
from articles_qa.qa.questions.question import stems, stop_terms
from articles_qa.qa.speakers.identities import OFFICES, Identities
from articles_qa.qa.speakers.name_match import Organisation, organisations, same_name
from articles_qa.qa.speakers.speaker import one_line
from articles_qa.qa.values.counted_figures import CountedFigure, counted_figures
from articles_qa.qa.values.events import events_at

MAX_CHARS = 60_000  # Of a draft whose sentences are parsed: some 10,000 words, 2 s.
MOST_FIGURES = 50  # Of a draft.
PASSAGES_FOUND = 60  # With words of a sentence of the draft.
LEAST_SHARED = 0.6  # Of the words of the draft's sentence that the article has, and a measure's own sentence.
LEAST_WORDS = 2  # Fewer words tell no story: "the mayor said that 40 were killed".
MOST_TOLD = 6
SURE_NAME = 1.0
_SAYS = frozenset(
    terms("said says say told tells reported reports report announced according put puts toll number count figure")
)


@dataclass(frozen=True, slots=True)
class ToldFigure:
    """A figure that an article has the speaker give; spans are of the article."""

    article: Article
    span: Span
    value: Span
    said_by: str


@dataclass(frozen=True, slots=True)
class CheckedFigure:
    """An attributed figure of a draft, and what the speaker says in the articles: the same, or only other figures."""

    line: int
    sentence: str
    value: str
    said_by: str
    is_same: bool
    told: tuple[ToldFigure, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the figure's part of the record."""
        return {
            "line": self.line,
            "text": self.sentence,
            "value": self.value,
            "said_by": self.said_by,
            "verdict": "same" if self.is_same else "differs",
            "told": [_record(one) for one in self.told],
        }


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure in a sentence on one line, and who says it; None for the article itself."""

    figure: CountedFigure
    text: str
    sentence: StoredSentence
    article: Article
    voice: Attribution | None

    @property
    def name(self) -> str:
        """The speaker's name as the text has it."""
        return one_line(self.voice.name, self.article) if self.voice else ""

    @property
    def values(self) -> tuple[str, float, float]:
        """The unit, and the lowest and the highest number that are meant."""
        return self.figure.amount.unit, self.figure.amount.low, self.figure.amount.high

    @property
    def place(self) -> Span:
        """The figure's stretch of the article."""
        amount = self.figure.amount.span
        return Span(amount.start + self.sentence.span.start, amount.end + self.sentence.span.start)


@dataclass(frozen=True, slots=True)
class _Found:
    """A figure of the index that is of the draft's story, and the number of its article.

    `shared` is the share of the words of the draft's sentence that the article has. `is_alike`: it counts the same, and the
    same speaker says it.
    """

    number: int
    figure: _Figure
    shared: float
    is_alike: bool


def check_figures(index: Index, draft: str, quoted: Sequence[Span]) -> tuple[CheckedFigure, ...]:
    """Return the attributed figures of a draft, outside of `quoted`, that the articles have the same speaker give.

    None are returned where nothing parses sentences, or the draft is longer than MAX_CHARS.
    """
    if not can_parse() or not draft.strip() or len(draft) > MAX_CHARS:
        return ()
    article = decode_article(draft.encode(errors="replace"), "draft")
    if article.text != draft:  # Half a character, or a mark of byte order.
        return ()
    entry = made_entry(article).entry
    entry = with_speakers(entry, read_speakers(entry, loaded_parser()))
    compared = _Comparing(index)
    found = (one for sentence in entry.sentences for one in _figures(article, sentence) if one.voice)
    outside = [one for one in found if not any(span.overlaps(one.place) for span in quoted)][:MOST_FIGURES]
    return tuple(checked for one in outside if (checked := compared.check(one)))


def _figures(article: Article, sentence: StoredSentence) -> Iterator[_Figure]:
    """Yield the figures that a sentence asserts."""
    text = without_gaps(article.text, sentence.span, sentence.gaps)
    for figure in counted_figures(text):
        if figure.aside or polarity(text, figure.amount.span) is not Polarity.ASSERTED:
            continue
        place = Span(figure.amount.span.start + sentence.span.start, figure.amount.span.end + sentence.span.start)
        around = [one for one in sentence.attributions if one.scope.holds(place)]
        if any(one.name.overlaps(place) for one in sentence.attributions):  # "The parents of 14-year-old Stefan said".
            continue
        yield _Figure(figure, text, sentence, article, min(around, key=lambda one: len(one.scope), default=None))


class _Comparing:
    """Finds what the articles of an index have a speaker say."""

    def __init__(self, index: Index) -> None:
        self._index, self._stories, self._identities = index, Stories(index), Identities(index)
        self._organisations: tuple[Organisation, ...] = organisations(index.abbreviations)
        self._terms = lru_cache(64)(lambda number: unified(terms(index.store.article(number).text)))

    def check(self, wanted: _Figure) -> CheckedFigure | None:
        """Return a figure of the draft beside those of the articles; None where no article surely speaks of it."""
        topic = _topic(wanted)
        if len(topic) < LEAST_WORDS:
            return None
        found = [one for one in self._near(wanted, topic) if one.shared >= LEAST_SHARED]
        alike = [one for one in found if one.is_alike]
        if not alike:
            return None
        best = max(alike, key=lambda one: one.shared)
        told = [one for one in alike if self._stories.are_one(best.number, one.number)]
        same = [one for one in told if one.figure.values == wanted.values]
        if not same and any(one.figure.values == wanted.values for one in found):
            return None  # Who gives this figure may be the same by a name that nothing links to the other.
        if not same and wanted.name[:1].islower() and _are_several([one.figure.name for one in told]):
            return None  # "The spokesman" may be a third one.
        shown = sorted(same or told, key=_in_time)
        return CheckedFigure(
            line=wanted.article.line(wanted.place.start),
            sentence=wanted.text,
            value=wanted.figure.amount.span.cut(wanted.text),
            said_by=wanted.name,
            is_same=bool(same),
            told=tuple(
                ToldFigure(one.figure.article, one.figure.sentence.span, one.figure.place, one.figure.name) for one in shown
            )[-MOST_TOLD:],
        )

    def _near(self, wanted: _Figure, topic: frozenset[str]) -> Iterator[_Found]:
        """Yield the figures of the articles that have most of the words of the draft's sentence."""
        hits = self._index.passages_by_words([[term] for term in sorted(topic | stems(wanted.name))], top_k=PASSAGES_FOUND)
        numbers = {passage.id: passage.article for passage in self._index.store.passages([hit.passage for hit in hits])}
        for sentence in self._index.store.sentences(list(numbers)):
            number = numbers[sentence.passage]
            article = self._index.store.article(number)
            for one in _figures(article, sentence):
                # Something that happened is told by the whole article, a measure by its own sentence.
                there = self._terms(number) if wanted.figure.events else unified(terms(f"{article.title} {one.text}"))
                is_alike = _is_alike(wanted, one) and self._is_same_speaker(wanted, one, number)
                yield _Found(number, one, len(topic & there) / len(topic), is_alike)

    def _is_same_speaker(self, wanted: _Figure, one: _Figure, number: int) -> bool:
        if one.voice is None:
            return False
        names = (one.name, self._identities.resolve(one.voice, number).speaker.name)
        # "Mayor Reyes" is Ana Reyes, of whom another sentence says that she is the mayor.
        person = " ".join(word for word in wanted.name.split() if word.rstrip(".").lower() not in OFFICES)
        asked = [frozenset(terms(name)) for name in (wanted.name, person if person[:1].isupper() else "")]
        pairs = ((who, frozenset(terms(name))) for who in asked for name in names)
        return any(same_name(*pair, self._organisations) >= SURE_NAME for pair in pairs)


def _topic(wanted: _Figure) -> frozenset[str]:
    """Return the words that tell what a figure is of, without figure, speaker, event, and the noun counted."""
    words = wanted.text.split()
    small = [word.strip(".,;:!?“”\"'()").lower() for word in words]
    events = {place for place in range(len(small)) if events_at(small, place)}
    told = unified(term for place, word in enumerate(words) if place not in events for term in terms(word))
    amount = wanted.figure.amount.span.cut(wanted.text)
    counted = wanted.figure.counted.cut(wanted.text) if wanted.figure.counted and wanted.figure.events else ""
    people = (term for word in counted.split() if word.islower() for term in terms(word))  # Not the name: "Korean troops".
    own = unified((*terms(amount), *terms(wanted.name), *people))
    return frozenset(term for term in told - own - _SAYS - stop_terms() if not term.isdigit())


def _is_alike(wanted: _Figure, other: _Figure) -> bool:
    """Return whether two figures count one kind of thing to which the same happened."""
    one, two = wanted.figure, other.figure
    if one.amount.unit != two.amount.unit or set(one.events) != set(two.events):
        return False
    counted = [
        frozenset(terms(each.figure.counted.cut(each.text))) if each.figure.counted else frozenset() for each in (wanted, other)
    ]
    if (counted[0] & SOME_PEOPLE) != (counted[1] & SOME_PEOPLE):
        return False
    if one.amount.unit and not any(counted):
        return True
    if one.events and all(not words or words & PEOPLE for words in counted):
        return True
    return bool(counted[0] and counted[1]) and count_related(counted[0], counted[1]) == min(map(len, counted))


def _are_several(names: Sequence[str]) -> bool:
    """Return whether two names have each a word that the other lacks: "Kremlin spokesman", "army spokesman"."""
    words = {stems(name) for name in names}
    return any(not (one <= other or other <= one) for one, other in combinations(words, 2))


def _in_time(one: _Found) -> tuple[str, int]:
    published = one.figure.article.masthead.published
    return published.isoformat() if published else "", one.figure.sentence.id


def _record(one: ToldFigure) -> dict[str, Any]:
    published = one.article.masthead.published
    return {
        "source": one.article.source,
        "sha256": one.article.sha256,
        "title": one.article.title,
        "outlet": one.article.outlet,
        "published": published.isoformat() if published else None,
        "start": one.span.start,
        "end": one.span.end,
        "first_line": one.article.line(one.span.start),
        "text": one.span.cut(one.article.text),
        "value": one.value.cut(one.article.text),
        "value_span": {"start": one.value.start, "end": one.value.end},
        "said_by": one.said_by,
    }
