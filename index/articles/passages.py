"""Passages: neighbouring sentences that are embedded in one piece and read as context."""

import logging
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import groupby

from articles_qa.index.articles.sentences import Sentence
from articles_qa.index.articles.span import Span

MAX_PASSAGE_CHARS = 900  # Some 200 tokens of English, inside the 256 that the default model reads at once.


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring sentences, and the span from the first one's start to the last one's end."""

    span: Span
    sentences: tuple[Sentence, ...]


def passages(text: str, found: Sequence[Sentence]) -> tuple[Passage, ...]:
    """Return passages that hold every sentence once; whole paragraphs share one where they fit.

    A passage has MAX_PASSAGE_CHARS at most, or one longer sentence. The text
    between two sentences, furniture included, counts to the length and lies
    inside the span. Spans follow from the pieces' lengths, and are checked.
    """
    merge = _merger()
    made: list[Passage] = []
    for run in _runs(found):
        ends = [sentence.span.start for sentence in run[1:]] + [run[-1].span.end]
        tiles = [text[sentence.span.start : end] for sentence, end in zip(run, ends, strict=True)]
        made += _cut(text, run, merge(tiles))
    return tuple(made)


def _runs(found: Sequence[Sentence]) -> list[list[Sentence]]:
    """The sentences that may share a passage: short paragraphs together, a long one by itself."""
    runs: list[list[Sentence]] = []
    for _, group in groupby(found, key=lambda sentence: sentence.paragraph):
        paragraph = list(group)
        if not runs or paragraph[-1].span.end - runs[-1][0].span.start > MAX_PASSAGE_CHARS:
            runs.append([])
        runs[-1] += paragraph
    return runs


def _cut(text: str, run: Sequence[Sentence], pieces: Sequence[str]) -> Iterator[Passage]:
    at, first = run[0].span.start, 0
    for piece in pieces:
        end = at + len(piece)
        last = bisect_right(run, end, lo=first, key=lambda sentence: sentence.span.end)
        taken = run[first:last]
        if text[at:end] != piece or not taken or taken[0].span.start != at:
            raise AssertionError(f"passage at {at} does not lie on sentence edges; please report this text")
        yield Passage(Span(at, taken[-1].span.end), tuple(taken))
        at, first = end, last


@cache
def _merger() -> Callable[[list[str]], list[str]]:
    """langchain's merging of pieces up to a size, for pieces that are sentences."""
    from langchain_text_splitters import TextSplitter  # The import takes half a second; only building needs it.

    class SentenceSplitter(TextSplitter):
        def split_text(self, text: str) -> list[str]:
            return [text]

    logging.getLogger("langchain_text_splitters").setLevel(logging.ERROR)  # It warns of each over-long sentence.
    splitter = SentenceSplitter(chunk_size=MAX_PASSAGE_CHARS, chunk_overlap=0, strip_whitespace=False)
    return partial(splitter._merge_splits, separator="")
