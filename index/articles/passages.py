"""Passages: what is embedded in one piece and read as context."""

import logging
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Protocol

from index.articles.sentences import Sentence
from index.articles.span import Span

MAX_PASSAGE_CHARS = 900  # Some 200 tokens of English, inside the 256 that the default model reads at once.


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring sentences; its span runs from the first one's start to the last one's end."""

    span: Span
    sentences: tuple[Sentence, ...]


def passages(text: str, found: Sequence[Sentence]) -> tuple[Passage, ...]:
    """Every sentence in just one passage, of MAX_PASSAGE_CHARS at most or of one longer sentence, paragraphs kept whole.

    The text between two sentences, furniture included, counts to the length
    and lies inside the passage's span. Spans follow from the pieces' lengths
    and are checked; nothing is searched for in the text.
    """
    splitter = _splitter()
    return tuple(passage for run in _runs(found) for passage in _cut(text, run, splitter.merge(_tiles(text, run))))


def _runs(found: Sequence[Sentence]) -> list[list[Sentence]]:
    """Sentences that may share a passage: short paragraphs together, a long one by itself."""
    runs: list[list[Sentence]] = []
    for _, group in groupby(found, key=lambda sentence: sentence.paragraph):
        paragraph = list(group)
        if not runs or paragraph[-1].span.end - runs[-1][0].span.start > MAX_PASSAGE_CHARS:
            runs.append([])
        runs[-1] += paragraph
    return runs


def _tiles(text: str, run: Sequence[Sentence]) -> list[str]:
    """The text from each sentence's start to the next one's, which together are the text of the run."""
    ends = [sentence.span.start for sentence in run[1:]] + [run[-1].span.end]
    return [text[sentence.span.start : end] for sentence, end in zip(run, ends, strict=True)]


def _cut(text: str, run: Sequence[Sentence], pieces: Sequence[str]) -> Iterator[Passage]:
    """The passages that the pieces of a run stand for."""
    at, first = run[0].span.start, 0
    for piece in pieces:
        end = at + len(piece)
        last = bisect_right(run, end, lo=first, key=lambda sentence: sentence.span.end)
        taken = run[first:last]
        if text[at:end] != piece or not taken or taken[0].span.start != at:
            raise AssertionError(f"passage at {at} does not lie on sentence edges; please report this text")
        yield Passage(Span(at, taken[-1].span.end), tuple(taken))
        at, first = end, last


class _SentenceMerger(Protocol):
    def merge(self, tiles: list[str]) -> list[str]: ...


@cache
def _splitter() -> _SentenceMerger:
    from langchain_text_splitters import TextSplitter  # Takes half a second to import; only building needs it.

    class SentenceSplitter(TextSplitter):
        """langchain's merging of pieces up to a size, on pieces that are sentences."""

        def split_text(self, text: str) -> list[str]:
            return self.merge([text])

        def merge(self, tiles: list[str]) -> list[str]:
            return self._merge_splits(tiles, "")

    logging.getLogger("langchain_text_splitters").setLevel(logging.ERROR)  # It warns of each over-long sentence.
    return SentenceSplitter(chunk_size=MAX_PASSAGE_CHARS, chunk_overlap=0, strip_whitespace=False)
