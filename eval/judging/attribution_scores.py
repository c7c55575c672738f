"""Speakers of sentences: those read by the program compared with those read by people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from articles_qa.eval.datasets.json_records import SpanRecord, Text, read_json_lines
from articles_qa.eval.judging.name_match import NameMatch, match_name
from articles_qa.index import Span

OWN_SENTENCES = Path(__file__).with_name("attribution.jsonl")


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """A stretch of an article, as people read it. Each name of `speaker` is right; no name means no speaker.

    `citing` is None where people may disagree.
    """

    source: str
    span: Span
    speaker: tuple[str, ...]
    citing: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class GivenSpeaker:
    """The speaker that the program gives to a stretch of an article, and whom the speaker cites."""

    scope: Span
    name: str
    cited: str | None


@dataclass(frozen=True, slots=True)
class JudgedSentence:
    """A sentence as people read it, and the speaker given by the program; None where it gave nobody."""

    sentence: ReadSentence
    given: GivenSpeaker | None

    @property
    def speaker(self) -> NameMatch:
        """The match of the speaker's name."""
        return match_name(self.given.name if self.given else None, self.sentence.speaker)

    @property
    def citing(self) -> NameMatch:
        """The match of the cited name. Any name matches where people may disagree."""
        if self.sentence.citing is None:
            return NameMatch.SAME
        return match_name(self.given.cited if self.given else None, self.sentence.citing)


@dataclass(frozen=True, slots=True)
class AttributionScores:
    """(right, judged) of the sentences with a speaker, of those without one, and of those that cite somebody.

    `nearly` counts wrong names that hold a right name or stand in it;
    `cited_wrongly` counts sentences that cite nobody, but for which the program
    gives somebody.
    """

    speakers: tuple[int, int]
    none: tuple[int, int]
    citing: tuple[int, int]
    nearly: int
    cited_wrongly: int
    wrong: tuple[JudgedSentence, ...]


class _SentenceRecord(SpanRecord):
    speaker: list[Text] = Field(default_factory=list)
    citing: list[Text] | None = None


def load_sentences(path: Path = OWN_SENTENCES) -> tuple[ReadSentence, ...]:
    """Return the lines of a JSONL file: {"source", "start", "end", "speaker": [name, …], "citing": [name, …]}.

    A "citing" of null is not judged.

    Raises:
        InputError: the file cannot be read, or a line is of another form.
    """
    records = (record for _, record in read_json_lines(path, _SentenceRecord))
    return tuple(
        ReadSentence(record.source, record.span, tuple(record.speaker), None if record.citing is None else tuple(record.citing))
        for record in records
    )


def score_attributions(sentences: Iterable[ReadSentence], given: Mapping[str, Sequence[GivenSpeaker]]) -> AttributionScores:
    """Compare each sentence with the speaker given to most of it. `given` is by source."""
    pairs = tuple(JudgedSentence(sentence, _given_to(sentence.span, given.get(sentence.source, ()))) for sentence in sentences)
    spoken = [pair for pair in pairs if pair.sentence.speaker]
    own = [pair for pair in pairs if not pair.sentence.speaker]
    cited = [pair for pair in pairs if pair.sentence.citing]
    return AttributionScores(
        speakers=(sum(pair.speaker is NameMatch.SAME for pair in spoken), len(spoken)),
        none=(sum(pair.given is None for pair in own), len(own)),
        citing=(sum(pair.citing is NameMatch.SAME for pair in cited), len(cited)),
        nearly=sum(pair.speaker is NameMatch.NEARLY for pair in spoken),
        cited_wrongly=sum(bool(pair.given and pair.given.cited) and pair.sentence.citing == () for pair in pairs),
        wrong=tuple(pair for pair in pairs if {pair.speaker, pair.citing} != {NameMatch.SAME}),
    )


def _given_to(span: Span, given: Sequence[GivenSpeaker]) -> GivenSpeaker | None:
    """Return the speaker whose scope covers most of the stretch, the first of equals."""
    return max((each for each in given if _shared(each.scope, span)), key=lambda each: _shared(each.scope, span), default=None)


def _shared(a: Span, b: Span) -> int:
    return max(0, min(a.end, b.end) - max(a.start, b.start))
