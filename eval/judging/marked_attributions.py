"""Attributions that people marked in whole articles, compared with those that the program reads.

A folder holds `articles/` and `attributions.jsonl`. Each line marks what is
said, who says it and by which words: {"source", "content": [[start, end], …],
"speaker": [{"start", "end", "text"}, …], "cue": "said"}. That is the form of
PolNeAR, Newell et al. 2018. A sentence is judged where half of it is marked and
the cue is one of saying. Its speaker is right where the name, or the place that
stands for it, lies in the marked speaker, or the name's chief word is there.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from articles_qa.eval.datasets.json_records import JsonRecord, read_json_lines
from articles_qa.index import Span
from articles_qa.index.entries.entry import Entry, StoredSentence
from articles_qa.index.grammar.reporting_verbs import LEMMAS
from articles_qa.index.speakers.attribution import Attribution

MARKS = "attributions.jsonl"
LEAST_MARKED = 0.5  # Of a judged sentence.
_WORD = re.compile(r"[\w’'-]+")
_AFTER_HEAD = re.compile(r"\s(?:of|at|for|from|in|with|who)\s|,")


class _Place(JsonRecord):
    start: int
    end: int
    text: str = ""


class MarkedAttribution(JsonRecord):
    """Words of an article that people marked as said, by whom and by which cue."""

    source: str
    content: list[list[int]]
    speaker: list[_Place]
    cue: str = ""

    @property
    def is_saying(self) -> bool:
        """Tell whether the cue says that somebody speaks, and names who."""
        words = _WORD.findall(self.cue.lower())
        return bool(self.speaker) and (self.cue.strip() == ":" or any(w in LEMMAS or w == "according" for w in words))

    def marked(self, span: Span) -> int:
        """Return how many characters of a span are marked as said."""
        return sum(max(0, min(end, span.end) - max(start, span.start)) for start, end in self.content)


@dataclass(frozen=True, slots=True)
class MarkedScores:
    """Sentences with a marked speaker: `judged`, of them `given` somebody, of them `right`; and `silent` of `unmarked` ones."""

    judged: int
    given: int
    right: int
    unmarked: int
    silent: int

    def lines(self) -> list[str]:
        """Return the shares, a line each."""
        shares = (
            ("right of all", self.right, self.judged),
            ("right of those given somebody", self.right, self.given),
            ("nobody's word left so", self.silent, self.unmarked),
        )
        return [f"{name:<32}{part:>6} of {whole:<6}{part / max(1, whole):>6.3f}" for name, part, whole in shares]


def load_marks(folder: Path) -> dict[str, list[MarkedAttribution]]:
    """Return the marks of a folder, by source.

    Raises:
        InputError: the file cannot be read, or a line is of another form.
    """
    found: dict[str, list[MarkedAttribution]] = {}
    for _, mark in read_json_lines(folder / MARKS, MarkedAttribution):
        found.setdefault(mark.source, []).append(mark)
    return found


def score_marks(entries: Iterable[Entry], marks: Mapping[str, Sequence[MarkedAttribution]]) -> MarkedScores:
    """Compare what the entries' sentences are attributed to with the marks."""
    judged = given = right = unmarked = silent = 0
    for entry in entries:
        own = marks.get(entry.article.source, ())
        for sentence in entry.sentences:
            best = max(own, key=lambda mark: mark.marked(sentence.span), default=None)
            said = best.marked(sentence.span) if best else 0
            if best is None or not said:
                unmarked, silent = unmarked + 1, silent + (not sentence.attributions)
            elif said >= LEAST_MARKED * len(sentence.span) and best.is_saying:
                judged += 1
                if attribution := _main(sentence):
                    given, right = given + 1, right + _agrees(attribution, best, entry.article.text)
    return MarkedScores(judged, given, right, unmarked, silent)


def _main(sentence: StoredSentence) -> Attribution | None:
    """Return the attribution that covers most of a sentence."""
    return max(
        sentence.attributions,
        key=lambda one: min(one.scope.end, sentence.span.end) - max(one.scope.start, sentence.span.start),
        default=None,
    )


def _agrees(attribution: Attribution, mark: MarkedAttribution, text: str) -> bool:
    places = (attribution.name, attribution.said_at)
    if any(place.start < at.end and at.start < place.end for at in mark.speaker for place in places):
        return True
    words = _WORD.findall(_AFTER_HEAD.split(attribution.name.cut(text).lower())[0])
    head = re.sub(r"['’]s?$", "", words[-1]) if words else ""
    return bool(head) and any(word.startswith(head) for at in mark.speaker for word in _WORD.findall(at.text.lower()))
