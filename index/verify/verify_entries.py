"""Checking the entries of an index: each article's text with its file, and every span with its text."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from articles_qa.index.arrays import Ids
from articles_qa.index.articles.article import BOMS
from articles_qa.index.articles.places import Places, are_runs, sha256_of_text
from articles_qa.index.articles.traits import Traits
from articles_qa.index.files.printable import printable_name
from articles_qa.index.local.segment import FIRST_PASSAGES, FIRST_SENTENCES, Segment
from articles_qa.index.models.token_vectors import MAX_TOKENS_PER_CHAR, TOKEN_BYTES
from articles_qa.index.verify.findings import Finding

_Row = tuple[Any, ...]


class EntryCheck:
    """Checks one article after another; passages and sentences must have consecutive numbers."""

    def __init__(self, segment: Segment, *, keeps_tokens: bool) -> None:
        self._segment = segment
        self._store = segment.store
        self._keeps_tokens = keeps_tokens
        self._passages = self._sentences = 0

    def findings(self) -> Iterator[Finding]:
        """Yield the faults, article by article; one article's text at a time is in memory."""
        for place, (number,) in enumerate(self._store.rows("SELECT id FROM articles ORDER BY id")):
            if number != place:
                yield Finding(f"article {number}", f"is not numbered {place}")
            yield from self._entry(number)
        _, passages, sentences = self._store.counts()
        if self._passages != passages:
            yield Finding("passages", f"{passages - self._passages:,} are of no article, or not in its order")
        if self._sentences != sentences:
            yield Finding("sentences", f"{sentences - self._sentences:,} are of no passage, or not in its order")
        strays = self._store.rows("SELECT count(*) FROM aliases WHERE article NOT IN (SELECT id FROM articles)")[0][0]
        if strays:
            yield Finding("aliases", f"{strays:,} are of no article")

    def _entry(self, number: int) -> Iterator[Finding]:
        names = "source, sha256, size_bytes, encoding, bom_bytes, title, outlet, places, traits, text"
        row = self._store.rows(f"SELECT {names} FROM articles WHERE id = ?", number)[0]
        source, text = printable_name(row[0]), str(row[-1])
        for what in _article_faults(row):
            yield Finding(source, what)
        aliases = self._store.rows('SELECT start, "end" FROM aliases WHERE article = ?', number)
        if not all(_is_span(alias, (0, len(text))) for alias in aliases):
            yield Finding(source, "an abbreviation lies outside of its text")
        if not _begins(self._segment.first_passages, number, self._passages):
            yield Finding(source, f"begins at another passage in {FIRST_PASSAGES}")
        passages = self._store.rows('SELECT id, start, "end" FROM passages WHERE article = ? ORDER BY id', number)
        for what in self._passage_faults(passages, len(text)):
            yield Finding(source, what)

    def _passage_faults(self, passages: Sequence[_Row], size: int) -> Iterator[str]:
        end = 0
        for number, *span in passages:
            if number != self._passages:
                yield f"passage {number} is not numbered {self._passages}"
            if not _begins(self._segment.first_sentences, self._passages, self._sentences):
                yield f"passage {number} begins at another sentence in {FIRST_SENTENCES}"
            if not _is_span(span, (end, size)):
                yield f"passage {number} lies outside of the text, or overlaps the one before"
            else:
                end = span[1]
            self._passages += 1
            yield from self._sentence_faults(number, span, size)

    def _sentence_faults(self, passage: int, around: Sequence[Any], size: int) -> Iterator[str]:
        rows = self._store.rows(
            'SELECT id, start, "end", paragraph, gaps, attributions, terms, length(tokens), leads FROM sentences '
            "WHERE passage = ? ORDER BY id",
            passage,
        )
        if not rows:
            yield f"passage {passage} has no sentence"
        at, paragraph = around[0], 0
        for row in rows:
            number, start, end = row[:3]
            if number != self._sentences:
                yield f"sentence {number} is not numbered {self._sentences}"
            self._sentences += 1
            if not _is_span((start, end), (at, around[1])):
                yield f"sentence {number} lies outside of its passage, or overlaps the one before"
                continue
            if row[3] < paragraph:
                yield f"sentence {number} is of an earlier paragraph than the one before"
            at, paragraph = end, row[3]
            yield from (f"sentence {number} {what}" for what in self._inner_faults(row, size))

    def _inner_faults(self, row: _Row, size: int) -> Iterator[str]:
        """Yield the faults inside a sentence whose span is right."""
        _, start, end, _, gaps, told, terms, token_bytes, leads = row
        if not _are_gaps(gaps, start, end):
            yield "has gaps that lie outside of it, or out of order"
        if not _are_attributions(told, (start, end), size):
            yield "has a speaker that lies outside of the text, or speaks outside of it"
        if not isinstance(terms, str):
            yield "has no words"
        chars = end - start
        if not _are_gaps(leads, 0, size, in_order=False):
            yield "is read with something outside of the text"
        else:
            chars += sum(last - first + 1 for first, last in json.loads(leads or "[]"))
        tokens, rest = divmod(token_bytes, TOKEN_BYTES)
        if rest or (tokens > 0) != self._keeps_tokens or tokens > MAX_TOKENS_PER_CHAR * chars:
            yield f"has {token_bytes:,} bytes of tokens, which cannot be"


def is_text_of_file(text: str, encoding: str, bom_bytes: int, file: tuple[int, str]) -> bool:
    """Return whether a text, encoded, is the file with this size and sha256.

    Raises:
        LookupError, UnicodeError: the encoding is unknown, or cannot encode the text.
    """
    mark = {name: mark for mark, name in BOMS}.get(encoding, b"") if bom_bytes else b""
    data = mark + text.encode(encoding)
    return len(mark) == bom_bytes and (len(data), hashlib.sha256(data).hexdigest()) == file


def _begins(firsts: Ids, number: int, at: int) -> bool:
    """Return whether a thing begins where the array says; surplus things are reported elsewhere."""
    return not 0 <= number < len(firsts) - 1 or int(firsts[number]) == at


def _article_faults(row: _Row) -> Iterator[str]:
    source, sha256, size_bytes, encoding, bom_bytes, title, outlet, places, traits, text = row
    if source.startswith("/") or "\0" in source or {"", ".", ".."} & set(source.split("/")):
        yield "is not a path below the articles' folder"
    try:
        if places is not None:
            yield from _place_faults(places, text)
        elif not is_text_of_file(text, encoding, bom_bytes, (size_bytes, sha256)):
            yield "its text is not that of the file whose sha256 it has"
    except (LookupError, UnicodeError):
        yield f"its text cannot be written as {encoding!a}"
    try:
        if not all(_is_span((note.start, note.end), (0, len(text))) for note in Traits.from_json(traits).corrections):
            yield "a correction note lies outside of its text"
    except (ValueError, TypeError):
        yield "has traits that no build writes"
    for name, span in (("title", title), ("outlet", outlet)):
        if span is not None and not _is_span(_span(span), (0, len(text))):
            yield f"its {name} lies outside of its text"


def _place_faults(said: str, text: str) -> Iterator[str]:
    """Yield the faults of an extracted text and its places; whether the file holds it, `qa verify ANSWER.json` tells."""
    try:
        places = Places.from_json("", "", said)
        if not are_runs(places.runs, len(places.parts), len(text)):
            yield "has places that lie outside of its text"
        if json.loads(said)[-1] != sha256_of_text(text):
            yield "its text is not the one that was read from its file"
    except (ValueError, TypeError):
        yield "has places that no build writes"


def _is_span(span: Sequence[Any], within: tuple[int, int]) -> bool:
    """Return whether a span has a character and is inside another span."""
    start, end = span
    return isinstance(start, int) and isinstance(end, int) and within[0] <= start < end <= within[1]


def _are_gaps(gaps: Any, start: int, end: int, *, in_order: bool = True) -> bool:
    """Return whether stored spans are inside a stretch, and in order where they have to be."""
    try:
        found = json.loads(gaps) if gaps is not None else []
        for gap in found:
            if not _is_span(gap, (start, end)):
                return False
            start = gap[1] if in_order else start
    except (ValueError, TypeError):
        return False
    return True


def _are_attributions(told: Any, sentence: tuple[int, int], size: int) -> bool:
    """Return whether stored attributions name speakers in the text and are inside their sentence."""
    try:
        for name, said, cited, scope in json.loads(told) if told is not None else []:
            named = [span for span in (name, said, cited) if span is not None]
            if not all(_is_span(span, (0, size)) for span in named) or len(named) < 2 or not _is_span(scope, sentence):
                return False
    except (ValueError, TypeError):
        return False
    return True


def _span(text: str) -> tuple[int, int]:
    """Return a span stored as "start-end"; an impossible span if the text is none."""
    try:
        start, end = text.split("-")
        return int(start), int(end)
    except (ValueError, AttributeError):
        return -1, -1
