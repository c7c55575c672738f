"""Proving: comparing each quote of a saved answer with its file, as the file is now."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import Any

from articles_qa.index.articles.article import Article
from articles_qa.index.articles.span import Span
from articles_qa.index.errors import ArticleRefused
from articles_qa.index.files.source_files import Sources
from articles_qa.index.formats.article_reader import settings_of
from articles_qa.qa.proof.contradictions import (
    codec_of,
    contradictions,
    differences,
    false_statements,
    names_cited,
    names_speaker,
    stands,
)
from articles_qa.qa.proof.current_file import CurrentFile, FilePosition, line_of_words, nearest
from articles_qa.qa.proof.place_proof import by_other_reader, place_faults
from articles_qa.qa.proof.prove_claims import ClaimProof, claims_by_quote, prove_claims
from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedClaim, SavedLink, SavedQuote, SavedSpan

VERIFICATION = "verification/1"  # The schema of proofs as JSON.
_SHORT = 60  # Characters of a name or a text in a reason.
PROBLEMS_TOLD = 3  # Of the links of one quote: a reason stays a line.


@dataclass(frozen=True, slots=True)
class LinkProblem:
    """A problem with a link. `is_wrong`: the record is false; else the link's file has changed."""

    reason: str
    is_wrong: bool


def link_problem(link: SavedLink, quote: SavedQuote, file: CurrentFile) -> LinkProblem | None:
    """Return the problem of a link with the file that it names; None where its text stands there.

    A link names no encoding. The file is read with the quote's encoding and as UTF-8.
    """
    named, text = f"the link to {_short(link.source)}", f"“{_short(link.text)}”"
    if file.data is None:
        return LinkProblem(f"{named}: {file.problem}", is_wrong=False)
    encodings = (codec_of(quote) or "utf-8", "utf-8")
    span = SavedSpan(start=link.start, end=link.end)
    if any(stands(link.text, span, article.text) for article in file.articles(encodings)[0]):
        return None
    if link.sha256 in (None, file.sha256):
        return LinkProblem(f"{named}: {text} does not stand there from {link.start:,} to {link.end:,}", is_wrong=True)
    if file.holds(link.text, encodings):
        return None
    return LinkProblem(f"{named}: the file does not hold {text} any more", is_wrong=False)


class Verdict(Enum):
    """The result of proving a quote.

    `OK`: the quote stands in the file just where the record says; other parts
    of the file may have changed. `MOVED`: the file changed, and the quote stands
    elsewhere in it. `GONE`: the file changed, and the quote is no longer in it.
    `MISSING_FILE`: there is no file. `NOT_EQUAL`: the record was altered: it is
    false of a file that did not change, or of any file.
    """

    OK = "ok"
    MOVED = "moved"
    GONE = "gone"
    MISSING_FILE = "missing file"
    NOT_EQUAL = "not equal"


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof of one quote.

    `answers`: the record has the quote as an answer, or beside one, and not as
    a nearest miss. `file_changed` is None without a file. `now` is the position
    of the quote's text, the nearest of several. `places` counts those positions
    without overlaps. `reason` is one line: what is wrong, or what else a reader
    should know; "" for nothing. `claims` are the proofs of the tables' values
    from this quote.
    """

    quote: SavedQuote
    answers: bool
    verdict: Verdict
    file_changed: bool | None
    now: FilePosition | None
    places: int
    reason: str
    claims: tuple[ClaimProof, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the proof as JSON holds it, with the fields that identify the quote."""
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
            "claims": [claim.to_dict() for claim in self.claims],
        }


def prove(answer: SavedAnswer, sources: Sources) -> tuple[Proof, ...]:
    """Prove each quote, each quote beside them, and then each nearest miss, in the record's order.

    One file is in memory at a time.
    """
    shown = [(quote, True) for quote in (*answer.quotes, *answer.beside)] + [(quote, False) for quote in answer.closest]
    claims = claims_by_quote(answer)
    wanted: dict[str, list[tuple[int, SavedLink | None]]] = {}
    for place, (quote, _) in enumerate(shown):
        wanted.setdefault(quote.source, []).append((place, None))
        for link in (link for speaker in (quote.speaker, quote.citing_speaker) if speaker for link in speaker.links):
            wanted.setdefault(link.source, []).append((place, link))
    proofs: dict[int, Proof] = {}
    problems: dict[int, list[LinkProblem]] = {}
    for source, asked in wanted.items():
        places = [shown[place][0].place for place, _ in asked]
        file = CurrentFile(source, sources, settings_of(next((one.reader for one in places if one), "")))
        for place, named in asked:
            quote, answers = shown[place]
            if named is None:
                proofs[place] = _prove(quote, file, claims.get(quote.rank, ()) if answers else (), answers=answers)
            elif found := link_problem(named, quote, file):
                problems.setdefault(place, []).append(found)
    return tuple(_with_problems(proofs[place], problems.get(place, ())) for place in range(len(shown)))


def _with_problems(proof: Proof, problems: Sequence[LinkProblem]) -> Proof:
    """Return a proof with the problems of its links."""
    verdict = Verdict.NOT_EQUAL if any(found.is_wrong for found in problems) else proof.verdict
    told = dict.fromkeys(found.reason for found in sorted(problems, key=lambda found: not found.is_wrong)[:PROBLEMS_TOLD])
    return replace(proof, verdict=verdict, reason="; ".join(reason for reason in (proof.reason, *told) if reason))


def _prove(quote: SavedQuote, file: CurrentFile, claims: Sequence[tuple[str, SavedClaim]], *, answers: bool) -> Proof:
    wrong = list(contradictions(quote))
    if file.data is None:
        verdict = Verdict.NOT_EQUAL if wrong else Verdict.MISSING_FILE
        told = prove_claims(claims, quote, None)
        return Proof(quote, answers, verdict, None, None, 0, "; ".join([*wrong, file.problem]), told)
    changed = file.sha256 != quote.sha256
    read = _in_changed if changed else _in_unchanged
    verdict, article, now, reasons = read(quote, file)
    verdict = Verdict.NOT_EQUAL if wrong else verdict
    places = article.text.count(quote.text) if article and now else 0
    told = prove_claims(claims, quote, None if changed else article)
    return Proof(quote, answers, verdict, changed, now, places, "; ".join([*wrong, *reasons]), told)


_Found = tuple[Verdict, Article | None, FilePosition | None, Sequence[str]]


def _in_unchanged(quote: SavedQuote, file: CurrentFile) -> _Found:
    """Prove a quote by the file that was quoted. Every statement of the record must be true of it."""
    try:
        article = file.article(codec_of(quote) or "utf-8")
    except ArticleRefused as refusal:
        unsaid = " and the record names no encoding" if quote.encoding is None else ""
        return Verdict.NOT_EQUAL, None, None, [f"the file is {_first_part(refusal)}{unsaid}"]
    now = nearest(article, quote.text, quote.start)
    if quote.place and article.places and quote.place.reader != article.places.reader:
        holds, reason = by_other_reader(quote, quote.place, article, file)
        return (Verdict.OK if holds else Verdict.NOT_EQUAL), article, now, [reason]
    wrong = [*false_statements(quote, article), *place_faults(quote, article, file)]
    if now is None:
        there = Span(quote.start, quote.end).cut(article.text)
        wrong.insert(0, f"the file does not hold this text; there stands “{_short(there)}”")
    else:
        wrong[:0] = differences(quote, now)
    return (Verdict.NOT_EQUAL if wrong else Verdict.OK), article, now, wrong


def _in_changed(quote: SavedQuote, file: CurrentFile) -> _Found:
    """Prove a quote by a changed file. The file may be in UTF-8 now: it is read both ways, and the nearer position counts."""
    articles, refusal = file.articles((codec_of(quote) or "utf-8", "utf-8"))
    found = [(article, now) for article in articles if (now := nearest(article, quote.text, quote.start))]
    if not found:
        if not articles and refusal is not None:
            return Verdict.GONE, None, None, [f"the file is no text any more: {_first_part(refusal)}"]
        lines = [line for article in articles if (line := line_of_words(article, quote.text))]
        but = f"; its words stand on line {lines[0]:,}, with other blanks or line ends" if lines else ""
        return Verdict.GONE, None, None, [f"the file does not hold this text any more{but}"]
    article, now = min(found, key=lambda pair: abs(pair[1].start - quote.start))
    notes: list[str] = []
    moved_by = now.start - quote.start
    if quote.said_by is not None and not names_speaker(quote, article.text, moved_by=moved_by):
        notes.append("the file does not name who said it there any more")
    if quote.citing is not None and not names_cited(quote, article.text, moved_by=moved_by):
        notes.append("the file does not name whom they cite there any more")
    return Verdict.MOVED if differences(quote, now) else Verdict.OK, article, now, notes


def _first_part(refusal: ArticleRefused) -> str:
    """Return what is wrong with a file, without the advice after it."""
    return refusal.reason.partition(";")[0]


def _short(text: str) -> str:
    """Return the beginning of a text, as one line."""
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"
