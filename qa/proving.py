"""Proving: whether each quote of a saved answer stands in its file, as the file is now."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from index.article import Article, decode_article
from index.errors import ArticleRefused
from index.sources import Sources
from index.span import Span
from qa.contradictions import codec_of, contradictions, differences, names_speaker, untruths
from qa.places import Place, line_of_words, nearest
from qa.saved import SavedAnswer, SavedQuote


class Verdict(Enum):
    """What can be said of a quote.

    `OK`: it stands in the file just where the record says, whatever else has
    changed there. `MOVED`: the file changed, and it stands elsewhere in it.
    `GONE`: the file changed, and it stands nowhere in it. `MISSING_FILE`: there
    is no file to look into. `NOT_EQUAL`: the record says what is not so of a
    file that did not change, or what cannot be of any: it was altered.
    """

    OK = "ok"
    MOVED = "moved"
    GONE = "gone"
    MISSING_FILE = "missing file"
    NOT_EQUAL = "not equal"


@dataclass(frozen=True, slots=True)
class Proof:
    """What is so of one quote.

    `answers` is whether the record holds it as an answer or as a nearest miss.
    `file_changed` is None without a file. `now` is where its text stands, the
    nearest place where there are several; `places` is how many those are,
    without overlaps. `reason` says in a line what is wrong or, of one that is
    ok, what else a reader should know; "" where that is nothing.
    """

    quote: SavedQuote
    answers: bool
    verdict: Verdict
    file_changed: bool | None
    now: Place | None
    places: int
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """The proof as JSON holds it, with what of the quote names it."""
        quote = self.quote
        named = {name: getattr(quote, name) for name in ("rank", "source", "start", "end", "first_line", "last_line", "text")}
        return {
            **named,
            "answers": self.answers,
            "verdict": self.verdict.value,
            "file_changed": self.file_changed,
            "now": asdict(self.now) if self.now else None,
            "places": self.places,
            "reason": self.reason,
        }


def prove(answer: SavedAnswer, sources: Sources) -> tuple[Proof, ...]:
    """A proof for each quote and then each nearest miss, in the record's order. One file is in memory at a time."""
    claims = [*((quote, True) for quote in answer.quotes), *((quote, False) for quote in answer.closest)]
    proofs: dict[int, Proof] = {}
    file = None
    for place in sorted(range(len(claims)), key=lambda place: claims[place][0].source):
        quote, answers = claims[place]
        if file is None or file.source != quote.source:
            file = _File(quote.source, sources)
        proofs[place] = _prove(quote, file, answers=answers)
    return tuple(proofs[place] for place in range(len(claims)))


class _File:
    """A file as it is on disk now, and the articles that its bytes can be read as."""

    def __init__(self, source: str, sources: Sources) -> None:
        self.source = source
        self.data: bytes | None = None
        self.problem = ""
        self._read: dict[str, Article | ArticleRefused] = {}
        try:
            self.data = sources.read(source)
            self.sha256 = hashlib.sha256(self.data).hexdigest()
        except ArticleRefused as refusal:
            self.problem = refusal.reason

    def article(self, encoding: str) -> Article:
        """Its article; a byte-order mark counts more than the encoding.

        Raises:
            ArticleRefused: it is no text of this encoding, or empty.
        """
        if encoding not in self._read:
            try:
                self._read[encoding] = decode_article(self.data or b"", self.source, encoding=encoding)
            except ArticleRefused as refusal:
                self._read[encoding] = refusal
        found = self._read[encoding]
        if isinstance(found, ArticleRefused):
            raise found
        return found


def _prove(quote: SavedQuote, file: _File, *, answers: bool) -> Proof:
    wrong = list(contradictions(quote))
    if file.data is None:
        verdict = Verdict.NOT_EQUAL if wrong else Verdict.MISSING_FILE
        return Proof(quote, answers, verdict, None, None, 0, "; ".join([*wrong, file.problem]))
    changed = file.sha256 != quote.sha256
    read = _in_changed if changed else _in_unchanged
    verdict, article, now, reasons = read(quote, file)
    if wrong:
        verdict = Verdict.NOT_EQUAL
    places = article.text.count(quote.text) if article and now else 0
    return Proof(quote, answers, verdict, changed, now, places, "; ".join([*wrong, *reasons]))


_Found = tuple[Verdict, Article | None, Place | None, Sequence[str]]


def _in_unchanged(quote: SavedQuote, file: _File) -> _Found:
    """The file is the one that was quoted, so all that the record says must be so."""
    try:
        article = file.article(codec_of(quote) or "utf-8")
    except ArticleRefused as refusal:
        unsaid = " and the record names no encoding" if quote.encoding is None else ""
        return Verdict.NOT_EQUAL, None, None, [f"the file is {_first_part(refusal)}{unsaid}"]
    now = nearest(article, quote.text, quote.start)
    wrong = list(untruths(quote, article))
    if now is None:
        there = Span(quote.start, quote.end).cut(article.text)
        wrong.insert(0, f"the file does not hold this text; there stands “{_short(there)}”")
    else:
        wrong[:0] = differences(quote, now)
    return (Verdict.NOT_EQUAL if wrong else Verdict.OK), article, now, wrong


def _in_changed(quote: SavedQuote, file: _File) -> _Found:
    """The file is another; it may have been saved in UTF-8 since, so it is read as both, and the better place counts."""
    articles: list[Article] = []
    refusal: ArticleRefused | None = None
    for encoding in dict.fromkeys((codec_of(quote) or "utf-8", "utf-8")):
        try:
            articles.append(file.article(encoding))
        except ArticleRefused as error:
            refusal = refusal or error
    found = [(article, now) for article in articles if (now := nearest(article, quote.text, quote.start))]
    if not found:
        return Verdict.GONE, None, None, [_why_gone(quote, articles, refusal)]
    article, now = min(found, key=lambda pair: abs(pair[1].start - quote.start))
    notes: list[str] = []
    if quote.said_by is not None and not names_speaker(quote, article.text, moved_by=now.start - quote.start):
        notes.append("the file does not name who said it there any more")
    if not differences(quote, now):
        return Verdict.OK, article, now, notes
    return Verdict.MOVED, article, now, notes


def _why_gone(quote: SavedQuote, articles: Sequence[Article], refusal: ArticleRefused | None) -> str:
    if not articles and refusal is not None:
        return f"the file is no text any more: {_first_part(refusal)}"
    lines = [line for article in articles if (line := line_of_words(article, quote.text))]
    if lines:
        return (
            f"the file does not hold this text any more; its words stand on line {lines[0]:,}, with other blanks or line ends"
        )
    return "the file does not hold this text any more"


def _first_part(refusal: ArticleRefused) -> str:
    """What is wrong, without the advice for whoever indexes the file."""
    return refusal.reason.partition(";")[0]


def _short(text: str) -> str:
    """The beginning of a text, as one line."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
