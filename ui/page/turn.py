"""A turn of the conversation: a question and its answer as HTML, from the answer's record."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count as counting
from urllib.parse import urlencode

from index import SourceState, Span
from index.english import count
from index.files.printable import one_line, printable
from qa.proof.saved_answer import SavedAnswer, SavedLink, SavedQuote, SavedScope
from ui.page.html import Layer, Run, rendered, runs
from ui.text.claim_tables import tables
from ui.text.wording import FILE_NOTES, MORE, NEAREST, about_line, found, other_wordings, place, said, sureness

# Values and links that are lit up in an article have numbers of their own, beyond those of the quotes.
FIRST_LIT = 1_000


@dataclass(frozen=True, slots=True)
class Because:
    """A place of an article that tells who somebody is."""

    link: SavedLink
    source: str
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A quote as it is shown. `sure` is "" for one that is not an answer; `links` tell who says it and whom they cite."""

    quote: SavedQuote
    runs: tuple[Run, ...]
    place: str
    link: str
    sure: str
    note: str
    links: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """An article's quotes under its name."""

    heading: str
    about: str
    quotes: tuple[Shown, ...]


def turn_html(answer: SavedAnswer) -> str:
    """The answer, quotes grouped by article; its texts are the record's, character for character."""
    articles = len({quote.source for quote in answer.quotes})
    values = {
        "answer": answer,
        "found": found(len(answer.quotes), articles) if answer.answered else answer.reason or "",
        "groups": groups(answer.quotes, answers=True),
        "nearest": NEAREST,
        "misses": groups(answer.closest, answers=False),
        "tables": tables(answer),
        "more": MORE,
        "beside": groups(answer.beside, answers=False),
        "lit": counting(FIRST_LIT),
        "link_to": link,
        "wordings": other_wordings(answer.question, answer.searched),
        "all": [*answer.quotes, *answer.beside, *answer.closest],
        "chosen": chosen(answer.within) if answer.within else "",
        "articles": count(answer.within.articles if answer.within else answer.index.articles, "article"),
    }
    return rendered("turn.html", values)


def groups(quotes: Sequence[SavedQuote], *, answers: bool) -> list[Group]:
    """The quotes by article, the article of the best one first; a near copy follows the quote that it repeats."""
    from qa import by_article

    return [_group(group, answers=answers) for group in by_article(quotes)]


def chosen(scope: SavedScope) -> str:
    """Which articles were asked, in words."""
    since, until = f"from {scope.since}" if scope.since else "", f"to {scope.until}" if scope.until else ""
    return ", ".join(one_line(part) for part in (*scope.sources, *scope.outlets, since, until) if part)


def link(quote: SavedQuote, start: int | None = None, end: int | None = None) -> str:
    """Where the page shows the quote, or another stretch, in its article; the hash tells a later version of the file."""
    place = {"start": quote.start if start is None else start, "end": quote.end if end is None else end}
    return "?" + urlencode({"source": quote.source, **place, "sha256": quote.sha256[:16]})


def _group(quotes: Sequence[SavedQuote], *, answers: bool) -> Group:
    first = quotes[0]
    about = about_line(first.outlet, first.published)
    return Group(one_line(first.title or first.source), about, tuple(_shown(quote, first, answers=answers) for quote in quotes))


def _shown(quote: SavedQuote, first: SavedQuote, *, answers: bool) -> Shown:
    """A quote in the group of the article that `first` is from; one of another article, a near copy, says which."""
    layers = [_layer("answering", mark.start, mark.end, quote) for mark in quote.marks]
    layers += [_layer("gap", gap.start, gap.end, quote) for gap in quote.gaps]
    notes = [
        about_line(quote.title, quote.outlet, quote.published) if quote.source != first.source else "",
        _said(quote),
        f"nearly the words of [{quote.same_as}]" if quote.same_as else "",
        FILE_NOTES[SourceState(quote.source_state)],
    ]
    return Shown(
        quote=quote,
        runs=tuple(runs(quote.text, Span(0, len(quote.text)), layers)),
        place=place(printable(quote.source), quote.first_line, quote.last_line),
        link=link(quote),
        sure=sureness(quote.probability) if answers else "",
        note=" · ".join(note for note in notes if note),
        links=tuple(_because(link) for speaker in (quote.speaker, quote.citing_speaker) if speaker for link in speaker.links),
    )


def _said(quote: SavedQuote) -> str:
    """Whose word it is, and whom they cite."""
    meant = quote.speaker.name if quote.speaker else None
    cited = quote.citing_speaker.name if quote.citing_speaker else None
    return said(quote.said_by, meant, citing=quote.citing, cited=cited)


def _because(link: SavedLink) -> Because:
    named = {"source": link.source, "start": link.start, "end": link.end, "sha256": (link.sha256 or "")[:16]}
    return Because(link, printable(link.source), one_line(link.text), "?" + urlencode(named))


def _layer(kind: str, start: int, end: int, quote: SavedQuote) -> Layer:
    """A layer of the quote's own text; what a changed record puts outside of it stays outside."""
    return Layer(Span(max(0, start - quote.start), max(0, end - quote.start)), kind)
