"""Traits: what an index keeps of an article beside its sentences: its notes, broken characters, sketch, language."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from articles_qa.index.articles.forms.corrections import corrections
from articles_qa.index.articles.forms.live_entries import find_entries
from articles_qa.index.articles.language import is_foreign
from articles_qa.index.articles.mended import broken_characters
from articles_qa.index.articles.sentences import Sentence
from articles_qa.index.articles.sketch import sketch
from articles_qa.index.articles.span import Span, line_spans


@dataclass(frozen=True, slots=True)
class Traits:
    """The traits of an article. `broken` counts the characters of UTF-8 that were read as Windows-1252.

    `sketch` tells near copies of one report. `foreign` tells that the article is surely not in English.
    """

    corrections: tuple[Span, ...] = ()
    broken: int = 0
    sketch: bytes = b""
    foreign: bool = False

    def to_json(self) -> str:
        """Return the traits as an index keeps them."""
        spans = [[span.start, span.end] for span in self.corrections]
        foreign = [1] if self.foreign else []  # Few are, and an index of an earlier version has three values.
        return json.dumps([spans, self.broken, self.sketch.hex(), *foreign], separators=(",", ":"))

    @classmethod
    def from_json(cls, said: str) -> "Traits":
        """Read what `to_json` wrote.

        Raises:
            ValueError, TypeError: it is something else.
        """
        spans, broken, sketch, *foreign = json.loads(said)
        notes = tuple(Span(start, end) for start, end in spans)
        if not all(isinstance(end, int) and end >= 0 for note in notes for end in (note.start, note.end)):
            raise ValueError("a correction note that is no span")
        if foreign not in ([], [1]):
            raise ValueError("another language that is told otherwise")
        return cls(notes, int(broken), bytes.fromhex(sketch), bool(foreign))


NO_TRAITS = Traits()  # Of an article that is not indexed yet.


def read_traits(text: str, found: Sequence[Sentence]) -> Traits:
    """Return the traits of an article with these sentences."""
    paragraphs = [[one.span for one in group] for _, group in groupby(found, key=lambda sentence: sentence.paragraph)]
    notes = corrections(text, paragraphs, live=bool(find_entries(text, line_spans(text))))
    words = " ".join(one.span.cut(text) for one in found)
    return Traits(notes, broken_characters(text), sketch(words), is_foreign(words))
