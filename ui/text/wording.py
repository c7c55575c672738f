"""The words for answers, the same on every screen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from articles_qa.index import SourceState, Span
from articles_qa.index.english import MONTHS, count
from articles_qa.index.files.printable import one_line

if TYPE_CHECKING:
    from articles_qa.qa import Quote
    from articles_qa.qa.proof.saved_answer import SavedQuote, SavedScope

FILE_NOTES = {
    SourceState.UNCHANGED: "",
    SourceState.CHANGED: "the file has changed since it was indexed",
    SourceState.MISSING: "the file is gone or cannot be read",
}
# The lowest probability for each word, best first. The reader's are true: of its quotes on unseen news with .7 and more
# .85 answer, from .4 to .7 .53.
SURENESS = ((0.7, "very likely"), (0.4, "likely"), (0.0, "possibly"))
WEAK = 0.2  # A probability below which a quote of unseen news answers in one of ten cases; the first one in one of five.
WEAK_MATCH = "weak match"
NEAREST = "The nearest sentences, which are not an answer"
MORE = "More quotes in the table"
MOST_PAPERS = 4  # Named in a line.
NOT_ENGLISH = "not in English, which is all that is read well"
READ_WITH, CORRECTED = "with", "corrected"  # Before a row's headings or an entry's time; before a correction note.
_WORD = re.compile(r"\w+")


def sureness(probability: float) -> str:
    """Return a word for the probability that a quote answers."""
    return next(word for least, word in SURENESS if probability >= least)


def day(published: str | None) -> str:
    """Return a day as people write it, "4 Mar 2025" for "2025-03-04"; other text as it is, "" for none."""
    try:
        read = date.fromisoformat(published or "")
    except ValueError:
        return published or ""
    return f"{read.day} {MONTHS[read.month - 1][:3]} {read.year}"


def found(quotes: Sequence[SavedQuote | Quote]) -> str:
    """Return the numbers of quotes and articles in a line, and that of reports where articles carry the same one."""
    from articles_qa.qa.answers.same_reports import count_reports

    articles, reports = len({quote.source for quote in quotes}), count_reports(quotes)
    printed = f", {count(reports, 'report')}" if reports < articles else ""
    return f"{count(len(quotes), 'quote')} from {count(articles, 'article')}{printed}"


def same_report(sources: Sequence[str]) -> str:
    """Return in how many papers a report stands, with the other articles' names; "" for one."""
    if not sources:
        return ""
    more = f" and {len(sources) - MOST_PAPERS} more" if len(sources) > MOST_PAPERS else ""
    return f"the same report in {len(sources) + 1} papers: {', '.join(map(one_line, sources[:MOST_PAPERS]))}{more}"


def further(more: int) -> str:
    """Return the number of quotes that are not shown in a line."""
    return f"and {more:,} more"


def place(source: str, first_line: int, last_line: int) -> str:
    """Return the place of a quote: "flood.txt:12-14"."""
    return f"{source}:{first_line}" + (f"-{last_line}" if last_line > first_line else "")


def place_of(quote: SavedQuote | Quote) -> str:
    """Return the place of a quote in its file: "flood.txt:12-14", "report.pdf p. 3"."""
    return quote.place.shown if quote.place else place(quote.source, quote.first_line, quote.last_line)


def said(by: str | None, meant: str | None, *, citing: str | None, cited: str | None) -> str:
    """Return who says a quote: "said by Yonhap, citing NIS (National Intelligence Service)"; "" for the article itself.

    `meant` and `cited` are the fullest names of the speaker and of the person cited, None where no fuller name is known.
    """
    return f"said by {voice(by, meant, citing=citing, cited=cited)}" if by else ""


def saved_said(quote: SavedQuote) -> str:
    """Return who says a saved quote, as `said`."""
    meant = quote.speaker.name if quote.speaker else None
    cited = quote.citing_speaker.name if quote.citing_speaker else None
    return said(quote.said_by, meant, citing=quote.citing, cited=cited)


def voice(by: str | None, meant: str | None, *, citing: str | None, cited: str | None) -> str:
    """Return the speaker and the person cited, as `said`; the article itself where it names nobody."""
    if not by:
        return "the article itself"
    return _known_as(by, meant) + (f", citing {_known_as(citing, cited)}" if citing else "")


def scope_text(scope: SavedScope) -> str:
    """Return the articles that were asked, in words."""
    since, until = f"from {day(scope.since)}" if scope.since else "", f"to {day(scope.until)}" if scope.until else ""
    return ", ".join(one_line(part) for part in (*scope.sources, *scope.outlets, since, until) if part)


def quote_link(quote: SavedQuote, start: int | None = None, end: int | None = None, *, page: str = "") -> str:
    """Return the address of a quote, or of another stretch, on a page; the digest tells a later version of the file."""
    at = {"start": quote.start if start is None else start, "end": quote.end if end is None else end}
    return f"{page}?" + urlencode({"source": quote.source, **at, "sha256": quote.sha256[:16]})


def source_words(quote: SavedQuote) -> str:
    """Return where a quote is from, as it is pasted: "said by NIS, Omega TV UK, 4 Mar 2025, “Soldier captured”"."""
    title = f"“{one_line(quote.title)}”" if quote.title else ""
    return ", ".join(part for part in (saved_said(quote), one_line(quote.outlet or ""), day(quote.published), title) if part)


def shortened(text: str, span: Span, *, max_chars: int) -> str:
    """Return the text of a span; where it has more characters, cut at a blank, with "…" at its end."""
    if span.end - span.start <= max_chars:
        return span.cut(text)
    beginning = text[span.start : span.start + max_chars]
    words = beginning.rsplit(maxsplit=1)
    return f"{words[0] if len(words) > 1 else beginning} …"


def about_line(*facts: str | None) -> str:
    """Return the known facts of an article as one line: "title · outlet · date"."""
    return " · ".join(one_line(fact) for fact in facts if fact)


def _known_as(name: str, fullest: str | None) -> str:
    """Return a name and the fullest name beside it, or the longer one where it contains the other."""
    name, fullest = one_line(name), one_line(fullest or "")
    here, full = (set(_WORD.findall(text.casefold())) for text in (name, fullest))
    if full <= here:
        return name
    return fullest if here <= full else f"{name} ({fullest})"


def other_wordings(asked: Sequence[str], searched: Sequence[str]) -> list[str]:
    """Return the wordings that were searched in place of the question and of its parts, `asked`."""
    own = [text.split() for text in asked]
    return [text for text in searched if text.split() not in own]
