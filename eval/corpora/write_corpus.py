"""An invented corpus: articles with all slots filled, and each known claim with its place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from articles_qa.eval.corpora.cast import Cast, draw
from articles_qa.eval.corpora.read_corpora import AskedQuestion, ClaimNote, CorpusTemplate, read_templates
from articles_qa.eval.corpora.value_words import EXACT, WrittenValue, read_value, vary
from articles_qa.eval.datasets.cases import DataSet, Document, Gold
from articles_qa.index import InputError, Span

TEMPLATES = Path(__file__).with_name("corpora.txt")
SEED = 1

_MARK = re.compile(r"\[(?P<id>\w+|!): (?P<words>[^\]]+)\]")
NOBODY = ""  # Among a claim's speakers: the article's own voice is right.
NO_CLAIM = "!"  # Marks a figure about something else.
_ACRONYM = re.compile(r"[A-Z]{2,6}")


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A claim that a careful reader finds. Its `words`, with qualifier and sign, stand at `span`.

    `low` and `high` are numbers, ISO dates or names, by `kind`. Each of the
    `senses`, `speakers`, `citing` and `names` is right; the speaker NOBODY is the
    article's own voice. `resolved` are the speaker's fullest names, where
    articles give fuller names than the sentence. Claims of one `group` are
    comparable. A `free` claim may be shown in any way or not at all.
    """

    id: str
    source: str
    span: Span
    words: str
    kind: str
    low: float | str
    high: float | str
    senses: tuple[str, ...]
    unit: str
    group: str
    counted: str
    speakers: tuple[str, ...]
    resolved: tuple[str, ...]
    citing: tuple[str, ...]
    names: tuple[str, ...]
    copy_of: str | None
    free: bool


@dataclass(frozen=True, slots=True)
class EventCorpus:
    """Articles about one event. `never` are the sources and places of figures about something else."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[AskedQuestion, ...]
    claims: tuple[KnownClaim, ...]
    never: tuple[tuple[str, Span], ...]


def event_corpora(seed: int = SEED, names: Iterable[str] = ()) -> tuple[EventCorpus, ...]:
    """Return the corpora of a seed, in order: all, or those of these names.

    Raises:
        InputError: no corpus has such a name.
    """
    sections = read_templates(TEMPLATES.read_text("utf-8"))
    chosen = tuple(names) or tuple(section.name for section in sections)
    known = {section.name: section for section in sections}
    if missing := [name for name in chosen if name not in known]:
        raise InputError(f"{missing[0]}: no such corpus; there are {', '.join(known)}")
    return tuple(write_corpus(known[name], seed) for name in chosen)


def data_set(corpus: EventCorpus) -> DataSet:
    """Return the corpus as a data set, to build its index."""
    return DataSet(corpus.name, "corpora", Gold.ANSWERS, (TEMPLATES,), (), corpus.documents)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A marked stretch of an article. `day` is the date that it names."""

    id: str
    source: str
    span: Span
    words: str
    day: str | None


def write_corpus(section: CorpusTemplate, seed: int) -> EventCorpus:
    """Return the corpus that this seed makes of a template.

    Raises:
        InputError: a slot has no value, or a claim is marked nowhere or twice.
    """
    random = Random(f"{seed} {section.name}")
    cast = draw(section.drawn, random)
    pen = _Pen(cast, random)
    documents = tuple(pen.document(f"{name}.txt", cast.fill(text)) for name, text in section.articles)
    questions = tuple(replace(question, text=cast.fill(question.text)) for question in section.questions)
    never = tuple((mark.source, mark.span) for mark in pen.marks if mark.id == NO_CLAIM)
    claims = tuple(_claim(fact, _mark_of(fact.id, pen.marks), cast) for fact in section.facts)
    return EventCorpus(section.name, documents, questions, claims, never)


def _mark_of(claim: str, marks: list[_Mark]) -> _Mark:
    found = [mark for mark in marks if mark.id == claim]
    if len(found) != 1:
        raise InputError(f"eval/corpora/corpora.txt: claim {claim} stands {len(found)} times in its articles; mark it once")
    return found[0]


@dataclass(slots=True)
class _Pen:
    """Writes articles without their marks, and keeps the place of each mark."""

    cast: Cast
    random: Random
    marks: list[_Mark] = field(default_factory=list)

    def document(self, source: str, marked: str) -> Document:
        """Return the article. It spells percent in one way."""
        percent, end, text = self.random.randrange(3), 0, ""
        for match in _MARK.finditer(marked):
            text += marked[end : match.start()]
            words, day = self._words(match, percent)
            self.marks.append(_Mark(match["id"], source, Span(len(text), len(text) + len(words)), words, day))
            text, end = text + words, match.end()
        return Document(source, text + marked[end:])

    def _words(self, mark: re.Match[str], percent: int) -> tuple[str, str | None]:
        """Return a mark's words and their date. "^a" repeats claim a, "=" is a name, "@d9.md" a day; else a figure."""
        written = mark["words"]
        sign, rest = written[0], written[1:]
        if sign == "^":
            again = _mark_of(rest, self.marks)
            return again.words, again.day
        if sign == "=":
            return rest, None
        if sign == "@" and (day := self.cast.day(rest)):
            return day[1], day[0].isoformat()
        return written if mark["id"] == NO_CLAIM else vary(written, self.random, percent=percent), None


def _claim(fact: ClaimNote, mark: _Mark, cast: Cast) -> KnownClaim:
    kind = fact.option("kind") or "figure"
    said = mark.day or mark.words
    value = read_value(mark.words) if kind == "figure" else WrittenValue(said, said, EXACT, "")
    return KnownClaim(
        id=fact.id,
        source=mark.source,
        span=mark.span,
        words=mark.words,
        kind=kind,
        low=value.low,
        high=value.high,
        senses=tuple((fact.option("sense") or value.sense).split("/")),
        unit=fact.option("unit") or value.unit,
        group=fact.group,
        counted=fact.counted,
        speakers=_names(fact.speakers, cast),
        resolved=_fullest(fact.speakers, cast),
        citing=_names(fact.option("citing"), cast),
        names=_names(fact.option("is"), cast),
        copy_of=fact.option("copy") or None,
        free=bool(fact.option("free")),
    )


def _names(told: str, cast: Cast) -> tuple[str, ...]:
    """Return the names of "the agency / {mayor*}": a person by all their names, "-" as NOBODY."""
    names: list[str] = []
    for name in filter(None, told.split(" / ")):
        person = re.fullmatch(r"\{(\w+)\*\}", name)
        names += cast.people[person[1]].names if person else [NOBODY if name == "-" else cast.fill(name)]
    return tuple(names)


def _fullest(told: str, cast: Cast) -> tuple[str, ...]:
    """Return the fullest names: first name and surname, or the names beside an abbreviation; none without an abbreviation."""
    person = re.match(r"\{(\w+)\*\}", told)
    if person:
        who = cast.people[person[1]]
        return (who.name, *(f"{title} {who.name}" for title in who.titles))
    names = _names(told, cast)
    return tuple(name for name in names if not _ACRONYM.fullmatch(name)) if any(map(_ACRONYM.fullmatch, names)) else ()
